/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * guest.h - the guest's memory, and split rings in it as its drivers have them.
 *
 * A ring is a page: descriptors, then what is available, then what is used. A
 * descriptor is never used twice before the ring has gone round.
 */
#ifndef IOTLB_GUEST_H
#define IOTLB_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/virtio_ring.h>

#define PAGE		4096ull
#define GUEST_PAGES	32u
#define GUEST_GPA	0x100000ull
#define GUEST_SIZE	(GUEST_PAGES * PAGE)

#define RING_SIZE	64u
#define RING_AVAIL	2048u	/* within its page */
#define RING_USED	3072u

/* Only ends a hang; longer than the IOMMU waits for us. */
#define LIMIT_MS	30000

struct ring {
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	uint16_t next;		/* free descriptor */
	uint16_t last_used;
	int kick;		/* eventfds */
	int call;
};

extern uint8_t *guest_memory;

/* What cannot be, ends the program. */
void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...);

void guest_init(void);
void *guest_page(unsigned int page);
uint64_t guest_gpa(unsigned int page);

void ring_init(struct ring *ring, unsigned int page);

/**
 * ring_add() - make a buffer available
 * @ring: ring
 * @addr: as the device sees it
 * @len: bytes
 * @flags: VRING_DESC_F_*; with NEXT the following ring_add() goes on
 */
void ring_add(struct ring *ring, uint64_t addr, uint32_t len, uint16_t flags);
void ring_kick(struct ring *ring);

/* Take a used element, waiting for up to LIMIT_MS; false without one. */
bool ring_take(struct ring *ring);
bool ring_has_used(const struct ring *ring);

#endif /* IOTLB_GUEST_H */
