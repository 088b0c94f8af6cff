/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDIOMMU_REQUEST_H
#define _VDIOMMU_REQUEST_H

#include <linux/types.h>
#include <linux/virtio_iommu.h>

#include "../soft/vds.h"
#include "domain.h"

/**
 * union vdiommu_request - what the driver writes, in little endian
 * @head: of all of them
 * @attach: but for its tail, like all that follow
 * @detach: see there
 * @map: see there
 * @unmap: see there
 * @probe: without properties
 */
union vdiommu_request {
	struct virtio_iommu_req_head head;
	struct virtio_iommu_req_attach attach;
	struct virtio_iommu_req_detach detach;
	struct virtio_iommu_req_map map;
	struct virtio_iommu_req_unmap unmap;
	struct virtio_iommu_req_probe probe;
};

/**
 * struct vdiommu_unfinished - a request that has happened, but is not over
 * @set: endpoints that may still use what was before, 0 if there is no such
 *	request
 * @range: addresses
 * @request: as it was pulled
 */
struct vdiommu_unfinished {
	u64 set;
	struct vdiommu_range range;
	union vdiommu_request request;
};

/**
 * vdiommu_request_serve() - one chain of the request queue, see vds.h
 * @vds: an IOMMU
 * @chain: gone on VDS_DONE
 * @context: VDS_ATOMIC or VDS_THREAD
 */
enum vds_verdict vdiommu_request_serve(struct vds_device *vds,
				       struct vds_chain *chain,
				       enum vds_context context);

#endif /* _VDIOMMU_REQUEST_H */
