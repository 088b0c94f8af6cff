// SPDX-License-Identifier: GPL-2.0-only
#include "debugfs.h"

#include <linux/debugfs.h>
#include <linux/sched.h>
#include <linux/seq_file.h>

#include "backing.h"
#include "image.h"
#include "resource.h"
#include "vdgpu.h"

static struct dentry *root;

static void show_counter(struct seq_file *m, const char *key,
			 const atomic64_t *counter)
{
	seq_printf(m, "%s %llu\n", key, (u64)atomic64_read(counter));
}

static int stats_show(struct seq_file *m, void *unused)
{
	struct vdgpu_device *gpu = m->private;
	const struct vdgpu_limits *limits = &gpu->config.limits;
	struct vdgpu_quota used;
	unsigned long flags;

	spin_lock_irqsave(&gpu->quota.lock, flags);
	used.resources = gpu->quota.resources;
	used.bytes = gpu->quota.bytes;
	used.entries = gpu->quota.entries;
	spin_unlock_irqrestore(&gpu->quota.lock, flags);

	show_counter(m, "commands", &gpu->stats.commands);
	show_counter(m, "errors", &gpu->stats.errors);
	show_counter(m, "transfers", &gpu->stats.transfers);
	show_counter(m, "transferred", &gpu->stats.transferred);
	show_counter(m, "flushes", &gpu->stats.flushes);
	seq_printf(m, "resources %llu\n", used.resources);
	seq_printf(m, "resources_max %u\n", limits->resources);
	seq_printf(m, "bytes %llu\n", used.bytes);
	seq_printf(m, "bytes_max %llu\n", limits->bytes);
	seq_printf(m, "entries %llu\n", used.entries);
	seq_printf(m, "entries_max %llu\n", limits->total_entries);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static void show_resource(struct seq_file *m, struct vdgpu_resource *res)
{
	mutex_lock(&res->lock);
	seq_printf(m, "resource %u kind %s size %llu", res->id,
		   res->blob ? "blob" : "2d", res->size);
	if (!res->blob)
		seq_printf(m, " width %u height %u format %u", res->width,
			   res->height, res->format);
	if (res->image)
		seq_printf(m, " image %llu pixels %s", res->image->id,
			   !res->image->guest ? "host" :
			   res->stale ? "revoked" : "guest");
	if (res->backing)
		seq_printf(m, " backing %llu entries %u extents %u",
			   res->backing->size, res->backing->nr_entries,
			   res->backing->nr_extents);
	seq_putc(m, '\n');
	mutex_unlock(&res->lock);
}

static int resources_show(struct seq_file *m, void *unused)
{
	struct vdgpu_device *gpu = m->private;
	struct vdgpu_resource *res;
	u32 id = 0;

	do {
		res = vdgpu_resource_next(gpu, id);
		if (!res)
			break;
		show_resource(m, res);
		id = res->id + 1;
		vdgpu_resource_put(res);
		cond_resched();
	} while (id && !seq_has_overflowed(m));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(resources);

static int scanouts_show(struct seq_file *m, void *unused)
{
	struct vdgpu_device *gpu = m->private;
	struct vdpa_gpu_view_scanout layout = {};
	u32 i;

	for (i = 0; i < gpu->config.num_scanouts; i++) {
		vdgpu_scanout_snapshot(gpu, i, &layout, NULL);
		seq_printf(m, "scanout %u connected %u mode %ux%u+%u+%u", i,
			   !!(layout.mode.flags & VDPA_GPU_MODE_CONNECTED),
			   layout.mode.width, layout.mode.height,
			   layout.mode.x, layout.mode.y);
		seq_printf(m, " frames %llu", layout.frames);
		if (layout.image_id)
			seq_printf(m, " image %llu size %ux%u shown %ux%u+%u+%u",
				   layout.image_id, layout.width, layout.height,
				   layout.shown.width, layout.shown.height,
				   layout.shown.x, layout.shown.y);
		seq_putc(m, '\n');
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(scanouts);

void vdgpu_debugfs_add(struct vdgpu_device *gpu)
{
	gpu->debugfs = debugfs_create_dir(vds_device_name(&gpu->vds), root);
	debugfs_create_file("stats", 0400, gpu->debugfs, gpu, &stats_fops);
	debugfs_create_file("resources", 0400, gpu->debugfs, gpu,
			    &resources_fops);
	debugfs_create_file("scanouts", 0400, gpu->debugfs, gpu,
			    &scanouts_fops);
}

void vdgpu_debugfs_remove(struct vdgpu_device *gpu)
{
	debugfs_remove(gpu->debugfs);
	gpu->debugfs = NULL;
}

void vdgpu_debugfs_init(void)
{
	root = debugfs_create_dir("vdpa_gpu", NULL);
}

void vdgpu_debugfs_exit(void)
{
	debugfs_remove(root);
}
