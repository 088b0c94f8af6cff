// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtqueue's life.
 *
 * Under vhost-vdpa a kick arrives inside the vCPU's own exit: interrupts off,
 * under the kick eventfd's spinlock. Serving it right there costs the guest no
 * thread wake-up, but nothing may sleep and the time is the guest's. So one
 * context at a time holds the right to take chains ("serving"): the kick, for
 * as many chains as the type's budget allows and as long as the handler says
 * that it can; else the queue's thread, to whom the right is passed on. Only
 * its holder gives the right back, after it has armed the driver's kicks and
 * found the ring empty; a kick that comes in between sets "again".
 *
 * Interrupts may not be raised inside a kick: eventfd_signal() refuses to
 * recurse and would drop them. They leave through irq_work, which runs the
 * moment the eventfd's lock is released. The callback may come straight back
 * to vds_vq_kick() (a VMM may use one eventfd for both directions), so nothing
 * that a kick takes is held around it.
 *
 * Stopping: live is cleared under the lock, so no one takes another chain;
 * then we wait for the right to serve to be given back. A reset also starts a
 * new epoch, after which completions of old chains touch nothing, and syncs
 * the irq_work, after which no old interrupt is on its way. Who may still know
 * the queue then: a late kick, which finds it not live; a late completion,
 * which finds another epoch. Both only need the memory of the queue, which
 * lives as long as the device; the device type's reset and release end the
 * completions, vhost the kicks.
 */
#include "vq.h"

#include <linux/eventfd.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/log2.h>
#include <linux/sched/mm.h>
#include <linux/virtio_ring.h>
#include <linux/wait_bit.h>
#include <asm/barrier.h>

#include "../compat.h"
#include "chain_private.h"
#include "core.h"
#include "trace.h"

static void raise(struct vds_vq *vq)
{
	unsigned long flags;

	spin_lock_irqsave(&vq->cb_lock, flags);
	if (vq->cb.callback) {
		vq->stats.signals++;
		vq->cb.callback(vq->cb.private);
	}
	spin_unlock_irqrestore(&vq->cb_lock, flags);
}

static void signal_work(struct irq_work *work)
{
	raise(container_of(work, struct vds_vq, signal_work));
}

static void signal_driver(struct vds_vq *vq, enum vds_context context)
{
	trace_vds_signal(vq);
	if (context == VDS_THREAD && eventfd_signal_allowed())
		raise(vq);
	else
		irq_work_queue(&vq->signal_work);
}

static unsigned int bucket_of(u64 ns)
{
	return ns ? min(ilog2(ns), VDS_TIME_BUCKETS - 1) : 0;
}

static void account(struct vds_vq *vq, const struct vds_chain *chain,
		    u64 latency)
{
	vq->stats.chains++;
	if (chain->context == VDS_ATOMIC)
		vq->stats.inlined++;
	vq->stats.bytes_in += chain->readable;
	vq->stats.bytes_out += chain->pushed;
	vq->stats.latency[bucket_of(latency)]++;
}

void vds_chain_complete(struct vds_chain *chain)
{
	struct vds_vq *vq = chain->vq;
	u64 latency = ktime_get_ns() - chain->kick_ns;
	bool current_epoch, signal = false;
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&vq->lock, flags);
	current_epoch = chain->epoch == vq->epoch;
	if (current_epoch) {
		vq->inflight--;
		ret = vds_ring_push_used(&vq->ring, chain->head, chain->pushed);
		if (!ret) {
			account(vq, chain, latency);
			signal = vds_ring_must_signal(&vq->ring);
		}
	}
	spin_unlock_irqrestore(&vq->lock, flags);

	trace_vds_complete(vq, chain, latency);
	if (ret)
		vds_device_fail(vq->core->vds,
				"used ring is not in guest memory");
	if (signal)
		signal_driver(vq, chain->context);
	vds_chain_free(chain);
}
EXPORT_SYMBOL_GPL(vds_chain_complete);

static bool may_serve(struct vds_vq *vq)
{
	return READ_ONCE(vq->live) &&
	       atomic_read(&vq->core->fault) == VDS_SOUND;
}

/* Books a taken chain as in flight; false if the ring lends one twice. */
static bool book(struct vds_vq *vq, struct vds_chain *chain)
{
	unsigned long flags;
	bool fits;

	chain->vq = vq;
	spin_lock_irqsave(&vq->lock, flags);
	fits = vq->inflight < vq->ring.num;
	if (fits)
		vq->inflight++;
	chain->epoch = vq->epoch;
	/* The ring is looked at again before serving ends: this is no loss. */
	if (vq->again) {
		vq->again = false;
		vq->kick_ns = vq->again_ns;
	}
	chain->kick_ns = vq->kick_ns;
	spin_unlock_irqrestore(&vq->lock, flags);
	return fits;
}

/*
 * Takes a chain off the ring: 1, 0 if there is none, or a negative errno;
 * -ESHUTDOWN if there is one and the queue may not be served any more.
 */
static int take(struct vds_vq *vq, enum vds_context context,
		struct vds_chain **out_chain)
{
	struct vds_chain *chain;
	int ret;

	ret = vds_ring_available(&vq->ring);
	if (ret <= 0)
		return ret;
	/*
	 * What the driver makes available after it has seen NEEDS_RESET is not
	 * for us, however long ago we looked at it ourselves.
	 */
	virt_rmb();
	if (!may_serve(vq))
		return -ESHUTDOWN;

	chain = vds_chain_alloc(&vq->core->dma, context);
	if (!chain)
		return context == VDS_ATOMIC ? -EAGAIN : -ENOMEM;
	ret = vds_ring_pop(&vq->ring, chain);
	if (ret == 1 && !book(vq, chain))
		ret = -EINVAL;
	if (ret != 1) {
		vds_chain_free(chain);
		return ret;
	}
	trace_vds_take(vq, chain);
	*out_chain = chain;
	return 1;
}

/* As take(); -EAGAIN means that it is for the thread. */
static int serve_one(struct vds_vq *vq, enum vds_context context)
{
	struct vds_chain *chain = vq->pending;
	int ret;

	vq->pending = NULL;
	if (!chain) {
		ret = take(vq, context, &chain);
		if (ret <= 0)
			return ret;
	}

	chain->context = context;
	if (vq->type->serve(vq->core->vds, chain, context) == VDS_DONE)
		return 1;
	vds_chain_rewind(chain);
	vq->pending = chain;
	return -EAGAIN;
}

/*
 * False if a kick came meanwhile, which then is for us to look after. A queue
 * that may not be served any more is given back whatever came.
 */
static bool give_back(struct vds_vq *vq)
{
	unsigned long flags;
	bool given;

	spin_lock_irqsave(&vq->lock, flags);
	given = !vq->again || !may_serve(vq);
	vq->again = false;
	if (given)
		vq->serving = false;
	else
		vq->kick_ns = vq->again_ns;
	spin_unlock_irqrestore(&vq->lock, flags);
	if (given) {
		/* The waiter checks serving before it sleeps, we after. */
		smp_mb();
		wake_up_var(&vq->serving);
	}
	return given;
}

static const char *complaint(int err)
{
	switch (err) {
	case -EFAULT:
		return "ring is not in guest memory: does the VMM map all of it (RLIMIT_MEMLOCK)?";
	case -ENOMEM:
		return "out of memory, or the VMM's memory cgroup is at its limit";
	default:
		return "ring is damaged: bad index, order, loop or length";
	}
}

/*
 * Serves until the ring is empty and the right to serve is given back: 0. Or
 * until the rest is for the thread, with the right still held: -EAGAIN.
 */
static int serve(struct vds_vq *vq, enum vds_context context,
		 unsigned int budget)
{
	int ret;

	for (;;) {
		if (!may_serve(vq) && give_back(vq))
			return 0;
		if (!budget--)
			return -EAGAIN;

		vds_ring_hush(&vq->ring);
		ret = serve_one(vq, context);
		if (ret == 1) {
			if (context == VDS_THREAD)
				cond_resched();
			continue;
		}
		if (ret == 0) {
			ret = vds_ring_arm(&vq->ring);
			if (ret == 0 && give_back(vq))
				return 0;
			if (ret >= 0)
				continue;
		}
		if (ret == -ESHUTDOWN)
			continue;
		if (ret == -EAGAIN && context == VDS_ATOMIC)
			return ret;
		vds_device_fail(vq->core->vds, complaint(ret));
	}
}

static void serve_work(struct kthread_work *work)
{
	struct vds_vq *vq = container_of(work, struct vds_vq, work);
	struct mem_cgroup *old;

	old = set_active_memcg(vq->core->memcg);
	serve(vq, VDS_THREAD, UINT_MAX);
	set_active_memcg(old);
}

/* False if nobody wants to know. */
static bool kick(struct vds_vq *vq, u64 now)
{
	unsigned long flags;
	bool begin;

	spin_lock_irqsave(&vq->lock, flags);
	if (!vq->live) {
		spin_unlock_irqrestore(&vq->lock, flags);
		return false;
	}
	vq->stats.kicks++;
	begin = !vq->serving;
	if (begin) {
		vq->serving = true;
		vq->again = false;
		vq->kick_ns = now;
	} else if (!vq->again) {
		vq->again = true;
		vq->again_ns = now;
	}
	spin_unlock_irqrestore(&vq->lock, flags);

	trace_vds_kick(vq, begin);
	if (!begin)
		return true;
	if (vq->type->inline_budget &&
	    !serve(vq, VDS_ATOMIC, vq->type->inline_budget))
		return true;
	/* Still ours, so still nobody else counts. */
	vq->stats.deferred++;
	kthread_queue_work(vq->worker, &vq->work);
	return true;
}

static void account_kick(struct vds_vq *vq, u64 begin)
{
	unsigned int bucket = bucket_of(ktime_get_ns() - begin);
	unsigned long flags;

	spin_lock_irqsave(&vq->lock, flags);
	vq->stats.kick_time[bucket]++;
	spin_unlock_irqrestore(&vq->lock, flags);
}

void vds_vq_kick(struct vds_vq *vq)
{
	u64 begin = ktime_get_ns();
	bool live = kick(vq, begin);

	if (live && READ_ONCE(vq->core->kick_times) && irqs_disabled())
		account_kick(vq, begin);
}

int vds_vq_start(struct vds_vq *vq)
{
	struct vds_core *core = vq->core;
	int ret;

	if (vq->num > VDS_RING_MAX)
		return -EINVAL;
	vq->ring = (struct vds_ring){
		.dma = &core->dma,
		.desc = vq->desc,
		.avail = vq->avail,
		.used = vq->used,
		.num = vq->num,
		.event_idx = core->accepted & BIT_ULL(VIRTIO_RING_F_EVENT_IDX),
		.indirect = core->accepted &
			    BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC),
		.last_avail = vq->base,
	};
	ret = vds_ring_start(&vq->ring);
	if (ret)
		return ret;

	/* Kicks before DRIVER_OK were ignored: look once without one. */
	spin_lock_irq(&vq->lock);
	vq->live = true;
	vq->serving = true;
	vq->again = false;
	vq->kick_ns = ktime_get_ns();
	spin_unlock_irq(&vq->lock);
	kthread_queue_work(vq->worker, &vq->work);
	return 0;
}

void vds_vq_stop(struct vds_vq *vq, bool forget)
{
	struct vds_chain *pending;
	bool was_live;

	spin_lock_irq(&vq->lock);
	was_live = vq->live;
	vq->live = false;
	if (forget) {
		vq->epoch++;
		vq->inflight = 0;
	}
	spin_unlock_irq(&vq->lock);

	wait_var_event(&vq->serving, !READ_ONCE(vq->serving));
	/* The lock under which it was given back shows us what the last did. */
	spin_lock_irq(&vq->lock);
	pending = vq->pending;
	vq->pending = NULL;
	if (pending) {
		/* Taken last and not begun: it goes back to the ring. */
		vq->ring.last_avail--;
		if (!forget)
			vq->inflight--;
	}
	spin_unlock_irq(&vq->lock);
	vds_chain_free(pending);
	irq_work_sync(&vq->signal_work);
	if (was_live)
		vq->base = vq->ring.last_avail;
}

void vds_vq_reset(struct vds_vq *vq)
{
	static const struct vdpa_callback none;

	vq->desc = 0;
	vq->avail = 0;
	vq->used = 0;
	vq->num = 0;
	vq->base = 0;
	vq->ready = false;
	/* The one who set it may be gone before the next one sets another. */
	vds_vq_set_cb(vq, &none);
}

void vds_vq_set_cb(struct vds_vq *vq, const struct vdpa_callback *cb)
{
	unsigned long flags;

	spin_lock_irqsave(&vq->cb_lock, flags);
	vq->cb = *cb;
	spin_unlock_irqrestore(&vq->cb_lock, flags);
}

int vds_vq_init(struct vds_vq *vq, struct vds_core *core, u16 index)
{
	struct kthread_worker *worker;

	vq->core = core;
	vq->index = index;
	vq->type = &core->vds->type->queues[index];
	spin_lock_init(&vq->lock);
	spin_lock_init(&vq->cb_lock);
	init_irq_work(&vq->signal_work, signal_work);
	kthread_init_work(&vq->work, serve_work);

	worker = vds_kthread_run_worker(0, "vds-%s-%s",
					vds_device_name(core->vds),
					vq->type->name);
	if (IS_ERR(worker))
		return PTR_ERR(worker);
	vq->worker = worker;
	return 0;
}

void vds_vq_finish(struct vds_vq *vq)
{
	if (vq->worker)
		kthread_destroy_worker(vq->worker);
	vq->worker = NULL;
}
