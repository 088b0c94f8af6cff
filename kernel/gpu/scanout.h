/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * scanout.h - which image is shown where, and what is plugged in.
 *
 * Everything here may be called in any context unless it says otherwise; the
 * device's scan_lock covers it.
 */
#ifndef _VDGPU_SCANOUT_H
#define _VDGPU_SCANOUT_H

#include <linux/types.h>

#include <linux/vdpa_gpu.h>

#include "cursor.h"

struct vdgpu_device;
struct vdgpu_image;
struct vdgpu_resource;

/**
 * struct vdgpu_shown - an image as a scanout shows it
 * @resource_id: the resource it belongs to, 0 for none
 * @image: its pixels, counted; NULL when nothing is shown
 * @format: enum virtio_gpu_formats
 * @width: columns of the image
 * @height: rows of the image
 * @stride: bytes from row to row
 * @offset: byte of the first pixel in the image
 * @rect: the part that is shown, inside @width x @height
 */
struct vdgpu_shown {
	u32 resource_id;
	struct vdgpu_image *image;
	u32 format;
	u32 width;
	u32 height;
	u32 stride;
	u64 offset;
	struct vdpa_gpu_rect rect;
};

/**
 * struct vdgpu_scanout - one output
 * @mode: what is plugged in; survives reset
 * @shown: what is shown
 * @cursor: what floats above it
 * @frames: flushes that reached it
 */
struct vdgpu_scanout {
	struct vdpa_gpu_mode mode;
	struct vdgpu_shown shown;
	struct vdgpu_cursor cursor;
	u64 frames;
};

/**
 * vdgpu_scanouts_init() - plug in what the configuration says, show nothing
 * @gpu: a device with its config in place, not yet used by anybody
 *
 * Process context.
 * Return: 0, or -ENOMEM; vdgpu_scanouts_finish() is fine then too.
 */
int vdgpu_scanouts_init(struct vdgpu_device *gpu);

/**
 * vdgpu_scanouts_finish() - let go of images and cursors
 * @gpu: a device that nobody uses any more, in any stage of being built
 */
void vdgpu_scanouts_finish(struct vdgpu_device *gpu);

/**
 * vdgpu_scanout_show() - bind an image to a scanout, or nothing
 * @gpu: the device
 * @index: below num_scanouts
 * @shown: checked by the caller; its image gets another reference. NULL blanks
 *	the scanout
 */
void vdgpu_scanout_show(struct vdgpu_device *gpu, u32 index,
			const struct vdgpu_shown *shown);

/**
 * vdgpu_scanout_forget() - a resource goes away
 * @gpu: the device
 * @resource_id: blank every scanout that shows it (GPU2D-REQ-5.UN2)
 */
void vdgpu_scanout_forget(struct vdgpu_device *gpu, u32 resource_id);

/**
 * vdgpu_scanout_flush() - pixels of a resource changed
 * @gpu: the device
 * @resource_id: every scanout that shows it is told (GPU2D-REQ-5.FL1)
 * @rect: where, in coordinates of the resource
 *
 * Return: number of scanouts told.
 */
unsigned int vdgpu_scanout_flush(struct vdgpu_device *gpu, u32 resource_id,
				 const struct vdpa_gpu_rect *rect);

/**
 * vdgpu_scanout_reset() - blank all scanouts and cursors, forget events
 * @gpu: the device; modes stay (GPU2D-REQ-5.RST1)
 */
void vdgpu_scanout_reset(struct vdgpu_device *gpu);

/**
 * vdgpu_scanout_mode() - what is plugged in
 * @gpu: the device
 * @index: below num_scanouts
 * @out_mode: filled
 */
void vdgpu_scanout_mode(struct vdgpu_device *gpu, u32 index,
			struct vdpa_gpu_mode *out_mode);

/**
 * vdgpu_scanout_set_mode() - plug, unplug, resize
 * @gpu: the device
 * @index: below num_scanouts
 * @mode: the new mode
 *
 * Sets EVENT_DISPLAY and raises a config interrupt if anything changed
 * (GPU2D-REQ-4.d).
 *
 * Return: 0, or -EINVAL for an index or a mode out of range.
 */
int vdgpu_scanout_set_mode(struct vdgpu_device *gpu, u32 index,
			   const struct vdpa_gpu_mode *mode);

/**
 * vdgpu_scanout_snapshot() - layout for a viewer
 * @gpu: the device
 * @index: below num_scanouts
 * @out_layout: all out fields filled
 * @out_image: the shown image with a reference for the caller, or NULL; may be
 *	a NULL pointer if not wanted
 */
void vdgpu_scanout_snapshot(struct vdgpu_device *gpu, u32 index,
			    struct vdpa_gpu_view_scanout *out_layout,
			    struct vdgpu_image **out_image);

#endif /* _VDGPU_SCANOUT_H */
