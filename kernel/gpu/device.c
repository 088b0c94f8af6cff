// SPDX-License-Identifier: GPL-2.0-only
#include "device.h"

#include <linux/err.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/vdpa.h>
#include <linux/virtio_gpu.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>

#include <uapi/linux/vdpa.h>

#include "../soft/vds.h"
#include "cmd.h"
#include "config.h"
#include "configfs.h"
#include "ctrl.h"
#include "debugfs.h"
#include "resource.h"
#include "scanout.h"
#include "vdgpu.h"
#include "view.h"

/*
 * Chains that a kick serves itself. A page flip is two, SET_SCANOUT and
 * RESOURCE_FLUSH; what is more than a few of them can wait for the thread.
 */
#define INLINE_BUDGET	8

/*
 * Config space
 */

static void get_config(struct vds_device *vds, unsigned int offset, void *buf,
		       unsigned int len)
{
	struct vdgpu_device *gpu = vds_to_vdgpu(vds);
	/* The fourth word is none of ours in 2D (GPU2D-REQ-4.1). */
	struct virtio_gpu_config config = {
		.num_scanouts = cpu_to_le32(gpu->config.num_scanouts),
	};
	unsigned long flags;

	spin_lock_irqsave(&gpu->scan_lock, flags);
	config.events_read = cpu_to_le32(gpu->events_read);
	if (offset < offsetofend(struct virtio_gpu_config, events_read))
		gpu->events_reported |= gpu->events_read;
	spin_unlock_irqrestore(&gpu->scan_lock, flags);

	memcpy(buf, (void *)&config + offset, len);
}

/* Only events_clear takes anything in, whatever else is written (BASE-09). */
static void set_config(struct vds_device *vds, unsigned int offset,
		       const void *buf, unsigned int len)
{
	struct vdgpu_device *gpu = vds_to_vdgpu(vds);
	struct virtio_gpu_config written = {};
	unsigned long flags;
	u32 clear;

	memcpy((void *)&written + offset, buf, len);
	clear = le32_to_cpu(written.events_clear);

	spin_lock_irqsave(&gpu->scan_lock, flags);
	gpu->events_read &= ~(clear & gpu->events_reported);
	spin_unlock_irqrestore(&gpu->scan_lock, flags);
}

/*
 * Life
 */

static void reset(struct vds_device *vds)
{
	struct vdgpu_device *gpu = vds_to_vdgpu(vds);

	vdgpu_scanout_reset(gpu);
	vdgpu_resources_drop(gpu);
}

static void revoke(struct vds_device *vds, u64 iova, u64 last)
{
	vdgpu_resources_revoke(vds_to_vdgpu(vds), iova, last);
}

/* Also of a device that vdgpu_device_create() gave up half way. */
static void release(struct vds_device *vds)
{
	struct vdgpu_device *gpu = vds_to_vdgpu(vds);

	vdgpu_resources_drop(gpu);
	vdgpu_scanouts_finish(gpu);
	vdgpu_ctrl_destroy(gpu);
}

static const struct vds_queue_type queues[VDGPU_NR_QUEUES] = {
	[VDGPU_QUEUE_CONTROL] = {
		.name = "control",
		.serve = vdgpu_ctrl_serve_control,
		.inline_budget = INLINE_BUDGET,
	},
	[VDGPU_QUEUE_CURSOR] = {
		.name = "cursor",
		.serve = vdgpu_ctrl_serve_cursor,
		.inline_budget = INLINE_BUDGET,
	},
};

static const struct vds_device_type gpu_type = {
	.owner = THIS_MODULE,
	.virtio_id = VIRTIO_ID_GPU,
	.nvqs = ARRAY_SIZE(queues),
	.queues = queues,
	.config_size = sizeof(struct virtio_gpu_config),
	.get_config = get_config,
	.set_config = set_config,
	.reset = reset,
	.revoke = revoke,
	.release = release,
};

static int init_gpu(struct vdgpu_device *gpu, const struct vdgpu_config *config)
{
	int ret;

	gpu->config = *config;
	spin_lock_init(&gpu->quota.lock);
	spin_lock_init(&gpu->scan_lock);
	mutex_init(&gpu->guest_images_lock);
	INIT_LIST_HEAD(&gpu->guest_images);
	xa_init_flags(&gpu->resources, XA_FLAGS_LOCK_IRQ | XA_FLAGS_ACCOUNT);

	ret = vdgpu_ctrl_create(gpu);
	if (ret)
		return ret;
	ret = vdgpu_scanouts_init(gpu);
	if (ret)
		return ret;
	if (!*config->iommu)
		return 0;
	return vds_device_set_endpoint(&gpu->vds, config->iommu,
				       config->endpoint);
}

struct vdgpu_device *vdgpu_device_create(struct vdpa_mgmt_dev *mdev,
					 const char *name,
					 const struct vdgpu_config *config,
					 u64 features)
{
	struct vdgpu_device *gpu;
	struct vds_device *vds;
	int ret;

	if (!vdgpu_config_is_valid(config))
		return ERR_PTR(-EINVAL);
	if (features & ~vdgpu_config_features(config))
		return ERR_PTR(-EINVAL);
	vds = vds_device_alloc(&gpu_type, sizeof(*gpu), mdev, name, features);
	if (IS_ERR(vds))
		return ERR_CAST(vds);
	gpu = vds_to_vdgpu(vds);
	ret = init_gpu(gpu, config);
	if (ret) {
		vds_device_put(vds);
		return ERR_PTR(ret);
	}
	return gpu;
}

/*
 * Management device
 */

static int publish(struct vdgpu_device *gpu)
{
	const char *driver = gpu->config.driver;
	int ret;

	vdgpu_debugfs_add(gpu);
	ret = vdgpu_view_create(gpu);
	if (ret)
		goto err_debugfs;
	ret = vds_device_register(&gpu->vds, *driver ? driver : NULL);
	if (ret)
		goto err_view;
	return 0;

err_view:
	vdgpu_view_destroy(gpu);
err_debugfs:
	vdgpu_debugfs_remove(gpu);
	return ret;
}

static int add_claimed(struct vdpa_mgmt_dev *mdev, const char *name,
		       const struct vdgpu_config *config,
		       const struct vdpa_dev_set_config *attrs)
{
	struct vdgpu_device *gpu;
	u64 features;
	int ret;

	ret = vds_device_choose_features(vdgpu_config_features(config), attrs,
					 &features);
	if (ret)
		return ret;
	gpu = vdgpu_device_create(mdev, name, config, features);
	if (IS_ERR(gpu))
		return PTR_ERR(gpu);
	ret = publish(gpu);
	if (ret)
		vds_device_put(&gpu->vds);
	return ret;
}

static int dev_add(struct vdpa_mgmt_dev *mdev, const char *name,
		   const struct vdpa_dev_set_config *attrs)
{
	struct vdgpu_config config;
	int ret;

	ret = vdgpu_configfs_claim(name, &config);
	if (ret)
		return ret;
	ret = add_claimed(mdev, name, &config, attrs);
	if (ret)
		vdgpu_configfs_release(name);
	return ret;
}

/*
 * The device's last user is the VMM, and unregistering waits for it. Until
 * then viewers go on seeing what the guest draws.
 */
static void dev_del(struct vdpa_mgmt_dev *mdev, struct vdpa_device *vdpa)
{
	struct vds_device *vds = container_of(vdpa, struct vds_device, vdpa);
	struct vdgpu_device *gpu = vds_to_vdgpu(vds);

	get_device(&vdpa->dev);
	vds_device_unregister(vds);
	vdgpu_view_destroy(gpu);
	vdgpu_debugfs_remove(gpu);
	vdgpu_configfs_release(vds_device_name(vds));
	put_device(&vdpa->dev);
}

static const struct vdpa_mgmtdev_ops mgmtdev_ops = {
	.dev_add = dev_add,
	.dev_del = dev_del,
};

static struct virtio_device_id id_table[] = {
	{ VIRTIO_ID_GPU, VIRTIO_DEV_ANY_ID },
	{ 0 },
};

static struct vdpa_mgmt_dev mgmtdev = {
	.ops = &mgmtdev_ops,
	.id_table = id_table,
	.config_attr_mask = BIT_ULL(VDPA_ATTR_DEV_FEATURES),
	.supported_features = VDS_CORE_FEATURES |
			      BIT_ULL(VIRTIO_GPU_F_EDID) |
			      BIT_ULL(VIRTIO_GPU_F_RESOURCE_UUID) |
			      BIT_ULL(VIRTIO_GPU_F_RESOURCE_BLOB),
	.max_supported_vqs = VDGPU_NR_QUEUES,
};

int vdgpu_mgmtdev_register(struct device *parent)
{
	mgmtdev.device = parent;
	return vdpa_mgmtdev_register(&mgmtdev);
}

void vdgpu_mgmtdev_unregister(void)
{
	vdpa_mgmtdev_unregister(&mgmtdev);
}
