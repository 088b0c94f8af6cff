// SPDX-License-Identifier: GPL-2.0-only
/* Faults: from a blocked access to the bytes in the driver's buffer. */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/virtio_iommu.h>

#include "iommu/fault.h"
#include "iommu/vdiommu.h"
#include "mock_iommu.h"

#define G	MOCK_GRANULE
#define NOWHERE	U64_MAX

#define OK	VIRTIO_IOMMU_S_OK
#define R	VIRTIO_IOMMU_MAP_F_READ
#define W	VIRTIO_IOMMU_MAP_F_WRITE

#define EVENTS	1

static_assert(sizeof(struct virtio_iommu_fault) == 24);

/* Lends a buffer of that size to the event queue; its address. */
static u64 lend(struct mock_iommu *mock, u32 size)
{
	struct mock_guest *guest = &mock->driver->guest;
	u64 gpa = mock_alloc(guest, size, 8);
	const struct mock_buf buf = { gpa, size, true };

	memset(mock_ptr(guest, gpa), 0xa5, size);
	mock_ring_add(&mock->driver->rings[EVENTS], &buf, 1);
	mock_driver_kick_atomic(mock->driver, EVENTS);
	return gpa;
}

static int next_event(struct mock_iommu *mock)
{
	return mock_driver_wait(mock->driver, EVENTS, NULL);
}

static bool has_event(struct mock_iommu *mock)
{
	u32 id, len;

	irq_work_sync(&mock->iommu->faults.work);
	return mock_ring_used(&mock->driver->rings[EVENTS], &id, &len);
}

static void expect_counts(struct kunit *test, struct mock_iommu *mock, u64 met,
			  u64 dropped)
{
	u64 real_met, real_dropped;

	irq_work_sync(&mock->iommu->faults.work);
	vdiommu_faults_count(mock->iommu, &real_met, &real_dropped);
	KUNIT_EXPECT_EQ(test, met, real_met);
	KUNIT_EXPECT_EQ(test, dropped, real_dropped);
}

/* IOMMU-REQ-6.8.a to IOMMU-REQ-6.8.d, IOMMU-REQ-6.8.g, IOMMU-REQ-6.8.i */
static void every_byte_of_an_event(struct kunit *test)
{
	static const struct row {
		u32 endpoint;
		u64 iova;
		bool write;
		u8 reason;
		u32 flags;
	} rows[] = {
		{ 30, 0x1122334455667788, false, 1, 0x101 },
		{ 30, 0, true, 1, 0x102 },
		{ 10, 7 * G, false, 2, 0x101 },
		{ 10, U64_MAX, true, 2, 0x102 },
		{ 10, 123, true, 2, 0x102 },
		{ 10, G + 5, false, 2, 0x101 },
		{ 20, MOCK_RESV_START + 1, true, 2, 0x102 },
	};
	struct mock_iommu *mock = mock_iommu_default(test);
	unsigned int i;

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, 0));
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(mock, 1, 0, G - 1, 0, R));
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(mock, 1, G, 2 * G - 1, 0, W));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		const struct virtio_iommu_fault expected = {
			.reason = row->reason,
			.flags = cpu_to_le32(row->flags),
			.endpoint = cpu_to_le32(row->endpoint),
			.address = cpu_to_le64(row->iova),
		};
		u64 gpa = lend(mock, 32);

		KUNIT_EXPECT_EQ(test, NOWHERE,
				mock_iommu_look(mock, row->endpoint, row->iova,
						row->write));
		KUNIT_EXPECT_EQ(test, 24, next_event(mock));
		KUNIT_EXPECT_MEMEQ(test, mock_ptr(&mock->driver->guest, gpa),
				   &expected, 24);
		KUNIT_EXPECT_EQ(test, 0xa5, *((u8 *)mock_ptr(&mock->driver->guest,
							     gpa) + 24));
	}
	expect_counts(test, mock, ARRAY_SIZE(rows), 0);
}

static void access_that_passes_is_no_fault(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, 0));
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(mock, 1, 0, G - 1, 0, R | W));
	lend(mock, 24);
	KUNIT_EXPECT_EQ(test, 0, mock_iommu_look(mock, 10, 0, true));
	KUNIT_EXPECT_FALSE(test, has_event(mock));
	expect_counts(test, mock, 0, 0);
}

static u64 address_at(struct mock_iommu *mock, u64 gpa)
{
	const struct virtio_iommu_fault *event;

	event = mock_ptr(&mock->driver->guest, gpa);
	return le64_to_cpu(event->address);
}

/* BASE-05: the buffers of a disabled queue are the driver's again. */
static void a_disabled_queue_is_left_alone(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	struct vdpa_device *vdpa = &mock->iommu->vds.vdpa;
	unsigned long until = jiffies + 20 * HZ;
	u64 gpa = lend(mock, 24);

	/* The queue's thread may be at it still, or again. */
	while (!READ_ONCE(mock->iommu->faults.nr_buffers) &&
	       time_before(jiffies, until))
		usleep_range(1000, 2000);
	KUNIT_ASSERT_EQ(test, 1, mock->iommu->faults.nr_buffers);
	vdpa->config->set_vq_ready(vdpa, EVENTS, false);
	mock_iommu_look(mock, 10, 3 * G, false);
	KUNIT_EXPECT_FALSE(test, has_event(mock));
	KUNIT_EXPECT_EQ(test, 0xa5a5a5a5a5a5a5a5, address_at(mock, gpa));

	/* Enabled again it is told, in another one. */
	vdpa->config->set_vq_ready(vdpa, EVENTS, true);
	gpa = lend(mock, 24);
	KUNIT_EXPECT_EQ(test, 24, next_event(mock));
	KUNIT_EXPECT_EQ(test, 3 * G, address_at(mock, gpa));
	expect_counts(test, mock, 1, 0);
}

/* IOMMU-REQ-6.8.f: the oldest are kept, in their order. */
static void a_flood_is_cut_off(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	u64 i;

	for (i = 0; i < VDIOMMU_MAX_FAULTS + 10; i++)
		mock_iommu_look(mock, 10, i, false);
	KUNIT_EXPECT_FALSE(test, has_event(mock));
	expect_counts(test, mock, VDIOMMU_MAX_FAULTS + 10, 10);
	for (i = 0; i < VDIOMMU_MAX_FAULTS; i++) {
		u64 gpa = lend(mock, 24);

		KUNIT_ASSERT_EQ(test, 24, next_event(mock));
		KUNIT_EXPECT_EQ(test, i, address_at(mock, gpa));
	}
	lend(mock, 24);
	KUNIT_EXPECT_FALSE(test, has_event(mock));
	expect_counts(test, mock, VDIOMMU_MAX_FAULTS + 10, 10);
}

static void buffers_are_used_in_order(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	u64 gpa[40];
	u64 i, round;

	for (round = 0; round < 50; round++) {
		mock->driver->guest.next = 3 * PAGE_SIZE;
		for (i = 0; i < ARRAY_SIZE(gpa); i++)
			gpa[i] = lend(mock, 24);
		for (i = 0; i < ARRAY_SIZE(gpa); i++)
			mock_iommu_look(mock, 10, 1000 * round + i, false);
		for (i = 0; i < ARRAY_SIZE(gpa); i++)
			KUNIT_ASSERT_EQ(test, 24, next_event(mock));
		for (i = 0; i < ARRAY_SIZE(gpa); i++)
			KUNIT_EXPECT_EQ(test, 1000 * round + i,
					address_at(mock, gpa[i]));
	}
	expect_counts(test, mock, 50 * ARRAY_SIZE(gpa), 0);
}

/* IOMMU-REQ-6.8.e */
static void small_buffers_cost_an_event(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	const u8 *bytes;
	u64 gpa;

	bytes = mock_ptr(&mock->driver->guest, lend(mock, 23));
	gpa = lend(mock, 24);
	mock_iommu_look(mock, 10, 1, false);
	KUNIT_EXPECT_EQ(test, 0, next_event(mock));
	KUNIT_EXPECT_EQ(test, 0xa5, bytes[0]);
	KUNIT_EXPECT_EQ(test, 0xa5, bytes[22]);
	KUNIT_EXPECT_FALSE(test, has_event(mock));
	expect_counts(test, mock, 1, 1);
	mock_iommu_look(mock, 10, 2, false);
	KUNIT_EXPECT_EQ(test, 24, next_event(mock));
	KUNIT_EXPECT_EQ(test, 2, address_at(mock, gpa));
	expect_counts(test, mock, 2, 1);
}

/* Neither what one driver met nor what it lent is for the next one. */
static void reset_forgets_both(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	struct vdpa_device *vdpa = &mock->iommu->vds.vdpa;
	const u8 *bytes;

	bytes = mock_ptr(&mock->driver->guest, lend(mock, 24));
	vdpa_reset(vdpa, 0);
	KUNIT_EXPECT_EQ(test, 0, mock->iommu->faults.nr_buffers);
	mock_iommu_look(mock, 10, 1, false);
	expect_counts(test, mock, 1, 1);
	KUNIT_EXPECT_EQ(test, 0xa5, bytes[0]);

	mock_driver_start(mock->driver, 0);
	mock_iommu_look(mock, 10, 2, false);
	mock_iommu_look(mock, 10, 3, false);
	expect_counts(test, mock, 3, 1);
	vdpa_reset(vdpa, 0);
	expect_counts(test, mock, 3, 3);
	mock_driver_start(mock->driver, 0);
	lend(mock, 24);
	KUNIT_EXPECT_FALSE(test, has_event(mock));
}

static struct kunit_case fault_cases[] = {
	KUNIT_CASE(every_byte_of_an_event),
	KUNIT_CASE(access_that_passes_is_no_fault),
	KUNIT_CASE(a_disabled_queue_is_left_alone),
	KUNIT_CASE(a_flood_is_cut_off),
	KUNIT_CASE(buffers_are_used_in_order),
	KUNIT_CASE(small_buffers_cost_an_event),
	KUNIT_CASE(reset_forgets_both),
	{}
};

static struct kunit_suite fault_suite = {
	.name = "viommu_fault",
	.test_cases = fault_cases,
};

kunit_test_suite(fault_suite);
