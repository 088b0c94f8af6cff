/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDIOMMU_DEVICE_H
#define _VDIOMMU_DEVICE_H

#include <linux/types.h>

struct device;
struct vdiommu_config;
struct vdiommu_device;
struct vdpa_mgmt_dev;

/**
 * vdiommu_device_create() - build an IOMMU
 * @mdev: management device that asked for it
 * @name: name on the vdpa bus
 * @config: copied
 * @features: device feature bits to offer, of those that @config has
 *
 * It has no device file and no debugfs, and is on no bus, but translates for
 * its endpoints. Drop it with vds_device_put() as long as it is not
 * registered.
 *
 * Return: a device; or an ERR_PTR: -EINVAL for a configuration that is not
 * valid, -EBUSY if somebody else translates for an endpoint of that name,
 * -ENOMEM, or another negative errno.
 */
struct vdiommu_device *vdiommu_device_create(struct vdpa_mgmt_dev *mdev,
					     const char *name,
					     const struct vdiommu_config *config,
					     u64 features);

/**
 * vdiommu_mgmtdev_register() - let "vdpa dev add" make IOMMUs
 * @parent: the management device's name, and the parent of its devices
 *
 * Return: 0 or a negative errno.
 */
int vdiommu_mgmtdev_register(struct device *parent);

/* Removes all devices: waits until the VMMs have closed them. */
void vdiommu_mgmtdev_unregister(void);

#endif /* _VDIOMMU_DEVICE_H */
