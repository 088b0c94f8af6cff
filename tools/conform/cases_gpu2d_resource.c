// SPDX-License-Identifier: GPL-2.0-only
/* GPU2D-REQ-5.CR*, UN*, RST1, INIT1: life and death of resources. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t formats[] = { 1, 2, 3, 4, 67, 68, 121, 134 };

static void all_formats_and_ids(struct ctx *c)
{
	static const uint32_t ids[] = { 1, 0x7fffffff, 0x80000000, 0xffffffff,
					2, 1000003 };
	void *page;

	session_start(c);
	page = guest_alloc(c, Z_DATA, MEM_PAGE, MEM_PAGE);
	for (unsigned int i = 0; i < 6; i++) {
		note_where(c, "id %#x", ids[i]);
		want(c, gpu_create(c, ids[i], formats[i], 20 + i, 17),
		     OK_NODATA);
	}
	for (unsigned int i = 0; i < 6; i++) {
		note_where(c, "id %#x", ids[i]);
		/* Some devices want a backing before they show anything. */
		want(c, gpu_attach_memory(c, ids[i], page, MEM_PAGE),
		     OK_NODATA);
		want(c, gpu_set_scanout(c, 0, ids[i], RECT(0, 0, 20 + i, 17)),
		     OK_NODATA);
		want(c, gpu_set_scanout(c, 0, ids[i], RECT(0, 0, 21 + i, 17)),
		     ERR_PARAMETER);
		want(c, gpu_unref(c, ids[i]), OK_NODATA);
	}
}

static void formats_shown(struct ctx *c)
{
	uint32_t *pixels;

	session_start(c);
	pixels = guest_alloc(c, Z_DATA, A_BYTES, 4);
	for (unsigned int i = 0; i < 8; i++) {
		struct image image;

		note_where(c, "format %u", formats[i]);
		paint(pixels, A_SIZE, A_SIZE, i);
		want(c, gpu_create(c, 1 + i, formats[i], A_SIZE, A_SIZE),
		     OK_NODATA);
		want(c, gpu_attach_memory(c, 1 + i, pixels, A_BYTES),
		     OK_NODATA);
		want(c, gpu_transfer(c, 1 + i, A_RECT, 0), OK_NODATA);
		want(c, gpu_set_scanout(c, 0, 1 + i, A_RECT), OK_NODATA);
		want(c, gpu_flush(c, 1 + i, A_RECT), OK_NODATA);
		view_wants(c, 0, A_SIZE, A_SIZE, pixels);
		must(c, !capture_scanout(&c->cap, 0, &image), "capture");
		free(image.pixels);
		must(c, image.format == formats[i], "format %u is shown",
		     image.format);
	}
}

static void create_refused(struct ctx *c)
{
	static const struct {
		uint32_t id, format, width, height, error;
	} rows[] = {
		{ 0, 1, 16, 16, ERR_RESOURCE },
		{ RES_A, 1, 16, 16, ERR_RESOURCE },
		{ RES_NONE, 0, 16, 16, ERR_PARAMETER },
		{ RES_NONE, 5, 16, 16, ERR_PARAMETER },
		{ RES_NONE, 66, 16, 16, ERR_PARAMETER },
		{ RES_NONE, 69, 16, 16, ERR_PARAMETER },
		{ RES_NONE, 120, 16, 16, ERR_PARAMETER },
		{ RES_NONE, 133, 16, 16, ERR_PARAMETER },
		{ RES_NONE, 135, 16, 16, ERR_PARAMETER },
		{ RES_NONE, 0x80000001, 16, 16, ERR_PARAMETER },
		{ RES_NONE, 0xffffffff, 16, 16, ERR_PARAMETER },
		{ RES_NONE, 1, 0, 16, ERR_PARAMETER },
		{ RES_NONE, 1, 16, 0, ERR_PARAMETER },
		{ RES_NONE, 1, 0, 0, ERR_PARAMETER },
		{ RES_NONE, 1, 0xffffffff, 1, ERR_MEMORY },
		{ RES_NONE, 1, 1, 0xffffffff, ERR_MEMORY },
		{ RES_NONE, 1, 0xffffffff, 0xffffffff, ERR_MEMORY },
		{ RES_NONE, 1, 0x40000000, 1, ERR_MEMORY },
		{ RES_NONE, 1, 0x8000, 0x8000, ERR_MEMORY },
		{ RES_NONE, 1, 0x10000, 0x10000, ERR_MEMORY },
	};

	fixture_start(c);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		note_where(c, "row %u", i);
		want(c, gpu_create(c, rows[i].id, rows[i].format,
				   rows[i].width, rows[i].height),
		     rows[i].error);
		fixture_verify(c);
		if (rows[i].id != RES_NONE)
			continue;
		/* Nothing half made: the id is free. */
		want(c, gpu_unref(c, RES_NONE), ERR_RESOURCE);
		want(c, gpu_create(c, RES_NONE, 1, 16, 16), OK_NODATA);
		want(c, gpu_unref(c, RES_NONE), OK_NODATA);
	}
}

/* 1 GiB each: any host has had enough before the last one. */
static void memory_is_limited(struct ctx *c)
{
	uint32_t type = OK_NODATA;
	unsigned int made = 0;

	fixture_start(c);
	while (made < 64 && type == OK_NODATA) {
		type = gpu_create(c, RES_NONE + made, 1, 16384, 16384);
		must(c, type == OK_NODATA || type == ERR_MEMORY, "got %#x",
		     type);
		made += type == OK_NODATA;
	}
	must(c, type == ERR_MEMORY, "%u GiB and no end", made);
	for (unsigned int i = 0; i < made; i++)
		want(c, gpu_unref(c, RES_NONE + i), OK_NODATA);
	fixture_verify(c);
	want(c, gpu_create(c, RES_NONE, 1, 16, 16), OK_NODATA);
}

static void count_is_limited(struct ctx *c)
{
	const unsigned int most = 1 << 21;
	uint32_t type = OK_NODATA;
	unsigned int made = 0;

	if (c->opts->quick)
		case_untestable(c, "not with --quick");
	fixture_start(c);
	while (made < most && type == OK_NODATA) {
		type = gpu_create(c, 0x10000 + made, 1, 1, 1);
		made += type == OK_NODATA;
	}
	must(c, type == ERR_MEMORY, "%u resources, then %#x", made, type);
	fixture_verify(c);
	want(c, gpu_unref(c, 0x10000), OK_NODATA);
	want(c, gpu_create(c, 0x10000, 1, 1, 1), OK_NODATA);
}

static void fresh_is_black(struct ctx *c)
{
	static uint32_t zero[512 * 384];
	uint32_t *pixels;

	session_start(c);
	/* Leave something in the host's memory first. */
	pixels = guest_alloc(c, Z_BIG, sizeof(zero), MEM_PAGE);
	paint(pixels, 512, 384, 1);
	for (unsigned int i = 0; i < 4; i++) {
		want(c, gpu_create(c, 1, FMT_BGRX, 512, 384), OK_NODATA);
		want(c, gpu_set_scanout(c, 0, 1, RECT(0, 0, 512, 384)),
		     OK_NODATA);
		want(c, gpu_flush(c, 1, RECT(0, 0, 512, 384)), OK_NODATA);
		view_wants(c, 0, 512, 384, zero);
		want(c, gpu_attach_memory(c, 1, pixels, sizeof(zero)),
		     OK_NODATA);
		want(c, gpu_transfer(c, 1, RECT(0, 0, 512, 384), 0),
		     OK_NODATA);
		want(c, gpu_unref(c, 1), OK_NODATA);
	}
}

static void id_is_free_again(struct ctx *c)
{
	session_start(c);
	for (unsigned int i = 0; i < 50; i++) {
		want(c, gpu_create(c, 5, FMT_BGRX, 16 + i, 16), OK_NODATA);
		want(c, gpu_create(c, 5, FMT_BGRX, 16, 16), ERR_RESOURCE);
		want(c, gpu_unref(c, 5), OK_NODATA);
		want(c, gpu_unref(c, 5), ERR_RESOURCE);
	}
}

static void unref_refused(struct ctx *c)
{
	static const uint32_t ids[] = { 0, RES_NONE, 0xffffffff, RES_A + 0x100 };

	fixture_start(c);
	for (unsigned int i = 0; i < 4; i++) {
		note_where(c, "id %#x", ids[i]);
		want(c, gpu_unref(c, ids[i]), ERR_RESOURCE);
		fixture_verify(c);
	}
}

static void unref_in_use(struct ctx *c)
{
	fixture_start(c);
	want(c, gpu_unref(c, RES_A), OK_NODATA);
	want(c, gpu_flush(c, RES_A, A_RECT), ERR_RESOURCE);
	want(c, gpu_transfer(c, RES_A, A_RECT, 0), ERR_RESOURCE);
	want(c, gpu_detach(c, RES_A), ERR_RESOURCE);
	want(c, gpu_set_scanout(c, 0, RES_A, A_RECT), ERR_RESOURCE);
	/* The backing went with it: the new one has none. */
	want(c, gpu_create(c, RES_A, FMT_BGRA, A_SIZE, A_SIZE), OK_NODATA);
	want(c, gpu_transfer(c, RES_A, A_RECT, 0), ERR_RESOURCE);
	want(c, gpu_attach_memory(c, RES_A, fixture_a, A_BYTES), OK_NODATA);
	want(c, gpu_transfer(c, RES_A, A_RECT, 0), OK_NODATA);
	want(c, gpu_set_scanout(c, 0, RES_A, A_RECT), OK_NODATA);
	want(c, gpu_flush(c, RES_A, A_RECT), OK_NODATA);
	want(c, gpu_update_cursor(c, 0, 10, 20, RES_A, 1, 2), OK_NODATA);
	fixture_verify(c);
}

static void unref_blanks(struct ctx *c)
{
	struct cursor cursor;

	fixture_start(c);
	if (c->num_scanouts > 1)
		want(c, gpu_set_scanout(c, 1, RES_A, RECT(1, 1, 9, 9)),
		     OK_NODATA);
	want(c, gpu_unref(c, RES_A), OK_NODATA);
	for (unsigned int i = 0; i < c->num_scanouts; i++)
		view_wants_nothing(c, i);
	must(c, !capture_cursor(&c->cap, 0, &cursor), "cursor");
	must(c, !cursor.visible, "its cursor is still visible");
}

static void no_shared_memory(struct ctx *c)
{
	static const struct { uint32_t type; size_t size; } rows[] = {
		{ VIRTIO_GPU_CMD_RESOURCE_MAP_BLOB, 40 },
		{ VIRTIO_GPU_CMD_RESOURCE_UNMAP_BLOB, 32 },
	};
	uint32_t words[10] = { 0 };

	/* No region can be exposed through vhost; then no command may map. */
	fixture_start(c);
	words[6] = RES_A;
	for (unsigned int i = 0; i < 2; i++) {
		words[0] = rows[i].type;
		want(c, gpu_ctrl(c, words, rows[i].size), ERR_UNSPEC);
	}
	fixture_verify(c);
}

static void reset_forgets(struct ctx *c)
{
	struct gpu_reply before, after;
	uint32_t events = 1;

	fixture_start(c);
	want(c, gpu_display_info(c, &before), OK_DISPLAY);
	session_start(c);
	must(c, !dev_get_config(&c->dev, 0, &events, 4), "config");
	must(c, !events, "events_read %u after reset", events);
	want(c, gpu_unref(c, RES_A), ERR_RESOURCE);
	want(c, gpu_unref(c, RES_D), ERR_RESOURCE);
	want(c, gpu_transfer(c, RES_D, A_RECT, 0), ERR_RESOURCE);
	want(c, gpu_display_info(c, &after), OK_DISPLAY);
	must(c, !memcmp(before.bytes, after.bytes, 408),
	     "the display configuration changed");
	fixture_make(c);
	fixture_verify(c);
}

static void reset_blanks(struct ctx *c)
{
	struct cursor cursor;
	struct mode mode, now;

	fixture_start(c);
	must(c, !capture_mode(&c->cap, 0, &mode), "mode");
	mode.width = mode.width == 1280 ? 1024 : 1280;
	must(c, !capture_set_mode(&c->cap, 0, &mode), "setting");
	session_reset(c);
	view_wants_nothing(c, 0);
	must(c, !capture_cursor(&c->cap, 0, &cursor), "cursor");
	must(c, !cursor.visible, "the cursor is still there");
	must(c, !capture_mode(&c->cap, 0, &now), "mode");
	must(c, now.width == mode.width, "the mode was lost");
	session_start(c);
}

const struct test_case cases_gpu2d_resource[] = {
	{ "GPU2D-REQ-5.CR1", "any id, all formats", all_formats_and_ids, 0,
	  NULL },
	{ "GPU2D-REQ-5.CR1", "all formats are shown as such", formats_shown,
	  NEED_VIEW, NULL },
	{ "GPU2D-REQ-5.CR2", "what is refused, and nothing half made",
	  create_refused, OURS, NULL },
	{ "GPU2D-REQ-5.CR2", "memory is limited", memory_is_limited, OURS,
	  NULL },
	{ "GPU2D-REQ-5.CR2", "the number is limited", count_is_limited, OURS,
	  NULL },
	{ "GPU2D-REQ-5.CR3", "fresh resources are zero", fresh_is_black,
	  NEED_VIEW | OURS, NULL },
	{ "GPU2D-REQ-5.UN1", "the id is free again", id_is_free_again, 0,
	  NULL },
	{ "GPU2D-REQ-5.UN2", "unknown ids", unref_refused, OURS, NULL },
	{ "GPU2D-REQ-5.UN2", "unref drops backing and bindings", unref_in_use,
	  OURS, NULL },
	{ "GPU2D-REQ-5.UN2", "unref blanks scanouts and cursor", unref_blanks,
	  NEED_VIEW | OURS, NULL },
	{ "GPU2D-REQ-5.INIT1", "no shared memory, no MAP_BLOB",
	  no_shared_memory, 0, NULL },
	{ "GPU2D-REQ-5.RST1", "reset forgets resources and events",
	  reset_forgets, 0, NULL },
	{ "GPU2D-REQ-5.RST1", "reset blanks, the modes stay", reset_blanks,
	  NEED_VIEW, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
