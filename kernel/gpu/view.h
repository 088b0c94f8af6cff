/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view.h - the viewers' character device, /dev/vdpa-gpu/NAME.view.
 *
 * The device file outlives the GPU: open files keep a struct vdgpu_view, which
 * forgets its GPU in vdgpu_view_destroy().
 */
#ifndef _VDGPU_VIEW_H
#define _VDGPU_VIEW_H

#include <linux/types.h>

struct vdgpu_device;
struct vdgpu_view;
struct vdpa_gpu_rect;

int vdgpu_view_module_init(void);
void vdgpu_view_module_exit(void);

/**
 * vdgpu_view_create() - make the device file
 * @gpu: a device, named, scanouts in place
 *
 * Return: 0, @gpu->view set; or a negative errno.
 */
int vdgpu_view_create(struct vdgpu_device *gpu);

/**
 * vdgpu_view_destroy() - remove the device file
 * @gpu: a device; without a view nothing happens
 *
 * Open files see POLLHUP and ENODEV. May sleep: waits for calls under way.
 */
void vdgpu_view_destroy(struct vdgpu_device *gpu);

/**
 * vdgpu_view_damage() - something of a scanout changed
 * @gpu: the device; without a view nothing happens
 * @index: scanout
 * @flags: VDPA_GPU_DAMAGE_* bits
 * @rect: where, for VDPA_GPU_DAMAGE_PIXELS; NULL otherwise
 *
 * Any context, scan_lock held: adds to every viewer's account and wakes them
 * through irq_work, because the caller may be inside an eventfd's wake-up.
 */
void vdgpu_view_damage(struct vdgpu_device *gpu, u32 index, u32 flags,
		       const struct vdpa_gpu_rect *rect);

#endif /* _VDGPU_VIEW_H */
