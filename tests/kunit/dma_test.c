// SPDX-License-Identifier: GPL-2.0-only
/* The door: permissions, crossings, sections. */
#include <kunit/test.h>

#include "mock_guest.h"
#include "soft/dma.h"
#include "soft/dma_private.h"

static void fill_pattern(struct mock_guest *guest)
{
	size_t i;

	for (i = 0; i < guest->size; i++)
		guest->bytes[i] = i * 7 + (i >> 8);
}

static void reads_across_mappings(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 4);
	u8 *buf = kunit_kzalloc(test, 3 * PAGE_SIZE, GFP_KERNEL);
	size_t offset = PAGE_SIZE - 3;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	fill_pattern(&memory->guest);
	KUNIT_ASSERT_EQ(test, 0, vds_dma_read(&memory->dma, MOCK_BASE + offset,
					      buf, 2 * PAGE_SIZE));
	KUNIT_EXPECT_MEMEQ(test, buf, memory->guest.bytes + offset,
			   2 * PAGE_SIZE);
}

static void writes_across_mappings(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 2);
	u8 *at = memory->guest.bytes + PAGE_SIZE - 2;

	KUNIT_ASSERT_EQ(test, 0, vds_dma_write(&memory->dma,
					       MOCK_BASE + PAGE_SIZE - 2,
					       "abcd", 4));
	KUNIT_EXPECT_MEMEQ(test, at, "abcd", 4);
	KUNIT_EXPECT_EQ(test, 0, at[-1]);
	KUNIT_EXPECT_EQ(test, 0, at[4]);
}

static void stops_at_a_hole(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 3);
	u8 buf[16];

	vds_mem_unmap(&memory->mem, MOCK_BASE + PAGE_SIZE,
		      MOCK_BASE + PAGE_SIZE, NULL, NULL);
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_read(&memory->dma, MOCK_BASE + PAGE_SIZE - 8,
				     buf, 16));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_write(&memory->dma, MOCK_BASE + PAGE_SIZE - 8,
				      buf, 16));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_read(&memory->dma, U64_MAX - 3, buf, 16));
}

static void honours_permissions(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 2);
	struct vds_extent extent;
	struct vds_spot spot = {};
	u8 byte = 1;
	u16 word;

	vds_mem_unmap(&memory->mem, 0, U64_MAX, NULL, NULL);
	mock_map(&memory->guest, 0, 1, VHOST_MAP_RO);
	mock_map(&memory->guest, 1, 1, VHOST_MAP_WO);

	KUNIT_EXPECT_EQ(test, 0,
			vds_dma_read(&memory->dma, MOCK_BASE, &byte, 1));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_write(&memory->dma, MOCK_BASE, &byte, 1));
	KUNIT_EXPECT_EQ(test, 0,
			vds_dma_write(&memory->dma, MOCK_BASE + PAGE_SIZE,
				      &byte, 1));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_read(&memory->dma, MOCK_BASE + PAGE_SIZE,
				     &byte, 1));

	KUNIT_EXPECT_EQ(test, 0,
			vds_dma_load16(&memory->dma, &spot, MOCK_BASE, &word));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_store16(&memory->dma, &spot, MOCK_BASE, 1));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_load16(&memory->dma, &spot,
				       MOCK_BASE + PAGE_SIZE, &word));
	KUNIT_EXPECT_EQ(test, 0,
			vds_dma_store16(&memory->dma, &spot,
					MOCK_BASE + PAGE_SIZE, 1));

	vds_dma_enter(&memory->dma);
	KUNIT_EXPECT_EQ(test, 0,
			vds_dma_resolve(&memory->dma, MOCK_BASE, 1, false,
					&extent));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_resolve(&memory->dma, MOCK_BASE, 1, true,
					&extent));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_resolve(&memory->dma, MOCK_BASE + PAGE_SIZE, 1,
					false, &extent));
	vds_dma_leave(&memory->dma);
}

static void words_are_little_endian_and_aligned(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 1);
	struct vds_spot spot = {};
	u16 value;

	KUNIT_EXPECT_EQ(test, 0,
			vds_dma_store16(&memory->dma, &spot, MOCK_BASE, 0x1234));
	KUNIT_EXPECT_EQ(test, 0x34, memory->guest.bytes[0]);
	KUNIT_EXPECT_EQ(test, 0x12, memory->guest.bytes[1]);
	KUNIT_EXPECT_EQ(test, 0,
			vds_dma_load16(&memory->dma, &spot, MOCK_BASE, &value));
	KUNIT_EXPECT_EQ(test, 0x1234, value);
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_load16(&memory->dma, &spot, MOCK_BASE + 1,
				       &value));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_store16(&memory->dma, &spot,
					MOCK_BASE + PAGE_SIZE, 1));
}

/* BASE-16: where it was is not where it is once it was taken away. */
static void a_spot_ends_with_its_mapping(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 2);
	struct mock_guest *guest = &memory->guest;
	struct vds_spot spot = {};
	struct page *second;
	u16 value = 0;

	guest->bytes[2] = 0x11;
	guest->bytes[PAGE_SIZE + 2] = 0x22;
	second = mock_page(guest, MOCK_BASE + PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, 0, vds_dma_load16(&memory->dma, &spot, MOCK_BASE,
						&value));
	KUNIT_EXPECT_EQ(test, 0, vds_dma_load16(&memory->dma, &spot,
						MOCK_BASE + 2, &value));
	KUNIT_EXPECT_EQ(test, 0x11, value);

	vds_mem_unmap(&memory->mem, 0, U64_MAX, NULL, NULL);
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_load16(&memory->dma, &spot, MOCK_BASE + 2,
				       &value));
	KUNIT_ASSERT_EQ(test, 0,
			vds_mem_map(&memory->mem, MOCK_BASE, PAGE_SIZE,
				    page_to_phys(second), VHOST_MAP_RW));
	KUNIT_EXPECT_EQ(test, 0, vds_dma_load16(&memory->dma, &spot,
						MOCK_BASE + 2, &value));
	KUNIT_EXPECT_EQ(test, 0x22, value);
}

/* An entry of a used ring may lie on two pages. */
static void a_spot_does_not_reach_too_far(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 2);
	u8 text[] = "12345678", back[sizeof(text)] = {};
	u64 at = MOCK_BASE + PAGE_SIZE - 4;
	struct vds_spot to = {}, from = {};
	unsigned int i;

	for (i = 0; i < 2; i++) {
		text[0] += i;
		KUNIT_EXPECT_EQ(test, 0,
				vds_dma_write_at(&memory->dma, &to, at, text,
						 sizeof(text)));
		KUNIT_EXPECT_MEMEQ(test, memory->guest.bytes + PAGE_SIZE - 4,
				   text, sizeof(text));
		KUNIT_EXPECT_EQ(test, 0,
				vds_dma_read_at(&memory->dma, &from, at, back,
						sizeof(back)));
		KUNIT_EXPECT_MEMEQ(test, back, text, sizeof(text));
	}
	at += PAGE_SIZE;
	KUNIT_EXPECT_EQ(test, 0, vds_dma_write_at(&memory->dma, &to, at, text,
						  4));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_write_at(&memory->dma, &to, at, text, 5));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_read_at(&memory->dma, &from, U64_MAX - 3, back,
					8));
}

static void resolves_piece_by_piece(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 2);
	struct vds_extent extent;
	u8 byte;

	fill_pattern(&memory->guest);
	vds_dma_enter(&memory->dma);
	KUNIT_EXPECT_EQ(test, 0,
			vds_dma_resolve(&memory->dma, MOCK_BASE + 100,
					2 * PAGE_SIZE, false, &extent));
	KUNIT_EXPECT_EQ(test, PAGE_SIZE - 100, extent.len);
	vds_dma_copy_from(&byte, extent.phys, 1);
	KUNIT_EXPECT_EQ(test, memory->guest.bytes[100], byte);
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_dma_resolve(&memory->dma,
					MOCK_BASE + 2 * PAGE_SIZE, 1, false,
					&extent));
	KUNIT_EXPECT_NE(test, 0, vds_dma_generation(&memory->dma));
	vds_dma_leave(&memory->dma);
}

static struct kunit_case dma_cases[] = {
	KUNIT_CASE(a_spot_ends_with_its_mapping),
	KUNIT_CASE(a_spot_does_not_reach_too_far),
	KUNIT_CASE(reads_across_mappings),
	KUNIT_CASE(writes_across_mappings),
	KUNIT_CASE(stops_at_a_hole),
	KUNIT_CASE(honours_permissions),
	KUNIT_CASE(words_are_little_endian_and_aligned),
	KUNIT_CASE(resolves_piece_by_piece),
	{}
};

static struct kunit_suite dma_suite = {
	.name = "vds_dma",
	.test_cases = dma_cases,
};

kunit_test_suite(dma_suite);
