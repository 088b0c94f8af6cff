// SPDX-License-Identifier: GPL-2.0-only
/* Stage 2: mapping, references, removal. */
#include <kunit/test.h>
#include <linux/io.h>
#include <linux/mm.h>

#include "mock_guest.h"
#include "soft/dma.h"
#include "soft/mem.h"

struct bad_map {
	const char *name;
	u64 gpa;
	u64 size;
	u64 phys;
	u32 perm;
};

static const struct bad_map bad_maps[] = {
	{ "empty", MOCK_BASE, 0, 0, VHOST_MAP_RW },
	{ "empty at 0", 0, 0, 0, VHOST_MAP_RW },
	{ "size is no page", MOCK_BASE, 100, 0, VHOST_MAP_RW },
	{ "address is no page", MOCK_BASE + 1, PAGE_SIZE, 0, VHOST_MAP_RW },
	{ "physical is no page", MOCK_BASE, PAGE_SIZE, 8, VHOST_MAP_RW },
	{ "wraps", -(u64)PAGE_SIZE, 2 * PAGE_SIZE, 0, VHOST_MAP_RW },
	{ "physical wraps", MOCK_BASE, 2 * PAGE_SIZE, -(u64)PAGE_SIZE,
	  VHOST_MAP_RW },
	{ "no permission", MOCK_BASE, PAGE_SIZE, 0, 0 },
	{ "unknown permission", MOCK_BASE, PAGE_SIZE, 0, 4 },
	{ "no such memory", MOCK_BASE, PAGE_SIZE, 1ull << 46, VHOST_MAP_RW },
};

KUNIT_ARRAY_PARAM_DESC(bad_map, bad_maps, name);

static void refuses(struct kunit *test)
{
	const struct bad_map *row = test->param_value;
	struct vds_mem mem;

	vds_mem_init(&mem);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vds_mem_map(&mem, row->gpa, row->size, row->phys,
				    row->perm));
	KUNIT_EXPECT_EQ(test, 0, mem.iotlb.nmaps);
}

static void holds_references(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 2);
	struct page *page = mock_page(&memory->guest, MOCK_BASE);

	KUNIT_EXPECT_EQ(test, 2, page_ref_count(page));
	vds_mem_unmap(&memory->mem, MOCK_BASE, MOCK_BASE + PAGE_SIZE - 1,
		      NULL, NULL);
	KUNIT_EXPECT_EQ(test, 1, page_ref_count(page));
	KUNIT_EXPECT_EQ(test, 1, memory->mem.iotlb.nmaps);
}

static void holds_one_reference_per_folio(struct kunit *test)
{
	struct folio *folio = page_folio(alloc_pages(GFP_KERNEL | __GFP_COMP,
						     2));
	struct vds_mem mem;

	KUNIT_ASSERT_NOT_NULL(test, folio);
	vds_mem_init(&mem);
	/* The middle of a folio: reference and release must find its head. */
	KUNIT_EXPECT_EQ(test, 0,
			vds_mem_map(&mem, 0, 2 * PAGE_SIZE,
				    page_to_phys(folio_page(folio, 1)),
				    VHOST_MAP_RW));
	KUNIT_EXPECT_EQ(test, 2, folio_ref_count(folio));
	vds_mem_unmap(&mem, 0, U64_MAX, NULL, NULL);
	KUNIT_EXPECT_EQ(test, 1, folio_ref_count(folio));
	folio_put(folio);
}

static void refuses_overlap(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 2);
	struct page *page = mock_page(&memory->guest, MOCK_BASE);

	KUNIT_EXPECT_EQ(test, -EEXIST,
			vds_mem_map(&memory->mem, MOCK_BASE, PAGE_SIZE,
				    page_to_phys(page), VHOST_MAP_RW));
	KUNIT_EXPECT_EQ(test, 2, page_ref_count(page));
	/* The end of a range is as good as its beginning. */
	page = alloc_pages(GFP_KERNEL | __GFP_COMP, 1);
	KUNIT_ASSERT_NOT_NULL(test, page);
	KUNIT_EXPECT_EQ(test, -EEXIST,
			vds_mem_map(&memory->mem, MOCK_BASE - PAGE_SIZE,
				    2 * PAGE_SIZE, page_to_phys(page),
				    VHOST_MAP_RW));
	KUNIT_EXPECT_EQ(test, 2, memory->mem.iotlb.nmaps);
	KUNIT_EXPECT_EQ(test, 1, page_ref_count(page));
	__free_pages(page, 1);
}

/* The last page of the host's memory, and what follows it. */
static void refuses_what_is_memory_in_part(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct vds_extent extent;
	unsigned long pfn;
	struct vds_mem mem;

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (pfn = page_to_pfn(page); pfn_valid(pfn + 1);)
		pfn++;
	__free_page(page);

	vds_mem_init(&mem);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vds_mem_map(&mem, 0, 2 * PAGE_SIZE, PFN_PHYS(pfn),
				    VHOST_MAP_RW));
	vds_mem_set_identity(&mem, true);
	KUNIT_EXPECT_EQ(test, 0,
			vds_mem_lookup(&mem, PFN_PHYS(pfn), PAGE_SIZE,
				       VHOST_MAP_RO, &extent));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_mem_lookup(&mem, PFN_PHYS(pfn), PAGE_SIZE + 1,
				       VHOST_MAP_RO, &extent));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_mem_lookup(&mem, PFN_PHYS(pfn + 1), 1,
				       VHOST_MAP_RO, &extent));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_mem_lookup(&mem, PFN_PHYS(pfn), U64_MAX,
				       VHOST_MAP_RO, &extent));
}

static void generation_moves_with_removal_only(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 2);
	u64 before = memory->mem.generation;

	vds_mem_unmap(&memory->mem, 0, MOCK_BASE - 1, NULL, NULL);
	KUNIT_EXPECT_EQ(test, before, memory->mem.generation);
	vds_mem_unmap(&memory->mem, MOCK_BASE, MOCK_BASE, NULL, NULL);
	KUNIT_EXPECT_NE(test, before, memory->mem.generation);
	before = memory->mem.generation;
	mock_map(&memory->guest, 0, 1, VHOST_MAP_RW);
	KUNIT_EXPECT_EQ(test, before, memory->mem.generation);
}

/* Of those that went, only what overlaps matters, and for so long. */
static void tells_removals_apart(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 1);
	struct vds_mem *mem = &memory->mem;
	u64 since = mem->generation;
	unsigned int i;

	KUNIT_EXPECT_FALSE(test, vds_mem_unchanged(mem, 0, 0, U64_MAX));
	KUNIT_EXPECT_TRUE(test, vds_mem_unchanged(mem, since, 0, U64_MAX));
	vds_mem_touch(mem, 0x1000, 0x1fff);
	KUNIT_EXPECT_TRUE(test, vds_mem_unchanged(mem, since, 0, 0xfff));
	KUNIT_EXPECT_FALSE(test, vds_mem_unchanged(mem, since, 0, 0x1000));
	KUNIT_EXPECT_FALSE(test, vds_mem_unchanged(mem, since, 0x1800, 0x1800));
	KUNIT_EXPECT_FALSE(test, vds_mem_unchanged(mem, since, 0x1fff,
						   U64_MAX));
	KUNIT_EXPECT_TRUE(test, vds_mem_unchanged(mem, since, 0x2000, U64_MAX));
	/* Who looked it up afterwards has what it means now. */
	KUNIT_EXPECT_TRUE(test, vds_mem_unchanged(mem, mem->generation, 0,
						  U64_MAX));

	/* The oldest one is still known, and then no longer. */
	for (i = 1; i < VDS_MEM_REMOVALS; i++)
		vds_mem_touch(mem, 0x4000, 0x4fff);
	KUNIT_EXPECT_TRUE(test, vds_mem_unchanged(mem, since, 0x2000, 0x3fff));
	KUNIT_EXPECT_FALSE(test, vds_mem_unchanged(mem, since, 0x1000, 0x1000));
	vds_mem_touch(mem, 0x4000, 0x4fff);
	KUNIT_EXPECT_FALSE(test, vds_mem_unchanged(mem, since, 0x2000, 0x3fff));
	KUNIT_EXPECT_TRUE(test, vds_mem_unchanged(mem, since + 1, 0x2000,
						  0x3fff));
}

/* The VMM removes gpas, and who asks knows iovas. */
static void unmap_concerns_everybody(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 1);
	u64 since = memory->mem.generation;

	vds_mem_unmap(&memory->mem, MOCK_BASE, MOCK_BASE, NULL, NULL);
	KUNIT_EXPECT_FALSE(test, vds_mem_unchanged(&memory->mem, since, 0, 0));
}

static void note_revoke(void *data, u64 gpa, u64 last)
{
	u64 *range = data;

	range[0] = gpa;
	range[1] = last;
}

static void revokes_the_range(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 1);
	u64 range[2] = {};

	vds_mem_unmap(&memory->mem, MOCK_BASE, MOCK_BASE + PAGE_SIZE - 1,
		      note_revoke, range);
	KUNIT_EXPECT_EQ(test, MOCK_BASE, range[0]);
	KUNIT_EXPECT_EQ(test, MOCK_BASE + PAGE_SIZE - 1, range[1]);
}

static void believes_nobody_without_a_map(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct vds_extent extent;
	struct vds_mem mem;
	u64 phys;

	KUNIT_ASSERT_NOT_NULL(test, page);
	phys = page_to_phys(page);
	vds_mem_init(&mem);
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_mem_lookup(&mem, phys, 16, VHOST_MAP_RO, &extent));
	vds_mem_set_identity(&mem, true);
	/* What was resolved before means something else now. */
	KUNIT_EXPECT_EQ(test, 2, mem.generation);
	vds_mem_set_identity(&mem, true);
	KUNIT_EXPECT_EQ(test, 2, mem.generation);
	KUNIT_EXPECT_EQ(test, 0,
			vds_mem_lookup(&mem, phys, 16, VHOST_MAP_RO, &extent));
	KUNIT_EXPECT_EQ(test, phys, extent.phys);
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vds_mem_lookup(&mem, U64_MAX, 16, VHOST_MAP_RO,
				       &extent));
	__free_page(page);
}

static struct kunit_case mem_cases[] = {
	KUNIT_CASE_PARAM(refuses, bad_map_gen_params),
	KUNIT_CASE(holds_references),
	KUNIT_CASE(holds_one_reference_per_folio),
	KUNIT_CASE(refuses_overlap),
	KUNIT_CASE(refuses_what_is_memory_in_part),
	KUNIT_CASE(generation_moves_with_removal_only),
	KUNIT_CASE(tells_removals_apart),
	KUNIT_CASE(unmap_concerns_everybody),
	KUNIT_CASE(revokes_the_range),
	KUNIT_CASE(believes_nobody_without_a_map),
	{}
};

static struct kunit_suite mem_suite = {
	.name = "vds_mem",
	.test_cases = mem_cases,
};

kunit_test_suite(mem_suite);
