/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * format.h - the pixel formats of virtio-gpu, and out of them.
 */
#ifndef VIEWER_FORMAT_H
#define VIEWER_FORMAT_H

#include <stddef.h>
#include <stdint.h>

#define BYTES_PER_PIXEL 4

/**
 * struct pixel_format - where the colours of a pixel lie
 * @id: enum virtio_gpu_formats
 * @name: order of the bytes in memory, lowest address first
 * @red: byte of a pixel, 0..3
 * @green: byte of a pixel, 0..3
 * @blue: byte of a pixel, 0..3
 * @alpha: byte of a pixel, or -1 when the fourth byte means nothing
 */
struct pixel_format {
	uint32_t id;
	const char *name;
	uint8_t red;
	uint8_t green;
	uint8_t blue;
	int8_t alpha;
};

/**
 * pixel_format_find() - by its number on the wire
 * @id: enum virtio_gpu_formats
 *
 * Return: NULL when it is none of the eight.
 */
const struct pixel_format *pixel_format_find(uint32_t id);

/**
 * pixel_format_to_rgba() - convert pixels to bytes R, G, B, A
 * @format: of @src
 * @src: @pixels * 4 bytes
 * @out_rgba: @pixels * 4 bytes, elsewhere; alpha is 255 without alpha in @src
 * @pixels: how many
 */
void pixel_format_to_rgba(const struct pixel_format *format, const uint8_t *src,
			  uint8_t *out_rgba, size_t pixels);

#endif /* VIEWER_FORMAT_H */
