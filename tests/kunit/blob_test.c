// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blobs: guest memory that is shown where it lies, or through a shadow if it
 * does not lie on page boundaries. All of them have the pixels of an image of
 * 64x64, four pages.
 */
#include <kunit/test.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uuid.h>

#include "gpu/image.h"
#include "gpu/resource.h"
#include "gpu/vdgpu.h"
#include "mock_gpu.h"

#define OK		VIRTIO_GPU_RESP_OK_NODATA
#define NO_MEMORY	VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define NO_SCANOUT	VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID
#define NO_RESOURCE	VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define BAD		VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define ARGB		VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM
#define XRGB		VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM
#define GUEST		VIRTIO_GPU_BLOB_MEM_GUEST

#define SIZE		(64 * 64 * 4)
#define PAGES		(SIZE / PAGE_SIZE)
#define MAX_PIECES	20

struct piece {
	u64 gpa;
	u32 len;
};

struct create_msg {
	struct virtio_gpu_resource_create_blob req;
	struct virtio_gpu_mem_entry entries[MAX_PIECES];
};

static struct mock_gpu *new_mock(struct kunit *test)
{
	struct vdgpu_config config;

	mock_gpu_config(&config);
	return mock_gpu(test, &config, 64);
}

static u32 create_mem(struct mock_gpu *mock, u32 id, u32 mem, u64 size,
		      const struct piece *pieces, u32 nr)
{
	struct create_msg msg = {
		.req.hdr.type =
			cpu_to_le32(VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB),
		.req.resource_id = cpu_to_le32(id),
		.req.blob_mem = cpu_to_le32(mem),
		.req.nr_entries = cpu_to_le32(nr),
		.req.size = cpu_to_le64(size),
	};
	u32 i;

	for (i = 0; i < nr; i++) {
		msg.entries[i].addr = cpu_to_le64(pieces[i].gpa);
		msg.entries[i].length = cpu_to_le32(pieces[i].len);
	}
	return mock_gpu_command(mock, &msg,
				offsetof(struct create_msg, entries[nr]));
}

static u32 create(struct mock_gpu *mock, u32 id, u64 size, u64 gpa)
{
	const struct piece all = { gpa, SIZE };

	return create_mem(mock, id, GUEST, size, &all, 1);
}

/* Guest memory at @offset in a page, with a pattern. */
static u64 pixels(struct mock_gpu *mock, u32 offset)
{
	struct mock_guest *guest = &mock->driver->guest;
	u64 gpa = mock_alloc(guest, SIZE + PAGE_SIZE, PAGE_SIZE) + offset;
	u32 *at = mock_ptr(guest, gpa);
	u32 i;

	for (i = 0; i < SIZE / 4; i++)
		at[i] = 0x01000000 | i;
	return gpa;
}

/* All of a tight frame, to be edited by those who want something else. */
static struct virtio_gpu_set_scanout_blob frame(u32 id, u32 width, u32 height)
{
	return (struct virtio_gpu_set_scanout_blob) {
		.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_SET_SCANOUT_BLOB),
		.r = mock_rect(0, 0, width, height),
		.resource_id = cpu_to_le32(id),
		.width = cpu_to_le32(width),
		.height = cpu_to_le32(height),
		.format = cpu_to_le32(XRGB),
		.strides[0] = cpu_to_le32(width * 4),
	};
}

static u32 show_frame(struct mock_gpu *mock,
		      const struct virtio_gpu_set_scanout_blob *req)
{
	return mock_gpu_command(mock, req, sizeof(*req));
}

static u32 show(struct mock_gpu *mock, u32 scanout, u32 id)
{
	struct virtio_gpu_set_scanout_blob req = frame(id, 64, 64);

	req.scanout_id = cpu_to_le32(scanout);
	return show_frame(mock, &req);
}

static const struct vdgpu_shown *shown(struct mock_gpu *mock, u32 scanout)
{
	return &mock->gpu->scanouts[scanout].shown;
}

static void unmap(struct mock_gpu *mock, u64 gpa, u64 size)
{
	struct vdpa_device *vdpa = mock->driver->vdpa;

	vdpa->config->dma_unmap(vdpa, 0, gpa, size);
}

static void map(struct mock_gpu *mock, u64 gpa, unsigned int pages)
{
	mock_map(&mock->driver->guest, (gpa - MOCK_BASE) / PAGE_SIZE, pages,
		 VHOST_MAP_RO);
}

static int page_refs(struct mock_gpu *mock, u64 gpa)
{
	return page_ref_count(mock_page(&mock->driver->guest, gpa));
}

/* GPU2D-REQ-5.BL1, and no trace of what was refused. */
static void create_refuses(struct kunit *test)
{
	static const u32 mems[] = { 0, 2, 3, 4, ~0u };
	struct mock_gpu *mock = new_mock(test);
	const struct vdgpu_quota *quota = &mock->gpu->quota;
	const u64 gpa = pixels(mock, 0);
	struct piece piece = { gpa, SIZE };
	struct create_msg msg = {};
	unsigned int i;
	u64 entries;

	for (i = 0; i < ARRAY_SIZE(mems); i++)
		KUNIT_EXPECT_EQ_MSG(test, BAD,
				    create_mem(mock, 1, mems[i], SIZE, &piece,
					       1),
				    "blob_mem %u", mems[i]);
	KUNIT_EXPECT_EQ(test, NO_RESOURCE, create(mock, 0, SIZE, gpa));
	KUNIT_EXPECT_EQ(test, BAD, create(mock, 1, 0, gpa));
	KUNIT_EXPECT_EQ(test, BAD, create(mock, 1, SIZE, 0x1000));
	KUNIT_EXPECT_EQ(test, BAD, create(mock, 1, SIZE, U64_MAX - 4095));
	piece.len = 65 * PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, BAD,
			create_mem(mock, 1, GUEST, SIZE, &piece, 1));

	msg.req.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB);
	msg.req.resource_id = cpu_to_le32(1);
	msg.req.blob_mem = cpu_to_le32(GUEST);
	msg.req.size = cpu_to_le64(SIZE);
	msg.req.nr_entries = cpu_to_le32(2);
	KUNIT_EXPECT_EQ(test, BAD,
			mock_gpu_command(mock, &msg,
					 offsetof(struct create_msg,
						  entries[1])));
	msg.req.nr_entries = cpu_to_le32(1 << 28);
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_command(mock, &msg, sizeof(msg)));
	KUNIT_EXPECT_EQ(test, 0, quota->resources);
	KUNIT_EXPECT_EQ(test, 0, quota->entries);

	KUNIT_EXPECT_EQ(test, OK, create(mock, 1, SIZE, gpa));
	entries = quota->entries;
	KUNIT_EXPECT_NE(test, 0, entries);
	KUNIT_EXPECT_EQ(test, NO_RESOURCE, create(mock, 1, SIZE, gpa));
	KUNIT_EXPECT_EQ(test, NO_RESOURCE, mock_gpu_create(mock, 1, XRGB, 8, 8));
	KUNIT_EXPECT_EQ(test, 1, quota->resources);
	KUNIT_EXPECT_EQ(test, entries, quota->entries);
	KUNIT_EXPECT_EQ(test, 0, quota->bytes);
}

/* GPU2D-REQ-5.BL2: memory now, later, or other memory. */
static void memory_comes_and_goes(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	const u64 first = pixels(mock, 0), second = pixels(mock, 0);
	struct vdgpu_image *image;

	*(u32 *)mock_ptr(&mock->driver->guest, second) = 42;
	KUNIT_ASSERT_EQ(test, OK, create_mem(mock, 1, GUEST, SIZE, NULL, 0));
	KUNIT_EXPECT_EQ(test, NO_RESOURCE, show(mock, 0, 1));
	KUNIT_EXPECT_EQ(test, NO_RESOURCE, mock_gpu_detach(mock, 1));
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_attach(mock, 1, first, SIZE));
	KUNIT_EXPECT_EQ(test, VIRTIO_GPU_RESP_ERR_UNSPEC,
			mock_gpu_attach(mock, 1, first, SIZE));
	KUNIT_EXPECT_EQ(test, OK, show(mock, 0, 1));
	KUNIT_EXPECT_EQ(test, OK, show(mock, 1, 1));
	KUNIT_ASSERT_NOT_NULL(test, shown(mock, 0)->image);
	KUNIT_EXPECT_PTR_EQ(test, shown(mock, 0)->image, shown(mock, 1)->image);
	KUNIT_EXPECT_EQ(test, 3, page_refs(mock, first));

	/* A viewer may keep the image, but not the pages. */
	image = vdgpu_image_get(shown(mock, 0)->image);
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_detach(mock, 1));
	KUNIT_EXPECT_NULL(test, image->pages);
	vdgpu_image_put(image);
	KUNIT_EXPECT_NULL(test, shown(mock, 0)->image);
	KUNIT_EXPECT_NULL(test, shown(mock, 1)->image);
	KUNIT_EXPECT_EQ(test, 2, page_refs(mock, first));
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.bytes);
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.entries);
	KUNIT_EXPECT_EQ(test, NO_RESOURCE, show(mock, 0, 1));
	/* There is nothing that it could spoil. */
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_flush(mock, 1, mock_rect(0, 0, 64, 64)));

	KUNIT_EXPECT_EQ(test, OK, mock_gpu_attach(mock, 1, second, SIZE));
	KUNIT_EXPECT_EQ(test, OK, show(mock, 0, 1));
	KUNIT_ASSERT_TRUE(test, shown(mock, 0)->image->guest);
	KUNIT_EXPECT_PTR_EQ(test, mock_page(&mock->driver->guest, second),
			    shown(mock, 0)->image->pages[0]);
}

/* GPU2D-REQ-5.BL4: its own pages, and only as long as they are needed. */
static void aligned_pages_are_shown_in_place(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	const u64 gpa = pixels(mock, 0);
	struct vdgpu_resource *res;
	struct vdgpu_image *image;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, OK, create(mock, 1, SIZE, gpa));
	KUNIT_EXPECT_EQ(test, 2, page_refs(mock, gpa));
	KUNIT_ASSERT_EQ(test, OK, show(mock, 0, 1));
	image = shown(mock, 0)->image;
	KUNIT_ASSERT_NOT_NULL(test, image);
	KUNIT_ASSERT_TRUE(test, image->guest);
	KUNIT_ASSERT_EQ(test, PAGES, image->nr_pages);
	for (i = 0; i < PAGES; i++)
		KUNIT_EXPECT_PTR_EQ(test, image->pages[i],
				    mock_page(&mock->driver->guest,
					      gpa + i * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 3, page_refs(mock, gpa));
	KUNIT_EXPECT_EQ(test, SIZE, mock->gpu->quota.bytes);

	KUNIT_EXPECT_EQ(test, OK, show(mock, 0, 1));
	KUNIT_EXPECT_PTR_EQ(test, image, shown(mock, 0)->image);
	KUNIT_EXPECT_EQ(test, SIZE, mock->gpu->quota.bytes);
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_flush(mock, 1, mock_rect(0, 0, 64, 64)));
	KUNIT_EXPECT_EQ(test, 1, mock->gpu->scanouts[0].frames);
	/* Whoever looked the resource up does not keep the memory either. */
	res = vdgpu_resource_find(mock->gpu, 1);
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_unref(mock, 1));
	KUNIT_EXPECT_NULL(test, shown(mock, 0)->image);
	KUNIT_EXPECT_EQ(test, 2, page_refs(mock, gpa));
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.bytes);
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.entries);
	vdgpu_resource_put(res);
}

/* Which lists of entries can be shown in place; offsets from a page's start. */
struct shape {
	const char *name;
	struct {
		u32 offset;
		u32 len;
	} pieces[4];
	u32 size;
	bool in_place;
};

static const struct shape shapes[] = {
	{ "one piece", { { 0, 16384 } }, 16384, true },
	{ "not in order", { { 12288, 4096 }, { 0, 8192 }, { 0, 4096 } }, 16384,
	  true },
	{ "ends in a page", { { 4096, 4096 }, { 0, 100 } }, 4196, true },
	{ "begins in a page", { { 16, 4096 }, { 4096, 4096 } }, 8192, false },
	{ "second begins in a page", { { 0, 4096 }, { 16, 4096 } }, 8192,
	  false },
	{ "gap in a page", { { 0, 100 }, { 4096, 4096 } }, 4196, false },
	{ "nothing between", { { 0, 4096 }, { 77, 0 }, { 4096, 4096 } }, 8192,
	  true },
};

KUNIT_ARRAY_PARAM_DESC(shape, shapes, name);

static void shape_decides(struct kunit *test)
{
	const struct shape *row = test->param_value;
	struct virtio_gpu_set_scanout_blob req = frame(1, 1, 1);
	struct mock_gpu *mock = new_mock(test);
	const u64 gpa = pixels(mock, 0);
	struct piece pieces[4] = {};
	unsigned int nr = 0;

	for (; nr < 4 && row->pieces[nr].offset + row->pieces[nr].len; nr++)
		pieces[nr] = (struct piece){ gpa + row->pieces[nr].offset,
					     row->pieces[nr].len };
	KUNIT_ASSERT_EQ(test, OK,
			create_mem(mock, 1, GUEST, row->size, pieces, nr));
	/* The last pixel, so that none is missing. */
	req.offsets[0] = cpu_to_le32(row->size - 4);
	KUNIT_ASSERT_EQ(test, OK, show_frame(mock, &req));
	KUNIT_EXPECT_EQ(test, row->in_place, shown(mock, 0)->image->guest);
	/* Whole pages are held, so whole pages are paid for. */
	KUNIT_EXPECT_EQ(test, PAGE_ALIGN(row->size), mock->gpu->quota.bytes);
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_detach(mock, 1));
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.bytes);
	KUNIT_EXPECT_EQ(test, 2, page_refs(mock, gpa));
}

static u32 shadow_pixel(struct mock_gpu *mock, u32 scanout, u32 x, u32 y)
{
	const struct vdgpu_shown *at = shown(mock, scanout);
	const void *row = at->image->vaddr + at->offset + y * at->stride;

	return ((const u32 *)row)[x];
}

/* GPU2D-REQ-5.BL4: a shadow changes with flushes, and where they say. */
static void odd_memory_is_copied(struct kunit *test)
{
	struct virtio_gpu_set_scanout_blob req = frame(1, 60, 60);
	struct mock_gpu *mock = new_mock(test);
	const u64 gpa = pixels(mock, 16);
	u32 *guest = mock_ptr(&mock->driver->guest, gpa);

	KUNIT_ASSERT_EQ(test, OK, create(mock, 1, SIZE, gpa));
	req.strides[0] = cpu_to_le32(256);
	req.offsets[0] = cpu_to_le32(512);
	KUNIT_ASSERT_EQ(test, OK, show_frame(mock, &req));
	KUNIT_ASSERT_FALSE(test, shown(mock, 0)->image->guest);
	KUNIT_EXPECT_EQ(test, 0x01000000 | 128, shadow_pixel(mock, 0, 0, 0));
	KUNIT_EXPECT_EQ(test, 0x01000000 | (128 + 59 * 64 + 59),
			shadow_pixel(mock, 0, 59, 59));
	KUNIT_EXPECT_EQ(test, 2, page_refs(mock, gpa));

	memset(guest, 0x77, SIZE);
	KUNIT_EXPECT_EQ(test, 0x01000000 | 128, shadow_pixel(mock, 0, 0, 0));
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_flush(mock, 1, mock_rect(1, 2, 3, 4)));
	KUNIT_EXPECT_EQ(test, 1, mock->gpu->scanouts[0].frames);
	KUNIT_EXPECT_EQ(test, 0x01000081, shadow_pixel(mock, 0, 1, 0));
	KUNIT_EXPECT_EQ(test, 0x01000000 | (128 + 2 * 64),
			shadow_pixel(mock, 0, 0, 2));
	KUNIT_EXPECT_EQ(test, 0x77777777, shadow_pixel(mock, 0, 1, 2));
	KUNIT_EXPECT_EQ(test, 0x77777777, shadow_pixel(mock, 0, 3, 5));
	KUNIT_EXPECT_EQ(test, 0x01000000 | (128 + 2 * 64 + 4),
			shadow_pixel(mock, 0, 4, 2));
	KUNIT_EXPECT_EQ(test, 0x01000000 | (128 + 6 * 64 + 1),
			shadow_pixel(mock, 0, 1, 6));

	/* The memory goes away; the picture stays as it was. */
	unmap(mock, gpa - 16, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, BAD,
			mock_gpu_flush(mock, 1, mock_rect(0, 0, 60, 60)));
	KUNIT_EXPECT_EQ(test, 0x01000081, shadow_pixel(mock, 0, 1, 0));
	KUNIT_EXPECT_EQ(test, BAD, show_frame(mock, &req));
	map(mock, gpa - 16, 1);
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_flush(mock, 1, mock_rect(0, 0, 60, 60)));
	KUNIT_EXPECT_EQ(test, 0x77777777, shadow_pixel(mock, 0, 1, 0));
}

/*
 * A flush is good if one frame has it. The second frame is the lower right
 * quarter of the memory: what it does not have would lie behind the end.
 */
static void flushes_are_measured_by_frames(struct kunit *test)
{
	static const struct {
		u32 x, y, width, height;
		u32 answer;
	} rows[] = {
		{ 0, 0, 64, 64, OK }, { 0, 40, 64, 1, OK }, { 40, 31, 24, 1, OK },
		{ 16, 31, 48, 1, OK }, { 0, 30, 32, 10, OK }, { 0, 0, 0, 0, OK },
		{ 5, 5, 5, 0, OK }, { 64, 64, 0, 0, OK }, { 0, 0, 65, 1, BAD },
		{ 1, 0, 64, 1, BAD }, { 0, 0, 1, 65, BAD }, { 65, 0, 0, 0, BAD },
		{ ~0u, 0, 2, 1, BAD },
	};
	struct virtio_gpu_set_scanout_blob req = frame(1, 32, 32);
	struct mock_gpu *mock = new_mock(test);
	const u64 gpa = pixels(mock, 16);
	unsigned int i;

	KUNIT_ASSERT_EQ(test, OK, create(mock, 1, SIZE, gpa));
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_flush(mock, 1, mock_rect(0, 0, 999, 999)));
	KUNIT_ASSERT_EQ(test, OK, show(mock, 0, 1));
	req.scanout_id = cpu_to_le32(1);
	req.strides[0] = cpu_to_le32(256);
	req.offsets[0] = cpu_to_le32(32 * 256 + 128);
	KUNIT_ASSERT_EQ(test, OK, show_frame(mock, &req));
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, rows[i].answer,
				    mock_gpu_flush(mock, 1,
						   mock_rect(rows[i].x,
							     rows[i].y,
							     rows[i].width,
							     rows[i].height)),
				    "row %u", i);

	/* The larger frame goes, then the other one, and with it the measure. */
	KUNIT_EXPECT_EQ(test, OK, show(mock, 0, 0));
	KUNIT_EXPECT_NULL(test, shown(mock, 0)->image);
	KUNIT_EXPECT_EQ(test, BAD,
			mock_gpu_flush(mock, 1, mock_rect(0, 0, 33, 1)));
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_scanout(mock, 1, 0,
						   mock_rect(0, 0, 0, 0)));
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_flush(mock, 1, mock_rect(0, 0, 33, 1)));
}

/* GPU2D-REQ-5.BL3 */
struct frame_row {
	const char *name;
	u32 width, height, stride, offset, format;
	struct vdpa_gpu_rect rect;
	u32 answer;
};

#define WHOLE	{ 0, 0, 1, 1 }

static const struct frame_row frame_rows[] = {
	{ "fits", 64, 64, 256, 0, XRGB, { 0, 0, 64, 64 }, OK },
	{ "offset too much", 64, 64, 256, 4, XRGB, WHOLE, BAD },
	{ "offset no pixel too much", 64, 64, 256, 1, XRGB, WHOLE, BAD },
	{ "one row too much", 64, 65, 256, 0, XRGB, WHOLE, BAD },
	{ "last row without its padding", 32, 64, 256, 128, XRGB, WHOLE, OK },
	{ "last pixel behind the end", 33, 64, 256, 128, XRGB, WHOLE, BAD },
	{ "wide stride", 64, 63, 260, 8, XRGB, WHOLE, OK },
	{ "stride too wide", 64, 64, 260, 0, XRGB, WHOLE, BAD },
	{ "narrow stride", 64, 63, 252, 0, XRGB, WHOLE, BAD },
	{ "no stride", 64, 1, 0, 0, XRGB, WHOLE, BAD },
	{ "no width", 0, 64, 256, 0, XRGB, WHOLE, BAD },
	{ "no height", 64, 0, 256, 0, XRGB, WHOLE, BAD },
	{ "width wraps", 0x40000001, 1, 4, 0, XRGB, WHOLE, BAD },
	{ "huge stride", 1, 16384, ~0u, 0, XRGB, WHOLE, BAD },
	{ "huge offset", 1, 1, 4, ~0u, XRGB, WHOLE, BAD },
	{ "huge offset, huge stride", 1, 2, ~0u, ~0u, XRGB, WHOLE, BAD },
	{ "no format", 64, 64, 256, 0, 0, WHOLE, BAD },
	{ "unknown format", 64, 64, 256, 0, 5, WHOLE, BAD },
	{ "another format", 64, 64, 256, 0, 134, WHOLE, OK },
	{ "last pixel", 64, 64, 256, 0, XRGB, { 63, 63, 1, 1 }, OK },
	{ "nothing shown", 64, 64, 256, 0, XRGB, { 0, 0, 0, 0 }, BAD },
	{ "no column shown", 64, 64, 256, 0, XRGB, { 0, 0, 0, 1 }, BAD },
	{ "no row shown", 64, 64, 256, 0, XRGB, { 0, 0, 1, 0 }, BAD },
	{ "right of the frame", 64, 64, 256, 0, XRGB, { 1, 0, 64, 64 }, BAD },
	{ "below the frame", 64, 64, 256, 0, XRGB, { 0, 64, 64, 1 }, BAD },
	{ "rectangle wraps", 64, 64, 256, 0, XRGB, { ~0u, 0, 2, 1 }, BAD },
};

KUNIT_ARRAY_PARAM_DESC(frame_row, frame_rows, name);

static void frame_is_checked(struct kunit *test)
{
	const struct frame_row *row = test->param_value;
	struct virtio_gpu_set_scanout_blob req = frame(1, row->width,
						       row->height);
	struct mock_gpu *mock = new_mock(test);
	const u64 gpa = pixels(mock, 0);
	const struct vdgpu_shown *now = shown(mock, 0);
	struct vdgpu_shown before;

	KUNIT_ASSERT_EQ(test, OK, create(mock, 1, SIZE, gpa));
	KUNIT_ASSERT_EQ(test, OK, show(mock, 0, 1));
	before = *now;
	req.r = mock_rect(row->rect.x, row->rect.y, row->rect.width,
			  row->rect.height);
	req.strides[0] = cpu_to_le32(row->stride);
	req.offsets[0] = cpu_to_le32(row->offset);
	req.format = cpu_to_le32(row->format);
	KUNIT_EXPECT_EQ(test, row->answer, show_frame(mock, &req));
	if (row->answer == OK) {
		KUNIT_EXPECT_EQ(test, row->width, now->width);
		KUNIT_EXPECT_EQ(test, row->height, now->height);
		KUNIT_EXPECT_EQ(test, row->stride, now->stride);
		KUNIT_EXPECT_EQ(test, row->offset, now->offset);
		KUNIT_EXPECT_EQ(test, row->format, now->format);
		KUNIT_EXPECT_MEMEQ(test, &row->rect, &now->rect,
				   sizeof(row->rect));
	} else {
		KUNIT_EXPECT_MEMEQ(test, &before, now, sizeof(before));
	}
}

/* GPU2D-REQ-5.BL3: no side beyond 16384, however much memory there is. */
static void sides_are_bounded(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	struct virtio_gpu_set_scanout_blob req;
	struct piece pieces[MAX_PIECES];
	const u64 gpa = pixels(mock, 0);
	unsigned int i;

	for (i = 0; i < MAX_PIECES; i++)
		pieces[i] = (struct piece){ gpa, PAGE_SIZE };
	KUNIT_ASSERT_EQ(test, OK,
			create_mem(mock, 1, GUEST, MAX_PIECES * PAGE_SIZE,
				   pieces, MAX_PIECES));
	req = frame(1, 16384, 1);
	KUNIT_EXPECT_EQ(test, OK, show_frame(mock, &req));
	req = frame(1, 16385, 1);
	KUNIT_EXPECT_EQ(test, BAD, show_frame(mock, &req));
	req = frame(1, 1, 16384);
	KUNIT_EXPECT_EQ(test, OK, show_frame(mock, &req));
	req = frame(1, 1, 16385);
	KUNIT_EXPECT_EQ(test, BAD, show_frame(mock, &req));
}

/* What was promised and what is there may differ: the smaller one counts. */
static void smaller_size_counts(struct kunit *test)
{
	struct virtio_gpu_set_scanout_blob half = frame(1, 64, 32);
	struct mock_gpu *mock = new_mock(test);
	const u64 gpa = pixels(mock, 0);
	struct piece piece = { gpa, SIZE / 2 };

	KUNIT_ASSERT_EQ(test, OK,
			create_mem(mock, 1, GUEST, U64_MAX, &piece, 1));
	KUNIT_EXPECT_EQ(test, BAD, show(mock, 0, 1));
	KUNIT_EXPECT_EQ(test, OK, show_frame(mock, &half));
	KUNIT_EXPECT_EQ(test, SIZE / 2, shown(mock, 0)->image->size);
	half.resource_id = cpu_to_le32(2);
	KUNIT_ASSERT_EQ(test, OK, create(mock, 2, SIZE / 2, gpa));
	KUNIT_EXPECT_EQ(test, BAD, show(mock, 0, 2));
	KUNIT_EXPECT_EQ(test, OK, show_frame(mock, &half));
	KUNIT_EXPECT_EQ(test, SIZE / 2, shown(mock, 0)->image->size);
	KUNIT_EXPECT_EQ(test, SIZE, mock->gpu->quota.bytes);
}

/* Blobs and 2D resources do not take each other's commands. */
static void kinds_are_kept_apart(struct kunit *test)
{
	const struct virtio_gpu_rect all = mock_rect(0, 0, 64, 64);
	struct mock_gpu *mock = new_mock(test);
	const u64 gpa = pixels(mock, 0);

	KUNIT_EXPECT_EQ(test, NO_RESOURCE, show(mock, 0, 1));
	KUNIT_ASSERT_EQ(test, OK, create_mem(mock, 1, GUEST, SIZE, NULL, 0));
	/* Linux 6.1 does this to blobs (GPU2D-REQ-5.BL4). */
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_transfer(mock, 1, all, 0));
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_attach(mock, 1, gpa, SIZE));
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_transfer(mock, 1, all, 0));
	KUNIT_EXPECT_EQ(test, 0, atomic64_read(&mock->gpu->stats.transfers));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_scanout(mock, 0, 1, all));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_scanout(mock, 0, 1,
						    mock_rect(0, 0, 0, 0)));
	KUNIT_EXPECT_EQ(test, OK, show(mock, 0, 1));
	KUNIT_EXPECT_EQ(test, NO_SCANOUT, show(mock, 2, 1));
	KUNIT_EXPECT_EQ(test, NO_SCANOUT, show(mock, ~0u, 0));

	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 2, XRGB, 64, 64));
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_attach(mock, 2, gpa, SIZE));
	KUNIT_EXPECT_EQ(test, NO_RESOURCE, show(mock, 0, 2));
	KUNIT_EXPECT_EQ(test, 1, shown(mock, 0)->resource_id);
}

/* A host page more or less must not make a difference to the quota. */
static void images_are_paid_for(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	const u64 gpa = pixels(mock, 0);

	KUNIT_ASSERT_EQ(test, OK, create(mock, 1, SIZE, gpa));
	/* 4 MiB are allowed, and half a page less than the blob is left. */
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 2, XRGB, 1024, 1021));
	KUNIT_EXPECT_EQ(test, NO_MEMORY, show(mock, 0, 1));
	KUNIT_EXPECT_NULL(test, shown(mock, 0)->image);
	KUNIT_EXPECT_EQ(test, 2, page_refs(mock, gpa));
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_unref(mock, 2));
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 2, XRGB, 1024, 1020));
	KUNIT_EXPECT_EQ(test, OK, show(mock, 0, 1));
	KUNIT_EXPECT_EQ(test, mock->gpu->config.limits.bytes,
			mock->gpu->quota.bytes);
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_unref(mock, 1));

	/* What cannot be shown costs nothing. */
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_unref(mock, 2));
	KUNIT_ASSERT_EQ(test, OK, create(mock, 1, SIZE, gpa));
	unmap(mock, gpa, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, BAD, show(mock, 0, 1));
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.bytes);
}

/* BASE-16: memory that goes takes the image along; a flush brings it back. */
static void unmapped_pages_are_let_go(struct kunit *test)
{
	const struct virtio_gpu_rect all = mock_rect(0, 0, 64, 64);
	struct mock_gpu *mock = new_mock(test);
	const u64 gpa = pixels(mock, 0);
	struct vdgpu_image *image;

	KUNIT_ASSERT_EQ(test, OK, create(mock, 1, SIZE, gpa));
	KUNIT_ASSERT_EQ(test, OK, show(mock, 0, 1));
	KUNIT_ASSERT_EQ(test, OK, show(mock, 1, 1));
	image = vdgpu_image_get(shown(mock, 0)->image);

	unmap(mock, gpa + 3 * PAGE_SIZE, PAGE_SIZE);
	KUNIT_EXPECT_NULL(test, image->pages);
	KUNIT_EXPECT_EQ(test, 2, page_refs(mock, gpa));
	KUNIT_EXPECT_EQ(test, 1, page_refs(mock, gpa + 3 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_flush(mock, 1, all));
	KUNIT_EXPECT_PTR_EQ(test, image, shown(mock, 0)->image);
	KUNIT_EXPECT_EQ(test, SIZE, mock->gpu->quota.bytes);

	map(mock, gpa + 3 * PAGE_SIZE, 1);
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_flush(mock, 1, all));
	KUNIT_EXPECT_PTR_NE(test, image, shown(mock, 0)->image);
	KUNIT_EXPECT_PTR_EQ(test, shown(mock, 1)->image, shown(mock, 0)->image);
	KUNIT_ASSERT_TRUE(test, shown(mock, 0)->image->guest);
	KUNIT_EXPECT_NOT_NULL(test, shown(mock, 0)->image->pages);
	KUNIT_EXPECT_EQ(test, 1, shown(mock, 1)->resource_id);
	KUNIT_EXPECT_EQ(test, 256, shown(mock, 1)->stride);
	KUNIT_EXPECT_EQ(test, SIZE, mock->gpu->quota.bytes);
	/* Nobody else shows the old one. */
	KUNIT_EXPECT_EQ(test, 1, kref_read(&image->ref));
	vdgpu_image_put(image);

	/* The new one is as good as the old one was: it can be taken away. */
	image = shown(mock, 0)->image;
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_flush(mock, 1, all));
	KUNIT_EXPECT_PTR_EQ(test, image, shown(mock, 0)->image);
	unmap(mock, gpa, PAGE_SIZE);
	KUNIT_EXPECT_NULL(test, image->pages);
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_unref(mock, 1));
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.bytes);
	KUNIT_EXPECT_EQ(test, 2, page_refs(mock, gpa + PAGE_SIZE));
}

/* Only what is unmapped: entries in disorder, holes between them. */
static void only_what_is_unmapped_is_let_go(struct kunit *test)
{
	static const u32 places[] = { 2, 6, 0, 4 };
	struct mock_gpu *mock = new_mock(test);
	const u64 gpa = pixels(mock, 0);
	struct piece pieces[5];
	unsigned int i;

	mock_alloc(&mock->driver->guest, 4 * PAGE_SIZE, PAGE_SIZE);
	for (i = 0; i < 4; i++)
		pieces[i] = (struct piece){ gpa + places[i] * PAGE_SIZE,
					    PAGE_SIZE };
	/* No byte of it can go. */
	pieces[4] = (struct piece){ gpa + PAGE_SIZE, 0 };
	for (i = 0; i < 8; i++) {
		struct vdgpu_image *image;

		KUNIT_ASSERT_EQ(test, OK,
				create_mem(mock, 1, GUEST, SIZE, pieces, 5));
		KUNIT_ASSERT_EQ(test, OK, show(mock, 0, 1));
		image = shown(mock, 0)->image;
		unmap(mock, gpa + i * PAGE_SIZE, PAGE_SIZE);
		if (i % 2)
			KUNIT_EXPECT_NOT_NULL(test, image->pages);
		else
			KUNIT_EXPECT_NULL(test, image->pages);
		map(mock, gpa + i * PAGE_SIZE, 1);
		KUNIT_ASSERT_EQ(test, OK, mock_gpu_unref(mock, 1));
	}
	/* The whole of memory goes, as when the VMM goes. */
	KUNIT_ASSERT_EQ(test, OK, create_mem(mock, 1, GUEST, SIZE, pieces, 4));
	KUNIT_ASSERT_EQ(test, OK, show(mock, 0, 1));
	mock->driver->vdpa->config->reset_map(mock->driver->vdpa, 0);
	KUNIT_EXPECT_NULL(test, shown(mock, 0)->image->pages);
	KUNIT_EXPECT_EQ(test, 1, page_refs(mock, gpa));
}

/* GPU2D-REQ-5.BL4, CU5: 64x64 pixels, tight, whatever their place. */
static void cursors_may_be_blobs(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	const struct vdgpu_cursor *cursor = &mock->gpu->scanouts[0].cursor;
	const u64 gpa = pixels(mock, 16);
	const struct piece less = { gpa, SIZE - 1 };
	struct virtio_gpu_update_cursor req = {
		.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_UPDATE_CURSOR),
		.hot_x = cpu_to_le32(3),
		.hot_y = cpu_to_le32(4),
	};
	static const u32 answers[] = { OK, BAD, NO_RESOURCE, BAD };
	struct virtio_gpu_ctrl_hdr answer;
	u32 id;

	KUNIT_ASSERT_EQ(test, OK, create(mock, 1, SIZE, gpa));
	KUNIT_ASSERT_EQ(test, OK, create(mock, 2, SIZE - 1, gpa));
	KUNIT_ASSERT_EQ(test, OK, create_mem(mock, 3, GUEST, SIZE, NULL, 0));
	KUNIT_ASSERT_EQ(test, OK, create_mem(mock, 4, GUEST, SIZE, &less, 1));
	for (id = 1; id <= ARRAY_SIZE(answers); id++) {
		req.resource_id = cpu_to_le32(id);
		KUNIT_EXPECT_EQ(test, 24,
				mock_driver_request(mock->driver, 1, &req,
						    sizeof(req), &answer, 24));
		KUNIT_EXPECT_EQ_MSG(test, answers[id - 1],
				    le32_to_cpu(answer.type), "blob %u", id);
		KUNIT_EXPECT_EQ(test, 1, cursor->resource_id);
		KUNIT_EXPECT_EQ(test, 1, cursor->serial);
	}
	KUNIT_EXPECT_TRUE(test, cursor->visible);
	KUNIT_EXPECT_EQ(test, ARGB, cursor->format);
	KUNIT_EXPECT_EQ(test, 3, cursor->hot_x);
	KUNIT_EXPECT_EQ(test, 4, cursor->hot_y);
	KUNIT_EXPECT_MEMEQ(test, cursor->pixels,
			   mock_ptr(&mock->driver->guest, gpa), SIZE);
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.bytes);
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_unref(mock, 1));
	KUNIT_EXPECT_FALSE(test, cursor->visible);
}

static u32 ask_uuid(struct mock_gpu *mock, u32 id, uuid_t *out_uuid)
{
	const struct virtio_gpu_resource_assign_uuid req = {
		.hdr.type =
			cpu_to_le32(VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID),
		.resource_id = cpu_to_le32(id),
	};
	struct kunit *test = mock->driver->guest.test;
	struct virtio_gpu_resp_resource_uuid answer;
	int len;

	len = mock_driver_request(mock->driver, 0, &req, sizeof(req), &answer,
				  sizeof(answer));
	if (le32_to_cpu(answer.hdr.type) == VIRTIO_GPU_RESP_OK_RESOURCE_UUID)
		KUNIT_EXPECT_EQ(test, sizeof(answer), len);
	else
		KUNIT_EXPECT_EQ(test, sizeof(answer.hdr), len);
	import_uuid(out_uuid, answer.uuid);
	return le32_to_cpu(answer.hdr.type);
}

/* GPU2D-REQ-5.UU1 */
static void uuids_are_stable(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	uuid_t first, again, second;

	KUNIT_EXPECT_EQ(test, NO_RESOURCE, ask_uuid(mock, 1, &first));
	KUNIT_EXPECT_EQ(test, NO_RESOURCE, ask_uuid(mock, 0, &first));
	KUNIT_ASSERT_EQ(test, OK, create_mem(mock, 1, GUEST, SIZE, NULL, 0));
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 2, XRGB, 8, 8));
	KUNIT_EXPECT_EQ(test, VIRTIO_GPU_RESP_OK_RESOURCE_UUID,
			ask_uuid(mock, 1, &first));
	KUNIT_EXPECT_EQ(test, VIRTIO_GPU_RESP_OK_RESOURCE_UUID,
			ask_uuid(mock, 2, &second));
	KUNIT_EXPECT_EQ(test, VIRTIO_GPU_RESP_OK_RESOURCE_UUID,
			ask_uuid(mock, 1, &again));
	KUNIT_EXPECT_FALSE(test, uuid_is_null(&first));
	KUNIT_EXPECT_TRUE(test, uuid_equal(&first, &again));
	KUNIT_EXPECT_FALSE(test, uuid_equal(&first, &second));
}

static struct kunit_case blob_cases[] = {
	KUNIT_CASE(create_refuses),
	KUNIT_CASE(memory_comes_and_goes),
	KUNIT_CASE(aligned_pages_are_shown_in_place),
	KUNIT_CASE_PARAM(shape_decides, shape_gen_params),
	KUNIT_CASE(odd_memory_is_copied),
	KUNIT_CASE(flushes_are_measured_by_frames),
	KUNIT_CASE_PARAM(frame_is_checked, frame_row_gen_params),
	KUNIT_CASE(sides_are_bounded),
	KUNIT_CASE(smaller_size_counts),
	KUNIT_CASE(kinds_are_kept_apart),
	KUNIT_CASE(images_are_paid_for),
	KUNIT_CASE(unmapped_pages_are_let_go),
	KUNIT_CASE(only_what_is_unmapped_is_let_go),
	KUNIT_CASE(cursors_may_be_blobs),
	KUNIT_CASE(uuids_are_stable),
	{}
};

static struct kunit_suite blob_suite = {
	.name = "vdgpu_blob",
	.test_cases = blob_cases,
};

kunit_test_suite(blob_suite);
