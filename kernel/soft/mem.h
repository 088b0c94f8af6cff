/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDS_MEM_H
#define _VDS_MEM_H

#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/vhost_iotlb.h>

struct vds_extent;

/*
 * So many removals are told apart. Linux sends its unmaps in batches, and one
 * who uses what it resolved looks in between.
 */
#define VDS_MEM_REMOVALS	64

/**
 * struct vds_removal - addresses that mean something else now
 * @first: lowest
 * @last: highest
 */
struct vds_removal {
	u64 first;
	u64 last;
};

/**
 * struct vds_mem - stage 2 of a device: which host page is behind a gpa
 * @users: read: a section in which no mapping goes away; write: removing
 * @lock: covers @iotlb, @generation and @removals; taken in any context
 * @iotlb: the mappings that the VMM made
 * @generation: never 0; counts removals
 * @removals: the last ones, that of generation n in place n modulo their number
 * @identity: addresses are host physical ones, because the host's own driver
 *	made them. Only changed while the device has no driver at work
 */
struct vds_mem {
	struct rw_semaphore users;
	rwlock_t lock;
	struct vhost_iotlb iotlb;
	u64 generation;
	struct vds_removal removals[VDS_MEM_REMOVALS];
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
 * @first: lowest of them
 * @last: highest of them
 *
 * Changes the generation. Any context.
 */
void vds_mem_touch(struct vds_mem *mem, u64 first, u64 last);

/**
 * vds_mem_unchanged() - do addresses mean what they meant?
 * @mem: the memory
 * @since: generation at which they were looked up; 0: never
 * @first: lowest of them
 * @last: highest of them
 *
 * The caller holds @users. Return: false if one may mean something else, or if
 * that was too long ago to tell.
 */
bool vds_mem_unchanged(struct vds_mem *mem, u64 since, u64 first, u64 last);

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
