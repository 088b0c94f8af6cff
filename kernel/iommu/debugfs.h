/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDIOMMU_DEBUGFS_H
#define _VDIOMMU_DEBUGFS_H

struct vdiommu_device;

void vdiommu_debugfs_init(void);
void vdiommu_debugfs_exit(void);

/**
 * vdiommu_debugfs_add() - show a device's tables in debugfs
 * @iommu: a device, named; nothing depends on success
 */
void vdiommu_debugfs_add(struct vdiommu_device *iommu);

/**
 * vdiommu_debugfs_remove() - the opposite; waits for readers
 * @iommu: fine without vdiommu_debugfs_add()
 */
void vdiommu_debugfs_remove(struct vdiommu_device *iommu);

#endif /* _VDIOMMU_DEBUGFS_H */
