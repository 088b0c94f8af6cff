// SPDX-License-Identifier: GPL-2.0-only
/*
 * Edits the configurations of devices to come.
 *
 *   /sys/kernel/config/vdpa_iommu/NAME/{driver,profile,...,live}
 *   /sys/kernel/config/vdpa_iommu/NAME/endpoints/ID/reserved
 *
 * An endpoint's directory, too, may be removed and made anew while the device
 * lives: that has its own copy (paper.h).
 *
 * Values out of range are refused when they are written. What depends on two
 * values is checked when the device is made.
 */
#include "configfs.h"

#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <linux/vdpa_iommu.h>

#include "../soft/paper.h"
#include "../soft/vds.h"
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
 * struct paper - an IOMMU that may come to be
 * @vds: the directory
 * @endpoints: the directory of its endpoints
 * @config: under papers.lock
 */
struct paper {
	struct vds_paper vds;
	struct config_group endpoints;
	struct vdiommu_config config;
};

static DEFINE_VDS_PAPERS(papers);

static struct paper *to_paper(struct vds_paper *paper)
{
	return container_of(paper, struct paper, vds);
}

int vdiommu_configfs_claim(const char *name, struct vdiommu_config *out_config)
{
	struct vds_paper *paper;
	int ret;

	guard(mutex)(&papers.lock);
	ret = vds_paper_claim_locked(&papers, name, &paper);
	if (ret)
		return ret;
	if (paper)
		*out_config = to_paper(paper)->config;
	else
		vdiommu_config_init(out_config);
	/* An IOMMU for nobody is of no use to anybody. */
	if (!out_config->num_endpoints)
		vdiommu_config_add_endpoint(out_config, 0);
	return 0;
}

void vdiommu_configfs_release(const char *name)
{
	vds_paper_release(&papers, name);
}

static struct place *to_place(struct config_item *item)
{
	return container_of(item, struct place, item);
}

static struct vdiommu_config *config_of(struct config_item *item)
{
	return &to_paper(vds_paper_of(item))->config;
}

/*
 * Numbers
 */

#define DEVICE_NUMBER(_name, _field, _min, _max, _hex)			\
	VDS_PAPER_NUMBER(device_, _name, vds_paper_of(item),		\
			 _field, _min, _max, _hex)

DEVICE_NUMBER(page_size_mask, config_of(item)->page_size_mask, 1, U64_MAX, true);
DEVICE_NUMBER(input_start, config_of(item)->input_start, 0, U64_MAX, true);
DEVICE_NUMBER(input_last, config_of(item)->input_last, 0, U64_MAX, true);
DEVICE_NUMBER(gpa_limit, config_of(item)->gpa_limit, 0, U64_MAX, true);
DEVICE_NUMBER(domain_first, config_of(item)->domain_first, 0, U32_MAX, false);
DEVICE_NUMBER(domain_last, config_of(item)->domain_last, 0, U32_MAX, false);
DEVICE_NUMBER(max_domains, config_of(item)->limits.domains, 1,
	      VDIOMMU_MAX_DOMAINS, false);
DEVICE_NUMBER(max_mappings, config_of(item)->limits.mappings, 1,
	      VDIOMMU_MAX_MAPPINGS, false);

/*
 * Words
 */

static const char * const profiles[] = {
	[VDIOMMU_PROFILE_DEFAULT] = "default",
	[VDIOMMU_PROFILE_STRICT] = "strict",
};

static ssize_t device_profile_show(struct config_item *item, char *page)
{
	guard(mutex)(&papers.lock);
	return sysfs_emit(page, "%s\n", profiles[config_of(item)->profile]);
}

static ssize_t device_profile_store(struct config_item *item, const char *page,
				    size_t len)
{
	int profile = sysfs_match_string(profiles, page);

	if (profile < 0)
		return profile;
	guard(mutex)(&papers.lock);
	if (vds_paper_is_live_locked(vds_paper_of(item)))
		return -EBUSY;
	config_of(item)->profile = profile;
	return len;
}

CONFIGFS_ATTR(device_, profile);

VDS_PAPER_WORD(device_, driver, vds_paper_of(item), config_of(item)->driver,
	       vds_driver_is_valid);

static ssize_t device_live_show(struct config_item *item, char *page)
{
	return vds_paper_show_live(vds_paper_of(item), page);
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

	guard(mutex)(&papers.lock);
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

	guard(mutex)(&papers.lock);
	if (vds_paper_is_live_locked(&place->owner->vds))
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
	guard(mutex)(&papers.lock);
	if (vds_paper_is_live_locked(&paper->vds))
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

	scoped_guard(mutex, &papers.lock)
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
	kvfree(to_paper(vds_paper_of(item)));
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
	int err;

	if (strlen(name) >= NAME_SIZE)
		return ERR_PTR(-ENAMETOOLONG);
	paper = kvzalloc(sizeof(*paper), GFP_KERNEL);
	if (!paper)
		return ERR_PTR(-ENOMEM);
	vdiommu_config_init(&paper->config);
	err = vds_paper_init(&paper->vds, &papers, name, &device_type);
	if (err) {
		kvfree(paper);
		return ERR_PTR(err);
	}
	config_group_init_type_name(&paper->endpoints, "endpoints",
				    &endpoints_type);
	configfs_add_default_group(&paper->endpoints, &paper->vds.group);
	vds_paper_add(&paper->vds);
	return &paper->vds.group;
}

static void drop_device(struct config_group *group, struct config_item *item)
{
	vds_paper_drop(vds_paper_of(item));
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
