// SPDX-License-Identifier: GPL-2.0-only
/* A VMM's table of guest memory, checked once and then constant. */
#include "iotlb_mem.h"

#include <linux/err.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include <linux/vdpa_iommu.h>

static u64 last_gpa(const struct vdpa_iommu_mem_region *region)
{
	return region->gpa + (region->size - 1);
}

static int compare_gpa(const void *a, const void *b)
{
	const struct vdpa_iommu_mem_region *one = a, *other = b;

	return one->gpa < other->gpa ? -1 : one->gpa > other->gpa;
}

static bool is_valid(const struct vdpa_iommu_mem_region *region)
{
	if (!region->size || region->reserved)
		return false;
	if (region->size - 1 > U64_MAX - region->gpa)
		return false;
	return region->size - 1 <= U64_MAX - region->uaddr;
}

static bool are_valid(struct vdpa_iommu_mem_region *regions, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (!is_valid(&regions[i]))
			return false;
	sort(regions, count, sizeof(*regions), compare_gpa, NULL);
	for (i = 1; i < count; i++)
		if (regions[i].gpa <= last_gpa(&regions[i - 1]))
			return false;
	return true;
}

struct vdiommu_iotlb_mem *
vdiommu_iotlb_mem_create(struct vdpa_iommu_mem_region *regions, u32 count)
{
	struct vdiommu_iotlb_mem *mem = ERR_PTR(-EINVAL);

	if (!are_valid(regions, count))
		goto free;
	mem = kzalloc(sizeof(*mem), GFP_KERNEL_ACCOUNT);
	if (!mem) {
		mem = ERR_PTR(-ENOMEM);
		goto free;
	}
	mem->count = count;
	mem->regions = regions;
	return mem;

free:
	kvfree(regions);
	return mem;
}

void vdiommu_iotlb_mem_destroy(struct vdiommu_iotlb_mem *mem)
{
	if (!mem)
		return;
	kvfree(mem->regions);
	kfree(mem);
}

const struct vdpa_iommu_mem_region *
vdiommu_iotlb_mem_find(const struct vdiommu_iotlb_mem *mem, u64 gpa)
{
	u32 first = 0, end = mem ? mem->count : 0;

	while (first < end) {
		u32 middle = first + (end - first) / 2;
		const struct vdpa_iommu_mem_region *region =
			&mem->regions[middle];

		if (gpa < region->gpa)
			end = middle;
		else if (gpa > last_gpa(region))
			first = middle + 1;
		else
			return region;
	}
	return NULL;
}
