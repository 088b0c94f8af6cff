/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDGPU_DEVICE_H
#define _VDGPU_DEVICE_H

#include <linux/types.h>

struct device;
struct vdgpu_config;
struct vdgpu_device;
struct vdpa_mgmt_dev;

/**
 * vdgpu_device_create() - build a GPU
 * @mdev: management device that asked for it
 * @name: name on the vdpa bus
 * @config: copied
 * @features: device feature bits to offer, of those that @config has
 *
 * It has no view and no debugfs, and is on no bus. Drop it with
 * vds_device_put() as long as it is not registered.
 *
 * Return: a device; or an ERR_PTR: -EINVAL for a configuration that is not
 * valid, -ENOMEM, or another negative errno.
 */
struct vdgpu_device *vdgpu_device_create(struct vdpa_mgmt_dev *mdev,
					 const char *name,
					 const struct vdgpu_config *config,
					 u64 features);

/**
 * vdgpu_mgmtdev_register() - let "vdpa dev add" make GPUs
 * @parent: the management device's name, and the parent of its devices
 *
 * Return: 0 or a negative errno.
 */
int vdgpu_mgmtdev_register(struct device *parent);

/* Removes all devices: waits until the VMMs have closed them. */
void vdgpu_mgmtdev_unregister(void);

#endif /* _VDGPU_DEVICE_H */
