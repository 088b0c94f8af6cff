/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDGPU_DEBUGFS_H
#define _VDGPU_DEBUGFS_H

struct vdgpu_device;

void vdgpu_debugfs_init(void);
void vdgpu_debugfs_exit(void);

/**
 * vdgpu_debugfs_add() - show a device's tables in debugfs
 * @gpu: a device, named; nothing depends on success
 */
void vdgpu_debugfs_add(struct vdgpu_device *gpu);

/**
 * vdgpu_debugfs_remove() - the opposite; waits for readers
 * @gpu: fine without vdgpu_debugfs_add()
 */
void vdgpu_debugfs_remove(struct vdgpu_device *gpu);

#endif /* _VDGPU_DEBUGFS_H */
