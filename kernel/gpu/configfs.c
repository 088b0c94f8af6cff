// SPDX-License-Identifier: GPL-2.0-only
/*
 * Edits the configurations of devices to come.
 *
 *   /sys/kernel/config/vdpa_gpu/NAME/{driver,edid,...,live}
 *   /sys/kernel/config/vdpa_gpu/NAME/scanouts/0..15/{connected,x,y,...}
 *
 * Values out of range are refused when they are written. What depends on two
 * values is checked when the device is made.
 */
#include "configfs.h"

#include <linux/cleanup.h>
#include <linux/configfs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../soft/paper.h"
#include "../soft/vds.h"
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
 * struct paper - a GPU that may come to be
 * @vds: the directory
 * @scanouts: the directory of @outputs
 * @outputs: all that there can be
 * @config: under papers.lock
 */
struct paper {
	struct vds_paper vds;
	struct config_group scanouts;
	struct output outputs[VDPA_GPU_MAX_SCANOUTS];
	struct vdgpu_config config;
};

static DEFINE_VDS_PAPERS(papers);

static struct paper *to_paper(struct vds_paper *paper)
{
	return container_of(paper, struct paper, vds);
}

int vdgpu_configfs_claim(const char *name, struct vdgpu_config *out_config)
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
		vdgpu_config_init(out_config);
	return 0;
}

void vdgpu_configfs_release(const char *name)
{
	vds_paper_release(&papers, name);
}

static struct output *to_output(struct config_item *item)
{
	return container_of(to_config_group(item), struct output, group);
}

static struct vdgpu_config *config_of(struct config_item *item)
{
	return &to_paper(vds_paper_of(item))->config;
}

#define DEVICE_NUMBER(_name, _field, _min, _max)			\
	VDS_PAPER_NUMBER(device_, _name, vds_paper_of(item), _field,	\
			 _min, _max, false)
#define DEVICE_WORD(_name, _field, _is_valid)				\
	VDS_PAPER_WORD(device_, _name, vds_paper_of(item), _field, _is_valid)

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

/* Of an IOMMU that may come later. */
static bool any_word(const char *word)
{
	return true;
}

DEVICE_WORD(driver, config_of(item)->driver, vds_driver_is_valid);
DEVICE_WORD(iommu, config_of(item)->iommu, any_word);

static ssize_t device_live_show(struct config_item *item, char *page)
{
	return vds_paper_show_live(vds_paper_of(item), page);
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
	VDS_PAPER_NUMBER(output_, _name, &to_output(item)->owner->vds,	\
			 _field, _min, _max, false)

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
	kfree(to_paper(vds_paper_of(item)));
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
	configfs_add_default_group(&paper->scanouts, &paper->vds.group);
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
	int err;

	if (strlen(name) >= NAME_SIZE)
		return ERR_PTR(-ENAMETOOLONG);
	paper = kzalloc(sizeof(*paper), GFP_KERNEL);
	if (!paper)
		return ERR_PTR(-ENOMEM);
	vdgpu_config_init(&paper->config);
	err = vds_paper_init(&paper->vds, &papers, name, &device_type);
	if (err) {
		kfree(paper);
		return ERR_PTR(err);
	}
	add_outputs(paper);
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
