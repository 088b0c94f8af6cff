/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDGPU_BACKING_H
#define _VDGPU_BACKING_H

#include <linux/types.h>

struct page;
struct vds_chain;
struct vdgpu_device;
struct virtio_gpu_mem_entry;

/**
 * struct vdgpu_extent - a piece of a backing that is contiguous in the host
 * @offset: its first byte in the backing; it ends where the next one begins
 * @phys: host physical address of that byte
 */
struct vdgpu_extent {
	u64 offset;
	phys_addr_t phys;
};

/**
 * struct vdgpu_backing - guest memory with the pixels of a resource
 * @gpu: whose quota it is charged to
 * @entries: what the guest said, copied once
 * @nr_entries: how many, not 0
 * @size: bytes of all entries
 * @iova: lowest address of all entries
 * @last: highest address of all entries
 * @page_aligned: every entry begins and ends on a page boundary, but for the
 *	end of the last
 * @charged: entries charged
 * @generation: of the guest's memory, at which @extents were good; 0: never
 * @extents: where the entries are, ascending, without holes
 * @nr_extents: how many are valid
 * @max_extents: how many fit
 *
 * No lock of its own: the resource's, see resource.h.
 */
struct vdgpu_backing {
	struct vdgpu_device *gpu;
	struct virtio_gpu_mem_entry *entries;
	u32 nr_entries;
	u64 size;
	u64 iova;
	u64 last;
	bool page_aligned;
	u64 charged;
	u64 generation;
	struct vdgpu_extent *extents;
	u32 nr_extents;
	u32 max_extents;
};

/**
 * struct vdgpu_rows - what to copy
 * @offset: first byte in the backing
 * @dst: where it goes
 * @pitch: bytes from row to row, in the backing and at @dst
 * @len: bytes of a row, not 0
 * @rows: how many rows, not 0
 */
struct vdgpu_rows {
	u64 offset;
	void *dst;
	u64 pitch;
	u64 len;
	u32 rows;
};

/**
 * vdgpu_backing_create() - take entries out of a request
 * @gpu: the device
 * @chain: the entry array is what is left to be pulled
 * @nr_entries: as the guest said
 *
 * VDS_THREAD. Nothing is allocated before the length has been checked
 * (GPU2D-REQ-5.1.c), and every byte is looked up once, so that a guest learns
 * now if one is not there (GPU2D-REQ-5.1.d).
 *
 * Return: a backing, or an ERR_PTR: -EINVAL for none or more entries than
 * there are bytes for, -EFAULT for memory that is not mapped, -EDQUOT, -ENOMEM.
 */
struct vdgpu_backing *vdgpu_backing_create(struct vdgpu_device *gpu,
					   struct vds_chain *chain,
					   u32 nr_entries);

/**
 * vdgpu_backing_destroy() - forget the guest's memory
 * @backing: NULL is fine
 */
void vdgpu_backing_destroy(struct vdgpu_backing *backing);

/**
 * vdgpu_backing_copy() - read pixels
 * @backing: may sleep, must not be inside a section
 * @rows: what
 *
 * Return: 0; -EINVAL if @backing is too short and -EFAULT if a byte of it is
 * not mapped any more, nothing is copied then; -ENOMEM or -EDQUOT if memory
 * moved and there was none to note where to. When memory goes away while
 * it is being copied, a part may have been.
 */
int vdgpu_backing_copy(struct vdgpu_backing *backing,
		       const struct vdgpu_rows *rows);

/**
 * vdgpu_backing_copy_atomic() - read a few pixels without waiting
 * @backing: of a 2D resource, in the hands of the control queue
 * @rows: what
 *
 * Any context. Return: 0; -EINVAL as vdgpu_backing_copy(); -EAGAIN if it would
 * take long or has to wait, so that only that one can tell. A part may have
 * been copied then.
 */
int vdgpu_backing_copy_atomic(struct vdgpu_backing *backing,
			      const struct vdgpu_rows *rows);

/**
 * vdgpu_backing_get_pages() - the pages themselves
 * @backing: its device's guest_images_lock held, so that no revocation is
 *	missed between here and the list
 * @size: bytes from the beginning, not 0, at most @backing->size
 * @out_nr_pages: set
 *
 * Return: an array from kvmalloc with a reference on every page, for
 * vdgpu_image_create_guest(); or an ERR_PTR: -EOPNOTSUPP if they do not lie on
 * page boundaries, or as vdgpu_backing_copy() says.
 */
struct page **vdgpu_backing_get_pages(struct vdgpu_backing *backing, u64 size,
				      unsigned long *out_nr_pages);

/**
 * vdgpu_backing_overlaps() - does it lie in a range, in part at least
 * @backing: the backing
 * @iova: first byte
 * @last: last byte
 */
bool vdgpu_backing_overlaps(const struct vdgpu_backing *backing, u64 iova,
			    u64 last);

#endif /* _VDGPU_BACKING_H */
