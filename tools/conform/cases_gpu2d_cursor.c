// SPDX-License-Identifier: GPL-2.0-only
/* GPU2D-REQ-5.CU*: the cursor and its queue. */
#include "fixture.h"

#include <string.h>

static struct cursor seen(struct ctx *c, unsigned int scanout)
{
	struct cursor cursor;

	must(c, !capture_cursor(&c->cap, scanout, &cursor), "cursor");
	return cursor;
}

static void image_and_hot_spot(struct ctx *c)
{
	struct cursor cursor;

	fixture_start(c);
	for (unsigned int s = 0; s < c->num_scanouts; s++) {
		note_where(c, "scanout %u", s);
		want(c, gpu_update_cursor(c, s, 100 + s, 50, RES_A, 7, 9),
		     OK_NODATA);
		cursor = seen(c, s);
		must(c, cursor.visible, "not visible");
		must(c, cursor.x == 100 + (int)s && cursor.y == 50,
		     "at %d,%d", cursor.x, cursor.y);
		must(c, cursor.hot_x == 7 && cursor.hot_y == 9,
		     "hot spot %u,%u", cursor.hot_x, cursor.hot_y);
		must(c, cursor.format == FMT_BGRA, "format %u", cursor.format);
		must(c, !memcmp(cursor.pixels, fixture_a, A_BYTES),
		     "wrong pixels");
	}
	/* The image is that of the update, not of the resource later on. */
	want(c, gpu_transfer(c, RES_D, A_RECT, 0), OK_NODATA);
	want(c, gpu_update_cursor(c, 0, 1, 1, RES_D, 0, 0), OK_NODATA);
	cursor = seen(c, 0);
	must(c, !memcmp(cursor.pixels, fixture_spare, A_BYTES),
	     "second image");
}

static void move_only_moves(struct ctx *c)
{
	struct virtio_gpu_update_cursor cmd = {
		.hdr.type = VIRTIO_GPU_CMD_MOVE_CURSOR,
	};
	static const uint32_t ids[] = { 0, RES_D, RES_NONE, 0xffffffff };

	fixture_start(c);
	for (unsigned int i = 0; i < 4; i++) {
		struct cursor cursor;

		note_where(c, "id %#x", ids[i]);
		cmd.pos.x = 30 + i;
		cmd.pos.y = 40 + i;
		cmd.resource_id = ids[i];
		cmd.hot_x = cmd.hot_y = 0x80000000 + i;
		want(c, gpu_cursor(c, &cmd), OK_NODATA);
		if (!c->have_view)
			continue;
		cursor = seen(c, 0);
		must(c, cursor.visible, "hidden by a move");
		must(c, cursor.x == 30 + (int)i && cursor.y == 40 + (int)i,
		     "at %d,%d", cursor.x, cursor.y);
		must(c, cursor.hot_x == 1 && cursor.hot_y == 2,
		     "hot spot %u,%u", cursor.hot_x, cursor.hot_y);
		must(c, !memcmp(cursor.pixels, fixture_a, A_BYTES),
		     "the image changed");
	}
}

static void hidden_stays_hidden(struct ctx *c)
{
	fixture_start(c);
	want(c, gpu_update_cursor(c, 0, 4, 5, 0, 0, 0), OK_NODATA);
	if (c->have_view)
		must(c, !seen(c, 0).visible, "still visible");
	want(c, gpu_move_cursor(c, 0, 6, 7), OK_NODATA);
	if (c->have_view)
		must(c, !seen(c, 0).visible, "a move showed it again");
	want(c, gpu_update_cursor(c, 0, 4, 5, RES_A, 0, 0), OK_NODATA);
	if (c->have_view)
		must(c, seen(c, 0).visible, "not shown again");
}

static void negative(struct ctx *c)
{
	static const struct { int32_t x, y; } rows[] = {
		{ -5, -5 }, { -64, 0 }, { INT32_MIN, INT32_MAX },
		{ INT32_MAX, INT32_MIN }, { 0, 0 }, { 100000, 100000 },
	};

	fixture_start(c);
	for (unsigned int i = 0; i < 6; i++) {
		note_where(c, "%d,%d", rows[i].x, rows[i].y);
		want(c, gpu_move_cursor(c, 0, rows[i].x, rows[i].y),
		     OK_NODATA);
		if (c->have_view)
			must(c, seen(c, 0).x == rows[i].x &&
			     seen(c, 0).y == rows[i].y, "at %d,%d",
			     seen(c, 0).x, seen(c, 0).y);
		want(c, gpu_update_cursor(c, 0, rows[i].x, rows[i].y, RES_A,
					  1, 2), OK_NODATA);
	}
}

static void no_room_for_an_answer(struct ctx *c)
{
	struct virtio_gpu_update_cursor cmd = {
		.hdr.type = VIRTIO_GPU_CMD_MOVE_CURSOR,
	};
	struct gpu_reply reply;

	fixture_start(c);
	for (unsigned int i = 0; i < 1000; i++) {
		cmd.pos.x = i;
		cmd.pos.y = i / 2;
		gpu_command(c, Q_CURSOR, &cmd, sizeof(cmd), 0, &reply);
		must(c, !reply.used, "used %u", reply.used);
	}
	if (c->have_view)
		must(c, seen(c, 0).x == 999 && seen(c, 0).y == 499,
		     "it did not move");
	cmd.hdr.type = VIRTIO_GPU_CMD_UPDATE_CURSOR;
	cmd.resource_id = RES_NONE;
	gpu_command(c, Q_CURSOR, &cmd, sizeof(cmd), 0, &reply);
	must(c, !reply.used, "used %u", reply.used);
	want(c, gpu_update_cursor(c, 0, 10, 20, RES_A, 1, 2), OK_NODATA);
	fixture_verify(c);
}

static void refused(struct ctx *c)
{
	const struct {
		uint32_t scanout, id, error;
	} rows[] = {
		{ c->num_scanouts, RES_A, ERR_SCANOUT },
		{ 16, RES_A, ERR_SCANOUT },
		{ 0xffffffff, RES_A, ERR_SCANOUT },
		{ c->num_scanouts, 0, ERR_SCANOUT },
		{ 0, RES_NONE, ERR_RESOURCE },
		{ 0, 0xffffffff, ERR_RESOURCE },
		{ 0, RES_B, ERR_PARAMETER },		/* 32x32 */
		{ 0, 0x3001, ERR_PARAMETER },		/* 64x65 */
		{ 0, 0x3002, ERR_PARAMETER },		/* 65x64 */
		{ 0, 0x3003, ERR_PARAMETER },		/* 128x32 */
	};

	fixture_start(c);
	want(c, gpu_create(c, 0x3001, FMT_BGRA, 64, 65), OK_NODATA);
	want(c, gpu_create(c, 0x3002, FMT_BGRA, 65, 64), OK_NODATA);
	want(c, gpu_create(c, 0x3003, FMT_BGRA, 128, 32), OK_NODATA);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		note_where(c, "row %u", i);
		want(c, gpu_update_cursor(c, rows[i].scanout, 77, 77,
					  rows[i].id, 0, 0), rows[i].error);
		fixture_verify(c);
	}
	note_where(c, "move");
	want(c, gpu_move_cursor(c, c->num_scanouts, 1, 1), ERR_SCANOUT);
	want(c, gpu_move_cursor(c, 0xffffffff, 1, 1), ERR_SCANOUT);
	fixture_verify(c);
}

const struct test_case cases_gpu2d_cursor[] = {
	{ "GPU2D-REQ-5.CU1", "image, hot spot, position", image_and_hot_spot,
	  NEED_VIEW, NULL },
	{ "GPU2D-REQ-5.CU2", "a move only moves", move_only_moves, 0, NULL },
	{ "GPU2D-REQ-5.CU3", "resource 0 hides", hidden_stays_hidden, OURS,
	  NULL },
	{ "GPU2D-REQ-5.CU3", "negative positions", negative, OURS, NULL },
	{ "GPU2D-REQ-5.CU4", "without room for an answer",
	  no_room_for_an_answer, OURS, NULL },
	{ "GPU2D-REQ-5.CU5", "every refusal", refused, OURS, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
