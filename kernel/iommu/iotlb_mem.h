/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDIOMMU_IOTLB_MEM_H
#define _VDIOMMU_IOTLB_MEM_H

#include <linux/types.h>

struct vdpa_iommu_mem_region;

/**
 * struct vdiommu_iotlb_mem - where a VMM has the guest's memory
 * @count: of @regions, 0..VDPA_IOMMU_MAX_REGIONS
 * @regions: by guest physical address, disjoint, none empty, none wraps
 *
 * Constant. The addresses of the VMM are passed on and never used.
 */
struct vdiommu_iotlb_mem {
	u32 count;
	struct vdpa_iommu_mem_region *regions;
};

/**
 * vdiommu_iotlb_mem_create() - check what a VMM says
 * @regions: from kvmalloc(); freed with the table, and here on failure
 * @count: of them
 *
 * Sleeps. Return: a table, or an ERR_PTR: -EINVAL for an empty region, one that
 * wraps on either side, a reserved field, or two that overlap; -ENOMEM.
 */
struct vdiommu_iotlb_mem *
vdiommu_iotlb_mem_create(struct vdpa_iommu_mem_region *regions, u32 count);

/**
 * vdiommu_iotlb_mem_destroy() - the opposite
 * @mem: NULL is fine
 */
void vdiommu_iotlb_mem_destroy(struct vdiommu_iotlb_mem *mem);

/**
 * vdiommu_iotlb_mem_find() - which region is it in
 * @mem: table, or NULL for an empty one
 * @gpa: guest physical address
 *
 * Return: the region or NULL.
 */
const struct vdpa_iommu_mem_region *
vdiommu_iotlb_mem_find(const struct vdiommu_iotlb_mem *mem, u64 gpa);

#endif /* _VDIOMMU_IOTLB_MEM_H */
