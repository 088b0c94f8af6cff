/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vq.h - a virtqueue's life: set up, serve, interrupt, stop.
 */
#ifndef _VDS_VQ_H
#define _VDS_VQ_H

#include <linux/irq_work.h>
#include <linux/kthread.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/vdpa.h>

#include "ring.h"

struct vds_chain;
struct vds_core;
struct vds_queue_type;

/* Histograms of times: bucket n counts [2^n, 2^(n+1)) ns, the last one more. */
#define VDS_TIME_BUCKETS	40

/**
 * struct vds_vq_stats - what a queue has done since the device was made
 * @kicks: notifications that reached a live queue
 * @chains: chains completed
 * @inlined: of these, completed inside the kick
 * @deferred: times that a kick handed work to the thread
 * @signals: interrupts raised
 * @bytes_in: readable bytes of completed chains
 * @bytes_out: bytes written to completed chains
 * @latency: histogram of kick to used
 * @kick_time: histogram of how long a kick of a live queue kept interrupts off,
 *	of those that came while vds_core.kick_times was set
 *
 * Under vds_vq.lock, but for @signals, which only the one who raises counts.
 */
struct vds_vq_stats {
	u64 kicks;
	u64 chains;
	u64 inlined;
	u64 deferred;
	u64 signals;
	u64 bytes_in;
	u64 bytes_out;
	u64 latency[VDS_TIME_BUCKETS];
	u64 kick_time[VDS_TIME_BUCKETS];
};

/**
 * struct vds_vq - one virtqueue
 * @core: the device
 * @index: in the device
 * @type: its row in the device type
 * @desc: iova, set while stopped
 * @avail: iova, set while stopped
 * @used: iova, set while stopped
 * @num: entries, set while stopped
 * @base: index of the next available entry, set while stopped
 * @ready: the driver enabled the queue
 * @lock: covers what follows up to @stats; any context
 * @live: chains may be taken
 * @serving: somebody holds the right to take chains; cleared with a wake-up of
 *	this variable
 * @again: a kick came while @serving
 * @again_ns: when it came
 * @epoch: counts stops, so that late completions can be told
 * @inflight: chains taken and not completed
 * @kick_ns: when the kick came that is being served, monotonic
 * @ring: see ring.h for who may touch what
 * @stats: counters
 * @pending: chain taken and not begun, of the one who is @serving
 * @worker: thread that serves what cannot be served in the kick
 * @work: on @worker; queued only by the one who is @serving
 * @cb_lock: covers @cb and is held around it; see dma.h for its place
 * @cb: the driver's interrupt
 * @signal_work: raises it when the caller is not allowed to
 */
struct vds_vq {
	struct vds_core *core;
	u16 index;
	const struct vds_queue_type *type;

	u64 desc;
	u64 avail;
	u64 used;
	u32 num;
	u16 base;
	bool ready;

	spinlock_t lock; /* live .. stats */
	bool live;
	bool serving;
	bool again;
	u64 again_ns;
	u32 epoch;
	u32 inflight;
	u64 kick_ns;
	struct vds_ring ring;
	struct vds_vq_stats stats;

	struct vds_chain *pending;
	struct kthread_worker *worker;
	struct kthread_work work;

	spinlock_t cb_lock; /* cb */
	struct vdpa_callback cb;
	struct irq_work signal_work;
};

/**
 * vds_vq_init() - make a stopped queue and its thread
 * @vq: zeroed
 * @core: the device, named
 * @index: in the device
 *
 * Return: 0 or a negative errno; vds_vq_finish() accepts both.
 */
int vds_vq_init(struct vds_vq *vq, struct vds_core *core, u16 index);

/**
 * vds_vq_finish() - end the thread of a stopped queue
 * @vq: initialised, half initialised or zeroed
 */
void vds_vq_finish(struct vds_vq *vq);

/**
 * vds_vq_start() - DRIVER_OK: serve the queue, beginning with what is there
 * @vq: a stopped queue with addresses set
 *
 * Process context. Return: 0 or a negative errno: the device needs a reset.
 */
int vds_vq_start(struct vds_vq *vq);

/**
 * vds_vq_stop() - take no more chains
 * @vq: any queue; a stopped one is fine
 * @forget: drop chains in flight, as a reset does; otherwise they may still
 *	be completed
 *
 * After return the handler is not running, @base says where a later start
 * goes on, and with @forget neither the ring is written nor an interrupt
 * raised. Process context, sleeps, never fails.
 */
void vds_vq_stop(struct vds_vq *vq, bool forget);

/**
 * vds_vq_reset() - forget all set-up of a stopped queue
 * @vq: stopped with @forget
 */
void vds_vq_reset(struct vds_vq *vq);

/**
 * vds_vq_kick() - the driver says that there is something
 * @vq: any queue; a kick of one that is not live is ignored
 *
 * Any context, also inside an eventfd's wake-up with interrupts off.
 */
void vds_vq_kick(struct vds_vq *vq);

/**
 * vds_vq_set_cb() - set the driver's interrupt
 * @vq: any queue
 * @cb: copied
 *
 * After return the old one is not running and will not be called.
 */
void vds_vq_set_cb(struct vds_vq *vq, const struct vdpa_callback *cb);

#endif /* _VDS_VQ_H */
