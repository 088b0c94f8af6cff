/* SPDX-License-Identifier: GPL-2.0-only */
/* What chardev.c shows to the files it makes, and to its tests. */
#ifndef _VDIOMMU_CHARDEV_PRIVATE_H
#define _VDIOMMU_CHARDEV_PRIVATE_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>

struct file;
struct vdiommu_device;

/**
 * struct vdiommu_file - a device file
 * @dev: holds the memory; referenced by every open file through @cdev
 * @cdev: the character device
 * @gone: held for reading by calls that use @iommu, never across user memory
 * @iommu: the IOMMU; NULL when it is gone; under @gone
 * @streams_lock: covers @streams; inside of @gone
 * @streams: open ones, see iotlb_file.c
 */
struct vdiommu_file {
	struct device dev;
	struct cdev cdev;
	struct rw_semaphore gone;
	struct vdiommu_device *iommu;
	struct mutex streams_lock; /* streams */
	struct list_head streams;
};

/* file_operations.unlocked_ioctl of the device file */
long vdiommu_chardev_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg);

#endif /* _VDIOMMU_CHARDEV_PRIVATE_H */
