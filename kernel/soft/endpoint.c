// SPDX-License-Identifier: GPL-2.0-only
/*
 * The meeting place of those who translate and those who do DMA, see
 * endpoint.h. An endpoint is in the list as long as somebody holds it.
 *
 * A translation is used in two ways. A short copy looks up and copies under the
 * endpoint's lock, so taking that lock for writing once waits for all of them.
 * Whoever remembers longer than that has joined, and is asked one by one.
 */
#include "endpoint.h"

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "endpoint_private.h"

/**
 * struct vds_endpoint - a name that is translated for
 * @link: in endpoints
 * @refs: who holds it
 * @id: number that the guest knows it by
 * @users_lock: held to change @users, and around their revoke()
 * @lock: covers @ops, @provider and, to change it, @users; held for reading
 *	around every short use of a translation. Any context
 * @ops: how to translate, or NULL: nothing can be reached
 * @provider: for @ops
 * @users: those who remember translations, struct vds_endpoint_user.link
 * @iommu: name of the IOMMU's device
 *
 * @link and @refs are covered by endpoints_lock.
 */
struct vds_endpoint {
	struct list_head link;
	unsigned int refs;
	u32 id;
	struct mutex users_lock; /* users, to change it */
	rwlock_t lock;
	const struct vds_provider_ops *ops;
	void *provider;
	struct list_head users;
	char iommu[];
};

static DEFINE_MUTEX(endpoints_lock);
static LIST_HEAD(endpoints);

static struct vds_endpoint *find_locked(const char *iommu, u32 id)
{
	struct vds_endpoint *ep;

	lockdep_assert_held(&endpoints_lock);
	list_for_each_entry(ep, &endpoints, link)
		if (ep->id == id && !strcmp(ep->iommu, iommu))
			return ep;
	return NULL;
}

static struct vds_endpoint *make(const char *iommu, u32 id)
{
	size_t size = strlen(iommu) + 1;
	struct vds_endpoint *ep;

	ep = kzalloc(struct_size(ep, iommu, size), GFP_KERNEL);
	if (!ep)
		return NULL;
	ep->id = id;
	mutex_init(&ep->users_lock);
	rwlock_init(&ep->lock);
	INIT_LIST_HEAD(&ep->users);
	memcpy(ep->iommu, iommu, size);
	return ep;
}

struct vds_endpoint *vds_endpoint_get(const char *iommu, u32 id)
{
	struct vds_endpoint *ep;

	guard(mutex)(&endpoints_lock);
	ep = find_locked(iommu, id);
	if (!ep) {
		ep = make(iommu, id);
		if (!ep)
			return ERR_PTR(-ENOMEM);
		list_add(&ep->link, &endpoints);
	}
	ep->refs++;
	return ep;
}
EXPORT_SYMBOL_GPL(vds_endpoint_get);

void vds_endpoint_put(struct vds_endpoint *ep)
{
	if (!ep)
		return;
	guard(mutex)(&endpoints_lock);
	if (--ep->refs)
		return;
	list_del(&ep->link);
	mutex_destroy(&ep->users_lock);
	kfree(ep);
}
EXPORT_SYMBOL_GPL(vds_endpoint_put);

int vds_endpoint_provide(struct vds_endpoint *ep,
			 const struct vds_provider_ops *ops, void *provider)
{
	int ret = -EBUSY;

	write_lock_irq(&ep->lock);
	if (!ep->ops) {
		ep->ops = ops;
		ep->provider = provider;
		ret = 0;
	}
	write_unlock_irq(&ep->lock);
	return ret;
}
EXPORT_SYMBOL_GPL(vds_endpoint_provide);

void vds_endpoint_withdraw(struct vds_endpoint *ep)
{
	write_lock_irq(&ep->lock);
	ep->ops = NULL;
	ep->provider = NULL;
	write_unlock_irq(&ep->lock);
	vds_endpoint_revoke(ep, 0, U64_MAX, VDS_THREAD);
}
EXPORT_SYMBOL_GPL(vds_endpoint_withdraw);

static bool try_revoke(struct vds_endpoint *ep, u64 iova, u64 last)
{
	struct vds_endpoint_user *user;
	unsigned long flags;
	bool done = true;

	/* To get it is to have waited for short copies. */
	write_lock_irqsave(&ep->lock, flags);
	list_for_each_entry(user, &ep->users, link)
		if (!user->try_revoke(user, iova, last))
			done = false;
	write_unlock_irqrestore(&ep->lock, flags);
	return done;
}

bool vds_endpoint_revoke(struct vds_endpoint *ep, u64 iova, u64 last,
			 enum vds_context context)
{
	struct vds_endpoint_user *user;

	if (context == VDS_ATOMIC)
		return try_revoke(ep, iova, last);

	guard(mutex)(&ep->users_lock);
	write_lock_irq(&ep->lock);
	write_unlock_irq(&ep->lock);
	list_for_each_entry(user, &ep->users, link)
		user->revoke(user, iova, last);
	return true;
}
EXPORT_SYMBOL_GPL(vds_endpoint_revoke);

void vds_endpoint_join(struct vds_endpoint *ep, struct vds_endpoint_user *user)
{
	guard(mutex)(&ep->users_lock);
	write_lock_irq(&ep->lock);
	list_add(&user->link, &ep->users);
	write_unlock_irq(&ep->lock);
}
EXPORT_SYMBOL_GPL(vds_endpoint_join);

void vds_endpoint_leave(struct vds_endpoint *ep,
			struct vds_endpoint_user *user)
{
	guard(mutex)(&ep->users_lock);
	write_lock_irq(&ep->lock);
	list_del(&user->link);
	write_unlock_irq(&ep->lock);
}
EXPORT_SYMBOL_GPL(vds_endpoint_leave);

unsigned long vds_endpoint_lock(struct vds_endpoint *ep)
	__acquires(&ep->lock)
{
	unsigned long flags;

	read_lock_irqsave(&ep->lock, flags);
	return flags;
}

void vds_endpoint_unlock(struct vds_endpoint *ep, unsigned long flags)
	__releases(&ep->lock)
{
	read_unlock_irqrestore(&ep->lock, flags);
}

int vds_endpoint_translate_locked(struct vds_endpoint *ep, u64 iova, u64 last,
				  bool write, struct vds_span *out_span)
{
	lockdep_assert_held_read(&ep->lock);
	if (!ep->ops)
		return -EFAULT;
	return ep->ops->translate(ep->provider, iova, last, write, out_span);
}

int vds_endpoint_translate(struct vds_endpoint *ep, u64 iova, u64 last,
			   bool write, struct vds_span *out_span)
{
	unsigned long flags;
	int ret;

	read_lock_irqsave(&ep->lock, flags);
	ret = vds_endpoint_translate_locked(ep, iova, last, write, out_span);
	read_unlock_irqrestore(&ep->lock, flags);
	return ret;
}
EXPORT_SYMBOL_GPL(vds_endpoint_translate);
