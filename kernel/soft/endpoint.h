/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * endpoint.h - where a device that has DMA and an IOMMU that translates meet.
 *
 * An endpoint is a name: an IOMMU's name and a number that the guest knows the
 * device by. Whoever translates for it (the provider, an IOMMU) and whoever
 * does DMA as it (the users: devices, test tools) find each other here and know
 * nothing else of each other. They may come and go in any order; an endpoint
 * without a provider reaches nothing.
 *
 * Translating and what follows from it, up to the last byte copied, happens
 * either under the endpoint's lock (vds_dma_read() and the like) or in a
 * section of the user's memory (dma.h). A provider that takes a translation
 * away
 *
 *   1. removes it from what its translate() finds,
 *   2. calls vds_endpoint_revoke(), which waits for all of these, has the users
 *      forget what they remember and take back what they handed out,
 *   3. answers the guest.
 *
 * Step 2 may have to sleep. Called with VDS_ATOMIC it does what it can without
 * and says if that was not all; then the provider comes again in its thread.
 *
 * Lock order: vds_endpoint.users_lock (mutex), then the locks of a user, then
 * vds_endpoint.lock (irq), then the provider's own lock (irq), which therefore
 * must not be held around any call to this room. vds_mem.lock (irq) comes after
 * vds_endpoint.lock, too.
 */
#ifndef _VDS_ENDPOINT_H
#define _VDS_ENDPOINT_H

#include <linux/list.h>
#include <linux/types.h>

#include "vds.h"

struct vds_dma;
struct vds_endpoint;

/**
 * struct vds_span - what the front of an iova range translates to
 * @gpa: guest physical address of its first byte
 * @last: last iova that follows contiguously, at most the last one asked for
 */
struct vds_span {
	u64 gpa;
	u64 last;
};

/**
 * struct vds_provider_ops - how an IOMMU translates for one of its endpoints
 * @translate: finds what [@iova, @last] begins with; @write says what for.
 *	Reports a fault to the guest if it finds nothing. Returns 0 or -EFAULT.
 *	Any context, interrupts off
 */
struct vds_provider_ops {
	int (*translate)(void *provider, u64 iova, u64 last, bool write,
			 struct vds_span *out_span);
};

/**
 * struct vds_endpoint_user - one who does DMA as an endpoint
 * @link: in the endpoint
 * @try_revoke: forget what [@iova, @last] was translated to, if nothing has to
 *	be waited for: true. False: revoke() has to be called. Any context,
 *	interrupts off, under the endpoint's lock
 * @revoke: as above, waiting. Process context, no spinlock held
 *
 * Embedded in the user's own struct.
 */
struct vds_endpoint_user {
	struct list_head link;
	bool (*try_revoke)(struct vds_endpoint_user *user, u64 iova, u64 last);
	void (*revoke)(struct vds_endpoint_user *user, u64 iova, u64 last);
};

/**
 * vds_endpoint_get() - find an endpoint, or make it
 * @iommu: name of the IOMMU's device
 * @id: number of the endpoint there
 *
 * Process context. Return: the endpoint, to be dropped with
 * vds_endpoint_put(), or an ERR_PTR.
 */
struct vds_endpoint *vds_endpoint_get(const char *iommu, u32 id);

/**
 * vds_endpoint_put() - drop a reference
 * @ep: from vds_endpoint_get(); NULL is fine
 *
 * Process context.
 */
void vds_endpoint_put(struct vds_endpoint *ep);

/**
 * vds_endpoint_provide() - begin to translate for an endpoint
 * @ep: a held endpoint
 * @ops: how
 * @provider: for @ops
 *
 * Process context. Return: 0, or -EBUSY if somebody does already.
 */
int vds_endpoint_provide(struct vds_endpoint *ep,
			 const struct vds_provider_ops *ops, void *provider);

/**
 * vds_endpoint_withdraw() - translate no more
 * @ep: a provided endpoint
 *
 * After return nobody uses what was translated, and ops are not called.
 * Process context, sleeps, never fails.
 */
void vds_endpoint_withdraw(struct vds_endpoint *ep);

/**
 * vds_endpoint_revoke() - [@iova, @last] translates differently from now on
 * @ep: a provided endpoint
 * @iova: first address
 * @last: last address
 * @context: VDS_ATOMIC: without sleeping
 *
 * Return: true if nobody uses the old translations any more; always, if
 * @context is VDS_THREAD.
 */
bool vds_endpoint_revoke(struct vds_endpoint *ep, u64 iova, u64 last,
			 enum vds_context context);

/**
 * vds_endpoint_join() - do DMA as an endpoint
 * @ep: a held endpoint
 * @user: callbacks set
 *
 * Process context.
 */
void vds_endpoint_join(struct vds_endpoint *ep, struct vds_endpoint_user *user);

/**
 * vds_endpoint_leave() - do no more DMA as an endpoint
 * @ep: a joined endpoint
 * @user: its callbacks are not running and will not be called
 *
 * Process context.
 */
void vds_endpoint_leave(struct vds_endpoint *ep,
			struct vds_endpoint_user *user);

/**
 * vds_endpoint_translate() - look only
 * @ep: a held endpoint
 * @iova: first address
 * @last: last address
 * @write: what for
 * @out_span: what the range begins with
 *
 * For reports: it may be over by the time the caller looks. Any context.
 * Return: 0 or -EFAULT.
 */
int vds_endpoint_translate(struct vds_endpoint *ep, u64 iova, u64 last,
			   bool write, struct vds_span *out_span);

/**
 * vds_dma_create_behind() - a door to a device's memory for an endpoint
 * @vds: the device whose memory it is, outlives the door
 * @ep: held by the caller as long as the door is used
 *
 * For vds_dma_read() and vds_dma_write() only. Return: the door, to be freed
 * with vds_dma_destroy(), or NULL when out of memory.
 */
struct vds_dma *vds_dma_create_behind(struct vds_device *vds,
				      struct vds_endpoint *ep);
void vds_dma_destroy(struct vds_dma *dma);

#endif /* _VDS_ENDPOINT_H */
