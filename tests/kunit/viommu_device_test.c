// SPDX-License-Identifier: GPL-2.0-only
/*
 * A whole IOMMU between its driver and those who do DMA: config space, bypass,
 * reset, and answers that wait until everybody has let go.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/virtio_iommu.h>
#include <linux/virtio_ids.h>

#include "iommu/device.h"
#include "iommu/domain.h"
#include "iommu/endpoint.h"
#include "iommu/vdiommu.h"
#include "mock_iommu.h"
#include "mock_user.h"

#define G	MOCK_GRANULE
#define NOWHERE	U64_MAX

#define OK	VIRTIO_IOMMU_S_OK
#define INVAL	VIRTIO_IOMMU_S_INVAL
#define NOENT	VIRTIO_IOMMU_S_NOENT
#define RW	(VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE)

#define FEATURE(_name)	BIT_ULL(VIRTIO_IOMMU_F_##_name)

static struct vdpa_mgmt_dev mgmt;

static struct vdpa_device *vdpa_of(struct mock_iommu *mock)
{
	return &mock->iommu->vds.vdpa;
}

static void get_config(struct mock_iommu *mock, struct virtio_iommu_config *out)
{
	memset(out, 0xa5, sizeof(*out));
	vdpa_of(mock)->config->get_config(vdpa_of(mock), 0, out, sizeof(*out));
}

static u8 bypass_of(struct mock_iommu *mock)
{
	struct virtio_iommu_config config;

	get_config(mock, &config);
	return config.bypass;
}

static void set_bypass(struct mock_iommu *mock, u8 value)
{
	vdpa_of(mock)->config->set_config(vdpa_of(mock), 36, &value, 1);
}

/* IOMMU-REQ-1, IOMMU-REQ-4 */
static void config_space(struct kunit *test)
{
	struct vdiommu_config *shape = mock_iommu_config(test);
	struct virtio_iommu_config config;
	struct mock_iommu *mock;

	shape->input_start = 4 * G;
	shape->input_last = BIT_ULL(48) - 1;
	mock = mock_iommu(test, shape, vdiommu_config_features(shape), 16);
	KUNIT_EXPECT_EQ(test, VIRTIO_ID_IOMMU,
			vdpa_of(mock)->config->get_device_id(vdpa_of(mock)));
	KUNIT_EXPECT_EQ(test, 40,
			vdpa_of(mock)->config->get_config_size(vdpa_of(mock)));
	get_config(mock, &config);
	KUNIT_EXPECT_EQ(test, ~(G - 1), le64_to_cpu(config.page_size_mask));
	KUNIT_EXPECT_EQ(test, 4 * G, le64_to_cpu(config.input_range.start));
	KUNIT_EXPECT_EQ(test, BIT_ULL(48) - 1,
			le64_to_cpu(config.input_range.end));
	KUNIT_EXPECT_EQ(test, 1, le32_to_cpu(config.domain_range.start));
	KUNIT_EXPECT_EQ(test, 99, le32_to_cpu(config.domain_range.end));
	KUNIT_EXPECT_EQ(test, 512, le32_to_cpu(config.probe_size));
	KUNIT_EXPECT_EQ(test, 0, config.bypass);
	KUNIT_EXPECT_NULL(test, memchr_inv(config.reserved, 0, 3));
}

static void config_of_what_is_offered(struct kunit *test)
{
	struct vdiommu_config *shape = mock_iommu_config(test);
	struct mock_iommu *mock = mock_iommu(test, shape, FEATURE(MAP_UNMAP),
					     16);
	struct virtio_iommu_config config;

	get_config(mock, &config);
	KUNIT_EXPECT_EQ(test, ~(G - 1), le64_to_cpu(config.page_size_mask));
	KUNIT_EXPECT_NULL(test, memchr_inv(&config.input_range, 0,
					   sizeof(config) - 8));
}

/* BASE-09, IOMMU-REQ-4.c: the whole space, and bytes that mean nothing. */
static void only_bypass_can_be_written(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	struct virtio_iommu_config before, after;

	get_config(mock, &before);
	memset(&after, 0xff, sizeof(after));
	vdpa_of(mock)->config->set_config(vdpa_of(mock), 0, &after,
					  sizeof(after));
	get_config(mock, &after);
	KUNIT_EXPECT_MEMEQ(test, &before, &after, sizeof(after));
	set_bypass(mock, 2);
	KUNIT_EXPECT_EQ(test, 0, bypass_of(mock));
	after.bypass = 1;
	vdpa_of(mock)->config->set_config(vdpa_of(mock), 0, &after, 36);
	KUNIT_EXPECT_EQ(test, 0, bypass_of(mock));
	vdpa_of(mock)->config->set_config(vdpa_of(mock), 37, &after, 3);
	KUNIT_EXPECT_EQ(test, 0, bypass_of(mock));
	vdpa_of(mock)->config->set_config(vdpa_of(mock), 0, &after, 40);
	KUNIT_EXPECT_EQ(test, 1, bypass_of(mock));
	set_bypass(mock, 0xff);
	KUNIT_EXPECT_EQ(test, 1, bypass_of(mock));
}

/* IOMMU-REQ-5.1.0, IOMMU-REQ-5.a */
static void passes_only_when_told(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);

	KUNIT_EXPECT_EQ(test, NOWHERE, mock_iommu_look(mock, 10, G, false));
	set_bypass(mock, 1);
	KUNIT_EXPECT_EQ(test, G, mock_iommu_look(mock, 10, G, false));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, 0));
	KUNIT_EXPECT_EQ(test, NOWHERE, mock_iommu_look(mock, 10, G, false));
	KUNIT_EXPECT_EQ(test, G, mock_iommu_look(mock, 30, G, false));
	set_bypass(mock, 0);
	KUNIT_EXPECT_EQ(test, NOWHERE, mock_iommu_look(mock, 30, G, false));
}

/* IOMMU-REQ-4.d */
static void bypass_outlives_a_reset_only(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);

	set_bypass(mock, 1);
	vdpa_reset(vdpa_of(mock), 0);
	KUNIT_EXPECT_EQ(test, 1, bypass_of(mock));
	/* Nobody has accepted it now. */
	set_bypass(mock, 0);
	KUNIT_EXPECT_EQ(test, 1, bypass_of(mock));
	mock->iommu->vds.type->closed(&mock->iommu->vds);
	KUNIT_EXPECT_EQ(test, 0, bypass_of(mock));
	KUNIT_EXPECT_EQ(test, NOWHERE, mock_iommu_look(mock, 10, G, false));
}

/* IOMMU-REQ-5.1.b */
static void strict_knows_no_bypass(struct kunit *test)
{
	struct vdiommu_config *shape = mock_iommu_config(test);
	struct mock_iommu *mock;

	shape->profile = VDIOMMU_PROFILE_STRICT;
	mock = mock_iommu(test, shape, vdiommu_config_features(shape), 16);
	set_bypass(mock, 1);
	KUNIT_EXPECT_EQ(test, 0, bypass_of(mock));
	KUNIT_EXPECT_EQ(test, INVAL,
			mock_iommu_attach(mock, 1, 10,
					  VIRTIO_IOMMU_ATTACH_F_BYPASS));
	KUNIT_EXPECT_EQ(test, NOWHERE, mock_iommu_look(mock, 10, G, false));
}

static void creates_what_is_valid_only(struct kunit *test)
{
	struct vdiommu_config *shape = mock_iommu_config(test);
	struct vdiommu_device *first, *second;

	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR(vdiommu_device_create(&mgmt, "kunit", shape,
						      FEATURE(BYPASS))));
	shape->profile = VDIOMMU_PROFILE_STRICT;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR(vdiommu_device_create(&mgmt, "kunit", shape,
						      FEATURE(BYPASS_CONFIG))));
	first = vdiommu_device_create(&mgmt, "kunit", shape, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, first);
	/* There is one who translates for each endpoint. */
	second = vdiommu_device_create(&mgmt, "kunit", shape, 0);
	KUNIT_EXPECT_EQ(test, -EBUSY, PTR_ERR(second));
	vds_device_put(&first->vds);
	second = vdiommu_device_create(&mgmt, "kunit", shape, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, second);
	vds_device_put(&second->vds);
	shape->num_endpoints = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR(vdiommu_device_create(&mgmt, "kunit", shape,
						      0)));
}

/* What a kick may not do itself the thread does, with the same result. */
static void large_ones_go_to_the_thread(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	u64 before, i;

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, 0));
	for (i = 0; i < 2 * VDIOMMU_BATCH; i++)
		KUNIT_ASSERT_EQ(test, OK,
				mock_iommu_map(mock, 1, i * G, (i + 1) * G - 1,
					       0, RW));
	before = atomic64_read(&mock->iommu->stats.deferred);
	KUNIT_EXPECT_EQ(test, OK,
			mock_iommu_unmap(mock, 1, 0, VDIOMMU_BATCH * G - 1));
	KUNIT_EXPECT_EQ(test, before,
			atomic64_read(&mock->iommu->stats.deferred));
	for (i = 0; i < VDIOMMU_BATCH; i++)
		KUNIT_ASSERT_EQ(test, OK,
				mock_iommu_map(mock, 1, i * G, (i + 1) * G - 1,
					       0, RW));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_unmap(mock, 1, 0, U64_MAX));
	KUNIT_EXPECT_EQ(test, before + 1,
			atomic64_read(&mock->iommu->stats.deferred));
	KUNIT_EXPECT_EQ(test, NOWHERE, mock_iommu_look(mock, 10, 0, true));

	for (i = 0; i <= VDIOMMU_BATCH; i++)
		KUNIT_ASSERT_EQ(test, OK,
				mock_iommu_map(mock, 1, i * G, (i + 1) * G - 1,
					       0, RW));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_attach(mock, 2, 10, 0));
	KUNIT_EXPECT_EQ(test, before + 2,
			atomic64_read(&mock->iommu->stats.deferred));
	for (i = 0; i <= VDIOMMU_BATCH; i++)
		KUNIT_ASSERT_EQ(test, OK,
				mock_iommu_map(mock, 2, i * G, (i + 1) * G - 1,
					       0, RW));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_detach(mock, 2, 10));
	KUNIT_EXPECT_EQ(test, before + 3,
			atomic64_read(&mock->iommu->stats.deferred));
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_detach(mock, 2, 10));
}

static struct mock_user *new_user(struct kunit *test)
{
	return mock_user(test, "mock-iommu", 10, NULL);
}

static void forget(struct mock_user *dma)
{
	dma->tries = 0;
	dma->revokes = 0;
	dma->iova = 1;
	dma->last = 0;
}

/* IOMMU-REQ-6.3.d, IOMMU-REQ-6.5.g: told before the answer, and of what. */
static void users_are_told(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	struct mock_user *dma = new_user(test);

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, 0));
	KUNIT_EXPECT_EQ(test, 1, dma->tries);
	KUNIT_EXPECT_EQ(test, 0, dma->iova);
	KUNIT_EXPECT_EQ(test, U64_MAX, dma->last);
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(mock, 1, 0, G - 1, G, RW));
	KUNIT_EXPECT_EQ(test, 1, dma->tries);

	forget(dma);
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_unmap(mock, 1, 0, 3 * G - 1));
	KUNIT_EXPECT_EQ(test, 1, dma->tries);
	KUNIT_EXPECT_EQ(test, 0, dma->iova);
	KUNIT_EXPECT_EQ(test, 3 * G - 1, dma->last);

	/* What is refused, or happens elsewhere, is no news. */
	forget(dma);
	KUNIT_EXPECT_EQ(test, NOENT, mock_iommu_unmap(mock, 9, 0, 3 * G - 1));
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_detach(mock, 9, 10));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_attach(mock, 2, 30, 0));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_unmap(mock, 2, 0, U64_MAX));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_detach(mock, 2, 30));
	KUNIT_EXPECT_EQ(test, 0, dma->tries);
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_detach(mock, 1, 10));
	KUNIT_EXPECT_EQ(test, 1, dma->tries);
	KUNIT_EXPECT_EQ(test, U64_MAX, dma->last);
	KUNIT_EXPECT_EQ(test, 0, dma->revokes);
}

/* A request whose end has to be waited for happens once all the same. */
static void busy_users_are_waited_for(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	struct mock_user *dma = new_user(test);

	dma->busy = true;
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, 0));
	KUNIT_EXPECT_EQ(test, 1, dma->revokes);
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(mock, 1, 0, G - 1, G, RW));
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(mock, 1, 30, 0));
	KUNIT_EXPECT_EQ(test, 1, dma->revokes);

	forget(dma);
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_unmap(mock, 1, 0, 3 * G - 1));
	KUNIT_EXPECT_EQ(test, 1, dma->revokes);
	KUNIT_EXPECT_EQ(test, 0, dma->iova);
	KUNIT_EXPECT_EQ(test, 3 * G - 1, dma->last);

	/* Twice the same request is two. */
	forget(dma);
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_detach(mock, 1, 10));
	KUNIT_EXPECT_EQ(test, 1, dma->revokes);
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_detach(mock, 1, 10));
	KUNIT_EXPECT_EQ(test, 1, dma->revokes);
	KUNIT_EXPECT_EQ(test, 0, mock->iommu->unfinished.set);
}

/* It was begun by a driver that is gone: its answer is nobody else's. */
static void unfinished_ones_are_not_mixed_up(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	struct mock_user *dma = new_user(test);

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, 0));
	mock->iommu->unfinished.set = 1;
	mock->iommu->unfinished.range.last = 4711;
	forget(dma);
	dma->busy = true;
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_detach(mock, 2, 10));
	KUNIT_EXPECT_EQ(test, 1, dma->revokes);
	KUNIT_EXPECT_EQ(test, 4711, dma->last);
	KUNIT_EXPECT_EQ(test, 0, mock->iommu->unfinished.set);

	mock->iommu->unfinished.set = 1;
	vdpa_reset(vdpa_of(mock), 0);
	KUNIT_EXPECT_EQ(test, 0, mock->iommu->unfinished.set);
}

/* IOMMU-REQ-5, IOMMU-REQ-X4 */
static void reset_takes_all_away(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	struct mock_user *dma = new_user(test);

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, 0));
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(mock, 1, 0, G - 1, G, RW));
	forget(dma);
	dma->busy = true;
	vdpa_reset(vdpa_of(mock), 0);
	KUNIT_EXPECT_EQ(test, 1, dma->revokes);
	KUNIT_EXPECT_EQ(test, U64_MAX, dma->last);
	KUNIT_EXPECT_EQ(test, NOWHERE, mock_iommu_look(mock, 10, 0, true));

	mock->driver->guest.next = 0;
	mock_driver_start(mock->driver, FEATURE(MAP_UNMAP));
	KUNIT_EXPECT_EQ(test, NOENT,
			mock_iommu_map(mock, 1, 0, G - 1, G, RW));
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_detach(mock, 1, 10));
}

/* Those who have no domain see it change, and only they. */
static void bypass_is_news_to_the_unattached(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	struct mock_user *dma = new_user(test);

	dma->busy = true;
	set_bypass(mock, 1);
	KUNIT_EXPECT_EQ(test, 1, dma->revokes);
	set_bypass(mock, 1);
	KUNIT_EXPECT_EQ(test, 1, dma->revokes);
	set_bypass(mock, 0);
	KUNIT_EXPECT_EQ(test, 2, dma->revokes);
	KUNIT_EXPECT_EQ(test, U64_MAX, dma->last);
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, 0));
	forget(dma);
	set_bypass(mock, 1);
	KUNIT_EXPECT_EQ(test, 0, dma->revokes);
}

static struct kunit_case device_cases[] = {
	KUNIT_CASE(config_space),
	KUNIT_CASE(config_of_what_is_offered),
	KUNIT_CASE(only_bypass_can_be_written),
	KUNIT_CASE(passes_only_when_told),
	KUNIT_CASE(bypass_outlives_a_reset_only),
	KUNIT_CASE(strict_knows_no_bypass),
	KUNIT_CASE(creates_what_is_valid_only),
	KUNIT_CASE(large_ones_go_to_the_thread),
	KUNIT_CASE(users_are_told),
	KUNIT_CASE(busy_users_are_waited_for),
	KUNIT_CASE(unfinished_ones_are_not_mixed_up),
	KUNIT_CASE(reset_takes_all_away),
	KUNIT_CASE(bypass_is_news_to_the_unattached),
	{}
};

static struct kunit_suite device_suite = {
	.name = "viommu_device",
	.test_cases = device_cases,
};

kunit_test_suite(device_suite);
