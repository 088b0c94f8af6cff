// SPDX-License-Identifier: GPL-2.0-only
/* GPU2D-REQ-5.BL*, UU1: guest blobs and UUIDs, where offered. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#define BLOB	0x4001u
#define GUEST	VIRTIO_GPU_BLOB_MEM_GUEST

static uint32_t *blob_pages(struct ctx *c, size_t len)
{
	return guest_alloc(c, Z_DATA, len, MEM_PAGE);
}

static struct virtio_gpu_set_scanout_blob scanout_of(uint32_t id)
{
	return (struct virtio_gpu_set_scanout_blob){
		.r = { .width = A_SIZE, .height = A_SIZE },
		.resource_id = id,
		.width = A_SIZE,
		.height = A_SIZE,
		.format = FMT_BGRX,
		.strides = { A_SIZE * 4 },
	};
}

static void memory_kinds(struct ctx *c)
{
	static const uint32_t bad[] = { 0, 2, 3, 4, 0x80000001, 0xffffffff };
	uint32_t *pages;

	fixture_start(c);
	pages = blob_pages(c, A_BYTES);
	for (unsigned int i = 0; i < 6; i++) {
		note_where(c, "blob_mem %u", bad[i]);
		want(c, gpu_create_blob(c, BLOB, bad[i], A_BYTES, pages),
		     ERR_PARAMETER);
		fixture_verify(c);
		want(c, gpu_unref(c, BLOB), ERR_RESOURCE);
	}
	note_where(c, "guest");
	want(c, gpu_create_blob(c, BLOB, GUEST, A_BYTES, pages), OK_NODATA);
	want(c, gpu_create_blob(c, BLOB, GUEST, A_BYTES, pages), ERR_RESOURCE);
	want(c, gpu_create_blob(c, 0, GUEST, A_BYTES, pages), ERR_RESOURCE);
	want(c, gpu_create(c, BLOB, FMT_BGRX, 4, 4), ERR_RESOURCE);
	want(c, gpu_unref(c, BLOB), OK_NODATA);
	fixture_verify(c);
}

static void create_refused(struct ctx *c)
{
	struct {
		struct virtio_gpu_resource_create_blob cmd;
		struct virtio_gpu_mem_entry entries[4];
	} all = {
		.cmd = {
			.hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB,
			.resource_id = BLOB,
			.blob_mem = GUEST,
			.nr_entries = 4,
			.size = A_BYTES,
		},
	};
	uint32_t *pages;

	fixture_start(c);
	pages = blob_pages(c, A_BYTES);
	entries_of(c, pages, A_BYTES, 0, all.entries, 4);
	note_where(c, "payload short");
	for (size_t len = 56; len < 56 + 64; len += 9)
		want(c, gpu_ctrl(c, &all, len), ERR_PARAMETER);
	note_where(c, "claim");
	all.cmd.nr_entries = 0x10000000;
	want(c, gpu_ctrl(c, &all, sizeof(all)), ERR_PARAMETER);
	all.cmd.nr_entries = 0xffffffff;
	want(c, gpu_ctrl(c, &all, sizeof(all)), ERR_PARAMETER);
	all.cmd.nr_entries = 4;
	note_where(c, "entry not mapped");
	all.entries[2].addr = MEM_HOLE;
	want(c, gpu_ctrl(c, &all, sizeof(all)), ERR_PARAMETER);
	fixture_verify(c);
	want(c, gpu_unref(c, BLOB), ERR_RESOURCE);
}

static void backing_later(struct ctx *c)
{
	uint32_t *pages;

	fixture_start(c);
	pages = blob_pages(c, A_BYTES);
	/* Empty first. */
	want(c, gpu_create_blob(c, BLOB, GUEST, A_BYTES, NULL), OK_NODATA);
	want(c, gpu_attach_memory(c, BLOB, pages, A_BYTES), OK_NODATA);
	want(c, gpu_attach_memory(c, BLOB, pages, A_BYTES), ERR_UNSPEC);
	want(c, gpu_detach(c, BLOB), OK_NODATA);
	want(c, gpu_detach(c, BLOB), ERR_RESOURCE);
	want(c, gpu_unref(c, BLOB), OK_NODATA);
	/* Full first. */
	want(c, gpu_create_blob(c, BLOB, GUEST, A_BYTES, pages), OK_NODATA);
	want(c, gpu_attach_memory(c, BLOB, pages, A_BYTES), ERR_UNSPEC);
	want(c, gpu_detach(c, BLOB), OK_NODATA);
	want(c, gpu_attach_memory(c, BLOB, pages, A_BYTES), OK_NODATA);
	want(c, gpu_unref(c, BLOB), OK_NODATA);
	fixture_verify(c);
}

static void scanout_boundaries(struct ctx *c)
{
	static const struct {
		uint32_t x, y, w, h;		/* r */
		uint32_t width, height, format, stride, offset;
		uint32_t type;
	} rows[] = {
		{ 0, 0, 64, 64, 64, 64, 2, 256, 0, OK_NODATA },
		{ 1, 1, 63, 63, 64, 64, 2, 256, 0, OK_NODATA },
		{ 0, 0, 64, 63, 64, 63, 2, 256, 256, OK_NODATA },
		{ 0, 0, 32, 32, 32, 32, 2, 512, 0, OK_NODATA },
		{ 0, 0, 32, 64, 32, 64, 1, 256, 128, OK_NODATA },
		{ 0, 0, 64, 64, 64, 64, 2, 256, 1, ERR_PARAMETER },
		{ 0, 0, 64, 64, 64, 64, 2, 257, 0, ERR_PARAMETER },
		{ 0, 0, 64, 65, 64, 65, 2, 256, 0, ERR_PARAMETER },
		{ 0, 0, 65, 64, 64, 64, 2, 256, 0, ERR_PARAMETER },
		{ 0, 0, 64, 65, 64, 64, 2, 256, 0, ERR_PARAMETER },
		{ 1, 0, 64, 64, 64, 64, 2, 256, 0, ERR_PARAMETER },
		{ 0xffffffff, 0, 2, 64, 64, 64, 2, 256, 0, ERR_PARAMETER },
		{ 0, 0, 64, 64, 64, 64, 0, 256, 0, ERR_PARAMETER },
		{ 0, 0, 64, 64, 64, 64, 5, 256, 0, ERR_PARAMETER },
		{ 0, 0, 0, 64, 64, 64, 2, 256, 0, ERR_PARAMETER },
		{ 0, 0, 0, 0, 0, 0, 2, 256, 0, ERR_PARAMETER },
		{ 0, 0, 64, 64, 64, 64, 2, 256, 0xffffff00, ERR_PARAMETER },
		{ 0, 0, 64, 64, 64, 64, 2, 0xffffffff, 0, ERR_PARAMETER },
		{ 0, 0, 64, 64, 0x40000000, 64, 2, 256, 0, ERR_PARAMETER },
		{ 0, 0, 64, 64, 64, 0x1000001, 2, 256, 0, ERR_PARAMETER },
	};
	uint32_t *pages;

	fixture_start(c);
	pages = blob_pages(c, A_BYTES);
	want(c, gpu_create_blob(c, BLOB, GUEST, A_BYTES, pages), OK_NODATA);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct virtio_gpu_set_scanout_blob cmd = scanout_of(BLOB);

		note_where(c, "row %u", i);
		cmd.r.x = rows[i].x;
		cmd.r.y = rows[i].y;
		cmd.r.width = rows[i].w;
		cmd.r.height = rows[i].h;
		cmd.width = rows[i].width;
		cmd.height = rows[i].height;
		cmd.format = rows[i].format;
		cmd.strides[0] = rows[i].stride;
		cmd.offsets[0] = rows[i].offset;
		want(c, gpu_set_scanout_blob(c, &cmd), rows[i].type);
		want(c, gpu_set_scanout(c, 0, RES_A, A_RECT), OK_NODATA);
		fixture_verify(c);
	}
	note_where(c, "ids");
	{
		struct virtio_gpu_set_scanout_blob cmd = scanout_of(RES_NONE);

		want(c, gpu_set_scanout_blob(c, &cmd), ERR_RESOURCE);
		cmd = scanout_of(BLOB);
		cmd.scanout_id = c->num_scanouts;
		want(c, gpu_set_scanout_blob(c, &cmd), ERR_SCANOUT);
		fixture_verify(c);
		cmd = scanout_of(0);
		want(c, gpu_set_scanout_blob(c, &cmd), OK_NODATA);
	}
}

static void transfer_is_nothing(struct ctx *c)
{
	struct virtio_gpu_set_scanout_blob cmd = scanout_of(BLOB);
	uint32_t *pages;

	fixture_start(c);
	pages = blob_pages(c, A_BYTES);
	want(c, gpu_create_blob(c, BLOB, GUEST, A_BYTES, pages), OK_NODATA);
	want(c, gpu_transfer(c, BLOB, A_RECT, 0), OK_NODATA);
	want(c, gpu_set_scanout_blob(c, &cmd), OK_NODATA);
	want(c, gpu_transfer(c, BLOB, A_RECT, 0), OK_NODATA);
	want(c, gpu_flush(c, BLOB, A_RECT), OK_NODATA);
	want(c, gpu_unref(c, BLOB), OK_NODATA);
	want(c, gpu_set_scanout(c, 0, RES_A, A_RECT), OK_NODATA);
	fixture_verify(c);
}

static void shown_without_copy(struct ctx *c)
{
	struct virtio_gpu_set_scanout_blob cmd = scanout_of(BLOB);
	uint32_t *pages;

	fixture_start(c);
	pages = blob_pages(c, A_BYTES);
	want(c, gpu_create_blob(c, BLOB, GUEST, A_BYTES, pages), OK_NODATA);
	want(c, gpu_set_scanout_blob(c, &cmd), OK_NODATA);
	for (unsigned int i = 0; i < 10; i++) {
		note_where(c, "frame %u", i);
		paint(pages, A_SIZE, A_SIZE, 800 + i);
		want(c, gpu_flush(c, BLOB, A_RECT), OK_NODATA);
		view_wants(c, 0, A_SIZE, A_SIZE, pages);
	}
	note_where(c, "unref");
	want(c, gpu_unref(c, BLOB), OK_NODATA);
	view_wants_nothing(c, 0);
}

/* The guest's page is taken back: the host must not see it any more. */
static void revoked(struct ctx *c)
{
	struct virtio_gpu_set_scanout_blob cmd = scanout_of(BLOB);
	struct image image;
	bool leaked = false;
	uint32_t *pages;

	fixture_start(c);
	pages = blob_pages(c, A_BYTES);
	want(c, gpu_create_blob(c, BLOB, GUEST, A_BYTES, pages), OK_NODATA);
	want(c, gpu_set_scanout_blob(c, &cmd), OK_NODATA);
	must(c, !mem_unmap_page(&c->mem, pages + 1024), "unmapping");
	fill(pages, A_SIZE * A_SIZE, 0x5ec5e75e);
	if (!capture_scanout(&c->cap, 0, &image)) {
		for (unsigned int i = 1024; i < 2048; i++)
			leaked |= ((uint32_t *)image.pixels)[i] == 0x5ec5e75e;
		free(image.pixels);
	}
	must(c, !leaked, "a page that was unmapped is still shown");
	must(c, !mem_map_page(&c->mem, pages + 1024), "mapping");
	want(c, gpu_unref(c, BLOB), OK_NODATA);
	want(c, gpu_set_scanout(c, 0, RES_A, A_RECT), OK_NODATA);
	fixture_verify(c);
}

static void blob_cursor(struct ctx *c)
{
	struct cursor cursor;
	uint32_t *pages;

	fixture_start(c);
	pages = blob_pages(c, A_BYTES);
	paint(pages, A_SIZE, A_SIZE, 900);
	want(c, gpu_create_blob(c, BLOB, GUEST, A_BYTES, pages), OK_NODATA);
	want(c, gpu_update_cursor(c, 0, 3, 4, BLOB, 5, 6), OK_NODATA);
	if (c->have_view) {
		must(c, !capture_cursor(&c->cap, 0, &cursor), "cursor");
		must(c, cursor.visible && cursor.format == FMT_BGRA,
		     "format %u", cursor.format);
		must(c, !memcmp(cursor.pixels, pages, A_BYTES),
		     "wrong pixels");
	}
	/* Too small for 64x64. */
	want(c, gpu_create_blob(c, BLOB + 1, GUEST, A_BYTES - MEM_PAGE,
				pages), OK_NODATA);
	want(c, gpu_update_cursor(c, 0, 3, 4, BLOB + 1, 5, 6), ERR_PARAMETER);
}

static void uuids(struct ctx *c)
{
	struct gpu_reply a, again, d, none;
	static const uint8_t nil[16];

	fixture_start(c);
	want(c, gpu_uuid(c, RES_A, &a), OK_UUID);
	must(c, a.used == 40, "used %u", a.used);
	want(c, gpu_uuid(c, RES_A, &again), OK_UUID);
	want(c, gpu_uuid(c, RES_D, &d), OK_UUID);
	must(c, memcmp(a.uuid.uuid, nil, 16), "nil UUID");
	must(c, !memcmp(a.uuid.uuid, again.uuid.uuid, 16),
	     "another UUID the second time");
	must(c, memcmp(a.uuid.uuid, d.uuid.uuid, 16),
	     "two resources have the same UUID");
	want(c, gpu_uuid(c, RES_NONE, &none), ERR_RESOURCE);
	must(c, none.used == HDR_SIZE, "used %u", none.used);
	want(c, gpu_uuid(c, 0, &none), ERR_RESOURCE);
	fixture_verify(c);
}

const struct test_case cases_gpu2d_blob[] = {
	{ "GPU2D-REQ-5.BL1", "only guest memory", memory_kinds, NEED_BLOB,
	  NULL },
	{ "GPU2D-REQ-5.BL1", "payload and entries are checked",
	  create_refused, NEED_BLOB | NEED_MAP | OURS, NULL },
	{ "GPU2D-REQ-5.BL2", "backing with or after the blob", backing_later,
	  NEED_BLOB, NULL },
	{ "GPU2D-REQ-5.BL3", "boundaries of a blob scanout",
	  scanout_boundaries, NEED_BLOB, NULL },
	{ "GPU2D-REQ-5.BL4", "a transfer is accepted and does nothing",
	  transfer_is_nothing, NEED_BLOB | OURS, NULL },
	{ "GPU2D-REQ-5.BL4", "shown straight from guest memory",
	  shown_without_copy, NEED_BLOB | NEED_VIEW, NULL },
	{ "GPU2D-REQ-5.BL4", "pages that are taken back are not shown",
	  revoked, NEED_BLOB | NEED_VIEW | NEED_MAP, NULL },
	{ "GPU2D-REQ-5.BL4", "a blob as cursor", blob_cursor,
	  NEED_BLOB | OURS, NULL },
	{ "GPU2D-REQ-5.UU1", "stable UUIDs", uuids, NEED_UUID, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
