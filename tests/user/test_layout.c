// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layouts on and just beyond the boundary.
 */
#include <stddef.h>

#include "../../userspace/viewer/layout.h"
#include "tap.h"

#define BASE .format = 2, .image_size = 4096, .stride = 128, .width = 32, \
	     .height = 32, .shown = { 0, 0, 32, 32 }

/* Later fields override those of BASE; that is the point. */
#pragma GCC diagnostic ignored "-Woverride-init"

static const struct {
	const char *name;
	bool good;
	struct vdpa_gpu_view_scanout layout;
} rows[] = {
	{ "exactly full", true, { BASE } },
	{ "a byte short", false, { BASE, .image_size = 4095 } },
	{ "a byte further", false, { BASE, .offset = 1 } },
	{ "shorter rows further down", true, { BASE, .height = 31, .offset = 128, .shown = { 0, 0, 32, 31 } } },
	{ "no padding behind the last row", true, { BASE, .stride = 132, .image_size = 31 * 132 + 128 } },
	{ "padding behind the last row missing and one", false, { BASE, .stride = 132, .image_size = 31 * 132 + 127 } },
	{ "stride 0 repeats a row", true, { BASE, .stride = 0 } },
	{ "unknown format", false, { BASE, .format = 5 } },
	{ "format 0", false, { BASE, .format = 0 } },
	{ "no columns", false, { BASE, .width = 0, .shown = { 0 } } },
	{ "no rows", false, { BASE, .height = 0, .shown = { 0 } } },
	{ "nothing shown", false, { BASE, .shown = { 0 } } },
	{ "one pixel shown, the last", true, { BASE, .shown = { 31, 31, 1, 1 } } },
	{ "a column too many shown", false, { BASE, .shown = { 1, 0, 32, 32 } } },
	{ "a row too many shown", false, { BASE, .shown = { 0, 1, 32, 32 } } },
	{ "shown part wraps at 2^32", false, { BASE, .shown = { UINT32_MAX, 0, 2, 1 } } },
	{ "shown part outside", false, { BASE, .shown = { 32, 0, 1, 1 } } },
	{ "offset beyond the memory", false, { BASE, .offset = 4097 } },
	{ "offset 2^64 - 1", false, { BASE, .offset = UINT64_MAX } },
	{ "offset 2^64 - 4096", false, { BASE, .offset = -4096ull } },
	{ "rows and stride beyond 2^32", false, { BASE, .stride = 1u << 31, .height = 3, .shown = { 0, 0, 32, 3 } } },
	{ "all fields at their largest", false, { .format = 2, .image_size = UINT64_MAX, .stride = UINT32_MAX,
	  .width = UINT32_MAX, .height = UINT32_MAX, .shown = { 0, 0, 1, 1 } } },
	{ "large but true", true, { .format = 2, .image_size = UINT64_MAX, .stride = UINT32_MAX,
	  .width = 1, .height = UINT32_MAX, .shown = { 0, 0, 1, 1 } } },
};

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tap_check(!layout_check(&rows[i].layout) == rows[i].good,
			  "layout: %s is %s", rows[i].name,
			  rows[i].good ? "accepted" : "refused");
	return tap_result();
}
