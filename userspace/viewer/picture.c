// SPDX-License-Identifier: GPL-2.0-only
#include "picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "format.h"

static size_t bytes_of(const struct picture *picture)
{
	return (size_t)picture->width * picture->height * BYTES_PER_PIXEL;
}

int picture_resize(struct picture *picture, uint32_t width, uint32_t height)
{
	if (picture->rgba && picture->width == width &&
	    picture->height == height)
		return 0;
	picture_finish(picture);
	if ((uint64_t)width * height > SIZE_MAX / BYTES_PER_PIXEL)
		return -ENOMEM;
	picture->rgba = calloc((size_t)width * height, BYTES_PER_PIXEL);
	if (!picture->rgba)
		return -ENOMEM;
	picture->width = width;
	picture->height = height;
	return 0;
}

int picture_copy(struct picture *to, const struct picture *from)
{
	int err = picture_resize(to, from->width, from->height);

	if (!err)
		memcpy(to->rgba, from->rgba, bytes_of(from));
	return err;
}

void picture_finish(struct picture *picture)
{
	free(picture->rgba);
	*picture = (struct picture){ 0 };
}

uint8_t *picture_row(const struct picture *picture, uint32_t x, uint32_t y)
{
	return picture->rgba +
	       ((size_t)y * picture->width + x) * BYTES_PER_PIXEL;
}

static void make_opaque(uint8_t *rgba, size_t pixels)
{
	for (size_t i = 0; i < pixels; i++)
		rgba[i * BYTES_PER_PIXEL + 3] = 255;
}

void picture_read_image(struct picture *picture,
			const struct vdpa_gpu_view_scanout *layout,
			const uint8_t *bytes, const struct vdpa_gpu_rect *rect)
{
	const struct pixel_format *format = pixel_format_find(layout->format);
	size_t column = (size_t)layout->shown.x + rect->x;
	size_t row = (size_t)layout->shown.y + rect->y;
	const uint8_t *src = bytes + layout->offset + row * layout->stride +
			     column * BYTES_PER_PIXEL;

	for (uint32_t y = 0; y < rect->height; y++) {
		uint8_t *dst = picture_row(picture, rect->x, rect->y + y);

		pixel_format_to_rgba(format, src, dst, rect->width);
		/* Nothing lies behind a screen: its alpha means nothing. */
		make_opaque(dst, rect->width);
		src += layout->stride;
	}
}

uint32_t picture_crc(const struct picture *picture)
{
	const uint8_t *rgba = picture->rgba;
	size_t left = (size_t)picture->width * picture->height;
	uLong crc = crc32(0, NULL, 0);
	uint8_t bgrx[1024 * BYTES_PER_PIXEL];

	while (left) {
		size_t n = left < 1024 ? left : 1024;

		for (size_t i = 0; i < n; i++, rgba += BYTES_PER_PIXEL) {
			bgrx[i * 4] = rgba[2];
			bgrx[i * 4 + 1] = rgba[1];
			bgrx[i * 4 + 2] = rgba[0];
			bgrx[i * 4 + 3] = 0;
		}
		crc = crc32(crc, bgrx, n * BYTES_PER_PIXEL);
		left -= n;
	}
	return crc;
}
