/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDIOMMU_PROBE_H
#define _VDIOMMU_PROBE_H

#include <linux/types.h>

struct vdiommu_endpoint_config;

/**
 * vdiommu_probe_fill() - the properties of an endpoint as PROBE answers them
 * @shape: the endpoint, valid
 * @out_bytes: VDIOMMU_PROBE_SIZE bytes, all of them written; an unused rest
 *	is zero, and so ends the list (IOMMU-REQ-6.6.h)
 */
void vdiommu_probe_fill(const struct vdiommu_endpoint_config *shape,
			u8 *out_bytes);

#endif /* _VDIOMMU_PROBE_H */
