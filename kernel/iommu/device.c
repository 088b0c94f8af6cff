// SPDX-License-Identifier: GPL-2.0-only
#include "device.h"

#include <linux/err.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vdpa.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_iommu.h>
#include <linux/virtio_ring.h>

#include <uapi/linux/vdpa.h>

#include "../soft/vds.h"
#include "chardev.h"
#include "config.h"
#include "configfs.h"
#include "debugfs.h"
#include "endpoint.h"
#include "vdiommu.h"

/*
 * Requests that a kick serves itself. Each is short, and the driver spins for
 * it; it sends a batch of unmaps when it flushes.
 */
#define REQUEST_BUDGET	16
/* Keeping a chain is nothing. */
#define EVENT_BUDGET	64

#define FEATURE(_name)	BIT_ULL(VIRTIO_IOMMU_F_##_name)

/*
 * Config space
 */

/* Fields of what is not offered are zero (IOMMU-REQ-4). */
static void get_config(struct vds_device *vds, unsigned int offset, void *buf,
		       unsigned int len)
{
	struct vdiommu_device *iommu = vds_to_vdiommu(vds);
	const struct vdiommu_config *shape = iommu->config;
	struct virtio_iommu_config config = {
		.page_size_mask = cpu_to_le64(shape->page_size_mask),
	};

	if (iommu->offered & FEATURE(INPUT_RANGE)) {
		config.input_range.start = cpu_to_le64(shape->input_start);
		config.input_range.end = cpu_to_le64(shape->input_last);
	}
	if (iommu->offered & FEATURE(DOMAIN_RANGE)) {
		config.domain_range.start = cpu_to_le32(shape->domain_first);
		config.domain_range.end = cpu_to_le32(shape->domain_last);
	}
	if (iommu->offered & FEATURE(PROBE))
		config.probe_size = cpu_to_le32(VDIOMMU_PROBE_SIZE);
	if (iommu->offered & FEATURE(BYPASS_CONFIG))
		config.bypass = READ_ONCE(iommu->domains.bypass);
	memcpy(buf, (void *)&config + offset, len);
}

/* Only bypass takes anything in (BASE-09, IOMMU-REQ-4.c). */
static void set_config(struct vds_device *vds, unsigned int offset,
		       const void *buf, unsigned int len)
{
	const unsigned int at = offsetof(struct virtio_iommu_config, bypass);
	u8 bypass;

	if (!(vds_device_features(vds) & FEATURE(BYPASS_CONFIG)))
		return;
	if (offset > at || at - offset >= len)
		return;
	bypass = ((const u8 *)buf)[at - offset];
	if (bypass <= 1)
		vdiommu_endpoints_set_bypass(vds_to_vdiommu(vds), bypass);
}

/*
 * Life
 */

/*
 * The queues are quiet, so nobody attaches or maps; those who do DMA may be at
 * work. In this order: first they find nothing any more, then they let go of
 * what they found before (IOMMU-REQ-X4). bypass stays (IOMMU-REQ-4.d).
 */
static void reset(struct vds_device *vds)
{
	const struct vdiommu_range everything = { .last = U64_MAX };
	struct vdiommu_device *iommu = vds_to_vdiommu(vds);

	iommu->unfinished.set = 0;
	vdiommu_domains_clear(&iommu->domains);
	vdiommu_endpoints_revoke(iommu, vdiommu_endpoints_all(iommu),
				 everything, VDS_THREAD);
	vdiommu_faults_reset(iommu);
}

static void closed(struct vds_device *vds)
{
	vdiommu_endpoints_set_bypass(vds_to_vdiommu(vds), false);
}

/* Also of a device that vdiommu_device_create() gave up half way. */
static void release(struct vds_device *vds)
{
	struct vdiommu_device *iommu = vds_to_vdiommu(vds);

	vdiommu_endpoints_destroy(iommu);
	vdiommu_faults_finish(iommu);
	vdiommu_domains_clear(&iommu->domains);
	kvfree(iommu->config);
}

static const struct vds_queue_type queues[] = {
	{
		.name = "request",
		.serve = vdiommu_request_serve,
		.inline_budget = REQUEST_BUDGET,
	},
	{
		.name = "event",
		.serve = vdiommu_fault_serve,
		.inline_budget = EVENT_BUDGET,
		.forget = vdiommu_faults_forget_buffers,
	},
};

static const struct vds_device_type iommu_type = {
	.owner = THIS_MODULE,
	.virtio_id = VIRTIO_ID_IOMMU,
	.nvqs = ARRAY_SIZE(queues),
	.queues = queues,
	.config_size = sizeof(struct virtio_iommu_config),
	.get_config = get_config,
	.set_config = set_config,
	.reset = reset,
	.closed = closed,
	.release = release,
};

/* A range that is not offered does not bind. */
static void find_bounds(const struct vdiommu_config *config, u64 features,
			struct vdiommu_bounds *out_bounds)
{
	*out_bounds = (struct vdiommu_bounds) {
		.granule = vdiommu_config_granule(config),
		.input_last = U64_MAX,
		.domain_last = U32_MAX,
		.gpa_limit = config->gpa_limit,
		.max_domains = config->limits.domains,
		.max_mappings = config->limits.mappings,
	};
	if (features & FEATURE(INPUT_RANGE)) {
		out_bounds->input_start = config->input_start;
		out_bounds->input_last = config->input_last;
	}
	if (features & FEATURE(DOMAIN_RANGE)) {
		out_bounds->domain_first = config->domain_first;
		out_bounds->domain_last = config->domain_last;
	}
}

static int init_iommu(struct vdiommu_device *iommu,
		      const struct vdiommu_config *config, u64 features)
{
	struct vdiommu_bounds bounds;
	int ret;

	find_bounds(config, features, &bounds);
	vdiommu_domains_init(&iommu->domains, &bounds);
	iommu->offered = features;
	iommu->config = kvmemdup(config, sizeof(*config), GFP_KERNEL);
	if (!iommu->config)
		return -ENOMEM;
	ret = vdiommu_faults_init(iommu);
	if (ret)
		return ret;
	return vdiommu_endpoints_create(iommu);
}

struct vdiommu_device *vdiommu_device_create(struct vdpa_mgmt_dev *mdev,
					     const char *name,
					     const struct vdiommu_config *config,
					     u64 features)
{
	struct vdiommu_device *iommu;
	struct vds_device *vds;
	int ret;

	if (!vdiommu_config_is_valid(config))
		return ERR_PTR(-EINVAL);
	if (features & ~vdiommu_config_features(config))
		return ERR_PTR(-EINVAL);
	vds = vds_device_alloc(&iommu_type, sizeof(*iommu), mdev, name,
			       features);
	if (IS_ERR(vds))
		return ERR_CAST(vds);
	iommu = vds_to_vdiommu(vds);
	ret = init_iommu(iommu, config, features);
	if (ret) {
		vds_device_put(vds);
		return ERR_PTR(ret);
	}
	return iommu;
}

/*
 * Management device
 */

static int publish(struct vdiommu_device *iommu)
{
	const char *driver = iommu->config->driver;
	int ret;

	vdiommu_debugfs_add(iommu);
	ret = vdiommu_chardev_create(iommu);
	if (ret)
		goto err_debugfs;
	ret = vds_device_register(&iommu->vds, *driver ? driver : NULL);
	if (ret)
		goto err_chardev;
	return 0;

err_chardev:
	vdiommu_chardev_destroy(iommu);
err_debugfs:
	vdiommu_debugfs_remove(iommu);
	return ret;
}

static int add_claimed(struct vdpa_mgmt_dev *mdev, const char *name,
		       const struct vdiommu_config *config,
		       const struct vdpa_dev_set_config *attrs)
{
	struct vdiommu_device *iommu;
	u64 features;
	int ret;

	ret = vds_device_choose_features(vdiommu_config_features(config), attrs,
					 &features);
	if (ret)
		return ret;
	iommu = vdiommu_device_create(mdev, name, config, features);
	if (IS_ERR(iommu))
		return PTR_ERR(iommu);
	ret = publish(iommu);
	if (ret)
		vds_device_put(&iommu->vds);
	return ret;
}

static int dev_add(struct vdpa_mgmt_dev *mdev, const char *name,
		   const struct vdpa_dev_set_config *attrs)
{
	struct vdiommu_config *config;
	int ret;

	config = kvmalloc(sizeof(*config), GFP_KERNEL);
	if (!config)
		return -ENOMEM;
	ret = vdiommu_configfs_claim(name, config);
	if (ret)
		goto free;
	ret = add_claimed(mdev, name, config, attrs);
	if (ret)
		vdiommu_configfs_release(name);
free:
	kvfree(config);
	return ret;
}

/*
 * The device's last user is the VMM, and unregistering waits for it. Its
 * endpoints reach nothing from then on.
 */
static void dev_del(struct vdpa_mgmt_dev *mdev, struct vdpa_device *vdpa)
{
	struct vds_device *vds = container_of(vdpa, struct vds_device, vdpa);
	struct vdiommu_device *iommu = vds_to_vdiommu(vds);

	get_device(&vdpa->dev);
	vds_device_unregister(vds);
	vdiommu_chardev_destroy(iommu);
	vdiommu_debugfs_remove(iommu);
	vdiommu_configfs_release(vds_device_name(vds));
	put_device(&vdpa->dev);
}

static const struct vdpa_mgmtdev_ops mgmtdev_ops = {
	.dev_add = dev_add,
	.dev_del = dev_del,
};

static struct virtio_device_id id_table[] = {
	{ VIRTIO_ID_IOMMU, VIRTIO_DEV_ANY_ID },
	{ 0 },
};

static struct vdpa_mgmt_dev mgmtdev = {
	.ops = &mgmtdev_ops,
	.id_table = id_table,
	.config_attr_mask = BIT_ULL(VDPA_ATTR_DEV_FEATURES),
	.supported_features = VDS_CORE_FEATURES |
			      FEATURE(INPUT_RANGE) | FEATURE(DOMAIN_RANGE) |
			      FEATURE(MAP_UNMAP) | FEATURE(PROBE) |
			      FEATURE(MMIO) | FEATURE(BYPASS_CONFIG),
	.max_supported_vqs = ARRAY_SIZE(queues),
};

int vdiommu_mgmtdev_register(struct device *parent)
{
	mgmtdev.device = parent;
	return vdpa_mgmtdev_register(&mgmtdev);
}

void vdiommu_mgmtdev_unregister(void)
{
	vdpa_mgmtdev_unregister(&mgmtdev);
}
