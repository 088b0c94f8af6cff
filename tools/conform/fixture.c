// SPDX-License-Identifier: GPL-2.0-only
#include "fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

uint32_t *fixture_a;
uint32_t *fixture_spare;

static struct gpu_reply display_before;
static struct cursor cursor_before;

uint32_t pixel_of(unsigned int x, unsigned int y, unsigned int seed)
{
	uint32_t v = x * 2654435761u ^ y * 2246822519u ^ seed * 3266489917u;

	v ^= v >> 15;
	return v * 2246822519u;
}

void paint(uint32_t *pixels, unsigned int width, unsigned int height,
	   unsigned int seed)
{
	for (unsigned int y = 0; y < height; y++)
		for (unsigned int x = 0; x < width; x++)
			pixels[y * width + x] = pixel_of(x, y, seed);
}

void fill(uint32_t *pixels, size_t count, uint32_t value)
{
	while (count--)
		*pixels++ = value;
}

void view_wants(struct ctx *c, unsigned int scanout, unsigned int width,
		unsigned int height, const uint32_t *pixels)
{
	size_t count = (size_t)width * height, bad = 0;
	uint32_t got = 0, wanted = 0;
	struct image image;
	int err = capture_scanout(&c->cap, scanout, &image);
	bool size_ok;

	must(c, !err, "capturing scanout %u: %s", scanout, strerror(-err));
	size_ok = image.width == width && image.height == height;
	if (size_ok) {
		const uint32_t *seen = (const uint32_t *)image.pixels;

		while (bad < count && seen[bad] == pixels[bad])
			bad++;
		if (bad < count) {
			got = seen[bad];
			wanted = pixels[bad];
		}
	}
	free(image.pixels);
	must(c, size_ok, "scanout %u is %ux%u, want %ux%u", scanout,
	     image.width, image.height, width, height);
	must(c, bad == count, "scanout %u: pixel %zu,%zu is %08x, want %08x",
	     scanout, bad % width, bad / width, got, wanted);
}

void view_wants_nothing(struct ctx *c, unsigned int scanout)
{
	struct image image;
	int err = capture_scanout(&c->cap, scanout, &image);

	if (!err)
		free(image.pixels);
	must(c, err == -ENOENT, "scanout %u is not blank (%s)", scanout,
	     strerror(-err));
}

void fixture_make(struct ctx *c)
{
	bool exact = c->exact;

	c->exact = !c->opts->foreign;
	fixture_a = guest_alloc(c, Z_DATA, A_BYTES, 4);
	fixture_spare = guest_alloc(c, Z_DATA, A_BYTES, 4);
	paint(fixture_a, A_SIZE, A_SIZE, A_SEED);
	paint(fixture_spare, A_SIZE, A_SIZE, A_SEED + 1);

	want(c, gpu_create(c, RES_A, FMT_BGRA, A_SIZE, A_SIZE), OK_NODATA);
	want(c, gpu_create(c, RES_B, FMT_BGRX, 32, 32), OK_NODATA);
	want(c, gpu_create(c, RES_C, FMT_BGRX, A_SIZE, A_SIZE), OK_NODATA);
	want(c, gpu_create(c, RES_D, FMT_BGRX, A_SIZE, A_SIZE), OK_NODATA);
	want(c, gpu_attach_memory(c, RES_A, fixture_a, A_BYTES), OK_NODATA);
	want(c, gpu_attach_memory(c, RES_D, fixture_spare, A_BYTES),
	     OK_NODATA);
	want(c, gpu_transfer(c, RES_A, A_RECT, 0), OK_NODATA);
	want(c, gpu_set_scanout(c, 0, RES_A, A_RECT), OK_NODATA);
	want(c, gpu_flush(c, RES_A, A_RECT), OK_NODATA);
	want(c, gpu_update_cursor(c, 0, 10, 20, RES_A, 1, 2), OK_NODATA);
	want(c, gpu_display_info(c, &display_before), OK_DISPLAY);
	if (c->have_view)
		capture_cursor(&c->cap, 0, &cursor_before);
	c->exact = exact;
}

void fixture_start(struct ctx *c)
{
	session_start(c);
	fixture_make(c);
}

static void verify_view(struct ctx *c)
{
	struct cursor cursor;

	view_wants(c, 0, A_SIZE, A_SIZE, fixture_a);
	for (unsigned int i = 1; i < c->num_scanouts; i++)
		view_wants_nothing(c, i);
	capture_cursor(&c->cap, 0, &cursor);
	must(c, !memcmp(&cursor, &cursor_before, sizeof(cursor)),
	     "the cursor changed");
}

void fixture_verify(struct ctx *c)
{
	struct gpu_reply display;
	bool exact = c->exact;

	c->exact = !c->opts->foreign;
	want(c, gpu_display_info(c, &display), OK_DISPLAY);
	must(c, !memcmp(display.bytes, display_before.bytes, 408),
	     "display info changed");
	want(c, gpu_create(c, RES_A, FMT_BGRX, 8, 8), ERR_RESOURCE);
	want(c, gpu_transfer(c, RES_A, A_RECT, 0), OK_NODATA);
	want(c, gpu_flush(c, RES_A, A_RECT), OK_NODATA);
	want(c, gpu_flush(c, RES_B, RECT(0, 0, 32, 32)), OK_NODATA);
	want(c, gpu_transfer(c, RES_C, A_RECT, 0), ERR_RESOURCE);
	want(c, gpu_flush(c, RES_C, A_RECT), OK_NODATA);
	want(c, gpu_transfer(c, RES_D, A_RECT, 0), OK_NODATA);
	want(c, gpu_flush(c, RES_NONE, RECT(0, 0, 1, 1)), ERR_RESOURCE);
	if (c->have_view)
		verify_view(c);
	c->exact = exact;
}

static struct virtio_gpu_rect wire(unsigned int size)
{
	return (struct virtio_gpu_rect){ .width = size, .height = size };
}

#define EMIT(out, cmd)						\
	(memcpy((out), &(cmd), sizeof(cmd)), sizeof(cmd))

static size_t build_display_info(struct ctx *c, uint8_t *out)
{
	struct virtio_gpu_ctrl_hdr cmd = {
		.type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO,
	};

	(void)c;
	return EMIT(out, cmd);
}

static size_t build_edid(struct ctx *c, uint8_t *out)
{
	struct virtio_gpu_cmd_get_edid cmd = {
		.hdr.type = VIRTIO_GPU_CMD_GET_EDID,
	};

	(void)c;
	return EMIT(out, cmd);
}

static size_t build_create(struct ctx *c, uint8_t *out)
{
	struct virtio_gpu_resource_create_2d cmd = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
		.resource_id = RES_NONE,
		.format = FMT_BGRX,
		.width = 16,
		.height = 16,
	};

	(void)c;
	return EMIT(out, cmd);
}

static size_t build_unref(struct ctx *c, uint8_t *out)
{
	struct virtio_gpu_resource_unref cmd = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_UNREF,
		.resource_id = RES_B,
	};

	(void)c;
	return EMIT(out, cmd);
}

static size_t build_set_scanout(struct ctx *c, uint8_t *out)
{
	struct virtio_gpu_set_scanout cmd = {
		.hdr.type = VIRTIO_GPU_CMD_SET_SCANOUT,
		.r = wire(A_SIZE),
		.resource_id = RES_A,
	};

	(void)c;
	return EMIT(out, cmd);
}

static size_t build_flush(struct ctx *c, uint8_t *out)
{
	struct virtio_gpu_resource_flush cmd = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_FLUSH,
		.r = wire(A_SIZE),
		.resource_id = RES_A,
	};

	(void)c;
	return EMIT(out, cmd);
}

static size_t build_transfer(struct ctx *c, uint8_t *out)
{
	struct virtio_gpu_transfer_to_host_2d cmd = {
		.hdr.type = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
		.r = wire(A_SIZE),
		.resource_id = RES_A,
	};

	(void)c;
	return EMIT(out, cmd);
}

static size_t build_attach(struct ctx *c, uint8_t *out)
{
	struct {
		struct virtio_gpu_resource_attach_backing cmd;
		struct virtio_gpu_mem_entry entries[8];
	} all = {
		.cmd = {
			.hdr.type = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
			.resource_id = RES_C,
		},
	};

	all.cmd.nr_entries = entries_of(c, fixture_spare, A_BYTES, 0,
					all.entries, 8);
	memcpy(out, &all, sizeof(all));
	return sizeof(all.cmd) + all.cmd.nr_entries * 16;
}

static size_t build_detach(struct ctx *c, uint8_t *out)
{
	struct virtio_gpu_resource_detach_backing cmd = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING,
		.resource_id = RES_D,
	};

	(void)c;
	return EMIT(out, cmd);
}

static size_t build_uuid(struct ctx *c, uint8_t *out)
{
	struct virtio_gpu_resource_assign_uuid cmd = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID,
		.resource_id = RES_A,
	};

	(void)c;
	return EMIT(out, cmd);
}

static size_t build_create_blob(struct ctx *c, uint8_t *out)
{
	struct {
		struct virtio_gpu_resource_create_blob cmd;
		struct virtio_gpu_mem_entry entry;
	} all = {
		.cmd = {
			.hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB,
			.resource_id = RES_NONE,
			.blob_mem = VIRTIO_GPU_BLOB_MEM_GUEST,
			.nr_entries = 1,
			.size = MEM_PAGE,
		},
	};
	void *page = guest_alloc(c, Z_DATA, MEM_PAGE, MEM_PAGE);

	entries_of(c, page, MEM_PAGE, 0, &all.entry, 1);
	return EMIT(out, all);
}

static size_t build_set_scanout_blob(struct ctx *c, uint8_t *out)
{
	struct virtio_gpu_set_scanout_blob cmd = {
		.hdr.type = VIRTIO_GPU_CMD_SET_SCANOUT_BLOB,
		.r = wire(A_SIZE),
		.resource_id = RES_NONE,
		.width = A_SIZE,
		.height = A_SIZE,
		.format = FMT_BGRX,
		.strides = { A_SIZE * 4 },
	};
	void *pages = guest_alloc(c, Z_DATA, A_BYTES, MEM_PAGE);

	want(c, gpu_create_blob(c, RES_NONE, VIRTIO_GPU_BLOB_MEM_GUEST,
				A_BYTES, pages), OK_NODATA);
	return EMIT(out, cmd);
}

static size_t build_cursor(uint32_t type, uint8_t *out)
{
	struct virtio_gpu_update_cursor cmd = {
		.hdr.type = type,
		.pos = { .x = 10, .y = 20 },
		.resource_id = RES_A,
		.hot_x = 1,
		.hot_y = 2,
	};

	return EMIT(out, cmd);
}

static size_t build_update_cursor(struct ctx *c, uint8_t *out)
{
	(void)c;
	return build_cursor(VIRTIO_GPU_CMD_UPDATE_CURSOR, out);
}

static size_t build_move_cursor(struct ctx *c, uint8_t *out)
{
	(void)c;
	return build_cursor(VIRTIO_GPU_CMD_MOVE_CURSOR, out);
}

const struct sample samples[] = {
	{ "GET_DISPLAY_INFO", Q_CTRL, 24, OK_DISPLAY, 408, -1,
	  build_display_info },
	{ "GET_EDID", Q_CTRL, 32, OK_EDID, 1056, VIRTIO_GPU_F_EDID,
	  build_edid },
	{ "CREATE_2D", Q_CTRL, 40, OK_NODATA, 24, -1, build_create },
	{ "UNREF", Q_CTRL, 32, OK_NODATA, 24, -1, build_unref },
	{ "SET_SCANOUT", Q_CTRL, 48, OK_NODATA, 24, -1, build_set_scanout },
	{ "FLUSH", Q_CTRL, 48, OK_NODATA, 24, -1, build_flush },
	{ "TRANSFER_TO_HOST_2D", Q_CTRL, 56, OK_NODATA, 24, -1,
	  build_transfer },
	{ "ATTACH_BACKING", Q_CTRL, 32, OK_NODATA, 24, -1, build_attach },
	{ "DETACH_BACKING", Q_CTRL, 32, OK_NODATA, 24, -1, build_detach },
	{ "ASSIGN_UUID", Q_CTRL, 32, OK_UUID, 40, VIRTIO_GPU_F_RESOURCE_UUID,
	  build_uuid },
	{ "CREATE_BLOB", Q_CTRL, 56, OK_NODATA, 24,
	  VIRTIO_GPU_F_RESOURCE_BLOB, build_create_blob },
	{ "SET_SCANOUT_BLOB", Q_CTRL, 96, OK_NODATA, 24,
	  VIRTIO_GPU_F_RESOURCE_BLOB, build_set_scanout_blob },
	{ "UPDATE_CURSOR", Q_CURSOR, 56, OK_NODATA, 24, -1,
	  build_update_cursor },
	{ "MOVE_CURSOR", Q_CURSOR, 56, OK_NODATA, 24, -1, build_move_cursor },
};

const unsigned int nr_samples = sizeof(samples) / sizeof(samples[0]);

bool sample_offered(const struct ctx *c, const struct sample *sample)
{
	return sample->feature < 0 ||
	       (c->features & BIT64(sample->feature));
}
