/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDIOMMU_CONFIG_H
#define _VDIOMMU_CONFIG_H

#include <linux/types.h>

/* A set of endpoints is 64 bits. */
#define VDIOMMU_MAX_ENDPOINTS	64
/* 24 bytes each in the answer to PROBE. */
#define VDIOMMU_MAX_REGIONS	16
/* Room for all of them, and more for what is to come (IOMMU-REQ-6.6.i). */
#define VDIOMMU_PROBE_SIZE	512

#define VDIOMMU_MAX_DOMAINS	4096
#define VDIOMMU_MAX_MAPPINGS	1073741824ull

/**
 * enum vdiommu_profile - how much the driver may ask for
 * @VDIOMMU_PROFILE_DEFAULT: offers VIRTIO_IOMMU_F_BYPASS_CONFIG
 * @VDIOMMU_PROFILE_STRICT: does not, so no endpoint ever passes untranslated
 *	(IOMMU-REQ-5.1.b)
 */
enum vdiommu_profile {
	VDIOMMU_PROFILE_DEFAULT,
	VDIOMMU_PROFILE_STRICT,
};

/**
 * struct vdiommu_region - addresses that an endpoint cannot use for memory
 * @start: first address
 * @last: last address
 * @msi: they lead to interrupts; otherwise nowhere
 */
struct vdiommu_region {
	u64 start;
	u64 last;
	bool msi;
};

/**
 * struct vdiommu_endpoint_config - one device behind the IOMMU
 * @id: what the guest knows it by
 * @num_regions: 0..VDIOMMU_MAX_REGIONS
 * @regions: reserved ones; granules, disjoint, at most one of them for MSIs
 */
struct vdiommu_endpoint_config {
	u32 id;
	u32 num_regions;
	struct vdiommu_region regions[VDIOMMU_MAX_REGIONS];
};

/**
 * struct vdiommu_limits - how much a guest may make us allocate
 * @domains: 1..VDIOMMU_MAX_DOMAINS; more than endpoints are of no use
 * @mappings: mappings of all domains, 1..VDIOMMU_MAX_MAPPINGS
 */
struct vdiommu_limits {
	u32 domains;
	u64 mappings;
};

/**
 * struct vdiommu_config - the shape of a device
 * @profile: see there
 * @page_size_mask: its lowest bit is the granule; the others are hints
 * @input_start: first address that can be mapped
 * @input_last: last one; whole granules
 * @domain_first: first domain number
 * @domain_last: last one; at least two numbers, since newer Linux keeps the
 *	first for its bypass domain
 * @gpa_limit: highest address that may be mapped to, 0 for none
 * @driver: bus driver that may bind: "vhost_vdpa", "virtio_vdpa", or "" for any
 * @limits: quotas
 * @num_endpoints: 1..VDIOMMU_MAX_ENDPOINTS
 * @endpoints: each with a number of its own
 *
 * Plain data: a device is built from one, configfs edits one, tests make them
 * by hand. Too large for the stack.
 */
struct vdiommu_config {
	enum vdiommu_profile profile;
	u64 page_size_mask;
	u64 input_start;
	u64 input_last;
	u32 domain_first;
	u32 domain_last;
	u64 gpa_limit;
	char driver[16];
	struct vdiommu_limits limits;
	u32 num_endpoints;
	struct vdiommu_endpoint_config endpoints[VDIOMMU_MAX_ENDPOINTS];
};

/**
 * vdiommu_config_init() - a sane default device, but for its endpoints
 * @config: filled: 4 KiB granule, all addresses and domains, no endpoint
 */
void vdiommu_config_init(struct vdiommu_config *config);

/**
 * vdiommu_config_add_endpoint() - one more endpoint
 * @config: gets it
 * @id: its number
 *
 * It reserves what its architecture uses for MSIs (IOMMU-REQ-6.7.f).
 *
 * Return: the endpoint; or NULL if there are enough, or one of that number.
 */
struct vdiommu_endpoint_config *
vdiommu_config_add_endpoint(struct vdiommu_config *config, u32 id);

/**
 * vdiommu_config_find_endpoint() - the endpoint of a number
 * @config: any
 * @id: its number
 *
 * Return: the endpoint or NULL.
 */
struct vdiommu_endpoint_config *
vdiommu_config_find_endpoint(struct vdiommu_config *config, u32 id);

/**
 * vdiommu_config_remove_endpoint() - one endpoint less
 * @config: may have it
 * @id: its number
 */
void vdiommu_config_remove_endpoint(struct vdiommu_config *config, u32 id);

/**
 * vdiommu_config_is_valid() - may a device be built from it
 * @config: any
 *
 * A column of one-rule predicates; the first that fails is logged by name at
 * debug level.
 */
bool vdiommu_config_is_valid(const struct vdiommu_config *config);

/**
 * vdiommu_regions_are_valid() - do the reserved regions of an endpoint agree
 * @ep: any
 * @granule: a power of two
 */
bool vdiommu_regions_are_valid(const struct vdiommu_endpoint_config *ep,
			       u64 granule);

/**
 * vdiommu_config_granule() - the smallest thing that can be mapped
 * @config: a valid one
 */
u64 vdiommu_config_granule(const struct vdiommu_config *config);

/**
 * vdiommu_config_features() - device feature bits to offer
 * @config: a valid one
 */
u64 vdiommu_config_features(const struct vdiommu_config *config);

#endif /* _VDIOMMU_CONFIG_H */
