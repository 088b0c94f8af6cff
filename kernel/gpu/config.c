// SPDX-License-Identifier: GPL-2.0-only
#include "config.h"

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/virtio_gpu.h>

#include "../soft/vds.h"

#define DEFAULT_WIDTH		1920
#define DEFAULT_HEIGHT		1080
#define DEFAULT_REFRESH_MHZ	60000

/*
 * What a desktop needs, several times over: a resource a window and a font
 * page, three 8K framebuffers of images (128 MiB each) beside what is drawn,
 * and a backing of 4 GiB in single pages. All resources together may have two
 * such backings, so that the largest one leaves room for the others.
 */
static const struct vdgpu_limits default_limits = {
	.resources = 4096,
	.bytes = SZ_512M,
	.entries = 1048576,
	.total_entries = 2 * 1048576,
};

void vdgpu_config_init(struct vdgpu_config *config)
{
	unsigned int i;

	memset(config, 0, sizeof(*config));
	config->num_scanouts = 1;
	config->edid = true;
	strscpy(config->driver, "vhost_vdpa", sizeof(config->driver));
	config->limits = default_limits;

	/* Side by side, ready to be plugged in. */
	for (i = 0; i < VDPA_GPU_MAX_SCANOUTS; i++)
		config->modes[i] = (struct vdpa_gpu_mode) {
			.x = i * DEFAULT_WIDTH,
			.width = DEFAULT_WIDTH,
			.height = DEFAULT_HEIGHT,
			.refresh_mhz = DEFAULT_REFRESH_MHZ,
		};
	config->modes[0].flags = VDPA_GPU_MODE_CONNECTED;
}

static bool valid_side(u32 pixels)
{
	return pixels >= 1 && pixels <= VDGPU_MAX_DIMENSION;
}

static bool valid_position(u32 pixels)
{
	return pixels <= VDGPU_MAX_POSITION;
}

static bool valid_refresh(u32 mhz)
{
	return mhz >= VDGPU_MIN_REFRESH_MHZ && mhz <= VDGPU_MAX_REFRESH_MHZ;
}

bool vdgpu_mode_is_valid(const struct vdpa_gpu_mode *mode)
{
	return !(mode->flags & ~VDPA_GPU_MODE_CONNECTED) &&
	       valid_side(mode->width) && valid_side(mode->height) &&
	       valid_position(mode->x) && valid_position(mode->y) &&
	       valid_refresh(mode->refresh_mhz);
}

static bool valid_num_scanouts(const struct vdgpu_config *config)
{
	return config->num_scanouts >= 1 &&
	       config->num_scanouts <= VDPA_GPU_MAX_SCANOUTS;
}

/* Runs after valid_num_scanouts(). */
static bool valid_modes(const struct vdgpu_config *config)
{
	unsigned int i;

	for (i = 0; i < config->num_scanouts; i++)
		if (!vdgpu_mode_is_valid(&config->modes[i]))
			return false;
	return true;
}

static bool valid_driver(const struct vdgpu_config *config)
{
	return strnlen(config->driver, sizeof(config->driver)) <
		       sizeof(config->driver) &&
	       vds_driver_is_valid(config->driver);
}

static bool valid_iommu(const struct vdgpu_config *config)
{
	return strnlen(config->iommu, sizeof(config->iommu)) <
	       sizeof(config->iommu);
}

static bool valid_resources(const struct vdgpu_config *config)
{
	return config->limits.resources >= 1 &&
	       config->limits.resources <= VDGPU_MAX_RESOURCES;
}

static bool valid_bytes(const struct vdgpu_config *config)
{
	return config->limits.bytes >= PAGE_SIZE;
}

static bool valid_entries(const struct vdgpu_config *config)
{
	return config->limits.entries >= VDGPU_MIN_ENTRIES &&
	       config->limits.entries <= VDGPU_MAX_ENTRIES;
}

static bool valid_total_entries(const struct vdgpu_config *config)
{
	return config->limits.total_entries >= config->limits.entries;
}

static const struct {
	const char *name;
	bool (*holds)(const struct vdgpu_config *config);
} rules[] = {
	{ "num_scanouts", valid_num_scanouts },
	{ "modes", valid_modes },
	{ "driver", valid_driver },
	{ "iommu", valid_iommu },
	{ "max_resources", valid_resources },
	{ "max_bytes", valid_bytes },
	{ "max_entries", valid_entries },
	{ "max_total_entries", valid_total_entries },
};

bool vdgpu_config_is_valid(const struct vdgpu_config *config)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (!rules[i].holds(config)) {
			pr_debug("vdpa_gpu: %s is out of range\n",
				 rules[i].name);
			return false;
		}
	return true;
}

u64 vdgpu_config_features(const struct vdgpu_config *config)
{
	u64 features = 0;

	if (config->edid)
		features |= BIT_ULL(VIRTIO_GPU_F_EDID);
	if (config->blob)
		features |= BIT_ULL(VIRTIO_GPU_F_RESOURCE_BLOB);
	if (config->uuid)
		features |= BIT_ULL(VIRTIO_GPU_F_RESOURCE_UUID);
	return features;
}
