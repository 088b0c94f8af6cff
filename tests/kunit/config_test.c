// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/virtio_gpu.h>

#include "gpu/config.h"
#include "gpu/configfs.h"

static void defaults(struct kunit *test)
{
	struct vdgpu_config config;
	unsigned int i;

	memset(&config, 0xff, sizeof(config));
	vdgpu_config_init(&config);
	KUNIT_EXPECT_TRUE(test, vdgpu_config_is_valid(&config));
	KUNIT_EXPECT_EQ(test, config.num_scanouts, 1);
	KUNIT_EXPECT_EQ(test, config.modes[0].width, 1920);
	KUNIT_EXPECT_EQ(test, config.modes[0].height, 1080);
	KUNIT_EXPECT_EQ(test, config.modes[0].refresh_mhz, 60000);
	KUNIT_EXPECT_EQ(test, config.modes[0].flags, VDPA_GPU_MODE_CONNECTED);
	KUNIT_EXPECT_TRUE(test, config.edid);
	KUNIT_EXPECT_FALSE(test, config.blob);
	KUNIT_EXPECT_FALSE(test, config.uuid);
	KUNIT_EXPECT_STREQ(test, config.driver, "vhost_vdpa");
	for (i = 1; i < VDPA_GPU_MAX_SCANOUTS; i++) {
		KUNIT_EXPECT_TRUE(test, vdgpu_mode_is_valid(&config.modes[i]));
		KUNIT_EXPECT_EQ(test, config.modes[i].flags, 0);
		KUNIT_EXPECT_EQ(test, config.modes[i].x,
				config.modes[i - 1].x + 1920);
	}
}

/* One edit of the defaults a row. */
struct rule {
	const char *name;
	void (*edit)(struct vdgpu_config *config);
	bool valid;
};

static void set_entries(struct vdgpu_config *config, u32 entries)
{
	config->limits.entries = entries;
	config->limits.total_entries = entries;
}

#define EDIT(_name, _statement)						\
static void _name(struct vdgpu_config *config)				\
{									\
	_statement;							\
}

EDIT(nothing, (void)config)
EDIT(scanouts_0, config->num_scanouts = 0)
EDIT(scanouts_16, config->num_scanouts = 16)
EDIT(scanouts_17, config->num_scanouts = 17)
EDIT(width_0, config->modes[0].width = 0)
EDIT(width_1, config->modes[0].width = 1)
EDIT(width_max, config->modes[0].width = 16384)
EDIT(width_above, config->modes[0].width = 16385)
EDIT(height_0, config->modes[0].height = 0)
EDIT(height_max, config->modes[0].height = 16384)
EDIT(height_above, config->modes[0].height = 16385)
EDIT(refresh_below, config->modes[0].refresh_mhz = 999)
EDIT(refresh_min, config->modes[0].refresh_mhz = 1000)
EDIT(refresh_max, config->modes[0].refresh_mhz = 1000000)
EDIT(refresh_above, config->modes[0].refresh_mhz = 1000001)
EDIT(flag_unknown, config->modes[0].flags = 2)
EDIT(unplugged, config->modes[0].flags = 0)
EDIT(unplugged_without_size, config->modes[0] = (struct vdpa_gpu_mode) {})
EDIT(x_max, config->modes[0].x = S32_MAX - 16384)
EDIT(x_above, config->modes[0].x = S32_MAX - 16383)
EDIT(y_above, config->modes[0].y = S32_MAX - 16383)
EDIT(unused_mode, config->modes[1].width = 0)
EDIT(used_mode, config->num_scanouts = 2; config->modes[1].width = 0)
EDIT(driver_any, config->driver[0] = 0)
EDIT(driver_virtio, strscpy(config->driver, "virtio_vdpa"))
EDIT(driver_unknown, strscpy(config->driver, "vfio"))
EDIT(driver_endless, memset(config->driver, 'v', sizeof(config->driver)))
EDIT(iommu_named, strscpy(config->iommu, "iommu0"))
EDIT(iommu_endless, memset(config->iommu, 'i', sizeof(config->iommu)))
EDIT(resources_0, config->limits.resources = 0)
EDIT(resources_max, config->limits.resources = 1048576)
EDIT(resources_above, config->limits.resources = 1048577)
EDIT(bytes_below, config->limits.bytes = PAGE_SIZE - 1)
EDIT(bytes_min, config->limits.bytes = PAGE_SIZE)
EDIT(entries_below, config->limits.entries = 65535)
EDIT(entries_min, config->limits.entries = 65536)
EDIT(entries_max, set_entries(config, 16777216))
EDIT(entries_above, set_entries(config, 16777217))
EDIT(total_below, config->limits.total_entries = config->limits.entries - 1)
EDIT(total_min, config->limits.total_entries = config->limits.entries)

#define GOOD(_edit)	{ #_edit, _edit, true }
#define BAD(_edit)	{ #_edit, _edit, false }

static const struct rule rules[] = {
	GOOD(nothing),
	BAD(scanouts_0), GOOD(scanouts_16), BAD(scanouts_17),
	BAD(width_0), GOOD(width_1), GOOD(width_max), BAD(width_above),
	BAD(height_0), GOOD(height_max), BAD(height_above),
	BAD(refresh_below), GOOD(refresh_min), GOOD(refresh_max),
	BAD(refresh_above),
	BAD(flag_unknown), GOOD(unplugged), BAD(unplugged_without_size),
	GOOD(x_max), BAD(x_above), BAD(y_above),
	GOOD(unused_mode), BAD(used_mode),
	GOOD(driver_any), GOOD(driver_virtio), BAD(driver_unknown),
	BAD(driver_endless),
	GOOD(iommu_named), BAD(iommu_endless),
	BAD(resources_0), GOOD(resources_max), BAD(resources_above),
	BAD(bytes_below), GOOD(bytes_min),
	BAD(entries_below), GOOD(entries_min), GOOD(entries_max),
	BAD(entries_above),
	BAD(total_below), GOOD(total_min),
};

static void rule_desc(const struct rule *rule, char *desc)
{
	strscpy(desc, rule->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(rule, rules, rule_desc);

static void is_valid(struct kunit *test)
{
	const struct rule *rule = test->param_value;
	struct vdgpu_config config;

	vdgpu_config_init(&config);
	rule->edit(&config);
	KUNIT_EXPECT_EQ(test, vdgpu_config_is_valid(&config), rule->valid);
}

static void features(struct kunit *test)
{
	struct vdgpu_config config = {};

	KUNIT_EXPECT_EQ(test, vdgpu_config_features(&config), 0);
	config.edid = true;
	KUNIT_EXPECT_EQ(test, vdgpu_config_features(&config),
			BIT_ULL(VIRTIO_GPU_F_EDID));
	config.edid = false;
	config.blob = true;
	KUNIT_EXPECT_EQ(test, vdgpu_config_features(&config),
			BIT_ULL(VIRTIO_GPU_F_RESOURCE_BLOB));
	config.blob = false;
	config.uuid = true;
	KUNIT_EXPECT_EQ(test, vdgpu_config_features(&config),
			BIT_ULL(VIRTIO_GPU_F_RESOURCE_UUID));
}

#define NAME	"kunit-claim"

static void release_name(void *name)
{
	vdgpu_configfs_release(name);
}

static void claim_without_group(struct kunit *test)
{
	struct vdgpu_config config = {}, expected;

	vdgpu_config_init(&expected);
	KUNIT_ASSERT_EQ(test, vdgpu_configfs_claim(NAME, &config), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, release_name,
							NAME), 0);
	KUNIT_EXPECT_MEMEQ(test, &config, &expected, sizeof(config));
}

static void claim_twice(struct kunit *test)
{
	struct vdgpu_config config;

	KUNIT_ASSERT_EQ(test, vdgpu_configfs_claim(NAME, &config), 0);
	KUNIT_EXPECT_EQ(test, vdgpu_configfs_claim(NAME, &config), -EBUSY);
	vdgpu_configfs_release(NAME);
	KUNIT_ASSERT_EQ(test, vdgpu_configfs_claim(NAME, &config), 0);
	vdgpu_configfs_release(NAME);
}

static struct kunit_case config_cases[] = {
	KUNIT_CASE(defaults),
	KUNIT_CASE_PARAM(is_valid, rule_gen_params),
	KUNIT_CASE(features),
	KUNIT_CASE(claim_without_group),
	KUNIT_CASE(claim_twice),
	{}
};

static struct kunit_suite config_suite = {
	.name = "vdgpu_config",
	.test_cases = config_cases,
};

kunit_test_suite(config_suite);
