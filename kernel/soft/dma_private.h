/* SPDX-License-Identifier: GPL-2.0-only */
/* What only the core's own files may do with the door. */
#ifndef _VDS_DMA_PRIVATE_H
#define _VDS_DMA_PRIVATE_H

#include <linux/types.h>

struct vds_mem;

/**
 * struct vds_dma - the door to guest memory of one device
 * @mem: stage 2
 */
struct vds_dma {
	struct vds_mem *mem;
};

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
