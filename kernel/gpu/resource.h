/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * resource.h - what the guest calls by a resource id.
 *
 * There are two kinds. A 2D resource is a host image that transfers fill from
 * its backing; it has its image from birth to death. A blob is its backing:
 * it gets an image when it is shown first, either of the guest's own pages or,
 * if those do not lie on page boundaries, a host image that flushes fill
 * (the shadow), and loses it with the backing.
 *
 * Only the control queue makes, changes and drops resources, one command at a
 * time. The cursor queue reads them, revoke takes guest pages away from them.
 */
#ifndef _VDGPU_RESOURCE_H
#define _VDGPU_RESOURCE_H

#include <linux/cleanup.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/uuid.h>

struct vdgpu_backing;
struct vdgpu_device;
struct vdgpu_image;

/**
 * struct vdgpu_resource - an image or a blob of the guest
 * @ref: the table has one, whoever found it another
 * @gpu: whose quota it is charged to
 * @id: chosen by the guest, never 0
 * @blob: a guest blob
 * @format: enum virtio_gpu_formats; 2D only
 * @width: columns, 2D only
 * @height: rows, 2D only
 * @size: bytes: of a 2D image without the rest of its last page, of a blob as
 *	the guest said
 * @uuid: nil until asked for; control queue only
 * @lock: covers what follows
 * @gone: not in the table any more
 * @backing: where the guest keeps the pixels, or NULL
 * @image: what can be shown, or NULL. The control queue may read it without
 *	@lock, because nobody else changes it
 * @image_bytes: charged for @image
 * @stale: @image has lost its guest pages and wants to be made again. Read
 *	without @lock where a late answer does no harm
 * @guest_link: in vdgpu_device.guest_images while @image is made of guest
 *	pages and not stale; under that list's lock as well
 */
struct vdgpu_resource {
	struct kref ref;
	struct vdgpu_device *gpu;
	u32 id;
	bool blob;
	u32 format;
	u32 width;
	u32 height;
	u64 size;
	uuid_t uuid;

	struct mutex lock; /* @gone to @guest_link */
	bool gone;
	struct vdgpu_backing *backing;
	struct vdgpu_image *image;
	u64 image_bytes;
	bool stale;
	struct list_head guest_link;
};

/* Bytes from row to row of a 2D resource: no padding (TRAP-GPU-1). */
static inline u32 vdgpu_resource_stride(const struct vdgpu_resource *res)
{
	return res->width * 4;
}

/**
 * vdgpu_quota_charge_bytes() - may the guest have that many bytes of images
 * @gpu: the device
 * @bytes: how many
 *
 * Any context. Return: false if that is too much; nothing is charged then.
 */
bool vdgpu_quota_charge_bytes(struct vdgpu_device *gpu, u64 bytes);
void vdgpu_quota_uncharge_bytes(struct vdgpu_device *gpu, u64 bytes);

/**
 * vdgpu_quota_charge_entries() - may the guest have that many backing entries
 * @gpu: the device
 * @entries: how many
 *
 * Any context. Return: false if that is too much; nothing is charged then.
 */
bool vdgpu_quota_charge_entries(struct vdgpu_device *gpu, u64 entries);
void vdgpu_quota_uncharge_entries(struct vdgpu_device *gpu, u64 entries);

/**
 * vdgpu_resource_create() - make a bare resource that nobody can find yet
 * @gpu: the device
 * @id: not 0
 *
 * Return: a resource with one reference; or an ERR_PTR: -EDQUOT, -ENOMEM.
 */
struct vdgpu_resource *vdgpu_resource_create(struct vdgpu_device *gpu, u32 id);

/**
 * vdgpu_resource_publish() - put a finished resource into the table
 * @res: the table gets the caller's reference; it is dropped on failure
 *
 * Return: 0, -EBUSY for an id in use, -ENOMEM.
 */
int vdgpu_resource_publish(struct vdgpu_resource *res);

/**
 * vdgpu_resource_exists() - is an id in use
 * @gpu: the device
 * @id: any
 */
bool vdgpu_resource_exists(struct vdgpu_device *gpu, u32 id);

/**
 * vdgpu_resource_find() - look an id up
 * @gpu: the device
 * @id: any, also 0
 *
 * Any context. Return: a resource with a reference for the caller, or NULL.
 */
struct vdgpu_resource *vdgpu_resource_find(struct vdgpu_device *gpu, u32 id);

/**
 * vdgpu_resource_next() - walk the table
 * @gpu: the device
 * @id: the first id to look at
 *
 * Process context. Return: the resource with the lowest id not below @id, with
 * a reference for the caller, or NULL.
 */
struct vdgpu_resource *vdgpu_resource_next(struct vdgpu_device *gpu, u32 id);

/**
 * vdgpu_resource_put() - drop a reference
 * @res: any; NULL and error pointers are fine
 *
 * The last reference must go in process context. The control queue may put
 * in VDS_ATOMIC: while it does, the table keeps its own.
 */
void vdgpu_resource_put(struct vdgpu_resource *res);

DEFINE_FREE(vdgpu_resource, struct vdgpu_resource *, vdgpu_resource_put(_T))

/**
 * vdgpu_resource_make_image() - give it something that can be shown
 * @res: a 2D resource; or a blob with backing, its guest_images_lock held
 *
 * The caller holds @res->lock, unless nobody can find it yet. Charges the
 * quota. An image that is there and not stale stays; a stale one is replaced,
 * or stays if that fails.
 *
 * Return: 0, or -EDQUOT, -ENOMEM, -EFAULT.
 */
int vdgpu_resource_make_image(struct vdgpu_resource *res);

/**
 * vdgpu_resource_detach() - let go of the backing
 * @res: any; process context
 *
 * No page of the guest is touched or referred to by @res after return
 * (GPU2D-REQ-5.1.e). A blob vanishes from its scanouts; a 2D image stays.
 *
 * Return: false if there was no backing.
 */
bool vdgpu_resource_detach(struct vdgpu_resource *res);

/**
 * vdgpu_resource_unlink() - the end of a resource
 * @res: in the table; the caller has a reference of its own
 *
 * Takes it out of the table, off its scanouts and cursors and lets go of its
 * backing, whoever else holds a reference (GPU2D-REQ-5.UN2, TRAP-GPU-11).
 */
void vdgpu_resource_unlink(struct vdgpu_resource *res);

/**
 * vdgpu_resources_drop() - vdgpu_resource_unlink() for all
 * @gpu: a device whose queues are quiet, in any stage of being built
 */
void vdgpu_resources_drop(struct vdgpu_device *gpu);

/**
 * vdgpu_resources_revoke() - guest memory goes away
 * @gpu: the device
 * @iova: first byte
 * @last: last byte
 *
 * Images that show guest pages of the range let go of all their pages before
 * it returns; the next flush makes them again if it can (BASE-16).
 */
void vdgpu_resources_revoke(struct vdgpu_device *gpu, u64 iova, u64 last);

#endif /* _VDGPU_RESOURCE_H */
