/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDGPU_CONFIG_H
#define _VDGPU_CONFIG_H

#include <linux/limits.h>
#include <linux/types.h>

#include <linux/vdpa_gpu.h>

#define VDGPU_MAX_DIMENSION	16384
#define VDGPU_MIN_REFRESH_MHZ	1000
#define VDGPU_MAX_REFRESH_MHZ	1000000
/* A guest adds position and size in 32 bits, maybe signed ones. */
#define VDGPU_MAX_POSITION	(S32_MAX - VDGPU_MAX_DIMENSION)

/* Names of vdpa devices, with the zero. */
#define VDGPU_IOMMU_SIZE	64

#define VDGPU_MAX_RESOURCES	1048576
#define VDGPU_MIN_ENTRIES	65536
#define VDGPU_MAX_ENTRIES	16777216

/**
 * struct vdgpu_limits - how much a guest may make us allocate
 * @resources: live resources, 1..1048576
 * @bytes: bytes of all host images together, at least one page
 * @entries: backing entries of one resource, 65536..16777216 (GPU2D-REQ-5.1.c)
 * @total_entries: backing entries of all resources, at least @entries
 */
struct vdgpu_limits {
	u32 resources;
	u64 bytes;
	u32 entries;
	u64 total_entries;
};

/**
 * struct vdgpu_config - the shape of a device
 * @num_scanouts: 1..VDPA_GPU_MAX_SCANOUTS (GPU2D-REQ-4.c)
 * @modes: what is plugged in at first, one per scanout
 * @edid: offer VIRTIO_GPU_F_EDID
 * @blob: offer VIRTIO_GPU_F_RESOURCE_BLOB, guest blobs only
 * @uuid: offer VIRTIO_GPU_F_RESOURCE_UUID
 * @iommu: name of the virtio-iommu that the device sits behind, "" for none
 * @endpoint: its number there
 * @driver: bus driver that may bind: "vhost_vdpa", "virtio_vdpa", or "" for any
 * @limits: quotas
 *
 * Plain data: a device is built from one, configfs edits one, tests make them
 * by hand.
 */
struct vdgpu_config {
	u32 num_scanouts;
	struct vdpa_gpu_mode modes[VDPA_GPU_MAX_SCANOUTS];
	bool edid;
	bool blob;
	bool uuid;
	char iommu[VDGPU_IOMMU_SIZE];
	u32 endpoint;
	char driver[16];
	struct vdgpu_limits limits;
};

/**
 * vdgpu_config_init() - a sane default device
 * @config: filled: one connected 1920x1080 at 60 Hz, EDID, no blobs
 */
void vdgpu_config_init(struct vdgpu_config *config);

/**
 * vdgpu_config_is_valid() - may a device be built from it
 * @config: any
 *
 * A column of one-rule predicates; the first that fails is logged by name at
 * debug level.
 */
bool vdgpu_config_is_valid(const struct vdgpu_config *config);

/**
 * vdgpu_mode_is_valid() - are all fields of a mode in range
 * @mode: any
 */
bool vdgpu_mode_is_valid(const struct vdpa_gpu_mode *mode);

/**
 * vdgpu_config_features() - device feature bits to offer
 * @config: a valid one
 */
u64 vdgpu_config_features(const struct vdgpu_config *config);

#endif /* _VDGPU_CONFIG_H */
