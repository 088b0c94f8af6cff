/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vdgpu.h - the GPU device, seen from inside vdpa_gpu.
 *
 * Lock order, outermost first. The control queue and the cursor queue are each
 * served by one context at a time (vds.h), so a handler needs a lock only
 * against the other queue, the viewers and the host.
 *
 *   vdgpu_device.guest_images_lock (mutex)  who shows guest pages
 *     vdgpu_resource.lock (mutex)           backing of one resource
 *       vds_dma section
 *         vdgpu_image.lock (mutex)          pages of one image
 *   vdgpu_device.scan_lock (irq)            scanouts, cursors, modes, events
 *     vdgpu_view.lock (irq)                 damage accounts of the viewers
 *   vdgpu_device.resources' xa_lock (irq)   id -> resource
 *   vdgpu_quota.lock (irq)                  what the guest made us allocate
 *
 * The spinlocks nest inside any of the mutexes, never the other way round.
 */
#ifndef _VDGPU_H
#define _VDGPU_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include <linux/vdpa_gpu.h>

#include "../soft/vds.h"
#include "config.h"
#include "scanout.h"

struct dentry;
struct vdgpu_call;
struct vdgpu_view;

/**
 * struct vdgpu_stats - what went through the device since it was made
 * @transferred: bytes copied from guest memory into host images
 * @transfers: TRANSFER_TO_HOST_2D commands that copied
 * @flushes: RESOURCE_FLUSH commands that reached a scanout
 * @errors: commands answered with an error code
 * @commands: commands answered or executed without a place for an answer
 */
struct vdgpu_stats {
	atomic64_t transferred;
	atomic64_t transfers;
	atomic64_t flushes;
	atomic64_t errors;
	atomic64_t commands;
};

/**
 * struct vdgpu_quota - what the guest has made us allocate
 * @lock: covers all fields; any context
 * @resources: live resources
 * @bytes: bytes of host images, and of guest pages that images refer to
 * @entries: backing entries, or pairs of extents where those are more
 */
struct vdgpu_quota {
	spinlock_t lock;
	u64 resources;
	u64 bytes;
	u64 entries;
};

/**
 * struct vdgpu_device - one virtio-gpu
 * @vds: the core's part, first
 * @config: our own copy of the shape, constant
 * @quota: what is used of @config.limits
 * @resources: id -> struct vdgpu_resource, XA_FLAGS_LOCK_IRQ
 * @scan_lock: covers @scanouts, @events_read, @events_reported
 * @scanouts: @config.num_scanouts are in use
 * @events_read: VIRTIO_GPU_EVENT_* bits
 * @events_reported: those of @events_read that the driver has seen since they
 *	were set last; it can clear no others, so that no event gets lost between
 *	its read and its write (GPU2D-REQ-4.b)
 * @guest_images_lock: covers @guest_images
 * @guest_images: struct vdgpu_resource.guest_link of resources whose image is
 *	made of guest pages
 * @calls: the command that is being served, one per queue
 * @view: the viewers' character device, NULL before it is made
 * @stats: counters
 * @debugfs: directory, or an error pointer which debugfs itself accepts
 */
struct vdgpu_device {
	struct vds_device vds;
	struct vdgpu_config config;
	struct vdgpu_quota quota;
	struct xarray resources;
	spinlock_t scan_lock;
	struct vdgpu_scanout scanouts[VDPA_GPU_MAX_SCANOUTS];
	u32 events_read;
	u32 events_reported;
	struct mutex guest_images_lock;
	struct list_head guest_images;
	struct vdgpu_call *calls;
	struct vdgpu_view *view;
	struct vdgpu_stats stats;
	struct dentry *debugfs;
};

static inline struct vdgpu_device *vds_to_vdgpu(struct vds_device *vds)
{
	return container_of(vds, struct vdgpu_device, vds);
}

#endif /* _VDGPU_H */
