// SPDX-License-Identifier: GPL-2.0-only
/* The bytes of PROBE's answer, walked as a driver walks them. */
#include <kunit/test.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "iommu/config.h"
#include "iommu/probe.h"

static u8 *fill(struct kunit *test, const struct vdiommu_endpoint_config *shape)
{
	u8 *bytes = kunit_kmalloc(test, VDIOMMU_PROBE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, bytes);
	memset(bytes, 0xa5, VDIOMMU_PROBE_SIZE);
	vdiommu_probe_fill(shape, bytes);
	return bytes;
}

static void nothing_is_zero(struct kunit *test)
{
	static const struct vdiommu_endpoint_config shape;

	KUNIT_EXPECT_NULL(test, memchr_inv(fill(test, &shape), 0,
					   VDIOMMU_PROBE_SIZE));
}

static void every_byte_of_a_region(struct kunit *test)
{
	static const struct vdiommu_endpoint_config shape = {
		.num_regions = 1,
		.regions = { { 0x1122334455667000, 0x8899aabbccddefff, true } },
	};
	static const u8 expected[] = {
		1, 0, 20, 0, 1, 0, 0, 0,
		0x00, 0x70, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,
		0xff, 0xef, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88,
	};
	const u8 *bytes = fill(test, &shape);

	KUNIT_EXPECT_MEMEQ(test, bytes, expected, sizeof(expected));
	KUNIT_EXPECT_NULL(test, memchr_inv(bytes + sizeof(expected), 0,
					   VDIOMMU_PROBE_SIZE -
					   sizeof(expected)));
}

/* IOMMU-REQ-6.6.d, IOMMU-REQ-6.6.e, IOMMU-REQ-6.6.f, IOMMU-REQ-6.7.a */
static void a_full_list_can_be_walked(struct kunit *test)
{
	struct vdiommu_endpoint_config shape = {
		.num_regions = VDIOMMU_MAX_REGIONS,
	};
	const u8 *at, *bytes;
	u32 i;

	for (i = 0; i < VDIOMMU_MAX_REGIONS; i++) {
		shape.regions[i].start = i * 8192;
		shape.regions[i].last = i * 8192 + 4095;
		shape.regions[i].msi = i == 3;
	}
	bytes = fill(test, &shape);
	at = bytes;
	for (i = 0; i < VDIOMMU_MAX_REGIONS; i++) {
		KUNIT_EXPECT_EQ(test, 1, get_unaligned_le16(at));
		KUNIT_ASSERT_EQ(test, 20, get_unaligned_le16(at + 2));
		KUNIT_EXPECT_EQ(test, i == 3, at[4]);
		KUNIT_EXPECT_NULL(test, memchr_inv(at + 5, 0, 3));
		KUNIT_EXPECT_EQ(test, i * 8192, get_unaligned_le64(at + 8));
		KUNIT_EXPECT_EQ(test, i * 8192 + 4095,
				get_unaligned_le64(at + 16));
		at += 4 + get_unaligned_le16(at + 2);
	}
	KUNIT_EXPECT_NULL(test, memchr_inv(at, 0, bytes + VDIOMMU_PROBE_SIZE -
					   at));
}

static struct kunit_case probe_cases[] = {
	KUNIT_CASE(nothing_is_zero),
	KUNIT_CASE(every_byte_of_a_region),
	KUNIT_CASE(a_full_list_can_be_walked),
	{}
};

static struct kunit_suite probe_suite = {
	.name = "viommu_probe",
	.test_cases = probe_cases,
};

kunit_test_suite(probe_suite);
