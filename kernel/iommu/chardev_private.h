/* SPDX-License-Identifier: GPL-2.0-only */
/* What chardev.c shows to its tests only. */
#ifndef _VDIOMMU_CHARDEV_PRIVATE_H
#define _VDIOMMU_CHARDEV_PRIVATE_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/rwsem.h>

struct file;
struct vdiommu_device;

/**
 * struct vdiommu_file - a device file
 * @dev: holds the memory; referenced by every open file through @cdev
 * @cdev: the character device
 * @gone: held for reading by calls that use @iommu, never across user memory
 * @iommu: the IOMMU; NULL when it is gone; under @gone
 */
struct vdiommu_file {
	struct device dev;
	struct cdev cdev;
	struct rw_semaphore gone;
	struct vdiommu_device *iommu;
};

/* file_operations.unlocked_ioctl of the device file */
long vdiommu_chardev_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg);

#endif /* _VDIOMMU_CHARDEV_PRIVATE_H */
