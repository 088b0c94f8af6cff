// SPDX-License-Identifier: GPL-2.0-only
#include "resource.h"

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "../soft/dma.h"
#include "backing.h"
#include "image.h"
#include "scanout.h"
#include "vdgpu.h"

static bool charge(struct vdgpu_quota *quota, u64 *used, u64 amount, u64 limit)
{
	unsigned long flags;
	bool fits;

	spin_lock_irqsave(&quota->lock, flags);
	fits = *used <= limit && amount <= limit - *used;
	if (fits)
		*used += amount;
	spin_unlock_irqrestore(&quota->lock, flags);
	return fits;
}

static void uncharge(struct vdgpu_quota *quota, u64 *used, u64 amount)
{
	unsigned long flags;

	spin_lock_irqsave(&quota->lock, flags);
	*used -= amount;
	spin_unlock_irqrestore(&quota->lock, flags);
}

bool vdgpu_quota_charge_bytes(struct vdgpu_device *gpu, u64 bytes)
{
	return charge(&gpu->quota, &gpu->quota.bytes, bytes,
		      gpu->config.limits.bytes);
}

void vdgpu_quota_uncharge_bytes(struct vdgpu_device *gpu, u64 bytes)
{
	uncharge(&gpu->quota, &gpu->quota.bytes, bytes);
}

bool vdgpu_quota_charge_entries(struct vdgpu_device *gpu, u64 entries)
{
	return charge(&gpu->quota, &gpu->quota.entries, entries,
		      gpu->config.limits.total_entries);
}

void vdgpu_quota_uncharge_entries(struct vdgpu_device *gpu, u64 entries)
{
	uncharge(&gpu->quota, &gpu->quota.entries, entries);
}

static bool charge_resource(struct vdgpu_device *gpu)
{
	return charge(&gpu->quota, &gpu->quota.resources, 1,
		      gpu->config.limits.resources);
}

static void uncharge_resource(struct vdgpu_device *gpu)
{
	uncharge(&gpu->quota, &gpu->quota.resources, 1);
}

struct vdgpu_resource *vdgpu_resource_create(struct vdgpu_device *gpu, u32 id)
{
	struct vdgpu_resource *res;

	if (!charge_resource(gpu))
		return ERR_PTR(-EDQUOT);
	res = kzalloc(sizeof(*res), GFP_KERNEL_ACCOUNT);
	if (!res) {
		uncharge_resource(gpu);
		return ERR_PTR(-ENOMEM);
	}
	kref_init(&res->ref);
	res->gpu = gpu;
	res->id = id;
	mutex_init(&res->lock);
	INIT_LIST_HEAD(&res->guest_link);
	return res;
}

bool vdgpu_resource_exists(struct vdgpu_device *gpu, u32 id)
{
	return xa_load(&gpu->resources, id);
}

struct vdgpu_resource *vdgpu_resource_find(struct vdgpu_device *gpu, u32 id)
{
	struct vdgpu_resource *res;
	unsigned long flags;

	xa_lock_irqsave(&gpu->resources, flags);
	res = xa_load(&gpu->resources, id);
	if (res)
		kref_get(&res->ref);
	xa_unlock_irqrestore(&gpu->resources, flags);
	return res;
}

struct vdgpu_resource *vdgpu_resource_next(struct vdgpu_device *gpu, u32 id)
{
	struct vdgpu_resource *res;
	unsigned long index = id;

	xa_lock_irq(&gpu->resources);
	res = xa_find(&gpu->resources, &index, U32_MAX, XA_PRESENT);
	if (res)
		kref_get(&res->ref);
	xa_unlock_irq(&gpu->resources);
	return res;
}

/* Guest pages are held from create_image() on, see there. */
static void unlink_guest_image(struct vdgpu_resource *res)
{
	list_del_init(&res->guest_link);
	vds_dma_unhold(vds_device_dma(&res->gpu->vds));
}

/* The caller holds res->lock, and guest_images_lock if it is a blob. */
static void drop_image(struct vdgpu_resource *res)
{
	if (!list_empty(&res->guest_link)) {
		unlink_guest_image(res);
		vdgpu_image_revoke(res->image);
	}
	vdgpu_image_drop(res->image);
	res->image = NULL;
	vdgpu_quota_uncharge_bytes(res->gpu, res->image_bytes);
	res->image_bytes = 0;
	res->stale = false;
}

static void release(struct kref *ref)
{
	struct vdgpu_resource *res =
		container_of(ref, struct vdgpu_resource, ref);

	might_sleep();
	vdgpu_backing_destroy(res->backing);
	/* A blob has lost its image already, see vdgpu_resource_unlink(). */
	drop_image(res);
	uncharge_resource(res->gpu);
	mutex_destroy(&res->lock);
	kfree(res);
}

void vdgpu_resource_put(struct vdgpu_resource *res)
{
	if (!IS_ERR_OR_NULL(res))
		kref_put(&res->ref, release);
}

int vdgpu_resource_publish(struct vdgpu_resource *res)
{
	int ret;

	ret = xa_insert_irq(&res->gpu->resources, res->id, res,
			    GFP_KERNEL_ACCOUNT);
	if (ret)
		vdgpu_resource_put(res);
	return ret;
}

static struct vdgpu_image *create_guest_image(struct vdgpu_resource *res,
					      u64 size)
{
	unsigned long nr_pages;
	struct page **pages;

	lockdep_assert_held(&res->gpu->guest_images_lock);
	pages = vdgpu_backing_get_pages(res->backing, size, &nr_pages);
	if (IS_ERR(pages))
		return ERR_CAST(pages);
	return vdgpu_image_create_guest(pages, nr_pages);
}

static struct vdgpu_image *create_image(struct vdgpu_resource *res, u64 size)
{
	struct vds_dma *dma = vds_device_dma(&res->gpu->vds);
	struct vdgpu_image *image;

	if (!res->blob)
		return vdgpu_image_create_host(size);

	/* As long as an image of guest pages is in guest_images. */
	vds_dma_hold(dma);
	image = create_guest_image(res, size);
	if (IS_ERR(image))
		vds_dma_unhold(dma);
	if (PTR_ERR_OR_ZERO(image) == -EOPNOTSUPP)
		return vdgpu_image_create_host(size);
	return image;
}

static u64 image_size(const struct vdgpu_resource *res)
{
	return res->blob ? min(res->size, res->backing->size) : res->size;
}

int vdgpu_resource_make_image(struct vdgpu_resource *res)
{
	struct vdgpu_image *image;
	u64 size = image_size(res);
	u64 bytes;

	if (res->image && !res->stale)
		return 0;
	/* Whole pages are held, and whole pages can be looked at. */
	if (!size || check_add_overflow(size, PAGE_SIZE - 1, &bytes))
		return -EFAULT;
	bytes = round_down(bytes, PAGE_SIZE);

	/* A stale image is paid for, and as large as the one that follows. */
	if (!res->image && !vdgpu_quota_charge_bytes(res->gpu, bytes))
		return -EDQUOT;
	image = create_image(res, size);
	if (IS_ERR(image)) {
		if (!res->image)
			vdgpu_quota_uncharge_bytes(res->gpu, bytes);
		return PTR_ERR(image);
	}

	vdgpu_image_drop(res->image);
	res->image = image;
	res->image_bytes = bytes;
	WRITE_ONCE(res->stale, false);
	if (image->guest)
		list_add(&res->guest_link, &res->gpu->guest_images);
	return 0;
}

bool vdgpu_resource_detach(struct vdgpu_resource *res)
{
	struct vdgpu_device *gpu = res->gpu;
	struct vdgpu_backing *backing;

	/* The image of a blob is its backing. Blank first: no frame of zeros. */
	if (res->blob)
		vdgpu_scanout_forget(gpu, res->id);

	mutex_lock(&gpu->guest_images_lock);
	mutex_lock(&res->lock);
	backing = res->backing;
	res->backing = NULL;
	if (res->blob)
		drop_image(res);
	mutex_unlock(&res->lock);
	mutex_unlock(&gpu->guest_images_lock);

	vdgpu_backing_destroy(backing);
	return backing;
}

void vdgpu_resource_unlink(struct vdgpu_resource *res)
{
	xa_erase_irq(&res->gpu->resources, res->id);

	/* From here on the cursor queue refuses it, if it found it before. */
	mutex_lock(&res->lock);
	res->gone = true;
	mutex_unlock(&res->lock);

	vdgpu_scanout_forget(res->gpu, res->id);
	vdgpu_resource_detach(res);
	vdgpu_resource_put(res);
}

void vdgpu_resources_drop(struct vdgpu_device *gpu)
{
	struct vdgpu_resource *res;
	unsigned long id;

	xa_for_each(&gpu->resources, id, res) {
		vdgpu_resource_unlink(res);
		cond_resched();
	}
}

void vdgpu_resources_revoke(struct vdgpu_device *gpu, u64 iova, u64 last)
{
	struct vdgpu_resource *next;
	struct vdgpu_resource *res;

	mutex_lock(&gpu->guest_images_lock);
	list_for_each_entry_safe(res, next, &gpu->guest_images, guest_link) {
		mutex_lock(&res->lock);
		if (vdgpu_backing_overlaps(res->backing, iova, last)) {
			unlink_guest_image(res);
			WRITE_ONCE(res->stale, true);
			vdgpu_image_revoke(res->image);
		}
		mutex_unlock(&res->lock);
	}
	mutex_unlock(&gpu->guest_images_lock);
}
