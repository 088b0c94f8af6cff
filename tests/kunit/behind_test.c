// SPDX-License-Identifier: GPL-2.0-only
/* A GPU behind an IOMMU: what is mapped elsewhere is what it draws. */
#include <kunit/test.h>

#include "gpu/image.h"
#include "gpu/resource.h"
#include "gpu/vdgpu.h"
#include "mock_gpu.h"
#include "mock_provider.h"

#define OK	VIRTIO_GPU_RESP_OK_NODATA
#define BAD	VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER
#define ARGB	VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM

/**
 * struct world - a GPU with a resource whose pixels are in one page
 * @provider: addresses are those of guest memory, but for that page's
 * @ep: the GPU's
 * @mock: the GPU
 * @res: 4x4
 * @page: iova of its pixels
 * @other: gpa of another page
 */
struct world {
	struct mock_provider provider;
	struct vds_endpoint *ep;
	struct mock_gpu *mock;
	struct vdgpu_resource *res;
	u64 page;
	u64 other;
};

static void withdraw(void *ep)
{
	vds_endpoint_withdraw(ep);
	vds_endpoint_put(ep);
}

static void fill(struct world *world, u64 gpa, u8 pixel)
{
	memset(mock_ptr(&world->mock->driver->guest, gpa), pixel, 64);
}

static u32 draw(struct world *world)
{
	return mock_gpu_transfer(world->mock, 1, mock_rect(0, 0, 4, 4), 0);
}

/* What is drawn, or -1 if that is not one color. */
static int drawn(struct world *world)
{
	const u8 *image = world->res->image->vaddr;

	return memchr_inv(image, *image, 64) ? -1 : *image;
}

static void put_resource(void *res)
{
	vdgpu_resource_put(res);
}

static struct world *make_world(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	struct vdgpu_config config;
	struct mock_guest *guest;

	KUNIT_ASSERT_NOT_NULL(test, world);
	world->provider = (struct mock_provider) {
		.first = MOCK_BASE,
		.last = U64_MAX,
		.gpa = MOCK_BASE,
		.writable = true,
		.run = PAGE_SIZE,
	};
	world->ep = vds_endpoint_get("iommu0", 5);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, world->ep);
	KUNIT_ASSERT_EQ(test, 0, vds_endpoint_provide(world->ep,
						      &mock_provider_ops,
						      &world->provider));
	kunit_add_action(test, withdraw, world->ep);

	mock_gpu_config(&config);
	strscpy(config.iommu, "iommu0");
	config.endpoint = 5;
	world->mock = mock_gpu(test, &config, 32);
	guest = &world->mock->driver->guest;
	world->page = mock_alloc(guest, PAGE_SIZE, PAGE_SIZE);
	world->other = mock_alloc(guest, PAGE_SIZE, PAGE_SIZE);
	world->provider.moved = world->page;
	world->provider.moved_to = world->page;
	fill(world, world->page, 0x11);
	fill(world, world->other, 0x22);

	KUNIT_ASSERT_EQ(test, OK, mock_gpu_create(world->mock, 1, ARGB, 4, 4));
	KUNIT_ASSERT_EQ(test, OK, mock_gpu_attach(world->mock, 1, world->page,
						  64));
	world->res = vdgpu_resource_find(world->mock->gpu, 1);
	KUNIT_ASSERT_NOT_NULL(test, world->res);
	kunit_add_action(test, put_resource, world->res);
	return world;
}

static void revoke(struct world *world, u64 iova)
{
	vds_endpoint_revoke(world->ep, iova, iova + PAGE_SIZE - 1, VDS_THREAD);
}

/* IOMMU-REQ-6.5.g: after its answer an UNMAP, and a MAP, are what counts. */
static void draws_what_is_mapped_now(struct kunit *test)
{
	struct world *world = make_world(test);

	KUNIT_ASSERT_EQ(test, OK, draw(world));
	KUNIT_EXPECT_EQ(test, 0x11, drawn(world));

	world->provider.moved_to = world->other;
	revoke(world, world->page);
	KUNIT_EXPECT_EQ(test, OK, draw(world));
	KUNIT_EXPECT_EQ(test, 0x22, drawn(world));

	world->provider.moved_to = 0;
	revoke(world, world->page);
	KUNIT_EXPECT_EQ(test, BAD, draw(world));
	KUNIT_EXPECT_EQ(test, 0x22, drawn(world));

	world->provider.moved_to = world->page;
	KUNIT_EXPECT_EQ(test, OK, draw(world));
	KUNIT_EXPECT_EQ(test, 0x11, drawn(world));
}

/* A guest unmaps all the time; what does not concern a backing costs nothing. */
static void looks_up_once(struct kunit *test)
{
	struct world *world = make_world(test);
	unsigned int before, i;

	KUNIT_ASSERT_EQ(test, OK, draw(world));
	before = world->provider.moved_lookups;
	for (i = 0; i < 200; i++) {
		revoke(world, world->other);
		KUNIT_ASSERT_EQ(test, OK, draw(world));
	}
	KUNIT_EXPECT_EQ(test, before, world->provider.moved_lookups);

	/* Too many at once: it looks again, and that is right, too. */
	for (i = 0; i < 200; i++)
		revoke(world, i ? world->other : world->page);
	world->provider.moved_to = world->other;
	KUNIT_EXPECT_EQ(test, OK, draw(world));
	KUNIT_EXPECT_EQ(test, 0x22, drawn(world));
	KUNIT_EXPECT_NE(test, before, world->provider.moved_lookups);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(draws_what_is_mapped_now),
	KUNIT_CASE(looks_up_once),
	{}
};

static struct kunit_suite behind_suite = {
	.name = "vdgpu_behind",
	.test_cases = cases,
};

kunit_test_suite(behind_suite);
