// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pixel formats: the numbers are those of the virtio specification, and the
 * oracle spells each format's name: "B8G8R8A8" has blue at the lowest address.
 */
#include <stdio.h>
#include <string.h>

#include "../../userspace/viewer/format.h"
#include "../../userspace/viewer/picture.h"
#include "tap.h"

static const struct {
	uint32_t id;
	const char *name;
} rows[] = {
	{ 1, "B8G8R8A8" },   { 2, "B8G8R8X8" },	  { 3, "A8R8G8B8" },
	{ 4, "X8R8G8B8" },   { 67, "R8G8B8A8" },  { 68, "X8B8G8R8" },
	{ 121, "A8B8G8R8" }, { 134, "R8G8B8X8" },
};

#define NR_ROWS (sizeof(rows) / sizeof(rows[0]))

/* Colour of a pixel, by the letter in the format's name. */
static uint8_t colour(const char *name, const uint8_t *pixel, char letter)
{
	for (int i = 0; i < 4; i++)
		if (name[i * 2] == letter)
			return pixel[i];
	return 255;
}

static void test_row(uint32_t id, const char *name)
{
	const struct pixel_format *format = pixel_format_find(id);
	uint8_t src[64 * 4], dst[64 * 4];
	bool ok = true;

	if (!tap_check(format && !strcmp(format->name, name),
		       "format: %u is %s", id, name))
		return;
	for (size_t i = 0; i < sizeof(src); i++)
		src[i] = tap_random();
	memset(dst, 0, sizeof(dst));
	pixel_format_to_rgba(format, src, dst, 63);
	for (int i = 0; i < 63; i++)
		for (int c = 0; c < 4; c++)
			ok &= dst[i * 4 + c] ==
			      colour(name, src + i * 4, "RGBA"[c]);
	tap_check(ok, "format: %s converts as its name says", name);
	tap_check(!dst[63 * 4] && !dst[63 * 4 + 3],
		  "format: %s converts as many pixels as asked", name);
}

static void test_unknown(void)
{
	unsigned int found = 0;

	for (uint32_t id = 0; id < 1000; id++)
		found += !!pixel_format_find(id);
	tap_check(found == NR_ROWS, "format: there are eight and no others");
	tap_check(!pixel_format_find(UINT32_MAX), "format: 2^32 - 1 is none");
}

/* A picture that is shown out of the middle of an image with odd stride. */
static void test_picture(uint32_t id, const char *name)
{
	enum { WIDTH = 37, HEIGHT = 11, STRIDE = WIDTH * 4 + 12, OFFSET = 20 };
	static uint8_t bytes[OFFSET + STRIDE * HEIGHT];
	const struct vdpa_gpu_view_scanout layout = {
		.format = id,
		.image_size = sizeof(bytes),
		.offset = OFFSET,
		.stride = STRIDE,
		.width = WIDTH,
		.height = HEIGHT,
		.shown = { 3, 2, 20, 7 },
	};
	const struct vdpa_gpu_rect all = { 0, 0, 20, 7 };
	const struct vdpa_gpu_rect part = { 5, 1, 4, 3 };
	struct picture picture = { 0 };
	bool ok = true;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = tap_random();
	picture_resize(&picture, 20, 7);
	picture_read_image(&picture, &layout, bytes, &all);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] ^= 0xff;
	picture_read_image(&picture, &layout, bytes, &part);
	for (uint32_t y = 0; y < 7; y++) {
		for (uint32_t x = 0; x < 20; x++) {
			bool in_part = x >= 5 && x < 9 && y >= 1 && y < 4;
			const uint8_t *src = bytes + OFFSET + (y + 2) * STRIDE + (x + 3) * 4;
			const uint8_t *dst = picture_row(&picture, x, y);

			for (int c = 0; c < 3; c++)
				ok &= dst[c] == (colour(name, src, "RGB"[c]) ^
						 (in_part ? 0 : 0xff));
			ok &= dst[3] == 255;
		}
	}
	tap_check(ok, "picture: %s out of an image, whole and in part", name);
	picture_finish(&picture);
}

static uint32_t slow_crc(const uint8_t *bytes, size_t len)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
	}
	return ~crc;
}

static void test_crc(void)
{
	enum { WIDTH = 61, HEIGHT = 53 };
	static uint8_t xrgb[WIDTH * HEIGHT * 4];
	struct vdpa_gpu_view_scanout layout = {
		.format = 2,
		.image_size = sizeof(xrgb),
		.stride = WIDTH * 4,
		.width = WIDTH,
		.height = HEIGHT,
		.shown = { 0, 0, WIDTH, HEIGHT },
	};
	struct picture picture = { 0 };
	uint32_t crc;

	for (size_t i = 0; i < sizeof(xrgb); i++)
		xrgb[i] = tap_random();
	picture_resize(&picture, WIDTH, HEIGHT);
	picture_read_image(&picture, &layout, xrgb, &layout.shown);
	crc = picture_crc(&picture);
	for (size_t i = 3; i < sizeof(xrgb); i += 4)
		xrgb[i] = 0;
	tap_check(crc == slow_crc(xrgb, sizeof(xrgb)),
		  "crc: that of the guest's XRGB buffer with X cleared");
	picture_row(&picture, WIDTH - 1, HEIGHT - 1)[2] ^= 1;
	tap_check(crc != picture_crc(&picture), "crc: the last pixel counts");
	picture_finish(&picture);
}

int main(void)
{
	for (size_t i = 0; i < NR_ROWS; i++)
		test_row(rows[i].id, rows[i].name);
	test_unknown();
	for (size_t i = 0; i < NR_ROWS; i++)
		test_picture(rows[i].id, rows[i].name);
	test_crc();
	return tap_result();
}
