/* SPDX-License-Identifier: GPL-2.0-only */
/* What only the core's own files may do with the door. */
#ifndef _VDS_DMA_PRIVATE_H
#define _VDS_DMA_PRIVATE_H

#include <linux/atomic.h>
#include <linux/types.h>

struct vds_endpoint;
struct vds_mem;

/**
 * struct vds_dma - the door to guest memory of one device
 * @mem: stage 2
 * @endpoint: whose translation comes before stage 2, or NULL: an iova is a gpa.
 *	Constant once the device is published
 * @held: how many things made of resolved memory live on beyond sections
 */
struct vds_dma {
	struct vds_mem *mem;
	struct vds_endpoint *endpoint;
	atomic_t held;
};

/**
 * struct vds_spot - where something that is looked at again and again is
 * @iova: its first address
 * @len: bytes, contiguous in the host
 * @phys: host physical address of the first
 * @write: found for writing, not for reading
 * @generation: of the memory, at which that was so; 0: never. It holds as long
 *	as nothing at all was removed
 *
 * Used by one at a time. Zeroed to begin with.
 */
struct vds_spot {
	u64 iova;
	u64 len;
	phys_addr_t phys;
	bool write;
	u64 generation;
};

/**
 * vds_dma_try_forget() - translations have changed, do not remember them
 * @dma: the door
 * @iova: lowest address that means something else now
 * @last: highest address
 *
 * Any context. Return: false if a section is open or something is held, so
 * that somebody may still use what was resolved.
 */
bool vds_dma_try_forget(struct vds_dma *dma, u64 iova, u64 last);

/**
 * vds_dma_forget() - the same, after all open sections have ended
 * @dma: the door
 * @iova: lowest address
 * @last: highest address
 *
 * Sleeps. What is held is for the caller to revoke.
 */
void vds_dma_forget(struct vds_dma *dma, u64 iova, u64 last);

/**
 * vds_dma_load16() - read a ring word in one piece
 * @dma: the door
 * @spot: what it is part of
 * @iova: 2-aligned
 * @out_value: in host order
 *
 * Any context. No barrier. Return: 0 or -EFAULT.
 */
int vds_dma_load16(struct vds_dma *dma, struct vds_spot *spot, u64 iova,
		   u16 *out_value);

/**
 * vds_dma_store16() - write a ring word in one piece
 * @dma: the door
 * @spot: what it is part of
 * @iova: 2-aligned
 * @value: in host order
 *
 * Any context. No barrier. Return: 0 or -EFAULT.
 */
int vds_dma_store16(struct vds_dma *dma, struct vds_spot *spot, u64 iova,
		    u16 value);

/**
 * vds_dma_read_at() - vds_dma_read() of a few bytes
 * @dma: the door
 * @spot: what they are part of
 * @iova: first byte
 * @buf: kernel memory
 * @len: how many bytes, not 0
 *
 * Any context. Return: 0 or -EFAULT.
 */
int vds_dma_read_at(struct vds_dma *dma, struct vds_spot *spot, u64 iova,
		    void *buf, size_t len);

/**
 * vds_dma_write_at() - vds_dma_write() of a few bytes
 * @dma: the door
 * @spot: what they are part of
 * @iova: first byte
 * @buf: kernel memory
 * @len: how many bytes, not 0
 *
 * Any context. Return: 0 or -EFAULT.
 */
int vds_dma_write_at(struct vds_dma *dma, struct vds_spot *spot, u64 iova,
		     const void *buf, size_t len);

#endif /* _VDS_DMA_PRIVATE_H */
