// SPDX-License-Identifier: GPL-2.0-only
#include "cursor.h"

#include <errno.h>

#include "format.h"
#include "picture.h"

#define SIZE VDPA_GPU_CURSOR_SIZE

/* One axis of the clipped cursor: image pixels [first, end) land at @at... */
struct span {
	uint32_t first;
	uint32_t end;
	uint32_t at;
};

/* @origin: where image pixel 0 lands; @limit: length of the picture's side. */
static struct span clip(int64_t origin, uint32_t limit)
{
	int64_t first = origin < 0 ? -origin : 0;
	int64_t end = (int64_t)limit - origin;

	if (end > SIZE)
		end = SIZE;
	if (first >= end)
		return (struct span){ 0 };
	return (struct span){ first, end, origin + first };
}

static uint8_t blend(uint8_t src, uint8_t dst, uint8_t alpha)
{
	unsigned int sum = src + (dst * (255u - alpha) + 127) / 255;

	/* A colour above its alpha is not premultiplied: bright, not wrapped. */
	return sum > 255 ? 255 : sum;
}

static void blend_row(uint8_t *dst, const uint8_t *src, uint32_t pixels)
{
	for (uint32_t i = 0; i < pixels; i++) {
		for (int c = 0; c < 3; c++)
			dst[c] = blend(src[c], dst[c], src[3]);
		src += BYTES_PER_PIXEL;
		dst += BYTES_PER_PIXEL;
	}
}

int cursor_compose(struct picture *picture,
		   const struct vdpa_gpu_view_cursor *cursor,
		   const uint8_t *pixels)
{
	const struct pixel_format *format = pixel_format_find(cursor->format);
	struct span x = clip((int64_t)cursor->x - cursor->hot_x,
			     picture->width);
	struct span y = clip((int64_t)cursor->y - cursor->hot_y,
			     picture->height);
	uint8_t row[SIZE * BYTES_PER_PIXEL];

	if (!(cursor->flags & VDPA_GPU_CURSOR_VISIBLE))
		return 0;
	if (!format)
		return -EINVAL;
	if (x.first == x.end)
		return 0;
	for (uint32_t i = y.first; i < y.end; i++) {
		pixel_format_to_rgba(format, pixels + i * sizeof(row), row,
				     SIZE);
		blend_row(picture_row(picture, x.at, y.at + i - y.first),
			  row + x.first * BYTES_PER_PIXEL, x.end - x.first);
	}
	return 0;
}
