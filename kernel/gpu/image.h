/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * image.h - pixels that can be shown: host pages that a guest fills by
 * transfers, or the guest's own pages (guest blobs).
 *
 * An image is counted; resources, scanouts, maps and dma-bufs each hold one
 * reference. Host pages live as long as the image. Guest pages are held by
 * page references of our own and are let go by vdgpu_image_revoke(): maps read
 * zeros from then on, and an importer that has a dma-buf attachment mapped at
 * that moment keeps the pages (not the access of the next frame) until it
 * unmaps, because a dma-buf cannot be taken back from it.
 */
#ifndef _VDGPU_IMAGE_H
#define _VDGPU_IMAGE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct dma_buf;
struct page;
struct vm_area_struct;

/**
 * struct vdgpu_image - pages with pixels
 * @ref: references
 * @id: never reused while the module is loaded, not 0
 * @size: bytes, a multiple of PAGE_SIZE
 * @vaddr: kernel address of all of it; NULL for guest pages
 * @guest: made of guest pages
 * @guest_link: in vdgpu_device.guest_images, under its guest_images_lock
 * @lock: covers @pages and what follows
 * @pages: @size / PAGE_SIZE pages; NULL once revoked
 * @attachments: mapped dma-buf attachments
 * @mapping: address space of all maps of guest pages, for revocation
 *
 * (The room may add private fields.)
 */
struct vdgpu_image {
	struct kref ref;
	u64 id;
	u64 size;
	void *vaddr;
	bool guest;
	struct list_head guest_link;
	struct mutex lock;
	struct page **pages;
	unsigned int attachments;
	struct address_space *mapping;
};

/**
 * vdgpu_image_create_host() - zeroed host memory
 * @size: bytes, rounded up to pages; the caller has charged the quota
 *
 * Process context; pages are charged to the active memory cgroup.
 * Return: an image with one reference, or an ERR_PTR.
 */
struct vdgpu_image *vdgpu_image_create_host(u64 size);

/**
 * vdgpu_image_create_guest() - show the guest's own pages
 * @pages: one page pointer per page, from kvmalloc; a reference on each. Owned
 *	by the image from now on, also on error
 * @nr_pages: how many, not 0
 *
 * Return: an image with one reference, or an ERR_PTR.
 */
struct vdgpu_image *vdgpu_image_create_guest(struct page **pages,
					     unsigned long nr_pages);

struct vdgpu_image *vdgpu_image_get(struct vdgpu_image *image);

/**
 * vdgpu_image_put() - drop a reference
 * @image: NULL is fine
 *
 * Any context; memory is freed by a work item when the caller cannot sleep.
 */
void vdgpu_image_put(struct vdgpu_image *image);

/**
 * vdgpu_image_revoke() - let go of guest pages
 * @image: a guest image; calling it twice is fine
 *
 * May sleep. After return no map reads those pages and no new attachment gets
 * them.
 */
void vdgpu_image_revoke(struct vdgpu_image *image);

/**
 * vdgpu_image_mmap() - map an image read-only
 * @image: takes its own reference
 * @vma: a shared mapping, vm_pgoff counted from the image's first page
 */
int vdgpu_image_mmap(struct vdgpu_image *image, struct vm_area_struct *vma);

/**
 * vdgpu_image_export() - make a dma-buf
 * @image: the dma-buf takes its own reference
 *
 * Return: a dma-buf or an ERR_PTR.
 */
struct dma_buf *vdgpu_image_export(struct vdgpu_image *image);

#endif /* _VDGPU_IMAGE_H */
