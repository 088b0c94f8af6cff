/* SPDX-License-Identifier: GPL-2.0-only */
/* resv.h - the answer to PROBE, walked strictly. */
#ifndef CONFORM_RESV_H
#define CONFORM_RESV_H

#include "viommu.h"

#define REGIONS_MAX	80u

struct region {
	uint64_t start, last;
	uint8_t subtype;
};

/**
 * regions_of() - the reserved regions of an endpoint
 * @c: context with a running session
 * @endpoint: a known one
 * @out: room for REGIONS_MAX
 *
 * The case fails if the list is malformed. Without PROBE there are none.
 *
 * Return: how many, in the order of the list.
 */
unsigned int regions_of(struct ctx *c, uint32_t endpoint, struct region *out);

/* One of @subtype, or NULL. */
const struct region *region_find(const struct region *regions,
				 unsigned int count, uint8_t subtype);

/* Does [start, last] touch one. */
bool region_touches(const struct region *regions, unsigned int count,
		    uint64_t start, uint64_t last);

#define T_RESERVED	VIRTIO_IOMMU_RESV_MEM_T_RESERVED
#define T_MSI		VIRTIO_IOMMU_RESV_MEM_T_MSI

#endif /* CONFORM_RESV_H */
