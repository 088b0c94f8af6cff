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
 * @iova: 2-aligned
 * @out_value: in host order
 *
 * Any context. No barrier. Return: 0 or -EFAULT.
 */
int vds_dma_load16(struct vds_dma *dma, u64 iova, u16 *out_value);

/**
 * vds_dma_store16() - write a ring word in one piece
 * @dma: the door
 * @iova: 2-aligned
 * @value: in host order
 *
 * Any context. No barrier. Return: 0 or -EFAULT.
 */
int vds_dma_store16(struct vds_dma *dma, u64 iova, u16 value);

#endif /* _VDS_DMA_PRIVATE_H */
