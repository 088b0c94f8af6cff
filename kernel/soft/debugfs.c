// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/vdpa_soft/NAME/stats: one "key value" pair a line. Keys of
 * a queue begin with its name. Times are in nanoseconds; a quantile is the
 * upper bound of the histogram bucket that it falls into. What a kick takes is
 * only counted while kick_times is Y: it costs every kick a look at the clock.
 */
#include <linux/debugfs.h>
#include <linux/mm.h>
#include <linux/seq_file.h>

#include "core.h"

static struct dentry *root;

static u64 bucket_bound(unsigned int bucket)
{
	return BIT_ULL(bucket + 1) - 1;
}

static u64 quantile(const u64 *histogram, unsigned int permille)
{
	u64 total = 0, seen = 0;
	unsigned int i;

	for (i = 0; i < VDS_TIME_BUCKETS; i++)
		total += histogram[i];
	if (!total)
		return 0;
	for (i = 0; i < VDS_TIME_BUCKETS - 1; i++) {
		seen += histogram[i];
		if (seen * 1000 >= total * permille)
			break;
	}
	return bucket_bound(i);
}

static void show_times(struct seq_file *seq, const char *name,
		       const char *what, const u64 *histogram)
{
	unsigned int i;

	seq_printf(seq, "%s.%s_p50_ns %llu\n", name, what,
		   quantile(histogram, 500));
	seq_printf(seq, "%s.%s_p99_ns %llu\n", name, what,
		   quantile(histogram, 990));
	seq_printf(seq, "%s.%s_p999_ns %llu\n", name, what,
		   quantile(histogram, 999));
	for (i = 0; i < VDS_TIME_BUCKETS; i++)
		if (histogram[i])
			seq_printf(seq, "%s.%s_below_%llu %llu\n", name, what,
				   bucket_bound(i) + 1, histogram[i]);
}

static void show_vq(struct seq_file *seq, struct vds_vq *vq,
		    struct vds_vq_stats *stats)
{
	const char *name = vq->type->name;
	unsigned long flags;
	u32 inflight;
	bool live;

	spin_lock_irqsave(&vq->lock, flags);
	*stats = vq->stats;
	live = vq->live;
	inflight = vq->inflight;
	spin_unlock_irqrestore(&vq->lock, flags);

	seq_printf(seq, "%s.live %d\n", name, live);
	seq_printf(seq, "%s.size %u\n", name, vq->num);
	seq_printf(seq, "%s.inflight %u\n", name, inflight);
	seq_printf(seq, "%s.kicks %llu\n", name, stats->kicks);
	seq_printf(seq, "%s.chains %llu\n", name, stats->chains);
	seq_printf(seq, "%s.inline %llu\n", name, stats->inlined);
	seq_printf(seq, "%s.deferred %llu\n", name, stats->deferred);
	seq_printf(seq, "%s.signals %llu\n", name, stats->signals);
	seq_printf(seq, "%s.bytes_in %llu\n", name, stats->bytes_in);
	seq_printf(seq, "%s.bytes_out %llu\n", name, stats->bytes_out);
	show_times(seq, name, "latency", stats->latency);
	show_times(seq, name, "kick_time", stats->kick_time);
}

static int stats_show(struct seq_file *seq, void *unused)
{
	struct vds_core *core = seq->private;
	struct vds_vq_stats *stats;
	unsigned long flags;
	unsigned int i, nmaps;

	stats = kmalloc(sizeof(*stats), GFP_KERNEL);
	if (!stats)
		return -ENOMEM;

	read_lock_irqsave(&core->mem.lock, flags);
	nmaps = core->mem.iotlb.nmaps;
	read_unlock_irqrestore(&core->mem.lock, flags);

	seq_printf(seq, "status %#x\n", READ_ONCE(core->status));
	seq_printf(seq, "needs_reset %d\n",
		   atomic_read(&core->fault) == VDS_FAILED);
	seq_printf(seq, "features_offered %#llx\n", core->offered);
	seq_printf(seq, "features %#llx\n", vds_device_features(core->vds));
	seq_printf(seq, "mappings %u\n", nmaps);
	seq_printf(seq, "addresses %s\n",
		   READ_ONCE(core->mem.identity) ? "host" : "guest");
	for (i = 0; i < core->vds->type->nvqs; i++)
		show_vq(seq, &core->vqs[i], stats);
	kfree(stats);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static int mappings_show(struct seq_file *seq, void *unused)
{
	struct vds_core *core = seq->private;
	struct vhost_iotlb_map *map;

	/* A section keeps the list from shrinking, the lock from growing. */
	down_read(&core->mem.users);
	read_lock_irq(&core->mem.lock);
	list_for_each_entry(map, &core->mem.iotlb.list, link)
		seq_printf(seq, "%#llx-%#llx %c%c\n", map->start, map->last,
			   map->perm & VHOST_MAP_RO ? 'r' : '-',
			   map->perm & VHOST_MAP_WO ? 'w' : '-');
	read_unlock_irq(&core->mem.lock);
	up_read(&core->mem.users);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mappings);

void vds_debugfs_add(struct vds_core *core)
{
	core->debugfs = debugfs_create_dir(vds_device_name(core->vds), root);
	debugfs_create_file("stats", 0400, core->debugfs, core, &stats_fops);
	debugfs_create_file("mappings", 0400, core->debugfs, core,
			    &mappings_fops);
	debugfs_create_bool("kick_times", 0600, core->debugfs,
			    &core->kick_times);
}

void vds_debugfs_remove(struct vds_core *core)
{
	/* Waits for readers. */
	debugfs_remove(core->debugfs);
	core->debugfs = NULL;
}

void vds_debugfs_init(void)
{
	root = debugfs_create_dir("vdpa_soft", NULL);
}

void vds_debugfs_exit(void)
{
	debugfs_remove(root);
}
