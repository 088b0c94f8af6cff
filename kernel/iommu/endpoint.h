/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDIOMMU_ENDPOINT_H
#define _VDIOMMU_ENDPOINT_H

#include <linux/types.h>

#include "../soft/vds.h"
#include "domain.h"

struct vdiommu_device;
struct vds_endpoint;

/**
 * struct vdiommu_endpoint - a device behind the IOMMU
 * @member: where it is attached
 * @iommu: whose it is
 * @handle: where those who do DMA as it meet us, or NULL
 * @provided: we translate for @handle
 *
 * Lives as long as the device.
 */
struct vdiommu_endpoint {
	struct vdiommu_member member;
	struct vdiommu_device *iommu;
	struct vds_endpoint *handle;
	bool provided;
};

/**
 * vdiommu_endpoints_create() - begin to translate for all endpoints
 * @iommu: named, has a configuration, domains and faults
 *
 * Return: 0; -EBUSY if somebody else translates for one of them; -ENOMEM.
 */
int vdiommu_endpoints_create(struct vdiommu_device *iommu);

/**
 * vdiommu_endpoints_destroy() - the opposite
 * @iommu: half made is fine
 *
 * Nobody uses a translation afterwards. Sleeps.
 */
void vdiommu_endpoints_destroy(struct vdiommu_device *iommu);

/**
 * vdiommu_endpoint_find() - the endpoint of a number
 * @iommu: any
 * @id: as the guest knows it
 *
 * Return: the endpoint or NULL.
 */
struct vdiommu_endpoint *vdiommu_endpoint_find(struct vdiommu_device *iommu,
					       u32 id);

/**
 * vdiommu_endpoints_all() - the set of all endpoints
 * @iommu: any
 *
 * Return: a bit for each, by vdiommu_member.index.
 */
u64 vdiommu_endpoints_all(const struct vdiommu_device *iommu);

/**
 * vdiommu_endpoints_revoke() - addresses translate differently from now on
 * @iommu: any
 * @set: for these endpoints
 * @range: these addresses
 * @context: VDS_ATOMIC: without sleeping
 *
 * Return: the endpoints of @set that may still be using what was before; none
 * if @context is VDS_THREAD.
 */
u64 vdiommu_endpoints_revoke(struct vdiommu_device *iommu, u64 set,
			     struct vdiommu_range range,
			     enum vds_context context);

/**
 * vdiommu_endpoints_set_bypass() - what unattached endpoints see
 * @iommu: any
 * @bypass: everything mapped to itself, or nothing
 *
 * When it returns they use nothing else. Sleeps.
 */
void vdiommu_endpoints_set_bypass(struct vdiommu_device *iommu, bool bypass);

/**
 * vdiommu_endpoint_translate() - what does an address mean to an endpoint
 * @ep: whose address it is
 * @range: what is asked for
 * @write: what for
 * @out_span: what @range begins with
 *
 * Reports a fault to the guest if there is nothing. Any context.
 *
 * Return: 0 or -EFAULT.
 */
int vdiommu_endpoint_translate(struct vdiommu_endpoint *ep,
			       struct vdiommu_range range, bool write,
			       struct vds_span *out_span);

/**
 * vdiommu_endpoint_look() - what does an endpoint have around an address
 * @ep: whose address it is
 * @iova: the address
 * @write: what for
 * @out_piece: contains @iova
 *
 * As above, for those who remember more than they asked for.
 *
 * Return: 0 or -EFAULT.
 */
int vdiommu_endpoint_look(struct vdiommu_endpoint *ep, u64 iova, bool write,
			  struct vdiommu_piece *out_piece);

#endif /* _VDIOMMU_ENDPOINT_H */
