// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rectangles against a dumb oracle: a bitmap of 8x8 cells.
 */
#include <stdio.h>
#include <string.h>

#include "../../userspace/viewer/rect.h"
#include "tap.h"

#define SIDE 8

static uint64_t cells(const struct vdpa_gpu_rect *r)
{
	uint64_t bits = 0;

	for (unsigned int y = 0; y < SIDE; y++)
		for (unsigned int x = 0; x < SIDE; x++)
			if (x >= r->x && x < r->x + r->width &&
			    y >= r->y && y < r->y + r->height)
				bits |= 1ull << (y * SIDE + x);
	return bits;
}

/* The smallest rectangle around some cells. */
static struct vdpa_gpu_rect bound(uint64_t bits)
{
	unsigned int x0 = SIDE, y0 = SIDE, x1 = 0, y1 = 0;

	for (unsigned int i = 0; i < SIDE * SIDE; i++) {
		if (!(bits >> i & 1))
			continue;
		x0 = i % SIDE < x0 ? i % SIDE : x0;
		x1 = i % SIDE + 1 > x1 ? i % SIDE + 1 : x1;
		y0 = i / SIDE < y0 ? i / SIDE : y0;
		y1 = i / SIDE + 1 > y1 ? i / SIDE + 1 : y1;
	}
	if (!bits)
		return (struct vdpa_gpu_rect){ 0 };
	return (struct vdpa_gpu_rect){ x0, y0, x1 - x0, y1 - y0 };
}

static struct vdpa_gpu_rect random_rect(void)
{
	uint32_t x = tap_random() % SIDE, y = tap_random() % SIDE;

	return (struct vdpa_gpu_rect){ x, y, tap_random() % (SIDE - x + 1),
				       tap_random() % (SIDE - y + 1) };
}

static bool same(struct vdpa_gpu_rect a, struct vdpa_gpu_rect b)
{
	return !memcmp(&a, &b, sizeof(a));
}

static void test_oracle(void)
{
	bool intersect_ok = true, union_ok = true;

	for (int i = 0; i < 100000; i++) {
		struct vdpa_gpu_rect a = random_rect(), b = random_rect();
		struct vdpa_gpu_rect u = rect_union(&a, &b);

		intersect_ok &= same(rect_intersect(&a, &b),
				     bound(cells(&a) & cells(&b)));
		if (rect_is_empty(&a) && rect_is_empty(&b))
			union_ok &= rect_is_empty(&u);
		else
			union_ok &= same(u, bound(cells(&a) | cells(&b)));
	}
	tap_check(intersect_ok, "rect: intersection agrees with a bitmap");
	tap_check(union_ok, "rect: union agrees with a bitmap");
}

static void test_edges(void)
{
	const struct vdpa_gpu_rect wrap = { UINT32_MAX, 0, 2, 1 };
	const struct vdpa_gpu_rect origin = { 0, 0, 1, 1 };
	const struct vdpa_gpu_rect all = { 0, 0, UINT32_MAX, UINT32_MAX };
	const struct vdpa_gpu_rect last = { UINT32_MAX - 1, 0, 1, 1 };
	struct vdpa_gpu_rect r;

	r = rect_intersect(&wrap, &origin);
	tap_check(rect_is_empty(&r), "rect: 2^32 - 1 plus 2 does not wrap to 1");
	r = rect_intersect(&wrap, &all);
	tap_check(rect_is_empty(&r), "rect: beyond the largest rectangle is nothing");
	r = rect_intersect(&last, &all);
	tap_check(same(r, last), "rect: the last column is inside");
	r = rect_union(&wrap, &origin);
	tap_check(r.x == 0 && r.width == UINT32_MAX, "rect: union is cut off at 2^32 - 1");
}

int main(void)
{
	test_oracle();
	test_edges();
	return tap_result();
}
