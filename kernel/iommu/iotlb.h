/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * iotlb.h - the device IOTLB of a device that another driver serves.
 *
 * A device of the same guest that vhost (or the like) serves translates by a
 * table of its own, its device IOTLB, and asks for what is not there. A stream
 * is the other side of it: it answers what is asked (miss), and takes back what
 * it has answered before the guest is told that a mapping is gone.
 *
 * An answer is a piece of the address space. From there on it goes
 *
 *	ANSWER  -> HANDED    when it is read: the device may use it from now on
 *	ANSWER  -> gone      when it is revoked: nobody has seen it
 *	HANDED  -> ANSWER    when the device asks again, having dropped it
 *	HANDED  -> REVOKED   when it is revoked, or has to make room
 *	REVOKED -> SENT      when that is read
 *	SENT    -> gone      when that is acknowledged: the device has let go
 *
 * Whoever revokes waits until all that was revoked is gone, in a thread, for
 * VDIOMMU_IOTLB_PATIENCE at most; then the stream is cut off and never used
 * again. So is one that is closed. Taking away never allocates: the piece that
 * was the answer is the message that takes it back.
 *
 * What is asked is answered in three steps: the address is noted, translated,
 * and the answer put in place unless the address was revoked meanwhile. Since
 * an IOMMU first forgets a mapping and revokes it then, either step sees it.
 */
#ifndef _VDIOMMU_IOTLB_H
#define _VDIOMMU_IOTLB_H

#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <linux/vdpa_iommu.h>

#include "../soft/endpoint.h"

struct device;
struct vdiommu_endpoint;
struct vdiommu_iotlb_mem;
struct vhost_iotlb_msg;

/* Pieces at a time: as many as vhost keeps by default. */
#define VDIOMMU_IOTLB_MAX	2048

/* An invalidation that nobody acknowledges for so long never will be. */
#define VDIOMMU_IOTLB_PATIENCE	(VDPA_IOMMU_IOTLB_PATIENCE * HZ)

/**
 * struct vdiommu_iotlb - the stream of one endpoint
 * @user: how we are asked to let go
 * @handle: the endpoint, a reference of our own
 * @dev: for the log
 * @id: number of the endpoint, for the log
 * @patience: VDIOMMU_IOTLB_PATIENCE in jiffies, but for tests
 * @asking: held by the one who asks, and to change @mem; outside of @lock
 * @mem: where a guest physical address is for the device's owner, or NULL
 * @lock: covers all below; any context, nothing is taken inside
 * @asked: address that is being translated
 * @stale: @asked was revoked meanwhile
 * @pieces: of ANSWER and HANDED, disjoint, by address
 * @count: pieces and failures in any state
 * @answers: to be read after @revoked: ANSWER and failures
 * @handed: oldest first
 * @revoked: to be read, oldest first
 * @sent: read, oldest first
 * @serial: of the youngest of @revoked and @sent
 * @since: when that was revoked, in jiffies
 * @gone: there is no IOMMU any more, what is left may be read
 * @broken: cut off or closed, and empty
 * @unconfirmed: counts streams that ended with something revoked, or NULL
 * @readers: wait for something to read
 * @revokers: wait for acknowledgements
 * @work: wakes @readers from where nobody may be woken
 */
struct vdiommu_iotlb {
	struct vds_endpoint_user user;
	struct vds_endpoint *handle;
	const struct device *dev;
	u32 id;
	unsigned long patience;
	struct mutex asking; /* mem; one question at a time */
	struct vdiommu_iotlb_mem *mem;
	spinlock_t lock; /* all below */
	u64 asked;
	bool stale;
	struct rb_root_cached pieces;
	u32 count;
	struct list_head answers;
	struct list_head handed;
	struct list_head revoked;
	struct list_head sent;
	u64 serial;
	unsigned long since;
	bool gone;
	bool broken;
	atomic64_t *unconfirmed;
	wait_queue_head_t readers;
	wait_queue_head_t revokers;
	struct irq_work work;
};

/**
 * vdiommu_iotlb_init() - a stream with nothing in it
 * @iotlb: to be initialised
 * @iommu: name of the IOMMU
 * @id: number of the endpoint
 * @dev: for the log, outlives @iotlb
 * @unconfirmed: counter of the IOMMU, there until vdiommu_iotlb_end()
 *
 * Sleeps. Return: 0 or -ENOMEM.
 */
int vdiommu_iotlb_init(struct vdiommu_iotlb *iotlb, const char *iommu, u32 id,
		       const struct device *dev, atomic64_t *unconfirmed);

/**
 * vdiommu_iotlb_finish() - the stream is closed
 * @iotlb: nobody reads, writes or polls any more
 *
 * Whoever waits for it need not any longer. Sleeps, but not for long.
 */
void vdiommu_iotlb_finish(struct vdiommu_iotlb *iotlb);

/**
 * vdiommu_iotlb_end() - there is no IOMMU any more
 * @iotlb: nobody asks any more
 *
 * What was handed out is revoked; nobody waits for it here. Any context that
 * may take a spinlock.
 */
void vdiommu_iotlb_end(struct vdiommu_iotlb *iotlb);

/**
 * vdiommu_iotlb_miss() - the device asks for an address
 * @iotlb: stream
 * @ep: its endpoint
 * @iova: the address
 * @perm: VHOST_ACCESS_*: what for
 *
 * Puts an answer into the stream, or a failure, of which the guest is told if
 * the address is not mapped. Sleeps for memory only.
 *
 * Return: 0; -EAGAIN without room, or when the mapping has changed meanwhile;
 * -EINVAL for another @perm; -EPIPE when cut off; -ENOMEM.
 */
int vdiommu_iotlb_miss(struct vdiommu_iotlb *iotlb, struct vdiommu_endpoint *ep,
		       u64 iova, u8 perm);

/**
 * vdiommu_iotlb_acknowledge() - the device has let go
 * @iotlb: stream
 * @iova: as in the invalidation
 * @size: as in the invalidation
 *
 * Return: 0; -EINVAL if no such invalidation was read; -EPIPE when cut off.
 */
int vdiommu_iotlb_acknowledge(struct vdiommu_iotlb *iotlb, u64 iova, u64 size);

/**
 * vdiommu_iotlb_next() - take what is to be read
 * @iotlb: stream
 * @out_msg: an update, an invalidation or a failure
 *
 * Return: 0; -EAGAIN if there is nothing; -ENODEV if there will be nothing;
 * -EPIPE when cut off.
 */
int vdiommu_iotlb_next(struct vdiommu_iotlb *iotlb,
		       struct vhost_iotlb_msg *out_msg);

/**
 * vdiommu_iotlb_poll() - what can be done without waiting
 * @iotlb: stream
 *
 * Whoever wants to wait for more waits in @iotlb->readers. Return: EPOLL*.
 */
__poll_t vdiommu_iotlb_poll(struct vdiommu_iotlb *iotlb);

/**
 * vdiommu_iotlb_set_mem() - the guest's memory is elsewhere from now on
 * @iotlb: stream
 * @mem: the stream's on success
 *
 * What was handed out is revoked; nobody waits for it here. Sleeps.
 *
 * Return: 0; -EBUSY if there are answers to be read; -EPIPE when cut off.
 */
int vdiommu_iotlb_set_mem(struct vdiommu_iotlb *iotlb,
			  struct vdiommu_iotlb_mem *mem);

#endif /* _VDIOMMU_IOTLB_H */
