/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rect.h - arithmetic of rectangles. Any 32-bit field is fine: a rectangle
 * whose edge lies beyond 2^32 is computed with, not wrapped.
 */
#ifndef VIEWER_RECT_H
#define VIEWER_RECT_H

#include <stdbool.h>

#include <linux/vdpa_gpu.h>

bool rect_is_empty(const struct vdpa_gpu_rect *rect);

/**
 * rect_intersect() - what two rectangles have in common
 * @a: any
 * @b: any
 *
 * Return: all zero when they have nothing in common.
 */
struct vdpa_gpu_rect rect_intersect(const struct vdpa_gpu_rect *a,
				    const struct vdpa_gpu_rect *b);

/**
 * rect_union() - the bounding box of two rectangles
 * @a: an empty one does not count
 * @b: an empty one does not count
 *
 * Edges beyond 2^32 - 1 are cut off there.
 */
struct vdpa_gpu_rect rect_union(const struct vdpa_gpu_rect *a,
				const struct vdpa_gpu_rect *b);

#endif /* VIEWER_RECT_H */
