// SPDX-License-Identifier: GPL-2.0-only
/* GPU2D-REQ-5.SC*, FL*: what is shown where. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

static void rect_inside(struct ctx *c)
{
	static const struct rect good[] = {
		{ 0, 0, 64, 64 }, { 0, 0, 1, 1 }, { 63, 63, 1, 1 },
		{ 10, 20, 30, 40 }, { 0, 63, 64, 1 }, { 5, 0, 1, 64 },
	};

	fixture_start(c);
	for (unsigned int i = 0; i < 6; i++) {
		note_where(c, "rect %u", i);
		want(c, gpu_set_scanout(c, 0, RES_A, good[i]), OK_NODATA);
	}
	want(c, gpu_set_scanout(c, 0, RES_A, A_RECT), OK_NODATA);
	fixture_verify(c);
}

static const struct rect outside[] = {
	{ 0, 0, 65, 64 }, { 0, 0, 64, 65 }, { 1, 0, 64, 64 }, { 0, 1, 64, 64 },
	{ 64, 0, 1, 1 }, { 0, 64, 1, 1 }, { 0xffffffff, 0, 2, 1 },
	{ 0, 0xffffffff, 1, 2 }, { 0xffffffff, 0xffffffff, 2, 2 },
	{ 1, 1, 0xffffffff, 1 }, { 1, 1, 1, 0xffffffff },
	{ 0x80000000, 0, 0x80000000, 1 }, { 0, 0x80000000, 1, 0x80000000 },
	{ 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
};

#define NR_OUTSIDE	(sizeof(outside) / sizeof(outside[0]))

static void rect_outside(struct ctx *c)
{
	fixture_start(c);
	for (unsigned int i = 0; i < NR_OUTSIDE; i++) {
		note_where(c, "rect %u", i);
		want(c, gpu_set_scanout(c, 0, RES_A, outside[i]),
		     ERR_PARAMETER);
		fixture_verify(c);
	}
}

static void disable_any(struct ctx *c)
{
	static const struct rect rects[] = {
		{ 0, 0, 0, 0 }, { 0, 0, 1024, 768 },
		{ 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
	};

	fixture_start(c);
	for (unsigned int s = 0; s < c->num_scanouts; s++)
		for (unsigned int i = 0; i < 3; i++) {
			note_where(c, "scanout %u, rect %u", s, i);
			want(c, gpu_set_scanout(c, s, RES_A, A_RECT),
			     OK_NODATA);
			want(c, gpu_set_scanout(c, s, 0, rects[i]), OK_NODATA);
			if (c->have_view)
				view_wants_nothing(c, s);
			/* Again: already disabled is fine. */
			want(c, gpu_set_scanout(c, s, 0, rects[i]), OK_NODATA);
		}
	want(c, gpu_set_scanout(c, 0, RES_A, A_RECT), OK_NODATA);
	fixture_verify(c);
}

static void cut(const uint32_t *from, struct rect r, uint32_t *to)
{
	for (uint32_t y = 0; y < r.height; y++)
		memcpy(to + y * r.width, from + (r.y + y) * A_SIZE + r.x,
		       r.width * 4);
}

static void mirrors_and_parts(struct ctx *c)
{
	static const struct rect parts[2] = {
		{ 0, 0, 40, 64 }, { 24, 10, 40, 54 },
	};
	static uint32_t expected[A_SIZE * A_SIZE];

	fixture_start(c);
	want(c, gpu_set_scanout(c, 1, RES_A, A_RECT), OK_NODATA);
	want(c, gpu_flush(c, RES_A, A_RECT), OK_NODATA);
	if (c->have_view)
		for (unsigned int s = 0; s < 2; s++)
			view_wants(c, s, A_SIZE, A_SIZE, fixture_a);
	for (unsigned int s = 0; s < 2; s++)
		want(c, gpu_set_scanout(c, s, RES_A, parts[s]), OK_NODATA);
	want(c, gpu_flush(c, RES_A, A_RECT), OK_NODATA);
	for (unsigned int s = 0; s < 2 && c->have_view; s++) {
		cut(fixture_a, parts[s], expected);
		view_wants(c, s, parts[s].width, parts[s].height, expected);
	}
	want(c, gpu_set_scanout(c, 1, 0, A_RECT), OK_NODATA);
	want(c, gpu_set_scanout(c, 0, RES_A, A_RECT), OK_NODATA);
	fixture_verify(c);
}

static void scanout_refused(struct ctx *c)
{
	const struct {
		uint32_t scanout, id;
		struct rect r;
		uint32_t error;
	} rows[] = {
		{ c->num_scanouts, RES_A, A_RECT, ERR_SCANOUT },
		{ 16, RES_A, A_RECT, ERR_SCANOUT },
		{ 0xffffffff, RES_A, A_RECT, ERR_SCANOUT },
		{ c->num_scanouts, 0, A_RECT, ERR_SCANOUT },
		{ 0x80000000, 0, A_RECT, ERR_SCANOUT },
		{ 0, RES_NONE, A_RECT, ERR_RESOURCE },
		{ 0, 0xffffffff, A_RECT, ERR_RESOURCE },
		{ 0, RES_A, RECT(0, 0, 0, 64), ERR_PARAMETER },
		{ 0, RES_A, RECT(0, 0, 64, 0), ERR_PARAMETER },
		{ 0, RES_A, RECT(0, 0, 0, 0), ERR_PARAMETER },
		{ 0, RES_A, RECT(64, 64, 0, 0), ERR_PARAMETER },
	};

	fixture_start(c);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		note_where(c, "row %u", i);
		want(c, gpu_set_scanout(c, rows[i].scanout, rows[i].id,
					rows[i].r), rows[i].error);
		fixture_verify(c);
	}
	/* No minimum size. */
	want(c, gpu_set_scanout(c, 0, RES_A, RECT(3, 3, 1, 1)), OK_NODATA);
}

static void page_flips(struct ctx *c)
{
	unsigned int rounds = c->opts->quick ? 100 : 1000;
	uint32_t *pixels[2];

	session_start(c);
	for (unsigned int i = 0; i < 2; i++) {
		pixels[i] = guest_alloc(c, Z_DATA, A_BYTES, 4);
		want(c, gpu_create(c, 1 + i, FMT_BGRX, A_SIZE, A_SIZE),
		     OK_NODATA);
		want(c, gpu_attach_memory(c, 1 + i, pixels[i], A_BYTES),
		     OK_NODATA);
	}
	for (unsigned int i = 0; i < rounds; i++) {
		unsigned int back = i & 1;

		note_where(c, "flip %u", i);
		/* The one nobody sees is redrawn, the other does not change. */
		paint(pixels[back], A_SIZE, A_SIZE, i);
		want(c, gpu_transfer(c, 1 + back, A_RECT, 0), OK_NODATA);
		if (c->have_view && i && i % 10 == 0)
			view_wants(c, 0, A_SIZE, A_SIZE, pixels[!back]);
		want(c, gpu_set_scanout(c, 0, 1 + back, A_RECT), OK_NODATA);
		want(c, gpu_flush(c, 1 + back, A_RECT), OK_NODATA);
		if (c->have_view && i % 10 == 0)
			view_wants(c, 0, A_SIZE, A_SIZE, pixels[back]);
	}
}

static bool covers(const struct damage *d, struct rect r)
{
	return d->pixels && d->x <= r.x && d->y <= r.y &&
	       d->x + d->width >= r.x + r.width &&
	       d->y + d->height >= r.y + r.height;
}

static void flush_reaches_all(struct ctx *c)
{
	const struct rect r = RECT(8, 16, 24, 32);
	unsigned int last = c->num_scanouts - 1;
	struct damage before[2], after;

	fixture_start(c);
	for (unsigned int s = 1; s <= last; s++)
		want(c, gpu_set_scanout(c, s, RES_A, A_RECT), OK_NODATA);
	must(c, !capture_damage(&c->cap, 0, &before[0]), "damage");
	must(c, !capture_damage(&c->cap, last, &before[1]), "damage");
	paint(fixture_a, A_SIZE, A_SIZE, 99);
	want(c, gpu_transfer(c, RES_A, A_RECT, 0), OK_NODATA);
	want(c, gpu_flush(c, RES_A, r), OK_NODATA);
	must(c, !capture_damage(&c->cap, 0, &after), "damage");
	must(c, covers(&after, r), "scanout 0 was not told");
	if (last) {
		must(c, after.frames == before[0].frames + 1, "frames");
		must(c, !capture_damage(&c->cap, last, &after), "damage");
		must(c, covers(&after, r), "scanout %u was not told", last);
		must(c, after.frames == before[1].frames + 1, "frames");
	}
	want(c, gpu_flush(c, RES_A, A_RECT), OK_NODATA);
	for (unsigned int s = 0; s <= last; s++)
		view_wants(c, s, A_SIZE, A_SIZE, fixture_a);
}

static void flush_plain(struct ctx *c)
{
	fixture_start(c);
	want(c, gpu_flush(c, RES_A, RECT(1, 2, 3, 4)), OK_NODATA);
	want(c, gpu_flush(c, RES_A, A_RECT), OK_NODATA);
	fixture_verify(c);
}

static void flush_refused(struct ctx *c)
{
	fixture_start(c);
	want(c, gpu_flush(c, RES_C, A_RECT), OK_NODATA);
	want(c, gpu_flush(c, RES_B, RECT(31, 31, 1, 1)), OK_NODATA);
	want(c, gpu_flush(c, RES_NONE, A_RECT), ERR_RESOURCE);
	want(c, gpu_flush(c, 0, A_RECT), ERR_RESOURCE);
	for (unsigned int i = 0; i < NR_OUTSIDE; i++) {
		note_where(c, "rect %u", i);
		want(c, gpu_flush(c, RES_A, outside[i]), ERR_PARAMETER);
		want(c, gpu_flush(c, RES_C, outside[i]), ERR_PARAMETER);
		fixture_verify(c);
	}
}

const struct test_case cases_gpu2d_scanout[] = {
	{ "GPU2D-REQ-5.SC1", "any rectangle inside", rect_inside, 0, NULL },
	{ "GPU2D-REQ-5.SC1", "rectangles outside, wraps included",
	  rect_outside, OURS, NULL },
	{ "GPU2D-REQ-5.SC2", "any scanout can be disabled", disable_any, 0,
	  NULL },
	{ "GPU2D-REQ-5.SC3", "mirrors and parts of one resource",
	  mirrors_and_parts, NEED_TWO, NULL },
	{ "GPU2D-REQ-5.SC4", "bad scanout, bad resource, no size",
	  scanout_refused, OURS, NULL },
	{ "GPU2D-REQ-5.SC5", "page flips", page_flips, 0, NULL },
	{ "GPU2D-REQ-5.FL1", "flush is answered", flush_plain, 0, NULL },
	{ "GPU2D-REQ-5.FL1", "flush reaches every scanout", flush_reaches_all,
	  NEED_VIEW, NULL },
	{ "GPU2D-REQ-5.FL2", "on no scanout, unknown, outside", flush_refused,
	  OURS, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
