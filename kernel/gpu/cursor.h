/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDGPU_CURSOR_H
#define _VDGPU_CURSOR_H

#include <linux/types.h>

#include <linux/vdpa_gpu.h>

struct vdgpu_device;

#define VDGPU_CURSOR_BYTES \
	(VDPA_GPU_CURSOR_SIZE * VDPA_GPU_CURSOR_SIZE * 4)

/**
 * struct vdgpu_cursor - what the cursor of a scanout looks like
 * @visible: shown at all
 * @resource_id: where the image came from, 0 for none
 * @x: column of the hot spot, signed
 * @y: row of the hot spot, signed
 * @hot_x: column of the hot spot in the image
 * @hot_y: row of the hot spot in the image
 * @format: enum virtio_gpu_formats
 * @serial: counts images, 0 before the first
 * @pixels: VDGPU_CURSOR_BYTES, rows tightly packed; allocated with the device
 *
 * Under the device's scan_lock.
 */
struct vdgpu_cursor {
	bool visible;
	u32 resource_id;
	s32 x;
	s32 y;
	u32 hot_x;
	u32 hot_y;
	u32 format;
	u64 serial;
	u8 *pixels;
};

/**
 * struct vdgpu_cursor_pos - where a cursor goes
 * @scanout: below num_scanouts, checked by the caller
 * @x: signed column of the hot spot
 * @y: signed row of the hot spot
 */
struct vdgpu_cursor_pos {
	u32 scanout;
	s32 x;
	s32 y;
};

/**
 * vdgpu_cursor_move() - MOVE_CURSOR: position only (GPU2D-REQ-5.CU2)
 * @gpu: the device
 * @pos: where to
 *
 * Any context.
 */
void vdgpu_cursor_move(struct vdgpu_device *gpu,
		       const struct vdgpu_cursor_pos *pos);

/**
 * vdgpu_cursor_update() - UPDATE_CURSOR: image, hot spot, position
 * @gpu: the device
 * @pos: where to
 * @resource_id: where @pixels came from
 * @hot_x: column of the hot spot in the image
 * @hot_y: row of the hot spot in the image
 * @format: enum virtio_gpu_formats
 * @pixels: VDGPU_CURSOR_BYTES, copied; NULL hides the cursor (GPU2D-REQ-5.CU3)
 *
 * Any context.
 */
void vdgpu_cursor_update(struct vdgpu_device *gpu,
			 const struct vdgpu_cursor_pos *pos,
			 u32 resource_id, u32 hot_x, u32 hot_y, u32 format,
			 const u8 *pixels);

/**
 * vdgpu_cursor_snapshot() - for a viewer
 * @gpu: the device
 * @index: scanout, below num_scanouts
 * @out_cursor: out fields filled
 * @out_pixels: VDGPU_CURSOR_BYTES, or NULL if not wanted
 *
 * Any context.
 */
void vdgpu_cursor_snapshot(struct vdgpu_device *gpu, u32 index,
			   struct vdpa_gpu_view_cursor *out_cursor,
			   u8 *out_pixels);

#endif /* _VDGPU_CURSOR_H */
