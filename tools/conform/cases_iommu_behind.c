// SPDX-License-Identifier: GPL-2.0-only
/*
 * A GPU that translates while its mappings go: what holds for the test endpoint
 * holds for a device with caches of its own, and for both at once.
 */
#include "behind.h"

#include <string.h>

#include "reach.h"

static unsigned int some(const struct ctx *c, unsigned int rounds)
{
	return c->opts->quick ? rounds / 10 : rounds;
}

/*
 * The GPU is let in, with a granule for its backing. Where it leads to is the
 * GPU's memory: a device has stage 2 of its own.
 */
static uint64_t backing_gpa(struct ctx *c)
{
	return mem_iova(&c->behind->mem,
			guest_alloc(c->behind, Z_BIG, c->iommu.granule,
				    MEM_PAGE));
}

static void map_backing(struct ctx *c, unsigned int granule, uint64_t gpa)
{
	expect(c, viommu_map(c, DOM_A, va(c, granule), va_last(c, granule),
			     gpa, F_RW), S_OK);
}

static void unmap_backing(struct ctx *c, unsigned int granule)
{
	expect(c, viommu_unmap(c, DOM_A, va(c, granule), va_last(c, granule)),
	       S_OK);
}

static void let_in(struct ctx *c, uint64_t *out_gpa)
{
	viommu_start(c);
	behind_run(c, session_reset);
	*out_gpa = backing_gpa(c);
	behind_admit(c);
	map_backing(c, 0, *out_gpa);
	behind_start(c, va(c, 0));
}

static uint64_t gpa_of_backing;

static void unmap_rounds(struct ctx *c, struct race *race)
{
	for (unsigned int i = 0; i < some(c, 2000); i++) {
		note_where(c, "round %u", i);
		race_open(c, race);
		unmap_backing(c, 0);
		race_closed(c, race);
		race_reopen(race);
		map_backing(c, 0, gpa_of_backing);
	}
}

/* What concerns others, or is refused, is no reason to fail. */
static void other_rounds(struct ctx *c, struct race *race)
{
	for (unsigned int i = 0; i < some(c, 2000); i++) {
		note_where(c, "round %u", i);
		map_backing(c, 8, gpa_of_backing);
		unmap_backing(c, 8);
		expect(c, viommu_unmap(c, DOM_A, va(c, 0) + 1, va_last(c, 0)),
		       S_RANGE);
		expect(c, viommu_detach(c, DOM_NONE, EP_A), S_INVAL);
	}
	race_open(c, race);
}

static void race_with(struct ctx *c, bool test_endpoint,
		      void (*rounds)(struct ctx *c, struct race *races))
{
	static struct race race;

	let_in(c, &gpa_of_backing);
	race = (struct race){
		.endpoint = EP_A,
		.iova = va(c, 0),
		.open = true,
		.always = rounds == other_rounds,
	};
	race_join(&race, behind_read);
	/* Its stage 2 is the IOMMU's, so it looks only. */
	if (test_endpoint)
		race_join(&race, race_look);
	race_run(c, &race, 1, rounds);
}

static void transfers_during_unmap(struct ctx *c)
{
	race_with(c, false, unmap_rounds);
}

static void both_during_unmap(struct ctx *c)
{
	race_with(c, true, unmap_rounds);
}

static void transfers_during_others(struct ctx *c)
{
	race_with(c, false, other_rounds);
}

/* Its rings go, too: nothing of the GPU moves after the answer. */
static void cut_off(struct ctx *c)
{
	static uint8_t before[2][512 * MEM_PAGE];
	static const enum mem_zone zones[] = { Z_RING, Z_CMD };
	size_t len[2];
	uint8_t *at[2];

	for (unsigned int round = 0; round < some(c, 200); round++) {
		let_in(c, &gpa_of_backing);
		note_where(c, "round %u", round);
		behind_post(c, 24);
		if (round & 1)
			expect(c, viommu_attach(c, DOM_B, EP_A), S_OK);
		else
			expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
		for (unsigned int i = 0; i < 2; i++) {
			at[i] = mem_zone_va(&c->behind->mem, zones[i],
					    &len[i]);
			memcpy(before[i], at[i], len[i]);
		}
		ring_kick(&c->behind->q[Q_CTRL]);
		if (round < 10)
			linger();
		for (unsigned int i = 0; i < 2; i++)
			must(c, !memcmp(before[i], at[i], len[i]),
			     "the GPU wrote after it was cut off");
	}
	/* It finds its way again. */
	let_in(c, &gpa_of_backing);
}

/* A reset of the IOMMU's cuts it off as well. */
static void cut_off_by_reset(struct ctx *c)
{
	struct ring *ring = &c->behind->q[Q_CTRL];

	for (unsigned int round = 0; round < some(c, 200); round++) {
		uint16_t used;

		let_in(c, &gpa_of_backing);
		note_where(c, "round %u", round);
		behind_post(c, 24);
		must(c, !dev_reset(&c->dev), "reset");
		used = ring_used_idx(ring);
		ring_kick(ring);
		if (round < 10)
			linger();
		must(c, ring_used_idx(ring) == used,
		     "the GPU wrote after the reset");
	}
	let_in(c, &gpa_of_backing);
}

const struct test_case cases_iommu_behind[] = {
	{ "IOMMU-REQ-6.5.g", "a GPU's transfers while it is unmapped",
	  transfers_during_unmap, NEED_BEHIND, NULL },
	{ "IOMMU-REQ-6.5.g", "a GPU and a test endpoint while it is unmapped",
	  both_during_unmap, NEED_BEHIND | NEED_TESTEP, NULL },
	{ "IOMMU-REQ-X1", "a GPU's transfers while others are unmapped",
	  transfers_during_others, NEED_BEHIND, NULL },
	{ "IOMMU-REQ-6.3.d", "a GPU at work when it is detached", cut_off,
	  NEED_BEHIND, NULL },
	{ "IOMMU-REQ-X4", "a GPU at work when the IOMMU is reset",
	  cut_off_by_reset, NEED_BEHIND, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
