// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands as a guest sees them: every error row of the 2D clauses, the
 * header and length rules, fences. After each refused request the state must
 * be what it was.
 */
#include <kunit/test.h>
#include <linux/sizes.h>
#include <linux/wait_bit.h>

#include "gpu/cmd.h"
#include "gpu/image.h"
#include "gpu/resource.h"
#include "gpu/vdgpu.h"
#include "mock_gpu.h"
#include "soft/core.h"

#define OK		VIRTIO_GPU_RESP_OK_NODATA
#define UNSPEC		VIRTIO_GPU_RESP_ERR_UNSPEC
#define NO_MEMORY	VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define NO_SCANOUT	VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID
#define NO_RESOURCE	VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define BAD		VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define XRGB		VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM

static struct mock_gpu *new_mock(struct kunit *test)
{
	struct vdgpu_config config;

	mock_gpu_config(&config);
	return mock_gpu(test, &config, 64);
}

/* Resource 1, 64x64, backed by four pages of a pattern. */
static u64 back(struct kunit *test, struct mock_gpu *mock)
{
	struct mock_guest *guest = &mock->driver->guest;
	u64 gpa = mock_alloc(guest, 64 * 64 * 4, PAGE_SIZE);
	u32 *pixels = mock_ptr(guest, gpa);
	int i;

	for (i = 0; i < 64 * 64; i++)
		pixels[i] = 0x01000000 | i;
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 1, XRGB, 64, 64));
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_attach(mock, 1, gpa, 64 * 64 * 4));
	return gpa;
}

/* The host image of resource 1. */
static const u32 *image_of(struct kunit *test, struct mock_gpu *mock)
{
	struct vdgpu_resource *res = vdgpu_resource_find(mock->gpu, 1);

	KUNIT_ASSERT_NOT_NULL(test, res);
	vdgpu_resource_put(res);
	return res->image->vaddr;
}

/* GPU2D-REQ-5.CR2 */
static void create_refuses(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);

	KUNIT_EXPECT_EQ(test, NO_RESOURCE, mock_gpu_create(mock, 0, XRGB, 8, 8));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_create(mock, 1, 0, 8, 8));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_create(mock, 1, 5, 8, 8));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_create(mock, 1, ~0u, 8, 8));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_create(mock, 1, XRGB, 0, 8));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_create(mock, 1, XRGB, 8, 0));
	KUNIT_EXPECT_EQ(test, NO_MEMORY,
			mock_gpu_create(mock, 1, XRGB, ~0u, 8));
	KUNIT_EXPECT_EQ(test, NO_MEMORY,
			mock_gpu_create(mock, 1, XRGB, 0x8000, 0x8000));
	KUNIT_EXPECT_EQ(test, NO_MEMORY,
			mock_gpu_create(mock, 1, XRGB, 2048, 2048));
	KUNIT_EXPECT_EQ(test, NO_MEMORY,
			mock_gpu_create(mock, 1, XRGB, 16385, 1));
	KUNIT_EXPECT_EQ(test, NO_MEMORY,
			mock_gpu_create(mock, 1, XRGB, 1, 16385));
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_create(mock, 1, XRGB, 16384, 1));
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_create(mock, 2, XRGB, 1, 16384));
	KUNIT_EXPECT_EQ(test, NO_RESOURCE, mock_gpu_create(mock, 1, XRGB, 8, 8));
	KUNIT_EXPECT_EQ(test, 2, mock->gpu->quota.resources);
}

/* GPU2D-REQ-5.CR1 */
static void create_takes_any_id_and_format(struct kunit *test)
{
	static const u32 formats[] = { 1, 2, 3, 4, 67, 68, 121, 134 };
	static const u32 ids[] = { 1, 0x7fffffff, 0x80000000, ~0u };
	struct mock_gpu *mock = new_mock(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		u32 id = ids[i % ARRAY_SIZE(ids)];

		KUNIT_EXPECT_EQ(test, OK,
				mock_gpu_create(mock, id, formats[i], 8, 8));
		KUNIT_EXPECT_EQ(test, OK, mock_gpu_unref(mock, id));
		KUNIT_EXPECT_EQ(test, NO_RESOURCE, mock_gpu_unref(mock, id));
	}
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.resources);
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.bytes);
}

/* GPU2D-REQ-5.CR2, -5.2.d: count and bytes are bounded, and come back. */
static void quotas_hold(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	u32 i;

	for (i = 1; i <= 16; i++)
		KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, i, XRGB, 8, 8));
	KUNIT_EXPECT_EQ(test, NO_MEMORY, mock_gpu_create(mock, 17, XRGB, 8, 8));
	/* That an id is in use has nothing to do with quotas. */
	KUNIT_EXPECT_EQ(test, NO_RESOURCE, mock_gpu_create(mock, 1, XRGB, 8, 8));
	for (i = 1; i <= 16; i++)
		KUNIT_ASSERT_EQ(test, OK, mock_gpu_unref(mock, i));
	for (i = 1; i <= 4; i++)
		KUNIT_ASSERT_EQ(test, OK,
				mock_gpu_create(mock, i, XRGB, 512, 512));
	KUNIT_EXPECT_EQ(test, NO_MEMORY, mock_gpu_create(mock, 5, XRGB, 8, 8));
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_unref(mock, 1));
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_create(mock, 5, XRGB, 8, 8));
}

/* GPU2D-REQ-5.1.d */
static void attach_refuses(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	struct virtio_gpu_resource_attach_backing req = {
		.hdr.type =
			cpu_to_le32(VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING),
		.resource_id = cpu_to_le32(1),
	};
	u64 gpa = mock_alloc(&mock->driver->guest, PAGE_SIZE, PAGE_SIZE);

	KUNIT_EXPECT_EQ(test, NO_RESOURCE, mock_gpu_attach(mock, 1, gpa, 64));
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 1, XRGB, 8, 8));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_command(mock, &req, sizeof(req)));
	req.nr_entries = cpu_to_le32(1);
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_command(mock, &req, sizeof(req)));
	req.nr_entries = cpu_to_le32(1 << 28);
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_command(mock, &req, sizeof(req)));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_attach(mock, 1, 0x1000, 64));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_attach(mock, 1, U64_MAX - 3, 64));
	KUNIT_EXPECT_EQ(test, BAD,
			mock_gpu_attach(mock, 1, MOCK_BASE, 65 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.entries);
	KUNIT_EXPECT_EQ(test, NO_RESOURCE, mock_gpu_detach(mock, 1));
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_attach(mock, 1, gpa, 256));
	KUNIT_EXPECT_EQ(test, UNSPEC, mock_gpu_attach(mock, 1, gpa, 256));
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_detach(mock, 1));
	KUNIT_EXPECT_EQ(test, NO_RESOURCE, mock_gpu_detach(mock, 1));
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.entries);
}

/* GPU2D-REQ-5.TR1, TR3: which bytes go where, and no others. */
static void transfer_copies_the_rectangle(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	const u32 *image;
	u32 x, y;

	back(test, mock);
	image = image_of(test, mock);
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_transfer(mock, 1, mock_rect(3, 5, 20, 7),
					  (5 * 64 + 3) * 4));
	for (y = 0; y < 64; y++)
		for (x = 0; x < 64; x++) {
			bool in = x >= 3 && x < 23 && y >= 5 && y < 12;

			KUNIT_ASSERT_EQ(test, in ? 0x01000000 | (y * 64 + x) : 0,
					image[y * 64 + x]);
		}
	/* Nothing is copied from anywhere. */
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_transfer(mock, 1, mock_rect(64, 0, 0, 64),
					  U64_MAX));
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_transfer(mock, 1, mock_rect(0, 64, 64, 0),
					  U64_MAX));
	/* Full width from the origin: one line and not the whole image. */
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_transfer(mock, 1, mock_rect(0, 0, 64, 1), 0));
	KUNIT_EXPECT_EQ(test, 0x01000000 | 63, image[63]);
	KUNIT_EXPECT_EQ(test, 0, image[64]);
}

/* GPU2D-REQ-5.TR2, 5.2.c: errors change no pixel. */
static void transfer_refuses(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	const struct virtio_gpu_rect all = mock_rect(0, 0, 64, 64);
	struct mock_guest *guest = &mock->driver->guest;
	u64 gpa;

	KUNIT_EXPECT_EQ(test, NO_RESOURCE, mock_gpu_transfer(mock, 1, all, 0));
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 2, XRGB, 64, 64));
	KUNIT_EXPECT_EQ(test, NO_RESOURCE, mock_gpu_transfer(mock, 2, all, 0));
	gpa = back(test, mock);
	KUNIT_EXPECT_EQ(test, BAD,
			mock_gpu_transfer(mock, 1, mock_rect(0, 0, 65, 1), 0));
	KUNIT_EXPECT_EQ(test, BAD,
			mock_gpu_transfer(mock, 1, mock_rect(~0u, 0, 2, 1), 0));
	KUNIT_EXPECT_EQ(test, BAD,
			mock_gpu_transfer(mock, 1, mock_rect(0, 63, 1, 2), 0));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_transfer(mock, 1, all, 4));
	KUNIT_EXPECT_EQ(test, BAD,
			mock_gpu_transfer(mock, 1, mock_rect(0, 0, 1, 1),
					  U64_MAX - 3));
	/* The memory goes away under the backing, and its last page only. */
	mock->driver->vdpa->config->dma_unmap(mock->driver->vdpa, 0,
					      gpa + 3 * PAGE_SIZE, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_transfer(mock, 1, all, 0));
	KUNIT_EXPECT_EQ(test, 0, image_of(test, mock)[0]);
	/* It comes back, as a VMM may do. */
	mock_map(guest, (gpa - MOCK_BASE) / PAGE_SIZE + 3, 1, VHOST_MAP_RO);
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_transfer(mock, 1, all, 0));
	KUNIT_EXPECT_EQ(test, 0x01000fff, image_of(test, mock)[64 * 64 - 1]);
}

/* How often the control queue's thread was needed. */
/* A kick that finds the thread still at work is not counted: let it end. */
static u64 deferred(struct mock_gpu *mock)
{
	struct vds_vq *vq = &mock->gpu->vds.core->vqs[VDGPU_QUEUE_CONTROL];

	wait_var_event(&vq->serving, !READ_ONCE(vq->serving));
	return vq->stats.deferred;
}

static void small_transfers_go_with_the_kick(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	const struct virtio_gpu_rect all = mock_rect(0, 0, 64, 64);
	struct mock_guest *guest = &mock->driver->guest;
	u64 before, gpa = back(test, mock);

	before = deferred(mock);
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_transfer(mock, 1, all, 0));
	KUNIT_EXPECT_EQ(test, 0x01000fff, image_of(test, mock)[64 * 64 - 1]);
	KUNIT_EXPECT_EQ(test, before, deferred(mock));

	/* The page became another one: only the thread can find out which. */
	mock->driver->vdpa->config->dma_unmap(mock->driver->vdpa, 0, gpa,
					      PAGE_SIZE);
	mock_map(guest, (gpa - MOCK_BASE) / PAGE_SIZE, 1, VHOST_MAP_RO);
	*(u32 *)mock_ptr(guest, gpa) = 4711;
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_transfer(mock, 1, all, 0));
	KUNIT_EXPECT_EQ(test, before + 1, deferred(mock));
	KUNIT_EXPECT_EQ(test, 4711, image_of(test, mock)[0]);
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_transfer(mock, 1, all, 0));
	KUNIT_EXPECT_EQ(test, before + 1, deferred(mock));

	/* More than may be copied with interrupts off. */
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 2, XRGB, 64, 65));
	gpa = mock_alloc(guest, 64 * 65 * 4, PAGE_SIZE);
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_attach(mock, 2, gpa, 64 * 65 * 4));
	before = deferred(mock);
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_transfer(mock, 2, mock_rect(0, 0, 64, 65), 0));
	KUNIT_EXPECT_EQ(test, before + 1, deferred(mock));
	/* As many bytes in more rows than that may be. */
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_transfer(mock, 2, mock_rect(0, 0, 1, 65), 0));
	KUNIT_EXPECT_EQ(test, before + 2, deferred(mock));
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_transfer(mock, 2, mock_rect(0, 0, 1, 64), 0));
	KUNIT_EXPECT_EQ(test, before + 2, deferred(mock));
}

/* GPU2D-REQ-5.SC1..SC4 */
static void scanout_refuses(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	const struct virtio_gpu_rect all = mock_rect(0, 0, 64, 64);
	const struct vdgpu_shown *shown = &mock->gpu->scanouts[0].shown;

	KUNIT_EXPECT_EQ(test, NO_RESOURCE, mock_gpu_scanout(mock, 0, 1, all));
	back(test, mock);
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_scanout(mock, 0, 1, all));
	KUNIT_EXPECT_EQ(test, NO_SCANOUT, mock_gpu_scanout(mock, 2, 1, all));
	KUNIT_EXPECT_EQ(test, NO_SCANOUT, mock_gpu_scanout(mock, ~0u, 0, all));
	KUNIT_EXPECT_EQ(test, NO_RESOURCE, mock_gpu_scanout(mock, 0, 9, all));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_scanout(mock, 0, 1,
						    mock_rect(1, 0, 64, 64)));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_scanout(mock, 0, 1,
						    mock_rect(~0u, 0, 2, 1)));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_scanout(mock, 0, 1,
						    mock_rect(0, 0, 0, 1)));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_scanout(mock, 0, 1,
						    mock_rect(0, 0, 1, 0)));
	KUNIT_EXPECT_EQ(test, 1, shown->resource_id);
	KUNIT_EXPECT_EQ(test, 64, shown->rect.width);
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_scanout(mock, 1, 1,
						   mock_rect(1, 1, 1, 1)));
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_scanout(mock, 0, 0,
						   mock_rect(9, 9, ~0u, 9)));
	KUNIT_EXPECT_NULL(test, shown->image);
}

/* GPU2D-REQ-5.FL1, FL2 */
static void flush_rows(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	const struct virtio_gpu_rect all = mock_rect(0, 0, 64, 64);

	KUNIT_EXPECT_EQ(test, NO_RESOURCE, mock_gpu_flush(mock, 1, all));
	back(test, mock);
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_flush(mock, 1, all));
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->scanouts[0].frames);
	mock_gpu_scanout(mock, 0, 1, all);
	mock_gpu_scanout(mock, 1, 1, all);
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_flush(mock, 1, all));
	KUNIT_EXPECT_EQ(test, 1, mock->gpu->scanouts[0].frames);
	KUNIT_EXPECT_EQ(test, 1, mock->gpu->scanouts[1].frames);
	KUNIT_EXPECT_EQ(test, BAD,
			mock_gpu_flush(mock, 1, mock_rect(60, 0, 5, 1)));
	KUNIT_EXPECT_EQ(test, 1, mock->gpu->scanouts[0].frames);
}

/* GPU2D-REQ-5.UN2 */
static void unref_takes_everything_along(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	struct page *page;
	int before;
	u64 gpa;

	gpa = back(test, mock);
	page = mock_page(&mock->driver->guest, gpa);
	before = page_ref_count(page);
	mock_gpu_scanout(mock, 0, 1, mock_rect(0, 0, 64, 64));
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_unref(mock, 1));
	KUNIT_EXPECT_NULL(test, mock->gpu->scanouts[0].shown.image);
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.entries);
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.bytes);
	KUNIT_EXPECT_LE(test, page_ref_count(page), before);
}

/* GPU2D-REQ-5.RST1 */
static void reset_takes_everything_along(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	struct vdpa_gpu_mode mode;

	back(test, mock);
	mock_gpu_scanout(mock, 0, 1, mock_rect(0, 0, 64, 64));
	mode = mock->gpu->scanouts[0].mode;
	vdpa_reset(mock->driver->vdpa, 0);
	KUNIT_EXPECT_NULL(test, mock->gpu->scanouts[0].shown.image);
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.resources);
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.bytes);
	KUNIT_EXPECT_MEMEQ(test, &mode, &mock->gpu->scanouts[0].mode,
			   sizeof(mode));
	mock->driver->guest.next = 0;
	mock_driver_start(mock->driver, 0);
	KUNIT_EXPECT_EQ(test, NO_RESOURCE, mock_gpu_unref(mock, 1));
}

/* GPU2D-REQ-5.HDR3, GPU2D-REQ-3.b: commands that are not there. */
static void unknown_commands(struct kunit *test)
{
	static const u32 types[] = {
		0, 0x0108, 0x0109, 0x010e, 0x01ff, 0x0200, 0x0201, 0x0202,
		0x0203, 0x0204, 0x0205, 0x0206, 0x0207, 0x0208, 0x0209, 0x02ff,
		0x0300, 0x0301, 0x1100, ~0u,
	};
	struct mock_gpu *mock = new_mock(test);
	u8 req[128] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		*(__le32 *)req = cpu_to_le32(types[i]);
		KUNIT_EXPECT_EQ_MSG(test, UNSPEC,
				    mock_gpu_command(mock, req, sizeof(req)),
				    "type %#x", types[i]);
	}
}

/* GPU2D-REQ-5.HDR3: what was not negotiated is not there either. */
static void features_gate_commands(struct kunit *test)
{
	static const u32 types[] = { 0x010a, 0x010b, 0x010c, 0x010d };
	struct mock_gpu *mock = new_mock(test);
	u8 req[128] = {};
	unsigned int i;

	vdpa_reset(mock->driver->vdpa, 0);
	mock->driver->guest.next = 0;
	mock_driver_start(mock->driver, 0);
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		*(__le32 *)req = cpu_to_le32(types[i]);
		KUNIT_EXPECT_EQ_MSG(test, UNSPEC,
				    mock_gpu_command(mock, req, sizeof(req)),
				    "type %#x", types[i]);
	}
}

/* GPU2D-REQ-5.HDR4 */
static void short_requests(struct kunit *test)
{
	static const struct {
		u32 type;
		size_t size;
	} rows[] = {
		{ 0x0101, 40 }, { 0x0102, 32 }, { 0x0103, 48 }, { 0x0104, 48 },
		{ 0x0105, 56 }, { 0x0106, 32 }, { 0x0107, 32 }, { 0x010a, 32 },
		{ 0x010b, 32 }, { 0x010c, 56 }, { 0x010d, 96 },
	};
	struct mock_gpu *mock = new_mock(test);
	u8 req[128] = {};
	unsigned int i;
	size_t len;

	for (len = 0; len < 24; len++)
		KUNIT_EXPECT_EQ(test, UNSPEC, mock_gpu_command(mock, req, len));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		*(__le32 *)req = cpu_to_le32(rows[i].type);
		for (len = 24; len < rows[i].size; len++)
			KUNIT_EXPECT_EQ_MSG(test, BAD,
					    mock_gpu_command(mock, req, len),
					    "type %#x len %zu", rows[i].type,
					    len);
	}
}

/* GPU2D-REQ-5.HDR5 */
static void short_answers(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	const struct virtio_gpu_ctrl_hdr info = {
		.type = cpu_to_le32(VIRTIO_GPU_CMD_GET_DISPLAY_INFO),
	};
	const struct virtio_gpu_resource_create_2d create = {
		.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_RESOURCE_CREATE_2D),
		.resource_id = cpu_to_le32(1),
		.format = cpu_to_le32(XRGB),
		.width = cpu_to_le32(8),
		.height = cpu_to_le32(8),
	};
	u8 answer[512];

	KUNIT_EXPECT_EQ(test, 0, mock_driver_request(mock->driver, 0, &create,
						     sizeof(create), answer,
						     23));
	KUNIT_EXPECT_EQ(test, 0xa5, answer[0]);
	KUNIT_EXPECT_EQ(test, 1, mock->gpu->quota.resources);
	KUNIT_EXPECT_EQ(test, 24, mock_driver_request(mock->driver, 0, &info,
						      sizeof(info), answer,
						      407));
	KUNIT_EXPECT_EQ(test, BAD, le32_to_cpu(*(__le32 *)answer));
	KUNIT_EXPECT_EQ(test, 0xa5, answer[24]);
	KUNIT_EXPECT_EQ(test, 408, mock_driver_request(mock->driver, 0, &info,
						       sizeof(info), answer,
						       sizeof(answer)));
	KUNIT_EXPECT_EQ(test, VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
			le32_to_cpu(*(__le32 *)answer));
	KUNIT_EXPECT_EQ(test, 0xa5, answer[408]);
}

/* GPU2D-REQ-5.FEN1, FEN2, FEN6, HDR6: with and without error. */
static void fences_come_back(struct kunit *test)
{
	static const u64 ids[] = { 1, U32_MAX, 1ull << 32, 1ull << 63, ~0ull };
	struct mock_gpu *mock = new_mock(test);
	struct virtio_gpu_resource_unref req = {};
	struct virtio_gpu_ctrl_hdr answer;
	unsigned int i;

	req.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_RESOURCE_UNREF);
	req.hdr.flags = cpu_to_le32(0xffff0000 | VIRTIO_GPU_FLAG_FENCE);
	req.hdr.ctx_id = cpu_to_le32(0x12345678);
	req.resource_id = cpu_to_le32(1);
	for (i = 0; i < 2 * ARRAY_SIZE(ids); i++) {
		u64 id = ids[i / 2];

		if (i % 2)
			mock_gpu_create(mock, 1, XRGB, 8, 8);
		req.hdr.fence_id = cpu_to_le64(id);
		KUNIT_EXPECT_EQ(test, 24,
				mock_driver_request(mock->driver, 0, &req,
						    sizeof(req), &answer, 24));
		KUNIT_EXPECT_EQ(test, i % 2 ? OK : NO_RESOURCE,
				le32_to_cpu(answer.type));
		KUNIT_EXPECT_EQ(test, VIRTIO_GPU_FLAG_FENCE,
				le32_to_cpu(answer.flags));
		KUNIT_EXPECT_EQ(test, id, le64_to_cpu(answer.fence_id));
		KUNIT_EXPECT_EQ(test, 0x12345678, le32_to_cpu(answer.ctx_id));
	}

	/* GPU2D-REQ-5.HDR2: and no fence comes to those who want none. */
	req.hdr.type = cpu_to_le32(0x02ff);
	req.hdr.flags = cpu_to_le32(0xfffffffe);
	KUNIT_EXPECT_EQ(test, 24,
			mock_driver_request(mock->driver, 0, &req, sizeof(req),
					    &answer, 24));
	KUNIT_EXPECT_EQ(test, UNSPEC, le32_to_cpu(answer.type));
	answer.type = 0;
	KUNIT_EXPECT_NULL(test, memchr_inv(&answer, 0, sizeof(answer)));
	req.hdr.flags = cpu_to_le32(VIRTIO_GPU_FLAG_FENCE);
	mock_driver_request(mock->driver, 0, &req, sizeof(req), &answer, 24);
	KUNIT_EXPECT_EQ(test, UNSPEC, mock_gpu_command(mock, &req, 23));
}

/* GPU2D-REQ-5.HDR4: it is long enough, but it is not there. */
static void unreadable_header(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	struct mock_guest *guest = &mock->driver->guest;
	const struct mock_buf bufs[] = {
		{ 0x1000, 24, false }, { mock_alloc(guest, 24, 8), 24, true },
	};
	const __le32 *answer = mock_ptr(guest, bufs[1].gpa);

	mock_ring_add(&mock->driver->rings[0], bufs, 2);
	mock_driver_kick_atomic(mock->driver, 0);
	KUNIT_EXPECT_EQ(test, 24, mock_driver_wait(mock->driver, 0, NULL));
	KUNIT_EXPECT_EQ(test, BAD, le32_to_cpu(*answer));
}

static void counts_what_it_does(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	const struct vdgpu_stats *stats = &mock->gpu->stats;

	back(test, mock);
	mock_gpu_scanout(mock, 0, 1, mock_rect(0, 0, 64, 64));
	mock_gpu_transfer(mock, 1, mock_rect(1, 0, 2, 3), 0);
	mock_gpu_flush(mock, 1, mock_rect(0, 0, 1, 1));
	mock_gpu_flush(mock, 1, mock_rect(1, 1, 0, 0));
	mock_gpu_flush(mock, 2, mock_rect(0, 0, 1, 1));
	KUNIT_EXPECT_EQ(test, 7, atomic64_read(&stats->commands));
	KUNIT_EXPECT_EQ(test, 1, atomic64_read(&stats->errors));
	KUNIT_EXPECT_EQ(test, 1, atomic64_read(&stats->transfers));
	KUNIT_EXPECT_EQ(test, 24, atomic64_read(&stats->transferred));
	KUNIT_EXPECT_EQ(test, 1, atomic64_read(&stats->flushes));
}

/* GPU2D-REQ-5.CU1..CU5 */
static void cursor_rows(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	struct vdgpu_cursor *cursor = &mock->gpu->scanouts[1].cursor;
	struct virtio_gpu_update_cursor req = {};
	struct virtio_gpu_ctrl_hdr answer;

	req.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_UPDATE_CURSOR);
	req.pos.scanout_id = cpu_to_le32(1);
	req.pos.x = cpu_to_le32(-5);
	req.pos.y = cpu_to_le32(-6);
	req.hot_y = cpu_to_le32(8);
	req.resource_id = cpu_to_le32(1);
	req.hot_x = cpu_to_le32(7);

#define CURSOR(_expected) do {						\
	KUNIT_EXPECT_EQ(test, 24,					\
			mock_driver_request(mock->driver, 1, &req,	\
					    sizeof(req), &answer, 24));	\
	KUNIT_EXPECT_EQ(test, _expected, le32_to_cpu(answer.type));	\
} while (0)

	CURSOR(NO_RESOURCE);
	back(test, mock);
	mock_gpu_transfer(mock, 1, mock_rect(0, 0, 64, 64), 0);
	CURSOR(OK);
	KUNIT_EXPECT_TRUE(test, cursor->visible);
	KUNIT_EXPECT_EQ(test, -5, cursor->x);
	KUNIT_EXPECT_EQ(test, -6, cursor->y);
	KUNIT_EXPECT_EQ(test, 7, cursor->hot_x);
	KUNIT_EXPECT_EQ(test, 8, cursor->hot_y);
	KUNIT_EXPECT_EQ(test, VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, cursor->format);
	KUNIT_EXPECT_EQ(test, 0x01000fff, ((u32 *)cursor->pixels)[64 * 64 - 1]);

	mock_gpu_create(mock, 2, XRGB, 63, 64);
	req.resource_id = cpu_to_le32(2);
	CURSOR(BAD);
	mock_gpu_unref(mock, 2);
	mock_gpu_create(mock, 2, XRGB, 64, 65);
	CURSOR(BAD);
	req.pos.scanout_id = cpu_to_le32(2);
	CURSOR(NO_SCANOUT);
	KUNIT_EXPECT_EQ(test, 7, cursor->hot_x);

	req.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_MOVE_CURSOR);
	CURSOR(NO_SCANOUT);
	req.pos.scanout_id = cpu_to_le32(1);
	req.pos.x = cpu_to_le32(30);
	req.hot_x = cpu_to_le32(60);
	req.resource_id = 0;
	CURSOR(OK);
	KUNIT_EXPECT_TRUE(test, cursor->visible);
	KUNIT_EXPECT_EQ(test, 30, cursor->x);
	KUNIT_EXPECT_EQ(test, 7, cursor->hot_x);

	req.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_UPDATE_CURSOR);
	/* As Linux sends it: no room for an answer. */
	KUNIT_EXPECT_EQ(test, 0, mock_driver_request(mock->driver, 1, &req,
						     sizeof(req), NULL, 0));
	KUNIT_EXPECT_FALSE(test, cursor->visible);
	req.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_GET_DISPLAY_INFO);
	CURSOR(UNSPEC);
}

static struct kunit_case cmd_cases[] = {
	KUNIT_CASE(create_refuses),
	KUNIT_CASE(create_takes_any_id_and_format),
	KUNIT_CASE(quotas_hold),
	KUNIT_CASE(attach_refuses),
	KUNIT_CASE(transfer_copies_the_rectangle),
	KUNIT_CASE(transfer_refuses),
	KUNIT_CASE(small_transfers_go_with_the_kick),
	KUNIT_CASE(scanout_refuses),
	KUNIT_CASE(flush_rows),
	KUNIT_CASE(unref_takes_everything_along),
	KUNIT_CASE(reset_takes_everything_along),
	KUNIT_CASE(unknown_commands),
	KUNIT_CASE(features_gate_commands),
	KUNIT_CASE(short_requests),
	KUNIT_CASE(short_answers),
	KUNIT_CASE(fences_come_back),
	KUNIT_CASE(unreadable_header),
	KUNIT_CASE(counts_what_it_does),
	KUNIT_CASE(cursor_rows),
	{}
};

static struct kunit_suite cmd_suite = {
	.name = "vdgpu_cmd",
	.test_cases = cmd_cases,
};

kunit_test_suite(cmd_suite);
