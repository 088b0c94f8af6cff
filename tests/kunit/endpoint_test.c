// SPDX-License-Identifier: GPL-2.0-only
/* Endpoints: who translates, who uses it, and what taking it away waits for. */
#include <kunit/test.h>
#include <linux/virtio_config.h>

#include "mock_echo.h"
#include "mock_guest.h"
#include "mock_provider.h"
#include "mock_user.h"
#include "soft/core.h"
#include "soft/dma.h"
#include "soft/dma_private.h"
#include "soft/endpoint.h"

/* Guest memory from MOCK_BASE on is seen from here on, by default. */
#define IOVA	0x10000ull

/**
 * struct world - memory behind an endpoint
 * @memory: the guest's, 4 pages
 * @iommu: shows all of it from IOVA on
 * @ep: where both meet; not yet provided
 * @user: joined
 */
struct world {
	struct mock_memory *memory;
	struct mock_provider iommu;
	struct vds_endpoint *ep;
	struct mock_user *user;
};

static struct world *make_world(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, world);
	world->memory = mock_memory(test, 4);
	world->iommu = (struct mock_provider) {
		.first = IOVA,
		.last = IOVA + 4 * PAGE_SIZE - 1,
		.gpa = MOCK_BASE,
		.writable = true,
		.run = PAGE_SIZE,
	};
	world->user = mock_user(test, "iommu0", 8, &world->memory->dma);
	world->ep = world->user->ep;
	world->memory->dma.endpoint = world->ep;
	return world;
}

static struct world *make_provided(struct kunit *test)
{
	struct world *world = make_world(test);

	KUNIT_ASSERT_EQ(test, 0, vds_endpoint_provide(world->ep, &mock_provider_ops,
						      &world->iommu));
	return world;
}

static int read_byte(struct world *world, u64 iova)
{
	u8 byte;

	return vds_dma_read(&world->memory->dma, iova, &byte, 1);
}

static void one_name_is_one_endpoint(struct kunit *test)
{
	struct world *world = make_world(test);
	struct vds_endpoint *same = vds_endpoint_get("iommu0", 8);
	struct vds_endpoint *id = vds_endpoint_get("iommu0", 9);
	struct vds_endpoint *iommu = vds_endpoint_get("iommu", 8);

	KUNIT_EXPECT_PTR_EQ(test, world->ep, same);
	KUNIT_EXPECT_PTR_NE(test, world->ep, id);
	KUNIT_EXPECT_PTR_NE(test, world->ep, iommu);
	vds_endpoint_put(same);
	vds_endpoint_put(id);
	vds_endpoint_put(iommu);
	vds_endpoint_put(NULL);
}

/* IOMMU-REQ-5.1.0: nobody translates, nothing is reached. */
static void nothing_without_a_provider(struct kunit *test)
{
	struct world *world = make_world(test);

	KUNIT_EXPECT_EQ(test, -EFAULT, read_byte(world, IOVA));
	KUNIT_EXPECT_EQ(test, -EFAULT, read_byte(world, MOCK_BASE));
	KUNIT_ASSERT_EQ(test, 0, vds_endpoint_provide(world->ep, &mock_provider_ops,
						      &world->iommu));
	KUNIT_EXPECT_EQ(test, -EBUSY,
			vds_endpoint_provide(world->ep, &mock_provider_ops,
					     &world->iommu));
	KUNIT_EXPECT_EQ(test, 0, read_byte(world, IOVA));
	KUNIT_EXPECT_EQ(test, -EFAULT, read_byte(world, MOCK_BASE));

	vds_endpoint_withdraw(world->ep);
	KUNIT_EXPECT_EQ(test, -EFAULT, read_byte(world, IOVA));
	KUNIT_EXPECT_EQ(test, 1, world->user->revokes);
	KUNIT_EXPECT_EQ(test, 0, world->user->iova);
	KUNIT_EXPECT_EQ(test, U64_MAX, world->user->last);
}

static void copies_span_by_span(struct kunit *test)
{
	struct world *world = make_provided(test);
	u8 *bytes = world->memory->guest.bytes;
	u8 text[] = "across three spans", back[sizeof(text)] = {};
	u64 at = IOVA + PAGE_SIZE - 5;

	world->iommu.run = 7;
	KUNIT_ASSERT_EQ(test, 0, vds_dma_write(&world->memory->dma, at, text,
					       sizeof(text)));
	KUNIT_EXPECT_MEMEQ(test, bytes + PAGE_SIZE - 5, text, sizeof(text));
	KUNIT_ASSERT_EQ(test, 0, vds_dma_read(&world->memory->dma, at, back,
					      sizeof(back)));
	KUNIT_EXPECT_MEMEQ(test, back, text, sizeof(text));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_read(&world->memory->dma, world->iommu.last, back,
				     2));
}

static void asks_for_what_it_does(struct kunit *test)
{
	struct world *world = make_provided(test);
	struct vds_spot spot = {};
	u16 word;

	world->iommu.writable = false;
	KUNIT_EXPECT_EQ(test, 0, read_byte(world, IOVA));
	KUNIT_EXPECT_EQ(test, -EFAULT, vds_dma_write(&world->memory->dma, IOVA,
						     "x", 1));
	KUNIT_EXPECT_EQ(test, 0, vds_dma_load16(&world->memory->dma, &spot, IOVA,
						&word));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_store16(&world->memory->dma, &spot, IOVA, 1));
	/* Half a word is none. */
	world->iommu.run = 1;
	spot = (struct vds_spot) {};
	KUNIT_EXPECT_EQ(test, -EFAULT, vds_dma_load16(&world->memory->dma,
						      &spot, IOVA, &word));
}

/* IOMMU-REQ-6.5.g: a ring is where the IOMMU says it is now. */
static void a_spot_ends_with_its_translation(struct kunit *test)
{
	struct world *world = make_provided(test);
	u8 *bytes = world->memory->guest.bytes;
	struct vds_spot spot = {};
	u16 word;

	bytes[0] = 0x11;
	bytes[PAGE_SIZE] = 0x22;
	KUNIT_EXPECT_EQ(test, 0, vds_dma_load16(&world->memory->dma, &spot,
						IOVA, &word));
	KUNIT_EXPECT_EQ(test, 0x11, word & 0xff);
	world->iommu.gpa += PAGE_SIZE;
	vds_endpoint_revoke(world->ep, IOVA, IOVA, VDS_ATOMIC);
	KUNIT_EXPECT_EQ(test, 0, vds_dma_load16(&world->memory->dma, &spot,
						IOVA, &word));
	KUNIT_EXPECT_EQ(test, 0x22, word & 0xff);
}

/* Stage 2 has its say, too: translated is not yet guest memory. */
static void ends_in_guest_memory_only(struct kunit *test)
{
	struct world *world = make_provided(test);

	world->iommu.gpa = MOCK_BASE + 4 * PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, -EFAULT, read_byte(world, IOVA));
}

/* IOMMU-REQ-6.5.g: a section may still use what it resolved. */
static void revoking_waits_for_sections(struct kunit *test)
{
	struct world *world = make_provided(test);
	struct vds_dma *dma = &world->memory->dma;
	struct vds_extent extent;
	u64 before;

	vds_dma_enter(dma);
	before = vds_dma_generation(dma);
	KUNIT_ASSERT_EQ(test, 0, vds_dma_resolve(dma, IOVA, 1, false, &extent));
	KUNIT_EXPECT_FALSE(test, vds_endpoint_revoke(world->ep, IOVA, IOVA + 9,
						     VDS_ATOMIC));
	KUNIT_EXPECT_EQ(test, IOVA, world->user->iova);
	KUNIT_EXPECT_EQ(test, IOVA + 9, world->user->last);
	KUNIT_EXPECT_NE(test, before, vds_dma_generation(dma));
	KUNIT_EXPECT_FALSE(test, vds_dma_unchanged(dma, before, IOVA, IOVA));
	KUNIT_EXPECT_TRUE(test, vds_dma_unchanged(dma, before, IOVA + 10,
						  U64_MAX));
	vds_dma_leave(dma);

	KUNIT_EXPECT_TRUE(test, vds_endpoint_revoke(world->ep, IOVA, IOVA + 9,
						    VDS_ATOMIC));
	KUNIT_EXPECT_EQ(test, 2, world->user->tries);
	KUNIT_EXPECT_EQ(test, 0, world->user->revokes);
	KUNIT_EXPECT_TRUE(test, vds_endpoint_revoke(world->ep, IOVA, IOVA + 9,
						    VDS_THREAD));
	KUNIT_EXPECT_EQ(test, 1, world->user->revokes);
}

static void revoking_waits_for_what_is_held(struct kunit *test)
{
	struct world *world = make_provided(test);
	struct vds_dma *dma = &world->memory->dma;

	vds_dma_hold(dma);
	KUNIT_EXPECT_FALSE(test, vds_endpoint_revoke(world->ep, 0, U64_MAX,
						     VDS_ATOMIC));
	vds_dma_unhold(dma);
	KUNIT_EXPECT_TRUE(test, vds_endpoint_revoke(world->ep, 0, U64_MAX,
						    VDS_ATOMIC));
}

static void looks_without_touching(struct kunit *test)
{
	struct world *world = make_provided(test);
	struct vds_span span;

	KUNIT_ASSERT_EQ(test, 0, vds_endpoint_translate(world->ep, IOVA + 1,
							U64_MAX, true, &span));
	KUNIT_EXPECT_EQ(test, MOCK_BASE + 1, span.gpa);
	KUNIT_EXPECT_EQ(test, IOVA + PAGE_SIZE, span.last);
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_endpoint_translate(world->ep, 0, 0, true, &span));
}

/*
 * A device
 */

static void withdraw(void *ep)
{
	vds_endpoint_withdraw(ep);
	vds_endpoint_put(ep);
}

static void a_device_behind_it(struct kunit *test)
{
	struct mock_provider iommu = {
		.last = U64_MAX,
		.writable = true,
		.run = PAGE_SIZE,
	};
	struct mock_echo *echo = mock_echo(test);
	struct mock_driver *driver = mock_driver(test, &echo->vds.vdpa, 16);
	struct vds_endpoint *ep = vds_endpoint_get("iommu0", 9);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ep);
	KUNIT_ASSERT_EQ(test, 0, vds_device_set_endpoint(&echo->vds, "iommu0",
							 9));
	KUNIT_ASSERT_EQ(test, 0, vds_endpoint_provide(ep, &mock_provider_ops, &iommu));
	kunit_add_action(test, withdraw, ep);

	mock_driver_start(driver, 0);
	mock_echo_ask(driver, 0, "iommu...");
	vds_endpoint_revoke(ep, 1, 2, VDS_THREAD);
	KUNIT_EXPECT_EQ(test, 1, echo->revokes);

	/* The next kick finds no ring. */
	iommu.last = 0;
	mock_driver_kick(driver, 0);
	mock_echo_wait(echo, 0);
	KUNIT_EXPECT_TRUE(test, mock_echo_status(echo) &
				VIRTIO_CONFIG_S_NEEDS_RESET);
	vdpa_reset(&echo->vds.vdpa, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(one_name_is_one_endpoint),
	KUNIT_CASE(nothing_without_a_provider),
	KUNIT_CASE(copies_span_by_span),
	KUNIT_CASE(asks_for_what_it_does),
	KUNIT_CASE(a_spot_ends_with_its_translation),
	KUNIT_CASE(ends_in_guest_memory_only),
	KUNIT_CASE(revoking_waits_for_sections),
	KUNIT_CASE(revoking_waits_for_what_is_held),
	KUNIT_CASE(looks_without_touching),
	KUNIT_CASE(a_device_behind_it),
	{}
};

static struct kunit_suite suite = {
	.name = "vds_endpoint",
	.test_cases = cases,
};

kunit_test_suite(suite);
