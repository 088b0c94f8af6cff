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
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct dma_buf;
struct file;
struct page;
struct vm_area_struct;

/**
 * struct vdgpu_image - pages with pixels
 * @ref: references
 * @id: never reused while the module is loaded, not 0
 * @size: bytes, a multiple of PAGE_SIZE
 * @vaddr: kernel address of all of it; NULL for guest pages
 * @guest: made of guest pages
 * @lock: covers @pages and what follows
 * @pages: @size / PAGE_SIZE pages; NULL once revoked
 * @lingering: what @pages was before revocation, while an importer has it
 * @nr_pages: how many
 * @attachments: mapped dma-buf attachments, image_dmabuf.c
 * @file: owns all maps: its address space is how they are found again. Made
 *	by the first one. Holds no reference to the image; its maps do
 * @buried: in the list of images that wait to be freed
 */
struct vdgpu_image {
	struct kref ref;
	u64 id;
	u64 size;
	void *vaddr;
	bool guest;
	struct mutex lock;
	struct page **pages;
	struct page **lingering;
	unsigned long nr_pages;
	struct list_head attachments;
	struct file *file;
	struct llist_node buried;
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
 * Any context: a work item frees the memory.
 */
void vdgpu_image_put(struct vdgpu_image *image);

/**
 * vdgpu_image_drop() - drop a reference and free at once if it was the last
 * @image: NULL is fine
 *
 * May sleep. For those who uncharge a quota: memory that is free to be asked
 * for again must not still be waiting for a work item.
 */
void vdgpu_image_drop(struct vdgpu_image *image);

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
 * @image: the map takes its own reference
 * @vma: a shared mapping, vm_pgoff counted from the image's first page
 *
 * Return: 0; -EPERM for a writable mapping; -EINVAL for a private one or one
 * that does not lie inside the image; another negative errno.
 */
int vdgpu_image_mmap(struct vdgpu_image *image, struct vm_area_struct *vma);

/**
 * vdgpu_image_release_pages() - drop references of guest pages
 * @pages: from kvmalloc, freed
 * @nr_pages: how many
 */
void vdgpu_image_release_pages(struct page **pages, unsigned long nr_pages);

/**
 * vdgpu_image_module_exit() - wait until every image that was put is freed
 *
 * The module's text must stay until then.
 */
void vdgpu_image_module_exit(void);

/**
 * vdgpu_image_export() - make a dma-buf
 * @image: the dma-buf takes its own reference
 *
 * Return: a dma-buf or an ERR_PTR.
 */
struct dma_buf *vdgpu_image_export(struct vdgpu_image *image);

#endif /* _VDGPU_IMAGE_H */
