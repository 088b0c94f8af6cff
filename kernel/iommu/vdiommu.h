/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vdiommu.h - the IOMMU device, seen from inside vdpa_iommu.
 *
 * Requests are served by one context at a time (vds.h), and a reset comes when
 * none is. So who is attached where changes in one place at a time, and locks
 * are needed only against those who translate, the event queue and the host.
 *
 *   locks of soft/endpoint.h
 *     vdiommu_domains.lock (irq)		domains, mappings, members
 *     vdiommu_faults.lock (irq)		faults and event buffers
 *     vdiommu_iotlb.lock (irq)		what was handed out (iotlb.h)
 *
 * None nests in another. translate() comes with the endpoint's lock held and
 * takes the first two in turn, try_revoke() the third. So nothing in soft/ is
 * called while holding one.
 */
#ifndef _VDIOMMU_H
#define _VDIOMMU_H

#include <linux/atomic.h>
#include <linux/types.h>

#include "../soft/vds.h"
#include "domain.h"
#include "fault.h"
#include "request.h"

struct dentry;
struct vdiommu_config;
struct vdiommu_endpoint;
struct vdiommu_file;

/**
 * struct vdiommu_stats - what went through the device since it was made
 * @requests: answered with a status
 * @errors: of these, with another one than OK
 * @refused: returned unwritten
 * @deferred: begun in a kick, finished in the thread
 * @unconfirmed: streams that ended with an invalidation under way (iotlb.h)
 */
struct vdiommu_stats {
	atomic64_t requests;
	atomic64_t errors;
	atomic64_t refused;
	atomic64_t deferred;
	atomic64_t unconfirmed;
};

/**
 * struct vdiommu_device - one virtio-iommu
 * @vds: the core's part, first
 * @config: our own copy of the shape, constant
 * @offered: device features beyond the core's, constant
 * @domains: what the guest has told us
 * @endpoints: @config->num_endpoints of them
 * @faults: what we tell the guest
 * @unfinished: for the context that serves requests
 * @file: the character device, NULL before it is made
 * @stats: counters
 * @debugfs: directory, or an error pointer which debugfs itself accepts
 */
struct vdiommu_device {
	struct vds_device vds;
	struct vdiommu_config *config;
	u64 offered;
	struct vdiommu_domains domains;
	struct vdiommu_endpoint *endpoints;
	struct vdiommu_faults faults;
	struct vdiommu_unfinished unfinished;
	struct vdiommu_file *file;
	struct vdiommu_stats stats;
	struct dentry *debugfs;
};

static inline struct vdiommu_device *vds_to_vdiommu(struct vds_device *vds)
{
	return container_of(vds, struct vdiommu_device, vds);
}

#endif /* _VDIOMMU_H */
