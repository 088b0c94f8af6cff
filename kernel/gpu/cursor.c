// SPDX-License-Identifier: GPL-2.0-only
#include "cursor.h"

#include <linux/string.h>

#include "vdgpu.h"
#include "view.h"

static void place(struct vdgpu_cursor *cursor,
		  const struct vdgpu_cursor_pos *pos)
{
	cursor->x = pos->x;
	cursor->y = pos->y;
}

void vdgpu_cursor_move(struct vdgpu_device *gpu,
		       const struct vdgpu_cursor_pos *pos)
{
	struct vdgpu_cursor *cursor = &gpu->scanouts[pos->scanout].cursor;
	unsigned long flags;

	spin_lock_irqsave(&gpu->scan_lock, flags);
	place(cursor, pos);
	vdgpu_view_damage(gpu, pos->scanout, VDPA_GPU_DAMAGE_CURSOR, NULL);
	spin_unlock_irqrestore(&gpu->scan_lock, flags);
}

void vdgpu_cursor_update(struct vdgpu_device *gpu,
			 const struct vdgpu_cursor_pos *pos, u32 resource_id,
			 u32 hot_x, u32 hot_y, u32 format, const u8 *pixels)
{
	struct vdgpu_cursor *cursor = &gpu->scanouts[pos->scanout].cursor;
	unsigned long flags;

	spin_lock_irqsave(&gpu->scan_lock, flags);
	place(cursor, pos);
	cursor->visible = pixels;
	cursor->resource_id = pixels ? resource_id : 0;
	if (pixels) {
		cursor->hot_x = hot_x;
		cursor->hot_y = hot_y;
		cursor->format = format;
		cursor->serial++;
		memcpy(cursor->pixels, pixels, VDGPU_CURSOR_BYTES);
	}
	vdgpu_view_damage(gpu, pos->scanout, VDPA_GPU_DAMAGE_CURSOR, NULL);
	spin_unlock_irqrestore(&gpu->scan_lock, flags);
}

void vdgpu_cursor_snapshot(struct vdgpu_device *gpu, u32 index,
			   struct vdpa_gpu_view_cursor *out_cursor,
			   u8 *out_pixels)
{
	const struct vdgpu_cursor *cursor = &gpu->scanouts[index].cursor;
	unsigned long flags;

	spin_lock_irqsave(&gpu->scan_lock, flags);
	out_cursor->flags = cursor->visible ? VDPA_GPU_CURSOR_VISIBLE : 0;
	out_cursor->x = cursor->x;
	out_cursor->y = cursor->y;
	out_cursor->hot_x = cursor->hot_x;
	out_cursor->hot_y = cursor->hot_y;
	out_cursor->format = cursor->format;
	out_cursor->serial = cursor->serial;
	if (out_pixels)
		memcpy(out_pixels, cursor->pixels, VDGPU_CURSOR_BYTES);
	spin_unlock_irqrestore(&gpu->scan_lock, flags);
}
