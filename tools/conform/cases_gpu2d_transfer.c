// SPDX-License-Identifier: GPL-2.0-only
/* GPU2D-REQ-5.TR*: from the backing into the resource. */
#include "fixture.h"

#include <string.h>

/* What the resource should hold, kept beside the device. */
static uint32_t shadow[A_SIZE * A_SIZE];

/* De facto addressing: line i of the rect begins at offset + i * stride. */
static void shadow_transfer(struct rect r, uint64_t offset)
{
	for (uint32_t y = 0; y < r.height; y++)
		memcpy(shadow + (r.y + y) * A_SIZE + r.x,
		       (uint8_t *)fixture_a + offset + y * A_SIZE * 4,
		       r.width * 4);
}

static void show_and_compare(struct ctx *c)
{
	want(c, gpu_flush(c, RES_A, A_RECT), OK_NODATA);
	view_wants(c, 0, A_SIZE, A_SIZE, shadow);
}

static void sub_rects(struct ctx *c)
{
	static const struct rect rects[] = {
		{ 0, 0, 64, 64 }, { 10, 20, 30, 40 }, { 63, 63, 1, 1 },
		{ 0, 5, 64, 7 }, { 1, 0, 1, 64 }, { 0, 63, 64, 1 },
		{ 13, 31, 50, 2 }, { 17, 0, 47, 64 },
	};

	fixture_start(c);
	memcpy(shadow, fixture_a, A_BYTES);
	for (unsigned int i = 0; i < sizeof(rects) / sizeof(rects[0]); i++) {
		struct rect r = rects[i];
		uint64_t offset = (r.y * A_SIZE + r.x) * 4;

		note_where(c, "rect %u", i);
		paint(fixture_a, A_SIZE, A_SIZE, 1000 + i);
		want(c, gpu_transfer(c, RES_A, r, offset), OK_NODATA);
		shadow_transfer(r, offset);
		show_and_compare(c);
	}
}

/* The offset is where the first line is, whatever the rectangle says. */
static void free_offsets(struct ctx *c)
{
	static const struct { struct rect r; uint64_t offset; } rows[] = {
		{ { 5, 5, 8, 8 }, 0 },
		{ { 0, 0, 8, 8 }, (40 * 64 + 40) * 4 },
		{ { 56, 56, 8, 8 }, 4 },
		{ { 0, 32, 64, 1 }, 63 * 64 * 4 },
		{ { 3, 3, 1, 1 }, A_BYTES - 4 },
		{ { 9, 9, 5, 3 }, 1 },		/* not a multiple of a pixel */
		{ { 0, 0, 60, 2 }, 4093 },	/* across a page */
	};

	fixture_start(c);
	memcpy(shadow, fixture_a, A_BYTES);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		note_where(c, "row %u", i);
		paint(fixture_a, A_SIZE, A_SIZE, 2000 + i);
		want(c, gpu_transfer(c, RES_A, rows[i].r, rows[i].offset),
		     OK_NODATA);
		shadow_transfer(rows[i].r, rows[i].offset);
		show_and_compare(c);
	}
}

static void large_picture(struct ctx *c)
{
	uint32_t *big;

	session_start(c);
	big = guest_alloc(c, Z_BIG, 1024 * 768 * 4, MEM_PAGE);
	paint(big, 1024, 768, 5);
	want(c, gpu_create(c, 1, FMT_BGRX, 1024, 768), OK_NODATA);
	want(c, gpu_attach_memory(c, 1, big, 1024 * 768 * 4), OK_NODATA);
	want(c, gpu_transfer(c, 1, RECT(0, 0, 1024, 768), 0), OK_NODATA);
	want(c, gpu_set_scanout(c, 0, 1, RECT(0, 0, 1024, 768)), OK_NODATA);
	want(c, gpu_flush(c, 1, RECT(0, 0, 1024, 768)), OK_NODATA);
	if (c->have_view)
		view_wants(c, 0, 1024, 768, big);
}

static void refused(struct ctx *c)
{
	static const struct {
		uint32_t id;
		struct rect r;
		uint64_t offset;
		uint32_t error;
	} rows[] = {
		{ RES_NONE, { 0, 0, 1, 1 }, 0, ERR_RESOURCE },
		{ 0, { 0, 0, 1, 1 }, 0, ERR_RESOURCE },
		{ RES_C, { 0, 0, 64, 64 }, 0, ERR_RESOURCE },
		{ RES_A, { 0, 0, 65, 64 }, 0, ERR_PARAMETER },
		{ RES_A, { 0, 0, 64, 65 }, 0, ERR_PARAMETER },
		{ RES_A, { 64, 0, 1, 1 }, 0, ERR_PARAMETER },
		{ RES_A, { 0, 64, 1, 1 }, 0, ERR_PARAMETER },
		{ RES_A, { 0xffffffff, 0, 2, 1 }, 0, ERR_PARAMETER },
		{ RES_A, { 0, 0xffffffff, 1, 2 }, 0, ERR_PARAMETER },
		{ RES_A, { 1, 1, 0xffffffff, 0xffffffff }, 0, ERR_PARAMETER },
		{ RES_A, { 0, 0, 64, 64 }, 1, ERR_PARAMETER },
		{ RES_A, { 0, 0, 64, 64 }, 4, ERR_PARAMETER },
		{ RES_A, { 0, 0, 1, 1 }, A_BYTES - 3, ERR_PARAMETER },
		{ RES_A, { 0, 0, 1, 1 }, A_BYTES, ERR_PARAMETER },
		{ RES_A, { 0, 0, 1, 64 }, 64 * 4, ERR_PARAMETER },
		{ RES_A, { 0, 0, 1, 1 }, 0xfffffffffffffffcULL,
		  ERR_PARAMETER },
		{ RES_A, { 0, 0, 64, 64 }, 0xfffffffffffffffcULL,
		  ERR_PARAMETER },
		{ RES_A, { 0, 0, 1, 2 }, 0xffffffffffffff00ULL,
		  ERR_PARAMETER },
		{ RES_A, { 0, 0, 1, 1 }, 0x8000000000000000ULL,
		  ERR_PARAMETER },
		{ RES_A, { 0, 0, 1, 1 }, 0x100000000ULL, ERR_PARAMETER },
	};

	fixture_start(c);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		note_where(c, "row %u", i);
		want(c, gpu_transfer(c, rows[i].id, rows[i].r, rows[i].offset),
		     rows[i].error);
		fixture_verify(c);
	}
}

/* Long enough for all lines but the last pixel: then not one line is copied. */
static void truncated_backing(struct ctx *c)
{
	fixture_start(c);
	memcpy(shadow, fixture_a, A_BYTES);
	want(c, gpu_detach(c, RES_A), OK_NODATA);
	want(c, gpu_attach_memory(c, RES_A, fixture_a, A_BYTES - 1),
	     OK_NODATA);
	paint(fixture_a, A_SIZE, A_SIZE, 3000);
	want(c, gpu_transfer(c, RES_A, A_RECT, 0), ERR_PARAMETER);
	if (c->have_view)
		show_and_compare(c);
	want(c, gpu_transfer(c, RES_A, RECT(0, 0, 63, 64), 0), OK_NODATA);
	shadow_transfer(RECT(0, 0, 63, 64), 0);
	if (c->have_view)
		show_and_compare(c);
	want(c, gpu_transfer(c, RES_A, RECT(0, 0, 64, 63), 0), OK_NODATA);
	want(c, gpu_detach(c, RES_A), OK_NODATA);
	want(c, gpu_transfer(c, RES_A, A_RECT, 0), ERR_RESOURCE);
}

static void full_width_lines(struct ctx *c)
{
	fixture_start(c);
	memcpy(shadow, fixture_a, A_BYTES);
	for (uint32_t height = 1; height < A_SIZE; height += 21) {
		note_where(c, "height %u", height);
		paint(fixture_a, A_SIZE, A_SIZE, 4000 + height);
		want(c, gpu_transfer(c, RES_A, RECT(0, 0, A_SIZE, height), 0),
		     OK_NODATA);
		shadow_transfer(RECT(0, 0, A_SIZE, height), 0);
		show_and_compare(c);
	}
}

const struct test_case cases_gpu2d_transfer[] = {
	{ "GPU2D-REQ-5.TR1", "rectangles, exact pixels", sub_rects, NEED_VIEW,
	  NULL },
	{ "GPU2D-REQ-5.TR1", "any offset for any rectangle", free_offsets,
	  NEED_VIEW, NULL },
	{ "GPU2D-REQ-5.TR1", "1024x768", large_picture, 0, NULL },
	{ "GPU2D-REQ-5.TR2", "every refusal", refused, OURS, NULL },
	{ "GPU2D-REQ-5.TR2", "a short backing changes no pixel",
	  truncated_backing, OURS, NULL },
	{ "GPU2D-REQ-5.TR3", "a full-width rect copies its lines only",
	  full_width_lines, NEED_VIEW | OURS, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
