// SPDX-License-Identifier: GPL-2.0-only
/*
 * Edits the configurations of devices to come.
 *
 *   /sys/kernel/config/vdpa_iommu/NAME/{driver,profile,...,live}
 *   /sys/kernel/config/vdpa_iommu/NAME/endpoints/ID/reserved
 *
 * A group is paper: a device takes a copy of it when it is made, and its name
 * is claimed from then on. Nothing ties the group's life to the device's, so a
 * group, or an endpoint's directory, may be removed and made anew while the
 * device lives. What is claimed is a list of names, and a group is live when
 * its name is in it.
 *
 * Values out of range are refused when they are written. What depends on two
 * values is checked when the device is made.
 */
#include "configfs.h"

#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <linux/vdpa_iommu.h>

#include "config.h"

/* A name becomes part of struct vdpa_iommu_info. */
#define NAME_SIZE	sizeof_field(struct vdpa_iommu_info, name)

/**
 * struct place - endpoints/ID
 * @item: the directory
 * @owner: its device
 * @id: number of the endpoint, of which @owner->config has one
 */
struct place {
	struct config_item item;
	struct paper *owner;
	u32 id;
};

/**
 * struct paper - a device that may come to be
 * @group: the directory
 * @endpoints: the directory of its endpoints
 * @link: in papers
 * @config: under big_lock
 */
struct paper {
	struct config_group group;
	struct config_group endpoints;
	struct list_head link;
	struct vdiommu_config config;
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

int vdiommu_configfs_claim(const char *name, struct vdiommu_config *out_config)
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
		vdiommu_config_init(out_config);
	/* An IOMMU for nobody is of no use to anybody. */
	if (!out_config->num_endpoints)
		vdiommu_config_add_endpoint(out_config, 0);
	return 0;
}

void vdiommu_configfs_release(const char *name)
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

static struct place *to_place(struct config_item *item)
{
	return container_of(item, struct place, item);
}

static bool is_live_locked(struct paper *paper)
{
	return find_claim_locked(config_item_name(&paper->group.cg_item));
}

/*
 * Numbers
 */

/**
 * struct number - an attribute that is one number in a config
 * @paper: the device it belongs to
 * @at: u64 or u32
 * @size: of @at
 * @min: lowest value it may have
 * @max: highest value
 * @hex: is it an address or a mask
 */
struct number {
	struct paper *paper;
	void *at;
	size_t size;
	u64 min;
	u64 max;
	bool hex;
};

static ssize_t show_number(struct number number, char *page)
{
	u64 value;

	guard(mutex)(&big_lock);
	if (number.size == sizeof(u64))
		value = *(u64 *)number.at;
	else
		value = *(u32 *)number.at;
	return sysfs_emit(page, number.hex ? "0x%llx\n" : "%llu\n", value);
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
	else
		*(u32 *)number.at = value;
	return len;
}

/* configfs does not say which attribute it asks for: a pair of functions each */
#define NUMBER(_name, _field, _min, _max, _hex)				\
static struct number device_##_name(struct config_item *item)		\
{									\
	struct paper *paper = to_paper(item);				\
	__auto_type at = &paper->config._field;				\
									\
	return (struct number) {					\
		paper, at, sizeof(*at), _min, _max, _hex		\
	};								\
}									\
static ssize_t device_##_name##_show(struct config_item *item, char *page) \
{									\
	return show_number(device_##_name(item), page);			\
}									\
static ssize_t device_##_name##_store(struct config_item *item,		\
				      const char *page, size_t len)	\
{									\
	return store_number(device_##_name(item), page, len);		\
}									\
CONFIGFS_ATTR(device_, _name)

NUMBER(page_size_mask, page_size_mask, 1, U64_MAX, true);
NUMBER(input_start, input_start, 0, U64_MAX, true);
NUMBER(input_last, input_last, 0, U64_MAX, true);
NUMBER(gpa_limit, gpa_limit, 0, U64_MAX, true);
NUMBER(domain_first, domain_first, 0, U32_MAX, false);
NUMBER(domain_last, domain_last, 0, U32_MAX, false);
NUMBER(max_domains, limits.domains, 1, VDIOMMU_MAX_DOMAINS, false);
NUMBER(max_mappings, limits.mappings, 1, VDIOMMU_MAX_MAPPINGS, false);

/*
 * Words
 */

static const char * const profiles[] = {
	[VDIOMMU_PROFILE_DEFAULT] = "default",
	[VDIOMMU_PROFILE_STRICT] = "strict",
};

static ssize_t device_profile_show(struct config_item *item, char *page)
{
	guard(mutex)(&big_lock);
	return sysfs_emit(page, "%s\n",
			  profiles[to_paper(item)->config.profile]);
}

static ssize_t device_profile_store(struct config_item *item, const char *page,
				    size_t len)
{
	int profile = sysfs_match_string(profiles, page);

	if (profile < 0)
		return profile;
	guard(mutex)(&big_lock);
	if (is_live_locked(to_paper(item)))
		return -EBUSY;
	to_paper(item)->config.profile = profile;
	return len;
}

CONFIGFS_ATTR(device_, profile);

static ssize_t device_driver_show(struct config_item *item, char *page)
{
	guard(mutex)(&big_lock);
	return sysfs_emit(page, "%s\n", to_paper(item)->config.driver);
}

static ssize_t device_driver_store(struct config_item *item, const char *page,
				   size_t len)
{
	struct vdiommu_config *config = &to_paper(item)->config;
	char driver[sizeof(config->driver)];

	/* All of it fits, or it is none we know. */
	if (strscpy(driver, page, sizeof(driver)) < 0)
		return -EINVAL;
	strreplace(driver, '\n', '\0');
	if (!vdiommu_driver_is_valid(driver))
		return -EINVAL;

	guard(mutex)(&big_lock);
	if (is_live_locked(to_paper(item)))
		return -EBUSY;
	strscpy(config->driver, driver, sizeof(config->driver));
	return len;
}

CONFIGFS_ATTR(device_, driver);

static ssize_t device_live_show(struct config_item *item, char *page)
{
	guard(mutex)(&big_lock);
	return sysfs_emit(page, "%d\n", is_live_locked(to_paper(item)));
}

CONFIGFS_ATTR_RO(device_, live);

static struct configfs_attribute *device_attrs[] = {
	&device_attr_driver,
	&device_attr_profile,
	&device_attr_page_size_mask,
	&device_attr_input_start,
	&device_attr_input_last,
	&device_attr_domain_first,
	&device_attr_domain_last,
	&device_attr_gpa_limit,
	&device_attr_max_domains,
	&device_attr_max_mappings,
	&device_attr_live,
	NULL
};

/*
 * Reserved regions: one "START LAST reserved|msi" a line
 */

static const char * const kinds[] = { "reserved", "msi" };

static ssize_t place_reserved_show(struct config_item *item, char *page)
{
	const struct vdiommu_endpoint_config *ep;
	struct place *place = to_place(item);
	int len = 0;
	u32 i;

	guard(mutex)(&big_lock);
	ep = vdiommu_config_find_endpoint(&place->owner->config, place->id);
	for (i = 0; ep && i < ep->num_regions; i++)
		len += sysfs_emit_at(page, len, "0x%llx 0x%llx %s\n",
				     ep->regions[i].start, ep->regions[i].last,
				     kinds[ep->regions[i].msi]);
	return len;
}

static int parse_region(char *line, struct vdiommu_region *out_region)
{
	char *start = strsep(&line, " ");
	char *last = strsep(&line, " ");
	int kind;

	/* All three are there, and only three. */
	if (!last || !line)
		return -EINVAL;
	kind = match_string(kinds, ARRAY_SIZE(kinds), line);
	if (kind < 0)
		return kind;
	out_region->msi = kind;
	if (kstrtou64(start, 0, &out_region->start) ||
	    kstrtou64(last, 0, &out_region->last))
		return -EINVAL;
	return 0;
}

static int parse_regions(char *text, struct vdiommu_endpoint_config *out_ep)
{
	char *line;
	int err;

	while ((line = strsep(&text, "\n"))) {
		if (!*line)
			continue;
		if (out_ep->num_regions == VDIOMMU_MAX_REGIONS)
			return -ENOSPC;
		err = parse_region(line, &out_ep->regions[out_ep->num_regions]);
		if (err)
			return err;
		out_ep->num_regions++;
	}
	return 0;
}

static int set_regions(struct place *place,
		       const struct vdiommu_endpoint_config *regions)
{
	struct vdiommu_config *config = &place->owner->config;
	struct vdiommu_endpoint_config *ep;

	guard(mutex)(&big_lock);
	if (is_live_locked(place->owner))
		return -EBUSY;
	if (!vdiommu_regions_are_valid(regions, vdiommu_config_granule(config)))
		return -EINVAL;
	ep = vdiommu_config_find_endpoint(config, place->id);
	if (!ep)
		return -ENOENT;
	*ep = *regions;
	return 0;
}

static ssize_t place_reserved_store(struct config_item *item, const char *page,
				    size_t len)
{
	struct place *place = to_place(item);
	struct vdiommu_endpoint_config regions = { .id = place->id };
	char *text = kmemdup_nul(page, len, GFP_KERNEL);
	int err;

	if (!text)
		return -ENOMEM;
	err = parse_regions(text, &regions);
	kfree(text);
	if (!err)
		err = set_regions(place, &regions);
	return err ?: len;
}

CONFIGFS_ATTR(place_, reserved);

static struct configfs_attribute *place_attrs[] = {
	&place_attr_reserved,
	NULL
};

/*
 * Directories
 */

static void place_release(struct config_item *item)
{
	kfree(to_place(item));
}

static struct configfs_item_operations place_item_ops = {
	.release = place_release,
};

static const struct config_item_type place_type = {
	.ct_item_ops = &place_item_ops,
	.ct_attrs = place_attrs,
	.ct_owner = THIS_MODULE,
};

static struct paper *endpoints_to_paper(struct config_group *group)
{
	return container_of(group, struct paper, endpoints);
}

static int add_endpoint(struct paper *paper, u32 id)
{
	guard(mutex)(&big_lock);
	if (is_live_locked(paper))
		return -EBUSY;
	if (vdiommu_config_find_endpoint(&paper->config, id))
		return -EEXIST;
	if (!vdiommu_config_add_endpoint(&paper->config, id))
		return -ENOSPC;
	return 0;
}

static struct config_item *make_place(struct config_group *group,
				      const char *name)
{
	struct place *place;
	int err;
	u32 id;

	/* So that the name fits in its own place, and is not allocated. */
	if (strlen(name) >= CONFIGFS_ITEM_NAME_LEN)
		return ERR_PTR(-ENAMETOOLONG);
	err = kstrtou32(name, 0, &id);
	if (err)
		return ERR_PTR(err);
	place = kzalloc(sizeof(*place), GFP_KERNEL);
	if (!place)
		return ERR_PTR(-ENOMEM);
	place->owner = endpoints_to_paper(group);
	place->id = id;
	err = add_endpoint(place->owner, id);
	if (err) {
		kfree(place);
		return ERR_PTR(err);
	}
	config_item_init_type_name(&place->item, name, &place_type);
	return &place->item;
}

/* Of a live device, too: that has its own copy. */
static void drop_place(struct config_group *group, struct config_item *item)
{
	struct place *place = to_place(item);

	scoped_guard(mutex, &big_lock)
		vdiommu_config_remove_endpoint(&place->owner->config,
					       place->id);
	config_item_put(item);
}

static struct configfs_group_operations endpoints_group_ops = {
	.make_item = make_place,
	.drop_item = drop_place,
};

/* Part of struct paper, and gone with it. */
static const struct config_item_type endpoints_type = {
	.ct_group_ops = &endpoints_group_ops,
	.ct_owner = THIS_MODULE,
};

static void device_release(struct config_item *item)
{
	kvfree(to_paper(item));
}

static struct configfs_item_operations device_item_ops = {
	.release = device_release,
};

static const struct config_item_type device_type = {
	.ct_item_ops = &device_item_ops,
	.ct_attrs = device_attrs,
	.ct_owner = THIS_MODULE,
};

static struct config_group *make_device(struct config_group *group,
					const char *name)
{
	struct paper *paper;

	if (strlen(name) >= NAME_SIZE)
		return ERR_PTR(-ENAMETOOLONG);
	paper = kvzalloc(sizeof(*paper), GFP_KERNEL);
	if (!paper)
		return ERR_PTR(-ENOMEM);
	vdiommu_config_init(&paper->config);
	config_group_init_type_name(&paper->group, name, &device_type);
	/* Long names are allocated, and nobody tells. */
	if (!config_item_name(&paper->group.cg_item)) {
		kvfree(paper);
		return ERR_PTR(-ENOMEM);
	}
	config_group_init_type_name(&paper->endpoints, "endpoints",
				    &endpoints_type);
	configfs_add_default_group(&paper->endpoints, &paper->group);

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
			.ci_namebuf = "vdpa_iommu",
			.ci_type = &subsystem_type,
		},
	},
};

int vdiommu_configfs_register(void)
{
	config_group_init(&subsystem.su_group);
	mutex_init(&subsystem.su_mutex);
	return configfs_register_subsystem(&subsystem);
}

void vdiommu_configfs_unregister(void)
{
	configfs_unregister_subsystem(&subsystem);
	mutex_destroy(&subsystem.su_mutex);
}
