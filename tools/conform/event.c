// SPDX-License-Identifier: GPL-2.0-only
#include "event.h"

#include <string.h>

#include "reach.h"

#define KNOWN_FLAGS	(VIRTIO_IOMMU_FAULT_F_READ |		\
			 VIRTIO_IOMMU_FAULT_F_WRITE |		\
			 VIRTIO_IOMMU_FAULT_F_ADDRESS)

struct event_buffer event_buffer(struct ctx *c, unsigned int cap)
{
	return (struct event_buffer){
		.at = guest_alloc(c, Z_CMD, cap, 1), .cap = cap, .head = -1,
	};
}

void event_add(struct ctx *c, struct event_buffer *buffer)
{
	struct ring *ring = &c->q[Q_EVENT];

	memset(buffer->at, POISON, buffer->cap);
	chain_clear(&c->chain);
	chain_add(&c->chain, &c->mem, buffer->at, buffer->cap, true,
		  c->framing.split);
	buffer->head = ring_add(ring, &c->chain, &c->framing);
	must(c, buffer->head >= 0, "test bug: the event queue is full");
	ring_publish(ring);
	ring_kick(ring);
}

uint32_t event_take(struct ctx *c, struct event_buffer *buffer,
		    struct virtio_iommu_fault *out_fault)
{
	struct ring *ring = &c->q[Q_EVENT];
	enum ring_verdict verdict = ring_wait(ring, c->opts->timeout_ms);
	uint32_t id, used;

	must(c, verdict != RING_TIMEOUT, "no event");
	must(c, verdict != RING_BROKEN, "device asks for a reset");
	ring_get(ring, &id, &used);
	must(c, id == (uint32_t)buffer->head, "used head %u, want %d", id,
	     buffer->head);
	must(c, used <= buffer->cap, "used %u of %u", used, buffer->cap);
	for (unsigned int i = used; i < buffer->cap; i++)
		must(c, buffer->at[i] == POISON,
		     "byte %u was written, used length is %u", i, used);
	memset(out_fault, 0, sizeof(*out_fault));
	memcpy(out_fault, buffer->at, used < FAULT_SIZE ? used : FAULT_SIZE);
	ring_recycle(ring, buffer->head);
	return used;
}

/* What holds for every event. */
static void well_formed(struct ctx *c, const struct virtio_iommu_fault *fault)
{
	const uint8_t *pad = fault->reserved, *more = fault->reserved2;

	must(c, fault->reason <= VIRTIO_IOMMU_FAULT_R_MAPPING, "reason %u",
	     fault->reason);
	must(c, !pad[0] && !pad[1] && !pad[2], "reserved is %02x %02x %02x",
	     pad[0], pad[1], pad[2]);
	must(c, !more[0] && !more[1] && !more[2] && !more[3],
	     "reserved1 is %02x %02x %02x %02x", more[0], more[1], more[2],
	     more[3]);
	must(c, !(fault->flags & ~(uint32_t)KNOWN_FLAGS), "flags %#x",
	     fault->flags);
	must(c, (fault->flags & VIRTIO_IOMMU_FAULT_F_ADDRESS) ||
	     !fault->address, "an address without its flag");
}

void event_wants(struct ctx *c, struct event_buffer *buffer, uint32_t endpoint,
		 uint64_t address, uint8_t reason, bool write)
{
	uint32_t flags = write ? VIRTIO_IOMMU_FAULT_F_WRITE :
			 VIRTIO_IOMMU_FAULT_F_READ;
	struct virtio_iommu_fault fault;
	uint32_t used = event_take(c, buffer, &fault);

	must(c, used == FAULT_SIZE, "used %u, want 24", used);
	well_formed(c, &fault);
	must(c, fault.endpoint == endpoint, "endpoint %u, want %u",
	     fault.endpoint, endpoint);
	must(c, fault.reason == reason, "reason %u, want %u", fault.reason,
	     reason);
	if (!c->opts->foreign)
		must(c, fault.flags == (flags | VIRTIO_IOMMU_FAULT_F_ADDRESS),
		     "flags %#x, want %#x", fault.flags,
		     flags | VIRTIO_IOMMU_FAULT_F_ADDRESS);
	if (fault.flags & VIRTIO_IOMMU_FAULT_F_ADDRESS)
		must(c, fault.address == address, "address %#llx, want %#llx",
		     (unsigned long long)fault.address,
		     (unsigned long long)address);
}

void make_fault(struct ctx *c, uint32_t endpoint, uint64_t iova, bool write)
{
	leads(c, endpoint, iova, write, GPA_NONE);
}
