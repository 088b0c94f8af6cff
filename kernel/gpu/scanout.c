// SPDX-License-Identifier: GPL-2.0-only
#include "scanout.h"

#include <linux/slab.h>
#include <linux/string.h>
#include <linux/virtio_gpu.h>

#include "image.h"
#include "vdgpu.h"
#include "view.h"

int vdgpu_scanouts_init(struct vdgpu_device *gpu)
{
	unsigned int i;

	spin_lock_init(&gpu->scan_lock);
	for (i = 0; i < gpu->config.num_scanouts; i++) {
		struct vdgpu_scanout *scanout = &gpu->scanouts[i];

		scanout->mode = gpu->config.modes[i];
		scanout->cursor.pixels = kzalloc(VDGPU_CURSOR_BYTES,
						 GFP_KERNEL);
		if (!scanout->cursor.pixels)
			return -ENOMEM;
	}
	return 0;
}

void vdgpu_scanouts_finish(struct vdgpu_device *gpu)
{
	unsigned int i;

	for (i = 0; i < VDPA_GPU_MAX_SCANOUTS; i++) {
		struct vdgpu_scanout *scanout = &gpu->scanouts[i];

		vdgpu_image_put(scanout->shown.image);
		scanout->shown.image = NULL;
		kfree(scanout->cursor.pixels);
		scanout->cursor.pixels = NULL;
	}
}

static bool same_rect(const struct vdpa_gpu_rect *a,
		      const struct vdpa_gpu_rect *b)
{
	return a->x == b->x && a->y == b->y && a->width == b->width &&
	       a->height == b->height;
}

static bool same_shown(const struct vdgpu_shown *a, const struct vdgpu_shown *b)
{
	return a->resource_id == b->resource_id && a->image == b->image &&
	       a->format == b->format && a->width == b->width &&
	       a->height == b->height && a->stride == b->stride &&
	       a->offset == b->offset && same_rect(&a->rect, &b->rect);
}

/*
 * The old image's reference moves to the caller: it may be the last one of a
 * lot of memory, no business of a section with interrupts off.
 */
static struct vdgpu_image *exchange_locked(struct vdgpu_device *gpu, u32 index,
					   const struct vdgpu_shown *shown)
{
	struct vdgpu_scanout *scanout = &gpu->scanouts[index];
	struct vdgpu_image *old = scanout->shown.image;

	lockdep_assert_held(&gpu->scan_lock);
	if (!same_shown(&scanout->shown, shown))
		vdgpu_view_damage(gpu, index, VDPA_GPU_DAMAGE_LAYOUT, NULL);
	scanout->shown = *shown;
	return old;
}

static const struct vdgpu_shown nothing;

void vdgpu_scanout_show(struct vdgpu_device *gpu, u32 index,
			const struct vdgpu_shown *shown)
{
	struct vdgpu_image *old;
	unsigned long flags;

	if (!shown)
		shown = &nothing;
	if (shown->image)
		vdgpu_image_get(shown->image);
	spin_lock_irqsave(&gpu->scan_lock, flags);
	old = exchange_locked(gpu, index, shown);
	spin_unlock_irqrestore(&gpu->scan_lock, flags);
	vdgpu_image_put(old);
}

static void hide_cursor_locked(struct vdgpu_device *gpu, u32 index)
{
	struct vdgpu_cursor *cursor = &gpu->scanouts[index].cursor;

	lockdep_assert_held(&gpu->scan_lock);
	if (cursor->visible)
		vdgpu_view_damage(gpu, index, VDPA_GPU_DAMAGE_CURSOR, NULL);
	cursor->visible = false;
	cursor->resource_id = 0;
}

/* Its serial goes on: it must never name two images. */
static void reset_cursor_locked(struct vdgpu_device *gpu, u32 index)
{
	struct vdgpu_cursor *cursor = &gpu->scanouts[index].cursor;

	hide_cursor_locked(gpu, index);
	cursor->x = 0;
	cursor->y = 0;
	cursor->hot_x = 0;
	cursor->hot_y = 0;
	memset(cursor->pixels, 0, VDGPU_CURSOR_BYTES);
}

void vdgpu_scanout_forget(struct vdgpu_device *gpu, u32 resource_id)
{
	struct vdgpu_image *old[VDPA_GPU_MAX_SCANOUTS] = {};
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&gpu->scan_lock, flags);
	for (i = 0; i < gpu->config.num_scanouts; i++) {
		struct vdgpu_scanout *scanout = &gpu->scanouts[i];

		if (scanout->shown.resource_id == resource_id)
			old[i] = exchange_locked(gpu, i, &nothing);
		if (scanout->cursor.resource_id == resource_id)
			hide_cursor_locked(gpu, i);
	}
	spin_unlock_irqrestore(&gpu->scan_lock, flags);
	for (i = 0; i < gpu->config.num_scanouts; i++)
		vdgpu_image_put(old[i]);
}

/* Of one axis: the part of [*from, *from + *len) inside [low, low + room). */
static bool clip(u32 *from, u32 *len, u32 low, u32 room)
{
	u64 end = min((u64)*from + *len, (u64)low + room);
	u32 start = max(*from, low);

	if (end <= start)
		return false;
	*from = start;
	*len = end - start;
	return true;
}

static bool clip_rect(struct vdpa_gpu_rect *rect,
		      const struct vdpa_gpu_rect *frame)
{
	return clip(&rect->x, &rect->width, frame->x, frame->width) &&
	       clip(&rect->y, &rect->height, frame->y, frame->height);
}

static bool flush_locked(struct vdgpu_device *gpu, u32 index,
			 struct vdpa_gpu_rect rect)
{
	struct vdgpu_scanout *scanout = &gpu->scanouts[index];

	if (!clip_rect(&rect, &scanout->shown.rect))
		return false;
	scanout->frames++;
	vdgpu_view_damage(gpu, index, VDPA_GPU_DAMAGE_PIXELS, &rect);
	return true;
}

unsigned int vdgpu_scanout_flush(struct vdgpu_device *gpu, u32 resource_id,
				 const struct vdpa_gpu_rect *rect)
{
	unsigned int told = 0;
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&gpu->scan_lock, flags);
	for (i = 0; i < gpu->config.num_scanouts; i++)
		if (gpu->scanouts[i].shown.image &&
		    gpu->scanouts[i].shown.resource_id == resource_id)
			told += flush_locked(gpu, i, *rect);
	spin_unlock_irqrestore(&gpu->scan_lock, flags);
	return told;
}

void vdgpu_scanout_reset(struct vdgpu_device *gpu)
{
	struct vdgpu_image *old[VDPA_GPU_MAX_SCANOUTS];
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&gpu->scan_lock, flags);
	for (i = 0; i < gpu->config.num_scanouts; i++) {
		old[i] = exchange_locked(gpu, i, &nothing);
		reset_cursor_locked(gpu, i);
	}
	gpu->events_read = 0;
	gpu->events_reported = 0;
	spin_unlock_irqrestore(&gpu->scan_lock, flags);
	for (i = 0; i < gpu->config.num_scanouts; i++)
		vdgpu_image_put(old[i]);
}

void vdgpu_scanout_mode(struct vdgpu_device *gpu, u32 index,
			struct vdpa_gpu_mode *out_mode)
{
	unsigned long flags;

	spin_lock_irqsave(&gpu->scan_lock, flags);
	*out_mode = gpu->scanouts[index].mode;
	spin_unlock_irqrestore(&gpu->scan_lock, flags);
}

static bool same_mode(const struct vdpa_gpu_mode *a,
		      const struct vdpa_gpu_mode *b)
{
	return a->flags == b->flags && a->x == b->x && a->y == b->y &&
	       a->width == b->width && a->height == b->height &&
	       a->refresh_mhz == b->refresh_mhz;
}

static bool change_mode(struct vdgpu_device *gpu, u32 index,
			const struct vdpa_gpu_mode *mode)
{
	struct vdgpu_scanout *scanout = &gpu->scanouts[index];
	unsigned long flags;
	bool changed;

	spin_lock_irqsave(&gpu->scan_lock, flags);
	changed = !same_mode(&scanout->mode, mode);
	if (changed) {
		scanout->mode = *mode;
		gpu->events_read |= VIRTIO_GPU_EVENT_DISPLAY;
		gpu->events_reported &= ~VIRTIO_GPU_EVENT_DISPLAY;
		vdgpu_view_damage(gpu, index, VDPA_GPU_DAMAGE_MODE, NULL);
	}
	spin_unlock_irqrestore(&gpu->scan_lock, flags);
	return changed;
}

int vdgpu_scanout_set_mode(struct vdgpu_device *gpu, u32 index,
			   const struct vdpa_gpu_mode *mode)
{
	if (index >= gpu->config.num_scanouts || !vdgpu_mode_is_valid(mode))
		return -EINVAL;
	/* The event bit first: the driver reads it when the interrupt comes. */
	if (change_mode(gpu, index, mode))
		vds_device_config_changed(&gpu->vds);
	return 0;
}

static void describe_locked(const struct vdgpu_scanout *scanout,
			    struct vdpa_gpu_view_scanout *out_layout)
{
	const struct vdgpu_shown *shown = &scanout->shown;
	const struct vdgpu_image *image = shown->image;

	out_layout->flags = image ? VDPA_GPU_SCANOUT_ACTIVE : 0;
	if (image && image->guest)
		out_layout->flags |= VDPA_GPU_SCANOUT_GUEST_MEMORY;
	out_layout->format = shown->format;
	out_layout->image_id = image ? image->id : 0;
	out_layout->image_size = image ? image->size : 0;
	out_layout->offset = shown->offset;
	out_layout->stride = shown->stride;
	out_layout->width = shown->width;
	out_layout->height = shown->height;
	out_layout->reserved = 0;
	out_layout->shown = shown->rect;
	out_layout->mode = scanout->mode;
	out_layout->frames = scanout->frames;
}

void vdgpu_scanout_snapshot(struct vdgpu_device *gpu, u32 index,
			    struct vdpa_gpu_view_scanout *out_layout,
			    struct vdgpu_image **out_image)
{
	const struct vdgpu_scanout *scanout = &gpu->scanouts[index];
	unsigned long flags;

	spin_lock_irqsave(&gpu->scan_lock, flags);
	describe_locked(scanout, out_layout);
	if (out_image)
		*out_image = scanout->shown.image ?
			vdgpu_image_get(scanout->shown.image) : NULL;
	spin_unlock_irqrestore(&gpu->scan_lock, flags);
}
