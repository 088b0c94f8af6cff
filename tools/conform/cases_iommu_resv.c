// SPDX-License-Identifier: GPL-2.0-only
/* IOMMU-REQ-6.7, 6.2.g, 6.4.l: reserved regions. */
#include "reach.h"

#include <string.h>

#include "resv.h"

#define X86_MSI		0xfee00000ULL
#define X86_MSI_LAST	0xfeefffffULL

/* What --endpoint says of the third one, when it is the bench's. */
#define BENCH_EP	10u
#define BENCH_START	0x100000000ULL
#define BENCH_LAST	0x1000fffffULL

static void all_lists(struct ctx *c)
{
	struct region regions[REGIONS_MAX];

	viommu_start(c);
	for (unsigned int i = 0; i < c->opts->nr_endpoints; i++) {
		unsigned int count, msi = 0;

		note_where(c, "endpoint %u", ep(c, i));
		count = regions_of(c, ep(c, i), regions);
		for (unsigned int r = 0; r < count; r++) {
			msi += regions[r].subtype == T_MSI;
			must(c, !region_touches(regions, r, regions[r].start,
						regions[r].last),
			     "region %u overlaps another", r);
		}
		must(c, msi <= 1, "%u MSI regions", msi);
	}
}

/* One granule over each border, and inside. Neighbours are not concerned. */
static void around_region(struct ctx *c, const struct region *region,
			  const struct region *all, unsigned int count)
{
	uint64_t granule = c->iommu.granule;
	uint64_t inside = region->start + (region->last - region->start) / 2;
	const struct { uint64_t start, last; } bad[] = {
		{ region->start, region->start + granule - 1 },
		{ region->last - granule + 1, region->last },
		{ region->start - granule, region->start + granule - 1 },
		{ region->last - granule + 1, region->last + granule },
		{ region->start - granule, region->last + granule },
		{ region->start, region->last },
		{ inside & -granule, (inside & -granule) + granule - 1 },
	};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (bad[i].start > bad[i].last ||
		    bad[i].start < c->iommu.input_start ||
		    bad[i].last > c->iommu.input_last)
			continue;
		note_where(c, "region at %#llx, row %u",
			   (unsigned long long)region->start, i);
		expect(c, viommu_map(c, DOM_A, bad[i].start, bad[i].last,
				     scene.gpa, F_RW), S_INVAL);
	}
	if (region->start && region->start - granule >= c->iommu.input_start &&
	    !region_touches(all, count, region->start - granule,
			    region->start - 1))
		expect(c, viommu_map(c, DOM_A, region->start - granule,
				     region->start - 1, scene.gpa, F_RW), S_OK);
	if (region->last < c->iommu.input_last &&
	    !region_touches(all, count, region->last + 1,
			    region->last + granule))
		expect(c, viommu_map(c, DOM_A, region->last + 1,
				     region->last + granule, scene.gpa, F_RW),
		       S_OK);
}

/* Endpoint @n alone, or together with the first one. */
static void overlaps_of(struct ctx *c, unsigned int n, bool together)
{
	struct region regions[REGIONS_MAX];
	unsigned int count;

	viommu_start(c);
	scene.memory = guest_granules(c, 1, &scene.gpa);
	if (together && n)
		expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_attach(c, DOM_A, ep(c, n)), S_OK);
	count = regions_of(c, ep(c, n), regions);
	for (unsigned int r = 0; r < count; r++)
		around_region(c, &regions[r], regions, count);
}

static void need_regions(struct ctx *c)
{
	struct region regions[REGIONS_MAX];

	viommu_start(c);
	for (unsigned int i = 0; i < c->opts->nr_endpoints; i++)
		if (regions_of(c, ep(c, i), regions))
			return;
	case_untestable(c, "no endpoint has a reserved region");
}

static void overlaps_refused(struct ctx *c)
{
	need_regions(c);
	for (unsigned int i = 0; i < c->opts->nr_endpoints; i++) {
		overlaps_of(c, i, false);
		overlaps_of(c, i, true);
	}
}

/* A RESERVED region of one endpoint that the first one does not have. */
static unsigned int special_region(struct ctx *c, struct region *out)
{
	struct region own[REGIONS_MAX], other[REGIONS_MAX];
	unsigned int own_count = regions_of(c, EP_A, own);

	for (unsigned int i = 1; i < c->opts->nr_endpoints; i++) {
		unsigned int count = regions_of(c, ep(c, i), other);

		for (unsigned int r = 0; r < count; r++)
			if (!region_touches(own, own_count, other[r].start,
					    other[r].last)) {
				*out = other[r];
				return i;
			}
	}
	case_untestable(c, "all endpoints reserve the same");
}

static void newcomer(struct ctx *c)
{
	uint64_t granule = c->iommu.granule;
	struct region region;
	unsigned int n;

	viommu_start(c);
	n = special_region(c, &region);
	scene.memory = guest_granules(c, 1, &scene.gpa);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	note_where(c, "next to the region");
	expect(c, viommu_map(c, DOM_A, region.last + 1, region.last + granule,
			     scene.gpa, F_RW), S_OK);
	expect(c, viommu_attach(c, DOM_A, ep(c, n)), S_OK);
	reaches(c, ep(c, n), region.last + 1, scene.gpa);
	expect(c, viommu_map(c, DOM_A, region.start, region.start + granule - 1,
			     scene.gpa, F_RW), S_INVAL);

	note_where(c, "in the region");
	expect(c, viommu_detach(c, DOM_A, ep(c, n)), S_OK);
	expect(c, viommu_map(c, DOM_A, region.last - granule + 1, region.last,
			     scene.gpa, F_RW), S_OK);
	expect(c, viommu_attach(c, DOM_A, ep(c, n)), S_UNSUPP);
	blocked(c, ep(c, n), region.last + 1);
	reaches(c, EP_A, region.last, scene.gpa + granule - 1);
	expect(c, viommu_detach(c, DOM_A, ep(c, n)), S_INVAL);

	note_where(c, "the reason is gone");
	expect(c, viommu_unmap(c, DOM_A, region.last - granule + 1,
			       region.last), S_OK);
	expect(c, viommu_attach(c, DOM_A, ep(c, n)), S_OK);
}

/* A newcomer that was refused stays where it was. */
static void refused_newcomer_stays(struct ctx *c)
{
	uint64_t granule = c->iommu.granule;
	struct region region;
	unsigned int n;

	viommu_start(c);
	n = special_region(c, &region);
	scene.memory = guest_granules(c, 1, &scene.gpa);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_map(c, DOM_A, region.start, region.start + granule - 1,
			     scene.gpa, F_RW), S_OK);
	expect(c, viommu_attach(c, DOM_B, ep(c, n)), S_OK);
	expect(c, viommu_map(c, DOM_B, va(c, 0), va_last(c, 0), scene.gpa,
			     F_RW), S_OK);
	expect(c, viommu_attach(c, DOM_A, ep(c, n)), S_UNSUPP);
	reaches(c, ep(c, n), va(c, 0), scene.gpa);
	expect(c, viommu_detach(c, DOM_B, ep(c, n)), S_OK);
}

/*
 * DMA to a reserved address: guest memory is not touched, not even that at the
 * same guest physical address, attached or not, in bypass or not.
 */
static void try_address(struct ctx *c, const char *when, unsigned int n,
			uint64_t where, uint8_t *page)
{
	const uint8_t data[16] = { 0x77, 0x77 };

	note_where(c, "endpoint %u, %#llx, %s", ep(c, n),
		   (unsigned long long)where, when);
	memset(page, POISON, MEM_PAGE);
	testep_write(&c->testep, ep(c, n), where, data, sizeof(data));
	for (unsigned int i = 0; i < MEM_PAGE; i++)
		must(c, page[i] == POISON, "memory was written");
}

static void in_every_state(struct ctx *c, unsigned int n, uint64_t where,
			   uint8_t *page)
{
	try_address(c, "not attached", n, where, page);
	expect(c, viommu_attach(c, DOM_A, ep(c, n)), S_OK);
	try_address(c, "attached", n, where, page);
	expect(c, viommu_detach(c, DOM_A, ep(c, n)), S_OK);
	if (!viommu_has(c, VIRTIO_IOMMU_F_BYPASS_CONFIG))
		return;
	expect(c, viommu_attach_flags(c, DOM_A, ep(c, n), F_BYPASS), S_OK);
	try_address(c, "in a bypass domain", n, where, page);
	expect(c, viommu_detach(c, DOM_A, ep(c, n)), S_OK);
	viommu_set_bypass(c, 1);
	try_address(c, "bypass for all", n, where, page);
	viommu_set_bypass(c, 0);
}

/*
 * Memory at guest physical address @gpa: what is there, or @spare mapped to it.
 * That of the rings goes across 4 GiB, but is not used so far behind.
 */
static uint8_t *page_at(struct ctx *c, uint64_t gpa, uint8_t *spare)
{
	for (unsigned int i = 0; i < c->mem.nr_pages; i++)
		if (c->mem.mapped[i] && c->mem.iova[i] == gpa)
			return c->mem.base + (size_t)i * MEM_PAGE;
	must(c, !dev_map(&c->dev, gpa, MEM_PAGE, spare, DEV_RW),
	     "mapping memory at %#llx", (unsigned long long)gpa);
	return spare;
}

static void memory_is_not_touched(struct ctx *c)
{
	struct region regions[REGIONS_MAX];
	uint8_t *spare;

	need_regions(c);
	spare = guest_alloc(c, Z_BIG, MEM_PAGE, MEM_PAGE);
	for (unsigned int i = 0; i < c->opts->nr_endpoints; i++) {
		unsigned int count = regions_of(c, ep(c, i), regions);

		for (unsigned int r = 0; r < count; r++)
			for (unsigned int end = 0; end < 2; end++) {
				uint64_t gpa = end ? regions[r].last - 15 :
					       regions[r].start;
				uint64_t page = gpa - gpa % MEM_PAGE;
				uint8_t *at = page_at(c, page, spare);

				in_every_state(c, i, gpa, at);
				if (at == spare)
					dev_unmap(&c->dev, page, MEM_PAGE);
			}
	}
}

static void msi_region(struct ctx *c)
{
	struct region regions[REGIONS_MAX];
	const struct region *msi;

	viommu_start(c);
	for (unsigned int i = 0; i < c->opts->nr_endpoints; i++) {
		note_where(c, "endpoint %u", ep(c, i));
		msi = region_find(regions, regions_of(c, ep(c, i), regions),
				  T_MSI);
		must(c, msi, "no MSI region");
		must(c, msi->start == X86_MSI && msi->last == X86_MSI_LAST,
		     "MSI region %#llx to %#llx",
		     (unsigned long long)msi->start,
		     (unsigned long long)msi->last);
	}
}

/* What was configured is what is told. */
static void bench_region(struct ctx *c)
{
	struct region regions[REGIONS_MAX];
	const struct region *region;

	if (EP_C != BENCH_EP)
		case_untestable(c, "endpoint %u is not the bench's", EP_C);
	viommu_start(c);
	region = region_find(regions, regions_of(c, EP_C, regions),
			     T_RESERVED);
	must(c, region, "endpoint %u has no RESERVED region", EP_C);
	must(c, region->start == BENCH_START && region->last == BENCH_LAST,
	     "region %#llx to %#llx", (unsigned long long)region->start,
	     (unsigned long long)region->last);
}

const struct test_case cases_iommu_resv[] = {
	{ "IOMMU-REQ-6.7", "regions as they were configured", bench_region,
	  NEED_PROBE | NEED_EP3 | OURS, NULL },
	{ "IOMMU-REQ-6.7", "overlaps are refused", overlaps_refused,
	  NEED_PROBE, NULL },
	{ "IOMMU-REQ-6.7.a", "reserved bytes are zero", all_lists, NEED_PROBE,
	  NULL },
	{ "IOMMU-REQ-6.7.b", "one MSI region at most", all_lists, NEED_PROBE,
	  NULL },
	{ "IOMMU-REQ-6.7.c", "regions do not overlap", all_lists, NEED_PROBE,
	  NULL },
	{ "IOMMU-REQ-6.7.d", "MAP over a region, alone and in company",
	  overlaps_refused, NEED_PROBE, NULL },
	{ "IOMMU-REQ-6.4.l", "MAP over a region of anybody attached",
	  overlaps_refused, NEED_PROBE, NULL },
	{ "IOMMU-REQ-6.2.g", "a newcomer that reserves what is mapped",
	  newcomer, NEED_PROBE | NEED_EP2, NULL },
	{ "IOMMU-REQ-6.2.g", "refused, it stays where it was",
	  refused_newcomer_stays, NEED_PROBE | NEED_EP2, NULL },
	{ "IOMMU-REQ-6.7.e", "no access to a region reaches memory",
	  memory_is_not_touched, NEED_PROBE | NEED_ACCESS | NEED_MAP, NULL },
	{ "IOMMU-REQ-6.7.f", "x86: MSIs at 0xfee00000", msi_region,
	  NEED_PROBE | OURS, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
