/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.h - a virtqueue's ring, seen from the device.
 *
 * Taking chains (pop, arm) is for the one context that serves the queue.
 * Giving them back (push_used, must_signal) is under the queue's lock, because
 * chains may be completed from anywhere. The two sides share no field.
 *
 * Every word that the driver may change is read once.
 */
#ifndef _VDS_RING_H
#define _VDS_RING_H

#include <linux/types.h>

#include "dma_private.h"

struct vds_chain;
struct vds_dma;

/* Most entries of a ring; QEMU 10.0 takes 1024 whatever we say. */
#define VDS_RING_MAX	1024

/**
 * struct vds_ring - a split ring
 * @dma: door to the ring's memory
 * @desc: iova of the descriptor table
 * @avail: iova of the available ring
 * @used: iova of the used ring
 * @num: entries, a power of two up to VDS_RING_MAX
 * @event_idx: VIRTIO_RING_F_EVENT_IDX was negotiated
 * @indirect: VIRTIO_RING_F_INDIRECT_DESC was negotiated
 * @taken: taking side: spot of the available ring
 * @told: taking side: spot of the used ring
 * @table: taking side: spot of the descriptor table
 * @last_avail: taking side: index of the next available entry
 * @quiet: taking side: we asked the driver not to kick
 * @given: giving side: spot of the used ring
 * @asked: giving side: spot of the available ring
 * @used_idx: giving side: index of the next used entry
 * @signalled_used: giving side: @used_idx at the last interrupt
 * @signalled_valid: giving side: there was one since the ring started
 */
struct vds_ring {
	struct vds_dma *dma;
	u64 desc;
	u64 avail;
	u64 used;
	u16 num;
	bool event_idx;
	bool indirect;

	struct vds_spot taken;
	struct vds_spot told;
	struct vds_spot table;
	u16 last_avail;
	bool quiet;

	struct vds_spot given;
	struct vds_spot asked;
	u16 used_idx;
	u16 signalled_used;
	bool signalled_valid;
};

/**
 * vds_ring_start() - begin to use a ring
 * @ring: dma, addresses, num, feature bits and last_avail filled
 *
 * Return: 0; -EINVAL if size or alignment is not allowed; -EFAULT if the ring
 * is not in mapped memory.
 */
int vds_ring_start(struct vds_ring *ring);

/**
 * vds_ring_available() - is there something to take
 * @ring: a started ring
 *
 * Return: number of chains available; -EFAULT or -EINVAL as vds_ring_pop().
 */
int vds_ring_available(struct vds_ring *ring);

/**
 * vds_ring_pop() - take the next available chain
 * @ring: a started ring
 * @chain: empty; filled and rewound on success
 *
 * Return: 1; 0 if there is none; -EAGAIN if it needs an allocation that
 * VDS_ATOMIC cannot make, nothing is taken then; -ENOMEM; -EINVAL or -EFAULT
 * if the ring is damaged: the device needs a reset.
 */
int vds_ring_pop(struct vds_ring *ring, struct vds_chain *chain);

/**
 * vds_ring_hush() - kicks are of no use for the time being
 * @ring: a started ring
 */
void vds_ring_hush(struct vds_ring *ring);

/**
 * vds_ring_arm() - the driver shall kick again
 * @ring: a started ring
 *
 * Return: 1 if something became available meanwhile, whose kick may never
 * come; 0 if not; negative as vds_ring_pop().
 */
int vds_ring_arm(struct vds_ring *ring);

/**
 * vds_ring_push_used() - give a chain back
 * @ring: a started ring
 * @head: of the chain
 * @len: bytes written
 *
 * Return: 0 or -EFAULT.
 */
int vds_ring_push_used(struct vds_ring *ring, u16 head, u32 len);

/**
 * vds_ring_must_signal() - does the driver want an interrupt now
 * @ring: a started ring, after vds_ring_push_used()
 */
bool vds_ring_must_signal(struct vds_ring *ring);

#endif /* _VDS_RING_H */
