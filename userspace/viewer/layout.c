// SPDX-License-Identifier: GPL-2.0-only
#include "layout.h"

#include <stdbool.h>
#include <stdint.h>

#include "format.h"
#include "rect.h"

/* Bytes from the first pixel past the last one; false if that exceeds 2^64. */
static bool span(const struct vdpa_gpu_view_scanout *layout, uint64_t *out_span)
{
	uint64_t rows = (uint64_t)(layout->height - 1) * layout->stride;
	uint64_t row = (uint64_t)layout->width * BYTES_PER_PIXEL;

	return !__builtin_add_overflow(rows, row, out_span);
}

const char *layout_check(const struct vdpa_gpu_view_scanout *layout)
{
	const struct vdpa_gpu_rect image = {
		.width = layout->width,
		.height = layout->height,
	};
	struct vdpa_gpu_rect inside = rect_intersect(&image, &layout->shown);
	uint64_t needed;

	if (!pixel_format_find(layout->format))
		return "unknown pixel format";
	if (rect_is_empty(&image))
		return "image without pixels";
	if (rect_is_empty(&layout->shown))
		return "no part of the image is shown";
	if (inside.width != layout->shown.width ||
	    inside.height != layout->shown.height)
		return "the shown part exceeds the image";
	if (layout->offset > layout->image_size)
		return "the first pixel lies outside the image's memory";
	if (!span(layout, &needed) ||
	    needed > layout->image_size - layout->offset)
		return "the last pixel lies outside the image's memory";
	return NULL;
}
