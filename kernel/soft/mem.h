/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDS_MEM_H
#define _VDS_MEM_H

#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/vhost_iotlb.h>

struct vds_extent;

/**
 * struct vds_mem - stage 2 of a device: which host page is behind a gpa
 * @users: read: a section in which no mapping goes away; write: removing
 * @lock: covers @iotlb and @generation; taken in any context
 * @iotlb: the mappings that the VMM made
 * @generation: never 0; changes with each removal
 * @identity: addresses are host physical ones, because the host's own driver
 *	made them. Only changed while the device has no driver at work
 */
struct vds_mem {
	struct rw_semaphore users;
	rwlock_t lock;
	struct vhost_iotlb iotlb;
	u64 generation;
	bool identity;
};

/**
 * vds_mem_init() - nothing is mapped
 * @mem: to be initialised; dropped with vds_mem_clear()
 */
void vds_mem_init(struct vds_mem *mem);

/**
 * vds_mem_set_identity() - trust addresses as host physical ones, or not
 * @mem: the memory
 * @identity: whether
 *
 * Process context.
 */
void vds_mem_set_identity(struct vds_mem *mem, bool identity);

/**
 * vds_mem_map() - add a mapping
 * @mem: the memory
 * @gpa: first byte, page aligned
 * @size: bytes, whole pages, not 0
 * @phys: page aligned; the caller has the pages pinned during the call
 * @perm: VHOST_MAP_RO, VHOST_MAP_WO or VHOST_MAP_RW
 *
 * Takes a reference on every page. Process context.
 *
 * Return: 0; -EINVAL for a range that is empty, unaligned, wraps, or has no
 * struct page; -EEXIST if part of it is mapped; -ENOMEM.
 */
int vds_mem_map(struct vds_mem *mem, u64 gpa, u64 size, u64 phys, u32 perm);

/**
 * vds_mem_unmap() - remove the mappings that overlap a range
 * @mem: the memory
 * @gpa: first byte
 * @last: last byte
 * @revoke: called once when none of them can be reached through the door any
 *	more, to take back what was handed out beyond sections; or NULL
 * @data: for @revoke
 *
 * Mappings go as a whole, as vhost made them. Waits for sections. Process
 * context, sleeps, never fails and never allocates. @revoke is called even if
 * nothing was mapped.
 */
void vds_mem_unmap(struct vds_mem *mem, u64 gpa, u64 last,
		   void (*revoke)(void *data, u64 gpa, u64 last), void *data);

/**
 * vds_mem_touch() - addresses mean something else from now on
 * @mem: the memory
 *
 * Changes the generation. Any context.
 */
void vds_mem_touch(struct vds_mem *mem);

/**
 * vds_mem_lookup() - what the front of a range is backed by
 * @mem: the memory
 * @gpa: first byte
 * @len: bytes wanted, not 0
 * @perm: VHOST_MAP_* bits that must all be there
 * @out_extent: the piece, at most @len bytes
 *
 * The caller holds @lock or @users. Return: 0 or -EFAULT.
 */
int vds_mem_lookup(struct vds_mem *mem, u64 gpa, u64 len, u32 perm,
		   struct vds_extent *out_extent);

#endif /* _VDS_MEM_H */
