// SPDX-License-Identifier: GPL-2.0-only
/* IOMMU-REQ-6.4: MAP. */
#include "reach.h"

#include <stdlib.h>

#include "resv.h"

/* MAP of granules of domain 0, to where it does not matter. */
static uint32_t map_granules(struct ctx *c, unsigned int first,
			     unsigned int last)
{
	return viommu_map(c, DOM_A, va(c, first), va_last(c, last), scene.gpa,
			  F_RW);
}

static void alignment(struct ctx *c)
{
	const uint64_t granule = c->iommu.granule;
	const uint64_t odd[] = { 1, granule / 2, granule - 1 };
	uint64_t start, last;

	scene_start(c);
	start = va(c, SCENE_FREE);
	last = va_last(c, SCENE_FREE + 3);
	for (unsigned int i = 0; i < 3; i++) {
		note_where(c, "off by %llu", (unsigned long long)odd[i]);
		expect(c, viommu_map(c, DOM_A, start + odd[i], last, scene.gpa,
				     F_RW), S_RANGE);
		expect(c, viommu_map(c, DOM_A, start, last - odd[i], scene.gpa,
				     F_RW), S_RANGE);
		expect(c, viommu_map(c, DOM_A, start, last,
				     scene.gpa + odd[i], F_RW), S_RANGE);
	}
	note_where(c, "%s", "");
	scene_verify(c);
	for (unsigned int g = 0; g < 4; g++)
		blocked(c, EP_A, va(c, SCENE_FREE + g));
}

static void end_of_all_addresses(struct ctx *c)
{
	uint64_t granule = c->iommu.granule, start = -granule;
	struct region regions[REGIONS_MAX];
	unsigned int count;

	if (c->iommu.input_last != UINT64_MAX)
		case_untestable(c, "the input range ends before");
	scene_start(c);
	count = regions_of(c, EP_A, regions);
	if (region_touches(regions, count, start - granule, UINT64_MAX))
		case_untestable(c, "the last addresses are reserved");
	expect(c, viommu_map(c, DOM_A, start, UINT64_MAX, scene.gpa, F_RW),
	       S_OK);
	reaches(c, EP_A, start, scene.gpa);
	reaches(c, EP_A, UINT64_MAX, scene.gpa + granule - 1);
	blocked(c, EP_A, start - 1);
	blocked(c, EP_A, 0);
	expect(c, viommu_map(c, DOM_A, start - granule, UINT64_MAX, scene.gpa,
			     F_RW), S_INVAL);
	expect(c, viommu_unmap(c, DOM_A, start, UINT64_MAX), S_OK);
	blocked(c, EP_A, UINT64_MAX);
	scene_verify(c);
}

static void start_of_all_addresses(struct ctx *c)
{
	uint64_t granule = c->iommu.granule;
	struct region regions[REGIONS_MAX];
	unsigned int count;

	if (c->iommu.input_start)
		case_untestable(c, "the input range begins behind");
	scene_start(c);
	count = regions_of(c, EP_A, regions);
	if (region_touches(regions, count, 0, granule - 1))
		case_untestable(c, "the first addresses are reserved");
	expect(c, viommu_map(c, DOM_A, 0, granule - 1, scene.gpa, F_RW), S_OK);
	reaches(c, EP_A, 0, scene.gpa);
	reaches(c, EP_A, granule - 1, scene.gpa + granule - 1);
	blocked(c, EP_A, granule);
	blocked(c, EP_A, UINT64_MAX);
	expect(c, viommu_unmap(c, DOM_A, 0, granule - 1), S_OK);
	blocked(c, EP_A, 0);
	scene_verify(c);
}

static void overlaps(struct ctx *c)
{
	static const struct { unsigned int first, last; } shapes[] = {
		{ 4, 7 }, { 5, 6 }, { 3, 8 }, { 2, 4 }, { 7, 9 },
		{ 4, 4 }, { 7, 7 }, { 4, 6 }, { 5, 7 }, { 0, 7 }, { 4, 11 },
	};
	const unsigned int at = SCENE_FREE;

	scene_start(c);
	expect(c, map_granules(c, at + 4, at + 7), S_OK);
	for (unsigned int i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		note_where(c, "%u to %u over 4 to 7", shapes[i].first,
			   shapes[i].last);
		expect(c, map_granules(c, at + shapes[i].first,
				       at + shapes[i].last), S_INVAL);
		for (unsigned int g = 0; g < 12; g++)
			if (g >= 4 && g <= 7)
				reaches(c, EP_A, va(c, at + g), scene.gpa +
					(g - 4) * c->iommu.granule);
			else
				blocked(c, EP_A, va(c, at + g));
	}
	note_where(c, "over two");
	expect(c, map_granules(c, 2, 5), S_INVAL);
	scene_verify(c);
}

static void neighbours(struct ctx *c)
{
	const unsigned int at = SCENE_FREE;

	scene_start(c);
	expect(c, map_granules(c, at + 4, at + 7), S_OK);
	expect(c, map_granules(c, at + 8, at + 8), S_OK);
	expect(c, map_granules(c, at + 3, at + 3), S_OK);
	reaches(c, EP_A, va_last(c, at + 3),
		scene.gpa + c->iommu.granule - 1);
	reaches(c, EP_A, va(c, at + 4), scene.gpa);
	reaches(c, EP_A, va(c, at + 8), scene.gpa);
	/* The same addresses in another domain are no overlap. */
	if (c->opts->nr_endpoints > 1)
		expect(c, viommu_map(c, DOM_B, va(c, at), va_last(c, at + 8),
				     scene.gpa, F_RW), S_OK);
	scene_verify(c);
}

static void unknown_flags(struct ctx *c)
{
	scene_start(c);
	for (unsigned int bit = 3; bit < 32; bit++) {
		note_where(c, "flag %u", bit);
		expect(c, viommu_map(c, DOM_A, va(c, SCENE_FREE),
				     va_last(c, SCENE_FREE), scene.gpa,
				     F_RW | 1u << bit), S_INVAL);
		blocked(c, EP_A, va(c, SCENE_FREE));
	}
	note_where(c, "%s", "");
	scene_verify(c);
}

static void mmio_not_negotiated(struct ctx *c)
{
	viommu_start_with(c, c->offered & ~BIT64(VIRTIO_IOMMU_F_MMIO));
	scene_make(c);
	expect(c, viommu_map(c, DOM_A, va(c, SCENE_FREE),
			     va_last(c, SCENE_FREE), scene.gpa,
			     F_RW | F_MMIO), S_INVAL);
	scene_verify(c);
}

static void unknown_domain(struct ctx *c)
{
	scene_start(c);
	for (unsigned int i = 0; i < 2; i++) {
		note_where(c, i ? "vanished" : "never used");
		expect(c, viommu_map(c, DOM_NONE, va(c, 0), va_last(c, 0),
				     scene.gpa, F_RW), S_NOENT);
		/* It did not make one. */
		expect(c, viommu_unmap(c, DOM_NONE, va(c, 0), va_last(c, 0)),
		       S_NOENT);
		expect(c, viommu_attach(c, DOM_NONE, EP_A), S_OK);
		blocked(c, EP_A, va(c, 0));
		expect(c, viommu_detach(c, DOM_NONE, EP_A), S_OK);
	}
}

static void bypass_domain(struct ctx *c)
{
	uint64_t gpa;

	viommu_start(c);
	guest_granules(c, 1, &gpa);
	expect(c, viommu_attach_flags(c, DOM_A, EP_A, F_BYPASS), S_OK);
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 0), gpa, F_RW),
	       S_INVAL);
	reaches(c, EP_A, va(c, 0), va(c, 0));
	reaches(c, EP_A, gpa, gpa);
}

static void not_written_without_write(struct ctx *c)
{
	uint64_t at;
	uint8_t *bytes, data[16] = { 1, 2, 3 };

	scene_start(c);
	at = va(c, 4);
	bytes = scene.memory + 4 * c->iommu.granule;
	leads(c, EP_A, at, true, GPA_NONE);
	leads(c, EP_A, at, false, scene.gpa + 4 * c->iommu.granule);
	if (!c->testep.can_access)
		return;
	must(c, testep_write(&c->testep, EP_A, at, data, sizeof(data)) ==
	     TESTEP_BLOCKED, "a write is not blocked");
	must(c, bytes[0] == POISON && bytes[1] == POISON, "memory was written");
	/* Not from the writable one before into it either. */
	at -= 8;
	must(c, testep_write(&c->testep, EP_A, at, data, sizeof(data)) ==
	     TESTEP_BLOCKED, "a write across the border is not blocked");
	must(c, bytes[0] == POISON, "memory was written across the border");
}

static void write_only(struct ctx *c)
{
	uint8_t in[16] = { 0 }, *bytes;
	uint64_t at;

	scene_start(c);
	at = va(c, 12);
	bytes = scene.memory + 12 * c->iommu.granule;
	leads(c, EP_A, at, false, GPA_NONE);
	leads(c, EP_A, at, true, scene.gpa + 12 * c->iommu.granule);
	if (!c->testep.can_access)
		return;
	must(c, testep_read(&c->testep, EP_A, at, in, sizeof(in)) ==
	     TESTEP_BLOCKED, "a read is not blocked");
	must(c, !in[0], "bytes were read");
	must(c, testep_write(&c->testep, EP_A, at, in, sizeof(in)) ==
	     TESTEP_ALLOWED, "a write is blocked");
	must(c, !bytes[0] && !bytes[15], "the bytes did not arrive");
}

static void formula(struct ctx *c)
{
	const uint64_t size = 5 * c->iommu.granule;
	uint64_t start, gpa;
	uint8_t *at;

	viommu_start(c);
	at = guest_granules(c, 6, &gpa);
	start = va(c, 3);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_map(c, DOM_A, start, start + size - 1, gpa, F_RW),
	       S_OK);
	/* Who comes later sees the same. */
	if (c->opts->nr_endpoints > 1)
		expect(c, viommu_attach(c, DOM_A, EP_B), S_OK);
	for (unsigned int i = 0; i < 2 && i < c->opts->nr_endpoints; i++) {
		note_where(c, "endpoint %u", i);
		blocked(c, ep(c, i), start - 1);
		blocked(c, ep(c, i), start + size);
		for (uint64_t off = 0; off < size; off += 509)
			reaches(c, ep(c, i), start + off, gpa + off);
		reaches(c, ep(c, i), start + size - 1, gpa + size - 1);
		dma_works(c, ep(c, i), start, at);
		dma_works(c, ep(c, i), start + 5000, at + 5000);
		dma_works(c, ep(c, i), start + size - 64, at + size - 64);
		dma_fails(c, ep(c, i), start + size, at + size);
	}
}

static void order_and_wrap(struct ctx *c)
{
	uint64_t granule = c->iommu.granule, start;

	scene_start(c);
	start = va(c, SCENE_FREE);
	expect(c, viommu_map(c, DOM_A, va(c, SCENE_FREE + 4),
			     va_last(c, SCENE_FREE), scene.gpa, F_RW),
	       S_INVAL);
	expect(c, viommu_map(c, DOM_A, start, start - 1, scene.gpa, F_RW),
	       S_INVAL);
	expect(c, viommu_map(c, DOM_A, start, start + 2 * granule - 1, -granule,
			     F_RW), S_RANGE);
	expect(c, viommu_map(c, DOM_A, start, start + 8 * granule - 1,
			     -4 * granule, F_RW), S_RANGE);
	scene_verify(c);
	/* To the very last byte is no wrap. */
	expect(c, viommu_map(c, DOM_A, start, start + granule - 1, -granule,
			     F_RW), S_OK);
	reaches(c, EP_A, start + granule - 1, UINT64_MAX);
}

/* Nothing is demanded of a target before it is used. */
static void targets_beyond_memory(struct ctx *c)
{
	uint64_t hole = MEM_HOLE & ~(c->iommu.granule - 1);
	const unsigned int g = SCENE_FREE + 8;
	uint8_t data[8] = { 0 };

	scene_start(c);
	expect(c, viommu_map(c, DOM_A, va(c, g), va_last(c, g), hole, F_RW),
	       S_OK);
	reaches(c, EP_A, va(c, g), hole);
	if (c->testep.can_access)
		must(c, testep_read(&c->testep, EP_A, va(c, g), data,
				    sizeof(data)) == TESTEP_BLOCKED,
		     "memory that is not there was read");
	scene_verify(c);
}

static void doorbell(struct ctx *c)
{
	const unsigned int g = SCENE_FREE + 8;

	scene_start(c);
	expect(c, viommu_map(c, DOM_A, va(c, g), va_last(c, g), 0xfebf0000,
			     F_W | F_MMIO), S_OK);
	leads(c, EP_A, va(c, g), true, 0xfebf0000);
	leads(c, EP_A, va(c, g), false, GPA_NONE);
	scene_verify(c);
}

static int by_start(const void *one, const void *other)
{
	const struct region *a = one, *b = other;

	return a->start < b->start ? -1 : a->start > b->start;
}

static void map_gap(struct ctx *c, uint64_t start, uint64_t last)
{
	expect(c, viommu_map(c, DOM_A, start, last, start, F_RW), S_OK);
	reaches(c, EP_A, start, start);
	reaches(c, EP_A, last, last);
	reaches(c, EP_A, start + (last - start) / 2,
		start + (last - start) / 2);
}

/* As Linux does it without BYPASS_CONFIG, TRAP-IOMMU-4. */
static void identity(struct ctx *c)
{
	uint64_t at = c->iommu.input_start, last = c->iommu.input_last;
	struct region regions[REGIONS_MAX];
	unsigned int count;
	bool done = false;

	viommu_start(c);
	count = regions_of(c, EP_A, regions);
	qsort(regions, count, sizeof(regions[0]), by_start);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	for (unsigned int i = 0; i < count && !done; i++) {
		if (regions[i].last < at)
			continue;
		if (regions[i].start > last)
			break;
		if (regions[i].start > at)
			map_gap(c, at, regions[i].start - 1);
		done = regions[i].last >= last;
		at = regions[i].last + 1;
	}
	if (!done)
		map_gap(c, at, last);
	expect(c, viommu_unmap(c, DOM_A, c->iommu.input_start, last), S_OK);
	blocked(c, EP_A, last);
	blocked(c, EP_A, va(c, 0));
}

static void no_access(struct ctx *c)
{
	scene_start(c);
	expect(c, viommu_map(c, DOM_A, va(c, SCENE_FREE),
			     va_last(c, SCENE_FREE), scene.gpa, 0), S_OK);
	blocked(c, EP_A, va(c, SCENE_FREE));
	dma_fails(c, EP_A, va(c, SCENE_FREE), scene.memory);
	expect(c, map_granules(c, SCENE_FREE, SCENE_FREE), S_INVAL);
	scene_verify(c);
}

/* The last byte that may be mapped to, and the first that may not. */
static void above_the_limit(struct ctx *c)
{
	uint64_t granule = c->iommu.granule, limit = c->opts->gpa_limit;
	uint64_t above = (limit + 1) & -granule, below = above - granule;

	scene_start(c);
	for (unsigned int i = 0; i < 3; i++) {
		static const unsigned int granules[] = { 1, 2, 100 };
		uint64_t last = va_last(c, SCENE_FREE + granules[i] - 1);

		note_where(c, "%u granules", granules[i]);
		expect(c, viommu_map(c, DOM_A, va(c, SCENE_FREE), last, above,
				     F_RW), S_FAULT);
		expect(c, viommu_map(c, DOM_A, va(c, SCENE_FREE), last,
				     above + (1ULL << 40), F_RW), S_FAULT);
		if (i)
			expect(c, viommu_map(c, DOM_A, va(c, SCENE_FREE), last,
					     below, F_RW), S_FAULT);
		blocked(c, EP_A, va(c, SCENE_FREE));
	}
	note_where(c, "to the limit");
	expect(c, viommu_map(c, DOM_A, va(c, SCENE_FREE),
			     va_last(c, SCENE_FREE + 1), below - granule,
			     F_RW), S_OK);
	reaches(c, EP_A, va_last(c, SCENE_FREE + 1), above - 1);
	expect(c, viommu_unmap(c, DOM_A, va(c, SCENE_FREE),
			       va_last(c, SCENE_FREE + 1)), S_OK);
	/* What wraps is not beyond a limit but nowhere. */
	expect(c, viommu_map(c, DOM_A, va(c, SCENE_FREE),
			     va_last(c, SCENE_FREE + 1), -granule, F_RW),
	       S_RANGE);
	scene_verify(c);
}

const struct test_case cases_iommu_map[] = {
	{ "IOMMU-REQ-6.4", "addresses inside a mapping are translated",
	  formula, 0, NULL },
	{ "IOMMU-REQ-6.4.a", "start, end or target not aligned", alignment, 0,
	  NULL },
	{ "IOMMU-REQ-6.4.a", "2^64-1 is an end", end_of_all_addresses, 0,
	  NULL },
	{ "IOMMU-REQ-6.4.a", "0 is a start", start_of_all_addresses, 0, NULL },
	{ "IOMMU-REQ-6.4.b", "overlaps of every shape", overlaps, 0, NULL },
	{ "IOMMU-REQ-6.4.b", "neighbours are no overlap", neighbours, 0,
	  NULL },
	{ "IOMMU-REQ-6.4.c", "unknown flags", unknown_flags, 0, NULL },
	{ "IOMMU-REQ-6.4.c", "MMIO without its feature", mmio_not_negotiated,
	  0, NULL },
	{ "IOMMU-REQ-6.4.d", "unknown domain", unknown_domain, 0, NULL },
	{ "IOMMU-REQ-6.4.e", "bypass domain", bypass_domain, NEED_BYPASS,
	  NULL },
	{ "IOMMU-REQ-6.4.f", "no write without WRITE",
	  not_written_without_write, NEED_TESTEP, NULL },
	{ "IOMMU-REQ-6.4.g", "no read without READ", write_only,
	  NEED_TESTEP | OURS, NULL },
	{ "IOMMU-REQ-6.4.h", "both ends, and no byte more", formula,
	  NEED_TESTEP, NULL },
	{ "IOMMU-REQ-6.4.i", "swapped ends, target that wraps", order_and_wrap,
	  OURS, NULL },
	{ "IOMMU-REQ-6.4.i", "targets that are no memory",
	  targets_beyond_memory, OURS, NULL },
	{ "IOMMU-REQ-6.4.i", "a doorbell, with MMIO", doorbell,
	  NEED_MMIO | OURS, NULL },
	{ "IOMMU-REQ-6.4.i", "everything, to itself", identity, OURS, NULL },
	{ "IOMMU-REQ-6.4.i", "targets above a configured limit",
	  above_the_limit, NEED_LIMIT | OURS, NULL },
	{ "IOMMU-REQ-6.4.j", "no flag, no access", no_access, OURS, NULL },
	{ "IOMMU-REQ-6.4.k", "MMIO is a memory type", NULL, 0,
	  "review: software endpoints have no caches" },
	{ NULL, NULL, NULL, 0, NULL },
};
