/* SPDX-License-Identifier: GPL-2.0-only */
/* core.h - the core's own part of a device, shared by the core's files. */
#ifndef _VDS_CORE_H
#define _VDS_CORE_H

#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/vdpa.h>

#include "dma_private.h"
#include "endpoint.h"
#include "mem.h"
#include "vds.h"
#include "vq.h"

struct dentry;
struct mem_cgroup;

/**
 * enum vds_fault - is the device able to go on
 * @VDS_SOUND: yes; becomes VDS_FAILED
 * @VDS_FAILED: DEVICE_NEEDS_RESET is set; only a reset makes it VDS_SOUND
 */
enum vds_fault {
	VDS_SOUND,
	VDS_FAILED,
};

/**
 * struct vds_core - the core's part of a device
 * @vds: the device
 * @offered: feature bits offered, constant
 * @lock: covers @status, @accepted, @suspended, @memcg, @pinned; held while
 *	queues start and stop. Readers that cannot sleep use READ_ONCE
 * @status: what the driver wrote, without DEVICE_NEEDS_RESET
 * @accepted: feature bits the driver accepted
 * @refused: the driver tried to accept what was not offered
 * @suspended: between suspend and resume
 * @pinned: we hold a reference of the type's module
 * @memcg: who pays for what the guest makes us allocate, or NULL
 * @fault: enum vds_fault
 * @generation: of the config space
 * @config_cb_lock: covers @config_cb and is held around it
 * @config_cb: the driver's config interrupt
 * @config_work: raises it
 * @mem: stage 2
 * @dma: the door
 * @user: member of @dma.endpoint, if the device sits behind an IOMMU
 * @dma_parms: DRM's virtio_gpu sets a segment size on the device
 * @debugfs: directory
 * @kick_times: kicks are timed, see struct vds_vq_stats; set in debugfs
 * @vqs: @vds->type->nvqs of them
 */
struct vds_core {
	struct vds_device *vds;
	u64 offered;

	struct mutex lock; /* status .. memcg */
	u8 status;
	u64 accepted;
	bool refused;
	bool suspended;
	bool pinned;
	struct mem_cgroup *memcg;

	atomic_t fault;
	atomic_t generation;

	spinlock_t config_cb_lock; /* config_cb */
	struct vdpa_callback config_cb;
	struct irq_work config_work;

	struct vds_mem mem;
	struct vds_dma dma;
	struct vds_endpoint_user user;
	struct device_dma_parameters dma_parms;
	struct dentry *debugfs;
	bool kick_times;
	struct vds_vq vqs[];
};

static inline struct vds_core *vdpa_to_core(const struct vdpa_device *vdpa)
{
	return container_of(vdpa, struct vds_device, vdpa)->core;
}

/* Sets the driver's config interrupt; the old one is not called any more. */
void vds_config_set_cb(struct vds_core *core, const struct vdpa_callback *cb);

void vds_debugfs_init(void);
void vds_debugfs_exit(void);
void vds_debugfs_add(struct vds_core *core);
void vds_debugfs_remove(struct vds_core *core);

#endif /* _VDS_CORE_H */
