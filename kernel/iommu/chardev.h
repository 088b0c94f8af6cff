/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDIOMMU_CHARDEV_H
#define _VDIOMMU_CHARDEV_H

struct vdiommu_device;

/* /dev/vdpa-iommu/, once per module. */
int vdiommu_chardev_module_init(void);
void vdiommu_chardev_module_exit(void);

/**
 * vdiommu_chardev_create() - make the device file of an IOMMU
 * @iommu: named, complete
 *
 * Return: 0 or a negative errno.
 */
int vdiommu_chardev_create(struct vdiommu_device *iommu);

/**
 * vdiommu_chardev_destroy() - take the device file away
 * @iommu: fine without vdiommu_chardev_create()
 *
 * Who still has it open gets -ENODEV. Sleeps.
 */
void vdiommu_chardev_destroy(struct vdiommu_device *iommu);

#endif /* _VDIOMMU_CHARDEV_H */
