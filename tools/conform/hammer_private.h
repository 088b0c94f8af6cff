/* SPDX-License-Identifier: GPL-2.0-only */
/* hammer_private.h - what is hammered, for the files of the hammer. */
#ifndef CONFORM_HAMMER_PRIVATE_H
#define CONFORM_HAMMER_PRIVATE_H

#include "test.h"

/**
 * struct hammer_kind - a kind of device
 * @queues: that answer requests
 * @caps: room for answers, of all sorts
 * @nr_caps: in @caps
 * @request: writes one of up to SAMPLE_MAX bytes; its length
 * @begin: once; may start threads
 * @make: something to hammer at, in a session that was just started
 * @aside: what is no request
 * @verify: what was made is still there
 * @end: once; no thread is left
 */
struct hammer_kind {
	unsigned int queues;
	const size_t *caps;
	unsigned int nr_caps;
	size_t (*request)(struct ctx *c, uint8_t *out);
	void (*begin)(struct ctx *c);
	void (*make)(struct ctx *c);
	void (*aside)(struct ctx *c);
	void (*verify)(struct ctx *c);
	void (*end)(struct ctx *c);
};

extern const struct hammer_kind hammer_gpu;
extern const struct hammer_kind hammer_iommu;

unsigned int below(unsigned int n);
/* Values that sit at the edges of something. */
uint32_t odd_word(void);

#endif /* CONFORM_HAMMER_PRIVATE_H */
