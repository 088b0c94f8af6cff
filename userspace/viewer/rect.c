// SPDX-License-Identifier: GPL-2.0-only
#include "rect.h"

#include <stdint.h>

static uint64_t lower(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t upper(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t right(const struct vdpa_gpu_rect *rect)
{
	return (uint64_t)rect->x + rect->width;
}

static uint64_t bottom(const struct vdpa_gpu_rect *rect)
{
	return (uint64_t)rect->y + rect->height;
}

bool rect_is_empty(const struct vdpa_gpu_rect *rect)
{
	return !rect->width || !rect->height;
}

struct vdpa_gpu_rect rect_intersect(const struct vdpa_gpu_rect *a,
				    const struct vdpa_gpu_rect *b)
{
	uint64_t x = upper(a->x, b->x);
	uint64_t y = upper(a->y, b->y);
	uint64_t end_x = lower(right(a), right(b));
	uint64_t end_y = lower(bottom(a), bottom(b));

	if (end_x <= x || end_y <= y)
		return (struct vdpa_gpu_rect){ 0 };
	return (struct vdpa_gpu_rect){ x, y, end_x - x, end_y - y };
}

struct vdpa_gpu_rect rect_union(const struct vdpa_gpu_rect *a,
				const struct vdpa_gpu_rect *b)
{
	uint64_t x = lower(a->x, b->x);
	uint64_t y = lower(a->y, b->y);

	if (rect_is_empty(a))
		return *b;
	if (rect_is_empty(b))
		return *a;
	return (struct vdpa_gpu_rect){
		x, y,
		lower(upper(right(a), right(b)) - x, UINT32_MAX),
		lower(upper(bottom(a), bottom(b)) - y, UINT32_MAX),
	};
}
