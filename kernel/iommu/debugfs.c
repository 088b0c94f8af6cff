// SPDX-License-Identifier: GPL-2.0-only
#include "debugfs.h"

#include <linux/debugfs.h>
#include <linux/limits.h>
#include <linux/sched.h>
#include <linux/seq_file.h>

#include "config.h"
#include "domain.h"
#include "endpoint.h"
#include "vdiommu.h"

static struct dentry *root;

static void show_counter(struct seq_file *m, const char *key,
			 const atomic64_t *counter)
{
	seq_printf(m, "%s %llu\n", key, (u64)atomic64_read(counter));
}

static int stats_show(struct seq_file *m, void *unused)
{
	struct vdiommu_device *iommu = m->private;
	u64 mappings, met, dropped;
	u32 domains;

	vdiommu_domains_count(&iommu->domains, &domains, &mappings);
	vdiommu_faults_count(iommu, &met, &dropped);

	show_counter(m, "requests", &iommu->stats.requests);
	show_counter(m, "errors", &iommu->stats.errors);
	show_counter(m, "refused", &iommu->stats.refused);
	show_counter(m, "deferred", &iommu->stats.deferred);
	show_counter(m, "unconfirmed", &iommu->stats.unconfirmed);
	seq_printf(m, "faults %llu\n", met);
	seq_printf(m, "faults_dropped %llu\n", dropped);
	seq_printf(m, "bypass %d\n", READ_ONCE(iommu->domains.bypass));
	seq_printf(m, "domains %u\n", domains);
	seq_printf(m, "domains_max %u\n", iommu->config->limits.domains);
	seq_printf(m, "mappings %llu\n", mappings);
	seq_printf(m, "mappings_max %llu\n", iommu->config->limits.mappings);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static void show_mappings(struct seq_file *m, struct vdiommu_device *iommu,
			  u32 id)
{
	struct vdiommu_mapping mapping;
	u64 iova = 0;

	while (!seq_has_overflowed(m) &&
	       vdiommu_mapping_next(&iommu->domains, id, iova, &mapping)) {
		seq_printf(m, "  0x%016llx-0x%016llx to 0x%016llx flags %#x\n",
			   mapping.start, mapping.last, mapping.phys,
			   mapping.flags);
		if (mapping.last == U64_MAX)
			break;
		iova = mapping.last + 1;
		cond_resched();
	}
}

static int domains_show(struct seq_file *m, void *unused)
{
	struct vdiommu_device *iommu = m->private;
	struct vdiommu_domain domain;
	u32 id = 0;

	while (!seq_has_overflowed(m) &&
	       vdiommu_domain_next(&iommu->domains, id, &domain)) {
		seq_printf(m, "domain %u bypass %d endpoints %d mappings %llu\n",
			   domain.id, domain.bypass, (int)hweight64(domain.users),
			   domain.nr_mappings);
		show_mappings(m, iommu, domain.id);
		if (domain.id == U32_MAX)
			break;
		id = domain.id + 1;
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(domains);

static void show_endpoint(struct seq_file *m, struct vdiommu_device *iommu,
			  const struct vdiommu_endpoint *ep)
{
	const struct vdiommu_domain *domain;
	bool bypass = false;
	u32 id = 0;

	read_lock_irq(&iommu->domains.lock);
	domain = ep->member.domain;
	if (domain) {
		id = domain->id;
		bypass = domain->bypass;
	}
	read_unlock_irq(&iommu->domains.lock);

	seq_printf(m, "endpoint %u state ", ep->member.shape->id);
	if (domain)
		seq_printf(m, "%s domain %u\n",
			   bypass ? "bypass" : "attached", id);
	else
		seq_puts(m, "idle\n");
}

static int endpoints_show(struct seq_file *m, void *unused)
{
	struct vdiommu_device *iommu = m->private;
	u32 i;

	for (i = 0; i < iommu->config->num_endpoints; i++)
		show_endpoint(m, iommu, &iommu->endpoints[i]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(endpoints);

void vdiommu_debugfs_add(struct vdiommu_device *iommu)
{
	iommu->debugfs = debugfs_create_dir(vds_device_name(&iommu->vds), root);
	debugfs_create_file("stats", 0400, iommu->debugfs, iommu, &stats_fops);
	debugfs_create_file("domains", 0400, iommu->debugfs, iommu,
			    &domains_fops);
	debugfs_create_file("endpoints", 0400, iommu->debugfs, iommu,
			    &endpoints_fops);
}

void vdiommu_debugfs_remove(struct vdiommu_device *iommu)
{
	debugfs_remove(iommu->debugfs);
	iommu->debugfs = NULL;
}

void vdiommu_debugfs_init(void)
{
	root = debugfs_create_dir("vdpa_iommu", NULL);
}

void vdiommu_debugfs_exit(void)
{
	debugfs_remove(root);
}
