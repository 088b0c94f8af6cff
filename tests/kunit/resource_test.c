// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resources and their backing: the table, odd entries, many entries, memory
 * that moves. The oracle for a backing is the guest's own memory, read through
 * the list of entries byte by byte.
 */
#include <kunit/test.h>
#include <linux/math.h>
#include <linux/prandom.h>
#include <linux/vmalloc.h>

#include "gpu/backing.h"
#include "gpu/image.h"
#include "gpu/resource.h"
#include "gpu/vdgpu.h"
#include "mock_gpu.h"

#define OK	VIRTIO_GPU_RESP_OK_NODATA
#define BAD	VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define FULL	VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define ARGB	VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM

static void table_is_sparse(struct kunit *test)
{
	static const u32 ids[] = { 1, 77, 0x80000000, U32_MAX };
	struct vdgpu_config config;
	struct vdgpu_resource *res;
	struct mock_gpu *mock;
	unsigned int i;
	u32 next = 0;

	mock_gpu_config(&config);
	mock = mock_gpu(test, &config, 16);
	for (i = 0; i < ARRAY_SIZE(ids); i++)
		KUNIT_EXPECT_EQ(test, OK,
				mock_gpu_create(mock, ids[i], ARGB, 4, 4));
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		res = vdgpu_resource_next(mock->gpu, next);
		KUNIT_ASSERT_NOT_NULL(test, res);
		KUNIT_EXPECT_EQ(test, ids[i], res->id);
		next = res->id + 1;
		vdgpu_resource_put(res);
	}
	KUNIT_EXPECT_FALSE(test, vdgpu_resource_exists(mock->gpu, 2));
	vdgpu_resources_drop(mock->gpu);
	KUNIT_EXPECT_NULL(test, vdgpu_resource_next(mock->gpu, 0));
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.resources);
}

/* GPU2D-REQ-5.CR3 */
static void fresh_images_are_black(struct kunit *test)
{
	struct vdgpu_config config;
	struct vdgpu_resource *res;
	struct mock_gpu *mock;

	mock_gpu_config(&config);
	mock = mock_gpu(test, &config, 16);
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 1, ARGB, 64, 64));
	res = vdgpu_resource_find(mock->gpu, 1);
	KUNIT_ASSERT_NOT_NULL(test, res);
	KUNIT_EXPECT_NULL(test, memchr_inv(res->image->vaddr, 0,
					   res->image->size));
	vdgpu_resource_put(res);
}

/*
 * An attach request with many entries, through an indirect table so that the
 * entries may lie anywhere.
 */
static u32 attach_entries(struct mock_gpu *mock, u32 id, u64 entries, u32 nr)
{
	struct mock_guest *guest = &mock->driver->guest;
	struct virtio_gpu_resource_attach_backing *req;
	struct virtio_gpu_ctrl_hdr *answer;
	struct mock_buf bufs[3];
	u64 req_gpa, answer_gpa;

	req_gpa = mock_alloc(guest, sizeof(*req), 8);
	answer_gpa = mock_alloc(guest, sizeof(*answer), 8);
	req = mock_ptr(guest, req_gpa);
	answer = mock_ptr(guest, answer_gpa);
	req->hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING);
	req->resource_id = cpu_to_le32(id);
	req->nr_entries = cpu_to_le32(nr);
	bufs[0] = (struct mock_buf){ req_gpa, sizeof(*req), false };
	bufs[1] = (struct mock_buf){ entries, nr * 16, false };
	bufs[2] = (struct mock_buf){ answer_gpa, sizeof(*answer), true };
	mock_ring_add_indirect(&mock->driver->rings[0], bufs, 3);
	mock_driver_kick_atomic(mock->driver, 0);
	KUNIT_EXPECT_EQ(guest->test, 24,
			mock_driver_wait(mock->driver, 0, NULL));
	return le32_to_cpu(answer->type);
}

/* GPU2D-REQ-5.1.a: entries of any size, anywhere, also twice. */
static void odd_entries_make_one_picture(struct kunit *test)
{
	static const u32 lengths[] = { 1, 3, 4093, 4096, 7, 100, 8192, 2 };
	struct virtio_gpu_mem_entry *entries;
	u32 offset = 0, nr = 0, i, x, y;
	struct vdgpu_config config;
	struct vdgpu_resource *res;
	struct mock_guest *guest;
	struct rnd_state rnd;
	struct mock_gpu *mock;
	const u8 *image;
	u8 *expected;
	u64 list;

	mock_gpu_config(&config);
	mock = mock_gpu(test, &config, 64);
	guest = &mock->driver->guest;
	expected = kunit_kzalloc(test, 64 * 64 * 4 + 8192, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, expected);
	list = mock_alloc(guest, 64 * sizeof(*entries), 8);
	entries = mock_ptr(guest, list);

	prandom_seed_state(&rnd, 4711);
	prandom_bytes_state(&rnd, guest->bytes + 32 * PAGE_SIZE,
			    32 * PAGE_SIZE);
	while (offset < 64 * 64 * 4) {
		u32 len = lengths[nr % ARRAY_SIZE(lengths)];
		u64 gpa = MOCK_BASE + 32 * PAGE_SIZE +
			  prandom_u32_state(&rnd) % (29 * PAGE_SIZE);

		memcpy(expected + offset, mock_ptr(guest, gpa), len);
		entries[nr].addr = cpu_to_le64(gpa);
		entries[nr].length = cpu_to_le32(len);
		offset += len;
		nr++;
	}

	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 1, ARGB, 64, 64));
	KUNIT_ASSERT_EQ(test, OK, attach_entries(mock, 1, list, nr));
	res = vdgpu_resource_find(mock->gpu, 1);
	KUNIT_ASSERT_NOT_NULL(test, res);
	image = res->image->vaddr;
	for (i = 0; i < 200; i++) {
		u32 width = 1 + prandom_u32_state(&rnd) % 64;
		u32 height = 1 + prandom_u32_state(&rnd) % 64;

		x = prandom_u32_state(&rnd) % (65 - width);
		y = prandom_u32_state(&rnd) % (65 - height);
		memset(res->image->vaddr, 0, 64 * 64 * 4);
		KUNIT_ASSERT_EQ(test, OK,
				mock_gpu_transfer(mock, 1,
						  mock_rect(x, y, width,
							    height),
						  (y * 64 + x) * 4));
		for (; height; height--, y++)
			KUNIT_ASSERT_MEMEQ(test, image + (y * 64 + x) * 4,
					   expected + (y * 64 + x) * 4,
					   width * 4);
	}
	vdgpu_resource_put(res);
}

/* GPU2D-REQ-5.1.c: 65,536 entries; and the limits above. */
static void many_entries(struct kunit *test)
{
	struct virtio_gpu_mem_entry *entries;
	struct vdgpu_config config;
	struct mock_guest *guest;
	struct mock_gpu *mock;
	u64 list;
	u32 i;

	mock_gpu_config(&config);
	config.limits.entries = 65536;
	config.limits.total_entries = 65537;
	mock = mock_gpu(test, &config, 300);
	guest = &mock->driver->guest;
	list = mock_alloc(guest, 65537 * sizeof(*entries), 8);
	entries = mock_ptr(guest, list);
	for (i = 0; i < 65537; i++) {
		entries[i].addr = cpu_to_le64(MOCK_BASE +
					      (i * 37 % 290) * PAGE_SIZE);
		entries[i].length = cpu_to_le32(PAGE_SIZE);
	}
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 1, ARGB, 64, 64));
	KUNIT_EXPECT_EQ(test, FULL, attach_entries(mock, 1, list, 65537));
	KUNIT_EXPECT_EQ(test, OK, attach_entries(mock, 1, list, 65536));
	KUNIT_EXPECT_EQ(test, 65536, mock->gpu->quota.entries);
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_transfer(mock, 1, mock_rect(0, 0, 64, 64),
					  65532ull * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, BAD,
			mock_gpu_transfer(mock, 1, mock_rect(0, 0, 64, 64),
					  65533ull * PAGE_SIZE));
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 2, ARGB, 64, 64));
	KUNIT_EXPECT_EQ(test, FULL, attach_entries(mock, 2, list, 2));
	KUNIT_EXPECT_EQ(test, 65536, mock->gpu->quota.entries);
	KUNIT_EXPECT_EQ(test, OK, attach_entries(mock, 2, list, 1));
	KUNIT_EXPECT_EQ(test, 65537, mock->gpu->quota.entries);
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_unref(mock, 1));
	KUNIT_EXPECT_EQ(test, 1, mock->gpu->quota.entries);
}

#define SCATTERED	0x8000000000ull

/* One that does not lie next to @page in the host, which only two others do. */
static struct page *far_from(struct mock_guest *guest, const struct page *page)
{
	struct page *other;
	unsigned int i = 0;

	do {
		other = mock_page(guest, MOCK_BASE + ++i * PAGE_SIZE);
	} while (abs_diff(page_to_pfn(page), page_to_pfn(other)) < 2);
	return other;
}

/* Maps two pages by turns, so that no neighbours are any in the host as well. */
static void scatter(struct kunit *test, struct mock_gpu *mock, u32 pages)
{
	struct vdpa_device *vdpa = mock->driver->vdpa;
	struct mock_guest *guest = &mock->driver->guest;
	struct page *page[2];
	u32 i;

	page[0] = mock_page(guest, MOCK_BASE);
	page[1] = far_from(guest, page[0]);
	for (i = 0; i < pages; i++)
		KUNIT_ASSERT_EQ(test, 0,
				vdpa->config->dma_map(vdpa, 0, SCATTERED +
						      (u64)i * PAGE_SIZE,
						      PAGE_SIZE,
						      page_to_phys(page[i % 2]),
						      VHOST_MAP_RO, NULL));
}

/* One entry is many if the VMM scatters it: both limits hold. */
static void scattered_entries_are_paid_for(struct kunit *test)
{
	const u32 limit = 65536;
	struct vdgpu_config config;
	struct mock_gpu *mock;

	mock_gpu_config(&config);
	config.limits.entries = limit;
	config.limits.total_entries = limit + 2;
	mock = mock_gpu(test, &config, 16);
	scatter(test, mock, 2 * limit + 1);
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 1, ARGB, 4, 4));
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 2, ARGB, 4, 4));
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 3, ARGB, 4, 4));
	KUNIT_EXPECT_EQ(test, FULL,
			mock_gpu_attach(mock, 1, SCATTERED,
					(2 * limit + 1) * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.entries);
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_attach(mock, 1, SCATTERED,
					2 * limit * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, limit, mock->gpu->quota.entries);
	KUNIT_EXPECT_EQ(test, FULL,
			mock_gpu_attach(mock, 2, SCATTERED, 5 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, OK,
			mock_gpu_attach(mock, 2, SCATTERED, 4 * PAGE_SIZE));
	KUNIT_EXPECT_EQ(test, limit + 2, mock->gpu->quota.entries);
	KUNIT_EXPECT_EQ(test, FULL, mock_gpu_attach(mock, 3, SCATTERED, 4));
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_unref(mock, 1));
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_detach(mock, 2));
	KUNIT_EXPECT_EQ(test, 0, mock->gpu->quota.entries);
}

/* GPU2D-REQ-5.1.d: also if there is memory at both ends of the addresses. */
static void entries_do_not_wrap(struct kunit *test)
{
	static const u64 ends[] = { 0, -(u64)PAGE_SIZE };
	struct vdgpu_config config;
	struct vdpa_device *vdpa;
	struct mock_gpu *mock;
	struct page *page;
	unsigned int i;

	mock_gpu_config(&config);
	mock = mock_gpu(test, &config, 16);
	vdpa = mock->driver->vdpa;
	page = mock_page(&mock->driver->guest, MOCK_BASE + 8 * PAGE_SIZE);
	for (i = 0; i < ARRAY_SIZE(ends); i++)
		KUNIT_ASSERT_EQ(test, 0,
				vdpa->config->dma_map(vdpa, 0, ends[i],
						      PAGE_SIZE,
						      page_to_phys(page),
						      VHOST_MAP_RO, NULL));
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 1, ARGB, 4, 4));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_attach(mock, 1, U64_MAX - 3, 64));
	KUNIT_EXPECT_EQ(test, BAD, mock_gpu_attach(mock, 1, U64_MAX - 3, 5));
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_attach(mock, 1, U64_MAX - 3, 4));
}

/* GPU2D-REQ-5.1.f */
static void reattach_uses_new_pages(struct kunit *test)
{
	struct vdgpu_config config;
	struct vdgpu_resource *res;
	struct mock_gpu *mock;
	u64 first, second;
	const u32 *image;

	mock_gpu_config(&config);
	mock = mock_gpu(test, &config, 32);
	first = mock_alloc(&mock->driver->guest, 64, 64);
	second = mock_alloc(&mock->driver->guest, 64, 64);
	*(u32 *)mock_ptr(&mock->driver->guest, first) = 111;
	*(u32 *)mock_ptr(&mock->driver->guest, second) = 222;
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(mock, 1, ARGB, 4, 4));
	res = vdgpu_resource_find(mock->gpu, 1);
	KUNIT_ASSERT_NOT_NULL(test, res);
	image = res->image->vaddr;

	mock_gpu_attach(mock, 1, first, 64);
	mock_gpu_transfer(mock, 1, mock_rect(0, 0, 4, 4), 0);
	mock_gpu_detach(mock, 1);
	KUNIT_EXPECT_EQ(test, OK, mock_gpu_attach(mock, 1, second, 64));
	KUNIT_EXPECT_EQ(test, 111, image[0]);
	mock_gpu_transfer(mock, 1, mock_rect(0, 0, 4, 4), 0);
	KUNIT_EXPECT_EQ(test, 222, image[0]);
	vdgpu_resource_put(res);
}

static struct kunit_case resource_cases[] = {
	KUNIT_CASE(table_is_sparse),
	KUNIT_CASE(fresh_images_are_black),
	KUNIT_CASE(odd_entries_make_one_picture),
	KUNIT_CASE(many_entries),
	KUNIT_CASE(scattered_entries_are_paid_for),
	KUNIT_CASE(entries_do_not_wrap),
	KUNIT_CASE(reattach_uses_new_pages),
	{}
};

static struct kunit_suite resource_suite = {
	.name = "vdgpu_resource",
	.test_cases = resource_cases,
};

kunit_test_suite(resource_suite);
