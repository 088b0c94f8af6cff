// SPDX-License-Identifier: GPL-2.0-only
#include "probe.h"

#include <linux/build_bug.h>
#include <linux/string.h>
#include <linux/virtio_iommu.h>

#include "config.h"

/* Nothing of it is ever cut off, or would need to be. */
static_assert(VDIOMMU_MAX_REGIONS * sizeof(struct virtio_iommu_probe_resv_mem)
	      <= VDIOMMU_PROBE_SIZE);

static void fill_region(const struct vdiommu_region *region,
			struct virtio_iommu_probe_resv_mem *out_property)
{
	*out_property = (struct virtio_iommu_probe_resv_mem) {
		.head.type = cpu_to_le16(VIRTIO_IOMMU_PROBE_T_RESV_MEM),
		/* Without the head (IOMMU-REQ-6.6.e). */
		.head.length = cpu_to_le16(sizeof(*out_property) -
					   sizeof(out_property->head)),
		.subtype = region->msi ? VIRTIO_IOMMU_RESV_MEM_T_MSI :
					 VIRTIO_IOMMU_RESV_MEM_T_RESERVED,
		.start = cpu_to_le64(region->start),
		.end = cpu_to_le64(region->last),
	};
}

void vdiommu_probe_fill(const struct vdiommu_endpoint_config *shape,
			u8 *out_bytes)
{
	struct virtio_iommu_probe_resv_mem property;
	u32 i;

	memset(out_bytes, 0, VDIOMMU_PROBE_SIZE);
	for (i = 0; i < shape->num_regions; i++) {
		fill_region(&shape->regions[i], &property);
		memcpy(out_bytes + i * sizeof(property), &property,
		       sizeof(property));
	}
}
