// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/virtio_iommu.h>

#include "iommu/config.h"
#include "iommu/configfs.h"

static struct vdiommu_config *new_config(struct kunit *test)
{
	struct vdiommu_config *config;

	config = kunit_kmalloc(test, sizeof(*config), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, config);
	memset(config, 0xff, sizeof(*config));
	vdiommu_config_init(config);
	return config;
}

static void defaults(struct kunit *test)
{
	struct vdiommu_config *config = new_config(test);

	KUNIT_EXPECT_FALSE(test, vdiommu_config_is_valid(config));
	KUNIT_ASSERT_NOT_NULL(test, vdiommu_config_add_endpoint(config, 0));
	KUNIT_EXPECT_TRUE(test, vdiommu_config_is_valid(config));
	KUNIT_EXPECT_EQ(test, 4096, vdiommu_config_granule(config));
	KUNIT_EXPECT_EQ(test, VDIOMMU_PROFILE_DEFAULT, config->profile);
	KUNIT_EXPECT_EQ(test, 0, config->input_start);
	KUNIT_EXPECT_EQ(test, U64_MAX, config->input_last);
	KUNIT_EXPECT_EQ(test, 0, config->domain_first);
	KUNIT_EXPECT_EQ(test, U32_MAX, config->domain_last);
	KUNIT_EXPECT_EQ(test, 0, config->gpa_limit);
	KUNIT_EXPECT_STREQ(test, config->driver, "vhost_vdpa");
}

/* IOMMU-REQ-6.7.f */
static void endpoints_come_and_go(struct kunit *test)
{
	struct vdiommu_config *config = new_config(test);
	const struct vdiommu_endpoint_config *ep;
	u32 i;

	for (i = 0; i < VDIOMMU_MAX_ENDPOINTS; i++)
		KUNIT_EXPECT_NOT_NULL(test,
				      vdiommu_config_add_endpoint(config, i));
	KUNIT_EXPECT_NULL(test, vdiommu_config_add_endpoint(config, 100));
	KUNIT_EXPECT_TRUE(test, vdiommu_config_is_valid(config));
	vdiommu_config_remove_endpoint(config, 7);
	vdiommu_config_remove_endpoint(config, 7);
	KUNIT_EXPECT_NULL(test, vdiommu_config_find_endpoint(config, 7));
	KUNIT_EXPECT_NULL(test, vdiommu_config_add_endpoint(config, 8));
	KUNIT_EXPECT_EQ(test, VDIOMMU_MAX_ENDPOINTS - 1, config->num_endpoints);
	for (i = 8; i < VDIOMMU_MAX_ENDPOINTS; i++) {
		ep = vdiommu_config_find_endpoint(config, i);
		KUNIT_ASSERT_NOT_NULL(test, ep);
		KUNIT_EXPECT_EQ(test, i, ep->id);
	}
	if (!IS_ENABLED(CONFIG_X86))
		return;
	KUNIT_ASSERT_EQ(test, 1, ep->num_regions);
	KUNIT_EXPECT_EQ(test, 0xfee00000, ep->regions[0].start);
	KUNIT_EXPECT_EQ(test, 0xfeefffff, ep->regions[0].last);
	KUNIT_EXPECT_TRUE(test, ep->regions[0].msi);
}

/* One edit of a good configuration with endpoints 1 and 2 a row. */
struct rule {
	const char *name;
	void (*edit)(struct vdiommu_config *config);
	bool valid;
};

static void set_regions(struct vdiommu_config *config, u64 start0, u64 last0,
			u64 start1, u64 last1, bool msi)
{
	config->endpoints[1].num_regions = 2;
	config->endpoints[1].regions[0] =
		(struct vdiommu_region) { start0, last0, true };
	config->endpoints[1].regions[1] =
		(struct vdiommu_region) { start1, last1, msi };
}

#define EDIT(_name, _statement)						\
static void _name(struct vdiommu_config *config)			\
{									\
	_statement;							\
}

EDIT(nothing, (void)config)
EDIT(strict, config->profile = VDIOMMU_PROFILE_STRICT)
EDIT(profile_unknown, config->profile = 2)
EDIT(mask_0, config->page_size_mask = 0)
EDIT(input_swapped, config->input_start = 8192; config->input_last = 4095)
EDIT(input_start_askew, config->input_start = 1)
EDIT(input_last_askew, config->input_last = 8192)
EDIT(input_granule, config->input_start = 4096; config->input_last = 8191)
EDIT(one_domain, config->domain_first = config->domain_last = 7)
EDIT(two_domains, config->domain_first = 6; config->domain_last = 7)
EDIT(domains_swapped, config->domain_first = 7; config->domain_last = 6)
EDIT(driver_any, config->driver[0] = 0)
EDIT(driver_virtio, strscpy(config->driver, "virtio_vdpa"))
EDIT(driver_unknown, strscpy(config->driver, "vfio"))
EDIT(driver_endless, memset(config->driver, 'v', sizeof(config->driver)))
EDIT(max_domains_0, config->limits.domains = 0)
EDIT(max_domains_above, config->limits.domains = VDIOMMU_MAX_DOMAINS + 1)
EDIT(max_mappings_0, config->limits.mappings = 0)
EDIT(max_mappings_above, config->limits.mappings = VDIOMMU_MAX_MAPPINGS + 1)
EDIT(no_endpoint, config->num_endpoints = 0)
EDIT(endpoints_above, config->num_endpoints = VDIOMMU_MAX_ENDPOINTS + 1)
EDIT(same_id, config->endpoints[1].id = 1)
EDIT(regions_above, config->endpoints[1].num_regions = VDIOMMU_MAX_REGIONS + 1)
EDIT(regions_apart, set_regions(config, 0, 4095, 4096, 8191, false))
EDIT(regions_same, set_regions(config, 0, 4095, 0, 4095, false))
EDIT(regions_overlap, set_regions(config, 0, 8191, 4096, 12287, false))
EDIT(regions_nested, set_regions(config, 4096, 8191, 0, 12287, false))
EDIT(regions_askew, set_regions(config, 0, 4095, 8193, 12287, false))
EDIT(regions_ragged, set_regions(config, 0, 4095, 8192, 12286, false))
EDIT(regions_swapped, set_regions(config, 0, 4095, 12288, 8191, false))
EDIT(regions_to_the_end, set_regions(config, 0, 4095, -4096ull, U64_MAX, false))
EDIT(two_msis, set_regions(config, 0, 4095, 4096, 8191, true))

#define GOOD(_edit)	{ #_edit, _edit, true }
#define BAD(_edit)	{ #_edit, _edit, false }

static const struct rule rules[] = {
	GOOD(nothing), GOOD(strict), BAD(profile_unknown),
	BAD(mask_0),
	BAD(input_swapped), BAD(input_start_askew), BAD(input_last_askew),
	GOOD(input_granule),
	BAD(one_domain), GOOD(two_domains), BAD(domains_swapped),
	GOOD(driver_any), GOOD(driver_virtio), BAD(driver_unknown),
	BAD(driver_endless),
	BAD(max_domains_0), BAD(max_domains_above),
	BAD(max_mappings_0), BAD(max_mappings_above),
	BAD(no_endpoint), BAD(endpoints_above), BAD(same_id),
	BAD(regions_above), GOOD(regions_apart), BAD(regions_same),
	BAD(regions_overlap), BAD(regions_nested), BAD(regions_askew),
	BAD(regions_ragged), BAD(regions_swapped), GOOD(regions_to_the_end),
	BAD(two_msis),
};

static void rule_desc(const struct rule *rule, char *desc)
{
	strscpy(desc, rule->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(rule, rules, rule_desc);

static void is_valid(struct kunit *test)
{
	const struct rule *rule = test->param_value;
	struct vdiommu_config *config = new_config(test);

	vdiommu_config_add_endpoint(config, 1);
	vdiommu_config_add_endpoint(config, 2);
	rule->edit(config);
	KUNIT_EXPECT_EQ(test, vdiommu_config_is_valid(config), rule->valid);
}

/* IOMMU-REQ-3, IOMMU-REQ-5.1.b */
static void features(struct kunit *test)
{
	struct vdiommu_config *config = new_config(test);

	KUNIT_EXPECT_EQ(test, 0x77, vdiommu_config_features(config));
	config->profile = VDIOMMU_PROFILE_STRICT;
	KUNIT_EXPECT_EQ(test, 0x37, vdiommu_config_features(config));
}

#define NAME	"kunit-claim"

static void release_name(void *name)
{
	vdiommu_configfs_release(name);
}

static void claim_without_group(struct kunit *test)
{
	struct vdiommu_config *config = new_config(test);
	struct vdiommu_config *expected = new_config(test);

	vdiommu_config_add_endpoint(expected, 0);
	memset(config, 0xff, sizeof(*config));
	KUNIT_ASSERT_EQ(test, vdiommu_configfs_claim(NAME, config), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, release_name,
							NAME), 0);
	KUNIT_EXPECT_MEMEQ(test, config, expected, sizeof(*config));
}

static void claim_twice(struct kunit *test)
{
	struct vdiommu_config *config = new_config(test);

	KUNIT_ASSERT_EQ(test, vdiommu_configfs_claim(NAME, config), 0);
	KUNIT_EXPECT_EQ(test, vdiommu_configfs_claim(NAME, config), -EBUSY);
	vdiommu_configfs_release(NAME);
	KUNIT_ASSERT_EQ(test, vdiommu_configfs_claim(NAME, config), 0);
	vdiommu_configfs_release(NAME);
}

static struct kunit_case config_cases[] = {
	KUNIT_CASE(defaults),
	KUNIT_CASE(endpoints_come_and_go),
	KUNIT_CASE_PARAM(is_valid, rule_gen_params),
	KUNIT_CASE(features),
	KUNIT_CASE(claim_without_group),
	KUNIT_CASE(claim_twice),
	{}
};

static struct kunit_suite config_suite = {
	.name = "viommu_config",
	.test_cases = config_cases,
};

kunit_test_suite(config_suite);
