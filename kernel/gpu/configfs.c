// SPDX-License-Identifier: GPL-2.0-only
/*
 * Edits the configurations of devices to come.
 *
 *   /sys/kernel/config/vdpa_gpu/NAME/{driver,edid,...,live}
 *   /sys/kernel/config/vdpa_gpu/NAME/scanouts/0..15/{connected,x,y,...}
 *
 * A group is paper: a device takes a copy of it when it is made, and its name
 * is claimed from then on. Nothing ties the group's life to the device's, so a
 * group may be removed and made anew while the device lives. What is claimed
 * is a list of names, and a group is live when its name is in it.
 *
 * Values out of range are refused when they are written. What depends on two
 * values is checked when the device is made.
 */
#include "configfs.h"

#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/kstrtox.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "config.h"

/* A name becomes part of struct vdpa_gpu_view_info. */
#define NAME_SIZE	sizeof_field(struct vdpa_gpu_view_info, name)

/**
 * struct output - scanouts/N
 * @group: the directory
 * @mode: in the config of its device
 * @owner: its device
 */
struct output {
	struct config_group group;
	struct vdpa_gpu_mode *mode;
	struct paper *owner;
};

/**
 * struct paper - a device that may come to be
 * @group: the directory
 * @scanouts: the directory of @outputs
 * @outputs: all that there can be
 * @link: in papers
 * @config: under big_lock
 */
struct paper {
	struct config_group group;
	struct config_group scanouts;
	struct output outputs[VDPA_GPU_MAX_SCANOUTS];
	struct list_head link;
	struct vdgpu_config config;
};

/**
 * struct claim - a device that exists
 * @link: in claims
 * @name: of the device
 */
struct claim {
	struct list_head link;
	char name[];
};

/* Covers papers, their configurations, and claims. */
static DEFINE_MUTEX(big_lock);
static LIST_HEAD(papers);
static LIST_HEAD(claims);

static struct claim *find_claim_locked(const char *name)
{
	struct claim *claim;

	lockdep_assert_held(&big_lock);
	list_for_each_entry(claim, &claims, link)
		if (!strcmp(claim->name, name))
			return claim;
	return NULL;
}

static struct paper *find_paper_locked(const char *name)
{
	struct paper *paper;

	lockdep_assert_held(&big_lock);
	list_for_each_entry(paper, &papers, link)
		if (!strcmp(config_item_name(&paper->group.cg_item), name))
			return paper;
	return NULL;
}

int vdgpu_configfs_claim(const char *name, struct vdgpu_config *out_config)
{
	size_t len = strlen(name) + 1;
	struct paper *paper;
	struct claim *claim;

	claim = kmalloc(struct_size(claim, name, len), GFP_KERNEL);
	if (!claim)
		return -ENOMEM;
	memcpy(claim->name, name, len);

	guard(mutex)(&big_lock);
	if (find_claim_locked(name)) {
		kfree(claim);
		return -EBUSY;
	}
	list_add(&claim->link, &claims);
	paper = find_paper_locked(name);
	if (paper)
		*out_config = paper->config;
	else
		vdgpu_config_init(out_config);
	return 0;
}

void vdgpu_configfs_release(const char *name)
{
	struct claim *claim;

	guard(mutex)(&big_lock);
	claim = find_claim_locked(name);
	if (WARN_ON_ONCE(!claim))
		return;
	list_del(&claim->link);
	kfree(claim);
}

static struct paper *to_paper(struct config_item *item)
{
	return container_of(to_config_group(item), struct paper, group);
}

static struct output *to_output(struct config_item *item)
{
	return container_of(to_config_group(item), struct output, group);
}

static bool is_live_locked(struct paper *paper)
{
	return find_claim_locked(config_item_name(&paper->group.cg_item));
}

/**
 * struct number - an attribute that is one number in a config
 * @paper: the device it belongs to
 * @at: u64, u32 or bool
 * @size: of @at
 * @min: lowest value it may have
 * @max: highest value
 */
struct number {
	struct paper *paper;
	void *at;
	size_t size;
	u64 min;
	u64 max;
};

static ssize_t show_number(struct number number, char *page)
{
	u64 value;

	guard(mutex)(&big_lock);
	if (number.size == sizeof(u64))
		value = *(u64 *)number.at;
	else if (number.size == sizeof(u32))
		value = *(u32 *)number.at;
	else
		value = *(bool *)number.at;
	return sysfs_emit(page, "%llu\n", value);
}

static ssize_t store_number(struct number number, const char *page, size_t len)
{
	u64 value;
	int err;

	err = kstrtou64(page, 0, &value);
	if (err)
		return err;
	if (value < number.min || value > number.max)
		return -EINVAL;

	guard(mutex)(&big_lock);
	if (is_live_locked(number.paper))
		return -EBUSY;
	if (number.size == sizeof(u64))
		*(u64 *)number.at = value;
	else if (number.size == sizeof(u32))
		*(u32 *)number.at = value;
	else
		*(bool *)number.at = value;
	return len;
}

/* configfs does not say which attribute it asks for: a pair of functions each */
#define NUMBER(_prefix, _name, _paper, _field, _min, _max)		\
static struct number _prefix##_name(struct config_item *item)		\
{									\
	__auto_type at = &(_field);					\
									\
	return (struct number) {					\
		_paper, at, sizeof(*at), _min, _max			\
	};								\
}									\
static ssize_t _prefix##_name##_show(struct config_item *item, char *page) \
{									\
	return show_number(_prefix##_name(item), page);			\
}									\
static ssize_t _prefix##_name##_store(struct config_item *item,		\
				      const char *page, size_t len)	\
{									\
	return store_number(_prefix##_name(item), page, len);		\
}									\
CONFIGFS_ATTR(_prefix, _name)

#define DEVICE_NUMBER(_name, _field, _min, _max)			\
	NUMBER(device_, _name, to_paper(item), _field, _min, _max)

static struct vdgpu_config *config_of(struct config_item *item)
{
	return &to_paper(item)->config;
}

DEVICE_NUMBER(edid, config_of(item)->edid, 0, 1);
DEVICE_NUMBER(blob, config_of(item)->blob, 0, 1);
DEVICE_NUMBER(uuid, config_of(item)->uuid, 0, 1);
DEVICE_NUMBER(endpoint, config_of(item)->endpoint, 0, U32_MAX);
DEVICE_NUMBER(num_scanouts, config_of(item)->num_scanouts,
	      1, VDPA_GPU_MAX_SCANOUTS);
DEVICE_NUMBER(max_resources, config_of(item)->limits.resources,
	      1, VDGPU_MAX_RESOURCES);
DEVICE_NUMBER(max_bytes, config_of(item)->limits.bytes,
	      PAGE_SIZE, U64_MAX);
DEVICE_NUMBER(max_entries, config_of(item)->limits.entries,
	      VDGPU_MIN_ENTRIES, VDGPU_MAX_ENTRIES);
DEVICE_NUMBER(max_total_entries, config_of(item)->limits.total_entries,
	      VDGPU_MIN_ENTRIES, U64_MAX);

static ssize_t device_driver_show(struct config_item *item, char *page)
{
	guard(mutex)(&big_lock);
	return sysfs_emit(page, "%s\n", to_paper(item)->config.driver);
}

static ssize_t device_driver_store(struct config_item *item, const char *page,
				   size_t len)
{
	struct vdgpu_config *config = &to_paper(item)->config;
	char driver[sizeof(config->driver)];

	/* All of it fits, or it is none we know. */
	if (strscpy(driver, page, sizeof(driver)) < 0)
		return -EINVAL;
	strreplace(driver, '\n', '\0');
	if (!vdgpu_driver_is_valid(driver))
		return -EINVAL;

	guard(mutex)(&big_lock);
	if (is_live_locked(to_paper(item)))
		return -EBUSY;
	strscpy(config->driver, driver, sizeof(config->driver));
	return len;
}

CONFIGFS_ATTR(device_, driver);

static ssize_t device_iommu_show(struct config_item *item, char *page)
{
	guard(mutex)(&big_lock);
	return sysfs_emit(page, "%s\n", to_paper(item)->config.iommu);
}

static ssize_t device_iommu_store(struct config_item *item, const char *page,
				  size_t len)
{
	struct vdgpu_config *config = &to_paper(item)->config;
	char iommu[sizeof(config->iommu)];

	if (strscpy(iommu, page, sizeof(iommu)) < 0)
		return -EINVAL;
	strreplace(iommu, '\n', '\0');

	guard(mutex)(&big_lock);
	if (is_live_locked(to_paper(item)))
		return -EBUSY;
	strscpy(config->iommu, iommu, sizeof(config->iommu));
	return len;
}

CONFIGFS_ATTR(device_, iommu);

static ssize_t device_live_show(struct config_item *item, char *page)
{
	guard(mutex)(&big_lock);
	return sysfs_emit(page, "%d\n", is_live_locked(to_paper(item)));
}

CONFIGFS_ATTR_RO(device_, live);

static struct configfs_attribute *device_attrs[] = {
	&device_attr_driver,
	&device_attr_iommu,
	&device_attr_endpoint,
	&device_attr_edid,
	&device_attr_blob,
	&device_attr_uuid,
	&device_attr_num_scanouts,
	&device_attr_max_resources,
	&device_attr_max_bytes,
	&device_attr_max_entries,
	&device_attr_max_total_entries,
	&device_attr_live,
	NULL
};

#define OUTPUT_NUMBER(_name, _field, _min, _max)			\
	NUMBER(output_, _name, to_output(item)->owner, _field, _min, _max)

static struct vdpa_gpu_mode *mode_of(struct config_item *item)
{
	return to_output(item)->mode;
}

OUTPUT_NUMBER(connected, mode_of(item)->flags, 0, VDPA_GPU_MODE_CONNECTED);
OUTPUT_NUMBER(x, mode_of(item)->x, 0, VDGPU_MAX_POSITION);
OUTPUT_NUMBER(y, mode_of(item)->y, 0, VDGPU_MAX_POSITION);
OUTPUT_NUMBER(width, mode_of(item)->width, 1, VDGPU_MAX_DIMENSION);
OUTPUT_NUMBER(height, mode_of(item)->height, 1, VDGPU_MAX_DIMENSION);
OUTPUT_NUMBER(refresh_mhz, mode_of(item)->refresh_mhz,
	      VDGPU_MIN_REFRESH_MHZ, VDGPU_MAX_REFRESH_MHZ);

static struct configfs_attribute *output_attrs[] = {
	&output_attr_connected,
	&output_attr_x,
	&output_attr_y,
	&output_attr_width,
	&output_attr_height,
	&output_attr_refresh_mhz,
	NULL
};

static void device_release(struct config_item *item)
{
	kfree(to_paper(item));
}

static struct configfs_item_operations device_item_ops = {
	.release = device_release,
};

static const struct config_item_type device_type = {
	.ct_item_ops = &device_item_ops,
	.ct_attrs = device_attrs,
	.ct_owner = THIS_MODULE,
};

/* Part of struct paper, and gone with it. */
static const struct config_item_type scanouts_type = {
	.ct_owner = THIS_MODULE,
};

static const struct config_item_type output_type = {
	.ct_attrs = output_attrs,
	.ct_owner = THIS_MODULE,
};

static void add_outputs(struct paper *paper)
{
	unsigned int i;
	char name[4];

	config_group_init_type_name(&paper->scanouts, "scanouts",
				    &scanouts_type);
	configfs_add_default_group(&paper->scanouts, &paper->group);
	for (i = 0; i < VDPA_GPU_MAX_SCANOUTS; i++) {
		struct output *output = &paper->outputs[i];

		output->owner = paper;
		output->mode = &paper->config.modes[i];
		snprintf(name, sizeof(name), "%u", i);
		config_group_init_type_name(&output->group, name, &output_type);
		configfs_add_default_group(&output->group, &paper->scanouts);
	}
}

static struct config_group *make_device(struct config_group *group,
					const char *name)
{
	struct paper *paper;

	if (strlen(name) >= NAME_SIZE)
		return ERR_PTR(-ENAMETOOLONG);
	paper = kzalloc(sizeof(*paper), GFP_KERNEL);
	if (!paper)
		return ERR_PTR(-ENOMEM);
	vdgpu_config_init(&paper->config);
	config_group_init_type_name(&paper->group, name, &device_type);
	/* Long names are allocated, and nobody tells. */
	if (!config_item_name(&paper->group.cg_item)) {
		kfree(paper);
		return ERR_PTR(-ENOMEM);
	}
	add_outputs(paper);

	guard(mutex)(&big_lock);
	list_add(&paper->link, &papers);
	return &paper->group;
}

static void drop_device(struct config_group *group, struct config_item *item)
{
	scoped_guard(mutex, &big_lock)
		list_del(&to_paper(item)->link);
	config_item_put(item);
}

static struct configfs_group_operations subsystem_group_ops = {
	.make_group = make_device,
	.drop_item = drop_device,
};

static const struct config_item_type subsystem_type = {
	.ct_group_ops = &subsystem_group_ops,
	.ct_owner = THIS_MODULE,
};

static struct configfs_subsystem subsystem = {
	.su_group = {
		.cg_item = {
			.ci_namebuf = "vdpa_gpu",
			.ci_type = &subsystem_type,
		},
	},
};

int vdgpu_configfs_register(void)
{
	config_group_init(&subsystem.su_group);
	mutex_init(&subsystem.su_mutex);
	return configfs_register_subsystem(&subsystem);
}

void vdgpu_configfs_unregister(void)
{
	configfs_unregister_subsystem(&subsystem);
	mutex_destroy(&subsystem.su_mutex);
}
