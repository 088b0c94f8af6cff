// SPDX-License-Identifier: GPL-2.0-only
#include "config.h"

#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/virtio_iommu.h>

#include "../soft/vds.h"

/* Not more than any guest's page size, or Linux refuses (IOMMU-REQ-4.a). */
#define DEFAULT_GRANULE		4096ull

/* Where x86 writes its MSIs to, in host and guest. */
#define X86_MSI_START		0xfee00000ull
#define X86_MSI_LAST		0xfeefffffull

/*
 * 4 million mappings are 16 GiB in single pages, and 300 MiB of ours, which are
 * charged to the VMM.
 */
static const struct vdiommu_limits default_limits = {
	.domains = VDIOMMU_MAX_DOMAINS,
	.mappings = 4ull << 20,
};

void vdiommu_config_init(struct vdiommu_config *config)
{
	memset(config, 0, sizeof(*config));
	config->page_size_mask = ~(DEFAULT_GRANULE - 1);
	config->input_last = U64_MAX;
	config->domain_last = U32_MAX;
	config->limits = default_limits;
	strscpy(config->driver, "vhost_vdpa", sizeof(config->driver));
}

struct vdiommu_endpoint_config *
vdiommu_config_find_endpoint(struct vdiommu_config *config, u32 id)
{
	u32 i;

	for (i = 0; i < config->num_endpoints; i++)
		if (config->endpoints[i].id == id)
			return &config->endpoints[i];
	return NULL;
}

struct vdiommu_endpoint_config *
vdiommu_config_add_endpoint(struct vdiommu_config *config, u32 id)
{
	struct vdiommu_endpoint_config *ep;

	if (config->num_endpoints >= VDIOMMU_MAX_ENDPOINTS ||
	    vdiommu_config_find_endpoint(config, id))
		return NULL;
	ep = &config->endpoints[config->num_endpoints++];
	memset(ep, 0, sizeof(*ep));
	ep->id = id;
	if (IS_ENABLED(CONFIG_X86))
		ep->regions[ep->num_regions++] = (struct vdiommu_region) {
			.start = X86_MSI_START,
			.last = X86_MSI_LAST,
			.msi = true,
		};
	return ep;
}

void vdiommu_config_remove_endpoint(struct vdiommu_config *config, u32 id)
{
	struct vdiommu_endpoint_config *ep, *end;

	ep = vdiommu_config_find_endpoint(config, id);
	if (!ep)
		return;
	end = &config->endpoints[config->num_endpoints];
	memmove(ep, ep + 1, (end - (ep + 1)) * sizeof(*ep));
	config->num_endpoints--;
}

u64 vdiommu_config_granule(const struct vdiommu_config *config)
{
	return config->page_size_mask & -config->page_size_mask;
}

static bool is_whole(u64 start, u64 last, u64 granule)
{
	/* The end of the address space wraps to 0, which is aligned. */
	return start <= last && !(start & (granule - 1)) &&
	       !((last + 1) & (granule - 1));
}

static bool valid_profile(const struct vdiommu_config *config)
{
	return config->profile == VDIOMMU_PROFILE_DEFAULT ||
	       config->profile == VDIOMMU_PROFILE_STRICT;
}

static bool valid_page_size_mask(const struct vdiommu_config *config)
{
	return config->page_size_mask;
}

/* Runs after valid_page_size_mask(). */
static bool valid_input(const struct vdiommu_config *config)
{
	return is_whole(config->input_start, config->input_last,
			vdiommu_config_granule(config));
}

static bool valid_domain(const struct vdiommu_config *config)
{
	return config->domain_first < config->domain_last;
}

static bool valid_driver(const struct vdiommu_config *config)
{
	return strnlen(config->driver, sizeof(config->driver)) <
		       sizeof(config->driver) &&
	       vds_driver_is_valid(config->driver);
}

static bool valid_domains(const struct vdiommu_config *config)
{
	return config->limits.domains >= 1 &&
	       config->limits.domains <= VDIOMMU_MAX_DOMAINS;
}

static bool valid_mappings(const struct vdiommu_config *config)
{
	return config->limits.mappings >= 1 &&
	       config->limits.mappings <= VDIOMMU_MAX_MAPPINGS;
}

static bool valid_num_endpoints(const struct vdiommu_config *config)
{
	return config->num_endpoints >= 1 &&
	       config->num_endpoints <= VDIOMMU_MAX_ENDPOINTS;
}

/* Runs after valid_num_endpoints(). */
static bool valid_ids(const struct vdiommu_config *config)
{
	u32 i, k;

	for (i = 0; i < config->num_endpoints; i++)
		for (k = 0; k < i; k++)
			if (config->endpoints[i].id == config->endpoints[k].id)
				return false;
	return true;
}

static bool overlaps_another(const struct vdiommu_endpoint_config *ep, u32 at)
{
	const struct vdiommu_region *region = &ep->regions[at];
	u32 i;

	for (i = 0; i < at; i++)
		if (ep->regions[i].start <= region->last &&
		    region->start <= ep->regions[i].last)
			return true;
	return false;
}

/* IOMMU-REQ-6.7.b, IOMMU-REQ-6.7.c */
bool vdiommu_regions_are_valid(const struct vdiommu_endpoint_config *ep,
			       u64 granule)
{
	u32 i, msis = 0;

	if (ep->num_regions > VDIOMMU_MAX_REGIONS)
		return false;
	for (i = 0; i < ep->num_regions; i++) {
		const struct vdiommu_region *region = &ep->regions[i];

		msis += region->msi;
		if (!is_whole(region->start, region->last, granule) ||
		    overlaps_another(ep, i))
			return false;
	}
	return msis <= 1;
}

static bool valid_regions(const struct vdiommu_config *config)
{
	u32 i;

	for (i = 0; i < config->num_endpoints; i++)
		if (!vdiommu_regions_are_valid(&config->endpoints[i],
					       vdiommu_config_granule(config)))
			return false;
	return true;
}

static const struct {
	const char *name;
	bool (*holds)(const struct vdiommu_config *config);
} rules[] = {
	{ "profile", valid_profile },
	{ "page_size_mask", valid_page_size_mask },
	{ "input_start or input_last", valid_input },
	{ "domain_first or domain_last", valid_domain },
	{ "driver", valid_driver },
	{ "max_domains", valid_domains },
	{ "max_mappings", valid_mappings },
	{ "number of endpoints", valid_num_endpoints },
	{ "number of an endpoint", valid_ids },
	{ "reserved", valid_regions },
};

bool vdiommu_config_is_valid(const struct vdiommu_config *config)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		if (!rules[i].holds(config)) {
			pr_debug("vdpa_iommu: %s is out of range\n",
				 rules[i].name);
			return false;
		}
	return true;
}

u64 vdiommu_config_features(const struct vdiommu_config *config)
{
	u64 features = BIT_ULL(VIRTIO_IOMMU_F_INPUT_RANGE) |
		       BIT_ULL(VIRTIO_IOMMU_F_DOMAIN_RANGE) |
		       BIT_ULL(VIRTIO_IOMMU_F_MAP_UNMAP) |
		       BIT_ULL(VIRTIO_IOMMU_F_PROBE) |
		       BIT_ULL(VIRTIO_IOMMU_F_MMIO);

	if (config->profile == VDIOMMU_PROFILE_DEFAULT)
		features |= BIT_ULL(VIRTIO_IOMMU_F_BYPASS_CONFIG);
	return features;
}
