// SPDX-License-Identifier: GPL-2.0-only
/* IOMMU-REQ-6.5: UNMAP. */
#include "reach.h"

#include <string.h>

/*
 * The truth table, in granules: what is mapped, what is unmapped, and which
 * mappings stay. Each row begins with an empty domain.
 */
static const struct row {
	struct { unsigned int first, last; } maps[4];
	unsigned int nr_maps;
	unsigned int first, last;
	uint32_t status;
	unsigned int stay;	/* bit per mapping */
} rows[] = {
	{ { { 0, 0 } }, 0, 0, 4, S_OK, 0 },
	{ { { 0, 9 } }, 1, 0, 9, S_OK, 0 },
	{ { { 0, 4 }, { 5, 9 } }, 2, 0, 9, S_OK, 0 },
	{ { { 0, 9 } }, 1, 0, 4, S_RANGE, 1 },
	{ { { 0, 4 }, { 5, 9 } }, 2, 0, 4, S_OK, 2 },
	{ { { 0, 4 } }, 1, 0, 9, S_OK, 0 },
	{ { { 0, 4 }, { 10, 14 } }, 2, 0, 14, S_OK, 0 },
	/* The same, seen from the other ends. */
	{ { { 0, 9 } }, 1, 5, 9, S_RANGE, 1 },
	{ { { 0, 9 } }, 1, 3, 6, S_RANGE, 1 },
	{ { { 0, 9 }, { 10, 19 } }, 2, 0, 14, S_RANGE, 3 },
	{ { { 0, 9 }, { 10, 19 } }, 2, 5, 19, S_RANGE, 3 },
	{ { { 0, 9 }, { 10, 19 } }, 2, 5, 14, S_RANGE, 3 },
	{ { { 0, 1 }, { 2, 3 }, { 4, 5 }, { 6, 9 } }, 4, 0, 8, S_RANGE, 15 },
	{ { { 0, 3 }, { 4, 5 }, { 6, 7 }, { 8, 9 } }, 4, 1, 9, S_RANGE, 15 },
	{ { { 0, 1 }, { 2, 3 }, { 4, 5 }, { 6, 9 } }, 4, 2, 5, S_OK, 9 },
	{ { { 0, 1 }, { 4, 5 }, { 8, 9 } }, 3, 2, 7, S_OK, 5 },
	{ { { 0, 1 }, { 4, 5 }, { 8, 9 } }, 3, 2, 8, S_RANGE, 7 },
	{ { { 4, 4 } }, 1, 0, 3, S_OK, 1 },
	{ { { 4, 4 } }, 1, 5, 9, S_OK, 1 },
	{ { { 4, 4 } }, 1, 4, 4, S_OK, 0 },
};

#define NR_ROWS		(sizeof(rows) / sizeof(rows[0]))
#define ROW_GRANULES	24u

static uint64_t gpa_of(struct ctx *c, const struct row *row, unsigned int map)
{
	/* Neighbours lead to neighbours: who merges them is noticed. */
	return scene.gpa + row->maps[map].first * c->iommu.granule;
}

static void check_row(struct ctx *c, const struct row *row, unsigned int stay)
{
	for (unsigned int g = 0; g < ROW_GRANULES; g++) {
		uint64_t gpa = GPA_NONE;

		for (unsigned int m = 0; m < row->nr_maps; m++)
			if ((stay & 1u << m) && row->maps[m].first <= g &&
			    g <= row->maps[m].last)
				gpa = scene.gpa + g * c->iommu.granule;
		leads(c, EP_A, va(c, g), false, gpa);
		leads(c, EP_A, va_last(c, g), true, gpa == GPA_NONE ? gpa :
		      gpa + c->iommu.granule - 1);
	}
}

/* Without eyes: what is there cannot be mapped again, what is not can. */
static void check_row_blindly(struct ctx *c, const struct row *row,
			      unsigned int stay)
{
	for (unsigned int m = 0; m < row->nr_maps; m++)
		for (unsigned int g = row->maps[m].first;
		     g <= row->maps[m].last; g++)
			expect(c, viommu_map(c, DOM_A, va(c, g), va_last(c, g),
					     scene.gpa, F_RW),
			       stay & 1u << m ? S_INVAL : S_OK);
}

static void one_row(struct ctx *c, const struct row *row)
{
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	for (unsigned int m = 0; m < row->nr_maps; m++)
		expect(c, viommu_map(c, DOM_A, va(c, row->maps[m].first),
				     va_last(c, row->maps[m].last),
				     gpa_of(c, row, m), F_RW), S_OK);
	check_row(c, row, ~0u);
	expect(c, viommu_unmap(c, DOM_A, va(c, row->first),
			       va_last(c, row->last)), row->status);
	check_row(c, row, row->stay);
	check_row_blindly(c, row, row->stay);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
}

static void rows_with(struct ctx *c, uint32_t status, bool any)
{
	viommu_start(c);
	scene.memory = guest_granules(c, ROW_GRANULES, &scene.gpa);
	for (unsigned int i = 0; i < NR_ROWS; i++) {
		if (!any && rows[i].status != status)
			continue;
		note_where(c, "row %u", i);
		one_row(c, &rows[i]);
	}
}

static void truth_table(struct ctx *c)
{
	rows_with(c, 0, true);
}

static void no_mapping_is_split(struct ctx *c)
{
	rows_with(c, S_RANGE, false);
}

static void what_is_covered_goes(struct ctx *c)
{
	rows_with(c, S_OK, false);
}

/* More than one would do in one go, and the last one is in the way. */
static void many_or_none(struct ctx *c)
{
	const unsigned int count = 300;

	viommu_start(c);
	scene.memory = guest_granules(c, 1, &scene.gpa);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	for (unsigned int g = 0; g < count; g++)
		expect(c, viommu_map(c, DOM_A, va(c, g), va_last(c, g),
				     scene.gpa, F_RW), S_OK);
	expect(c, viommu_map(c, DOM_A, va(c, count), va_last(c, count + 1),
			     scene.gpa, F_RW), S_OK);
	expect(c, viommu_unmap(c, DOM_A, va(c, 0), va_last(c, count)),
	       S_RANGE);
	for (unsigned int g = 0; g < count; g++)
		reaches(c, EP_A, va(c, g), scene.gpa);
	expect(c, viommu_unmap(c, DOM_A, va(c, 0), va_last(c, count + 1)),
	       S_OK);
	for (unsigned int g = 0; g < count + 2; g++)
		blocked(c, EP_A, va(c, g));
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, count), scene.gpa,
			     F_RW), S_OK);
}

static void reserved_bytes(struct ctx *c)
{
	scene_start(c);
	for (unsigned int byte = 0; byte < 4; byte++) {
		struct virtio_iommu_req_unmap req =
			unmap_req(DOM_A, va(c, 0), va_last(c, 3));

		note_where(c, "byte %u", 24 + byte);
		req.reserved[byte] = 1;
		expect(c, viommu_run(c, &req, UNMAP_SIZE, TAIL, NULL), S_INVAL);
	}
	note_where(c, "%s", "");
	scene_verify(c);
}

static void reserved_bytes_elsewhere(struct ctx *c)
{
	struct virtio_iommu_req_unmap req;
	uint32_t status;

	scene_start(c);
	req = unmap_req(DOM_A, va(c, 0), va_last(c, 3));
	memset(req.reserved, 0xff, 4);
	status = viommu_run(c, &req, UNMAP_SIZE, TAIL, NULL);
	must(c, status == S_INVAL || status == S_OK, "status %#x", status);
}

static void unknown_domain(struct ctx *c)
{
	scene_start(c);
	expect(c, viommu_unmap(c, DOM_NONE, va(c, 0), va_last(c, 3)), S_NOENT);
	scene_verify(c);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_unmap(c, DOM_A, va(c, 0), va_last(c, 3)), S_NOENT);
}

static void bypass_domain(struct ctx *c)
{
	viommu_start(c);
	expect(c, viommu_attach_flags(c, DOM_A, EP_A, F_BYPASS), S_OK);
	expect(c, viommu_unmap(c, DOM_A, va(c, 0), va_last(c, 0)), S_INVAL);
	expect(c, viommu_unmap(c, DOM_A, c->iommu.input_start,
			       c->iommu.input_last), S_INVAL);
	reaches(c, EP_A, va(c, 0), va(c, 0));
}

static void gone_for_all(struct ctx *c)
{
	viommu_start(c);
	scene.memory = guest_granules(c, 2, &scene.gpa);
	for (unsigned int i = 0; i < 2 && i < c->opts->nr_endpoints; i++)
		expect(c, viommu_attach(c, DOM_A, ep(c, i)), S_OK);
	for (unsigned int round = 0; round < 100; round++) {
		expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 1),
				     scene.gpa, F_RW), S_OK);
		for (unsigned int i = 0; i < 2 && i < c->opts->nr_endpoints;
		     i++)
			dma_works(c, ep(c, i), va(c, 1), scene.memory +
				  c->iommu.granule);
		expect(c, viommu_unmap(c, DOM_A, va(c, 0), va_last(c, 1)),
		       S_OK);
		for (unsigned int i = 0; i < 2 && i < c->opts->nr_endpoints;
		     i++) {
			blocked(c, ep(c, i), va(c, 0));
			dma_fails(c, ep(c, i), va(c, 1), scene.memory +
				  c->iommu.granule);
		}
	}
}

static void order_and_alignment(struct ctx *c)
{
	scene_start(c);
	note_where(c, "swapped ends");
	expect(c, viommu_unmap(c, DOM_A, va(c, 4), va_last(c, 2)), S_INVAL);
	expect(c, viommu_unmap(c, DOM_A, va(c, 8), va(c, 8) - 1), S_INVAL);
	note_where(c, "unaligned, in a hole");
	expect(c, viommu_unmap(c, DOM_A, va(c, 9) + 1, va_last(c, 10) - 7),
	       S_OK);
	expect(c, viommu_unmap(c, DOM_A, va(c, 9) + 1, va(c, 9) + 1), S_OK);
	note_where(c, "unaligned, ends inside a mapping");
	expect(c, viommu_unmap(c, DOM_A, va(c, 9) + 1, va(c, 12)), S_RANGE);
	expect(c, viommu_unmap(c, DOM_A, va(c, 0) + 1, va_last(c, 3)), S_RANGE);
	expect(c, viommu_unmap(c, DOM_A, va(c, 0), va_last(c, 3) - 1), S_RANGE);
	scene_verify(c);
	note_where(c, "unaligned, covers mappings");
	expect(c, viommu_unmap(c, DOM_A, va(c, 11) + 1, va(c, 16) + 77), S_OK);
	blocked(c, EP_A, va(c, 12));
	blocked(c, EP_A, va(c, 15));
	leads(c, EP_A, va(c, 4), false, scene.gpa + 4 * c->iommu.granule);
}

const struct test_case cases_iommu_unmap[] = {
	{ "IOMMU-REQ-6.5", "the truth table", truth_table, 0, NULL },
	{ "IOMMU-REQ-6.5.a", "reserved bytes: refused", reserved_bytes, OURS,
	  NULL },
	{ "IOMMU-REQ-6.5.a", "reserved bytes: refused or ignored",
	  reserved_bytes_elsewhere, 0, NULL },
	{ "IOMMU-REQ-6.5.b", "unknown domain", unknown_domain, 0, NULL },
	{ "IOMMU-REQ-6.5.c", "bypass domain", bypass_domain, NEED_BYPASS,
	  NULL },
	{ "IOMMU-REQ-6.5.d", "a mapping partly inside: nothing is removed",
	  no_mapping_is_split, 0, NULL },
	{ "IOMMU-REQ-6.5.d", "300 of them, or none", many_or_none, 0, NULL },
	{ "IOMMU-REQ-6.5.e", "all that is covered, holes are fine",
	  what_is_covered_goes, 0, NULL },
	{ "IOMMU-REQ-6.5.f", "neighbours stay apart", truth_table, 0, NULL },
	{ "IOMMU-REQ-6.5.g", "out of reach when the request is back",
	  gone_for_all, NEED_TESTEP, NULL },
	{ "IOMMU-REQ-6.5.h", "swapped ends, odd addresses",
	  order_and_alignment, OURS, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
