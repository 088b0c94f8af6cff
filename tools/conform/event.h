/* SPDX-License-Identifier: GPL-2.0-only */
/* event.h - buffers of the event queue, and the faults that come in them. */
#ifndef CONFORM_EVENT_H
#define CONFORM_EVENT_H

#include "viommu.h"

struct event_buffer {
	uint8_t *at;		/* guest memory */
	unsigned int cap;
	int head;
};

/* Guest memory for a buffer of @cap bytes. */
struct event_buffer event_buffer(struct ctx *c, unsigned int cap);

/* Poison it, and give it to the device. May be done again after a take. */
void event_add(struct ctx *c, struct event_buffer *buffer);

/**
 * event_take() - wait for the next buffer
 * @c: context
 * @buffer: the oldest one that the device has
 * @out_fault: filled if something was written
 *
 * The case fails when nothing comes, another buffer comes, or more was written
 * than was said. Return: used length.
 */
uint32_t event_take(struct ctx *c, struct event_buffer *buffer,
		    struct virtio_iommu_fault *out_fault);

/* The next event is exactly this one. */
void event_wants(struct ctx *c, struct event_buffer *buffer, uint32_t endpoint,
		 uint64_t address, uint8_t reason, bool write);

/* An access that leads nowhere: one fault. */
void make_fault(struct ctx *c, uint32_t endpoint, uint64_t iova, bool write);

#endif /* CONFORM_EVENT_H */
