// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cursor against an oracle that asks for every pixel of the picture which
 * pixel of the cursor lies over it, if any.
 */
#include <errno.h>
#include <string.h>

#include "../../userspace/lib/view_link.h"
#include "../../userspace/viewer/cursor.h"
#include "../../userspace/viewer/picture.h"
#include "tap.h"

static uint8_t image[VIEW_CURSOR_BYTES];	/* format 1: B, G, R, A */

static uint8_t over(int src, int dst, int alpha)
{
	/* Rounded to the nearest. */
	int sum = src + (2 * dst * (255 - alpha) + 255) / 510;

	return sum > 255 ? 255 : sum;
}

static bool agrees(const struct picture *before, const struct picture *after,
		   const struct vdpa_gpu_view_cursor *cursor)
{
	for (uint32_t y = 0; y < before->height; y++) {
		for (uint32_t x = 0; x < before->width; x++) {
			const uint8_t *old = picture_row(before, x, y);
			const uint8_t *new = picture_row(after, x, y);
			int64_t cx = (int64_t)x - cursor->x + cursor->hot_x;
			int64_t cy = (int64_t)y - cursor->y + cursor->hot_y;
			bool covered = cx >= 0 && cx < 64 && cy >= 0 && cy < 64;
			const uint8_t *src = covered ? image + (cy * 64 + cx) * 4 : NULL;

			for (int c = 0; c < 3; c++)
				if (new[c] != (covered ? over(src[2 - c], old[c], src[3]) : old[c]))
					return false;
			if (new[3] != old[3])
				return false;
		}
	}
	return true;
}

static const struct {
	const char *name;
	uint32_t width, height;
	int32_t x, y;
	uint32_t hot_x, hot_y;
} rows[] = {
	{ "in the middle", 200, 150, 90, 40, 3, 5 },
	{ "in the upper left corner", 200, 150, 0, 0, 0, 0 },
	{ "hot spot beyond the upper left", 200, 150, 0, 0, 63, 63 },
	{ "cut at the left", 200, 150, -5, 20, 0, 0 },
	{ "cut at the top", 200, 150, 20, -5, 0, 0 },
	{ "cut at the right", 200, 150, 190, 20, 0, 0 },
	{ "cut at the bottom", 200, 150, 20, 140, 0, 0 },
	{ "one pixel left at the left", 200, 150, -63, 20, 0, 0 },
	{ "just gone at the left", 200, 150, -64, 20, 0, 0 },
	{ "one pixel left at the right", 200, 150, 199, 20, 0, 0 },
	{ "a pixel away from the right", 200, 150, 135, 20, 0, 0 },
	{ "touching the right", 200, 150, 136, 20, 0, 0 },
	{ "a pixel away from the bottom", 200, 150, 20, 85, 0, 0 },
	{ "touching the bottom", 200, 150, 20, 86, 0, 0 },
	{ "just gone at the right", 200, 150, 200, 20, 0, 0 },
	{ "just gone at the top", 200, 150, 20, -64, 0, 0 },
	{ "just gone at the bottom", 200, 150, 20, 150, 0, 0 },
	{ "larger than the picture", 7, 5, -20, -20, 0, 0 },
	{ "over all of a picture of its size", 64, 64, 0, 0, 0, 0 },
	{ "on a single pixel", 1, 1, 0, 0, 31, 31 },
	{ "far away, negative", 200, 150, INT32_MIN, INT32_MIN, UINT32_MAX, UINT32_MAX },
	{ "far away, positive", 200, 150, INT32_MAX, INT32_MAX, 0, 0 },
	{ "far away, brought back by its hot spot", 200, 150, INT32_MAX, INT32_MAX, INT32_MAX - 10, INT32_MAX - 20 },
	{ "hot spot far outside the image", 200, 150, 10, 10, UINT32_MAX, 0 },
};

static void fill(struct picture *picture)
{
	for (size_t i = 0; i < (size_t)picture->width * picture->height * 4; i++)
		picture->rgba[i] = i % 4 == 3 ? 255 : tap_random();
}

static void test_places(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct vdpa_gpu_view_cursor cursor = {
			.flags = VDPA_GPU_CURSOR_VISIBLE,
			.format = 1,
			.x = rows[i].x,
			.y = rows[i].y,
			.hot_x = rows[i].hot_x,
			.hot_y = rows[i].hot_y,
		};
		struct picture before = { 0 }, after = { 0 };

		picture_resize(&before, rows[i].width, rows[i].height);
		fill(&before);
		picture_copy(&after, &before);
		tap_check(!cursor_compose(&after, &cursor, image) &&
			  agrees(&before, &after, &cursor),
			  "cursor: %s", rows[i].name);
		picture_finish(&before);
		picture_finish(&after);
	}
}

static void test_kinds(void)
{
	struct vdpa_gpu_view_cursor cursor = { .format = 1, .x = 10, .y = 10 };
	struct picture before = { 0 }, after = { 0 };
	bool opaque = true;

	picture_resize(&before, 100, 100);
	fill(&before);
	picture_copy(&after, &before);
	cursor_compose(&after, &cursor, image);
	tap_check(!memcmp(before.rgba, after.rgba, 100 * 100 * 4),
		  "cursor: not drawn when not visible");

	cursor.flags = VDPA_GPU_CURSOR_VISIBLE;
	cursor.format = 77;
	tap_check(cursor_compose(&after, &cursor, image) == -EINVAL &&
		  !memcmp(before.rgba, after.rgba, 100 * 100 * 4),
		  "cursor: an unknown format is refused");

	cursor.format = 2;
	cursor_compose(&after, &cursor, image);
	for (int i = 0; i < 64; i++)
		opaque &= picture_row(&after, 10 + i, 10)[0] == image[i * 4 + 2];
	tap_check(opaque, "cursor: a format without alpha covers");
	picture_finish(&before);
	picture_finish(&after);
}

int main(void)
{
	/* Whole range of alpha, and colours above it as a rude guest has them. */
	for (size_t i = 0; i < sizeof(image); i++)
		image[i] = tap_random();
	memset(image, 0, 64);
	memset(image + 256, 255, 64);
	test_places();
	test_kinds();
	return tap_result();
}
