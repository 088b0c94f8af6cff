// SPDX-License-Identifier: GPL-2.0-only
/* BASE-05, 07, 16, 17 of an IOMMU: reset, config space, memory, double fetch. */
#include "event.h"

#include <stdlib.h>
#include <string.h>

#include "flip.h"
#include "reach.h"

#define SLOW_ROOM	50000u
#define SLOW_REQUESTS	20u
#define EVENT_BUFFERS	8u

/* The device fills all that room, and is at it when the reset comes. */
static void post_slow_work(struct ctx *c)
{
	const struct virtio_iommu_req_detach detach =
		detach_req(DOM_B, no_ep(c));
	struct event_buffer buffer;
	struct gpu_job job;

	c->framing.mode = FRAME_INDIRECT;
	for (unsigned int i = 0; i < EVENT_BUFFERS; i++) {
		buffer = event_buffer(c, FAULT_SIZE);
		event_add(c, &buffer);
	}
	for (unsigned int i = 0; i < SLOW_REQUESTS; i++)
		gpu_submit(c, Q_REQUEST, &detach, DETACH_SIZE, SLOW_ROOM,
			   &job);
	ring_kick(&c->q[Q_REQUEST]);
}

/* Endpoints do not know of the reset: they fault, and nobody is told. */
static void access_all(struct ctx *c)
{
	blocked(c, EP_A, va(c, 0));
	dma_fails(c, EP_A, va(c, 0), scene.memory);
	dma_fails(c, EP_A, va(c, 12), scene.memory + 12 * c->iommu.granule);
}

static void reset_is_silent(struct ctx *c)
{
	static const enum mem_zone zones[] = { Z_RING, Z_CMD };
	static uint8_t before[2][512 * MEM_PAGE];
	size_t len[2];
	uint8_t *at[2];

	for (unsigned int round = 0; round < 5; round++) {
		scene_start(c);
		post_slow_work(c);
		must(c, !dev_reset(&c->dev), "reset failed");
		must(c, !status_of(c), "status is not 0");
		for (unsigned int i = 0; i < 2; i++) {
			at[i] = mem_zone_va(&c->mem, zones[i], &len[i]);
			memcpy(before[i], at[i], len[i]);
		}
		for (unsigned int q = 0; q < 2; q++) {
			ring_drain(&c->q[q]);
			c->q[q].calls = 0;
			ring_kick(&c->q[q]);
		}
		access_all(c);
		linger();
		must(c, !memcmp(before[0], at[0], len[0]),
		     "rings were written after reset");
		must(c, !memcmp(before[1], at[1], len[1]),
		     "answers or events were written after reset");
		for (unsigned int q = 0; q < 2; q++) {
			ring_drain(&c->q[q]);
			must(c, !c->q[q].calls, "interrupt after reset");
		}
	}
	scene_start(c);
	scene_verify(c);
}

static void config_before_features(struct ctx *c)
{
	struct virtio_iommu_config early, late;

	session_reset(c);
	must(c, !dev_set_status(&c->dev, VIRTIO_CONFIG_S_ACKNOWLEDGE),
	     "ACKNOWLEDGE");
	must(c, !dev_get_config(&c->dev, 0, &early, sizeof(early)), "config");
	viommu_start(c);
	must(c, !dev_get_config(&c->dev, 0, &late, sizeof(late)), "config");
	must(c, early.page_size_mask, "page_size_mask is 0 at ACKNOWLEDGE");
	early.bypass = late.bypass;
	must(c, !memcmp(&early, &late, sizeof(early)),
	     "the config space is another one at ACKNOWLEDGE");
}

/* A granule whose target is a page that can be taken away by itself. */
static uint8_t *map_page(struct ctx *c)
{
	uint8_t *page;

	if (c->iommu.granule != MEM_PAGE)
		case_untestable(c, "a granule is not a page");
	page = guest_alloc(c, Z_DATA, MEM_PAGE, MEM_PAGE);
	expect(c, viommu_map(c, DOM_A, va(c, SCENE_FREE),
			     va_last(c, SCENE_FREE), mem_iova(&c->mem, page),
			     F_RW), S_OK);
	return page;
}

static void stage_2_goes(struct ctx *c)
{
	uint8_t *old, *new;

	scene_start(c);
	old = map_page(c);
	new = guest_alloc(c, Z_DATA, MEM_PAGE, MEM_PAGE);
	dma_works(c, EP_A, va(c, SCENE_FREE), old);
	must(c, !mem_unmap_page(&c->mem, old), "unmapping");
	dma_fails(c, EP_A, va(c, SCENE_FREE), old);
	/* Another page there: the old one is out of reach for good. */
	must(c, !mem_alias_page(&c->mem, old, new), "mapping another page");
	memset(old, POISON, MEM_PAGE);
	dma_works(c, EP_A, va(c, SCENE_FREE), new);
	for (unsigned int i = 0; i < MEM_PAGE; i++)
		must(c, old[i] == POISON, "byte %u of the old page changed",
		     i);
	must(c, !dev_unmap(&c->dev, mem_iova(&c->mem, old), MEM_PAGE),
	     "unmapping");
	dma_fails(c, EP_A, va(c, SCENE_FREE), new);
	must(c, !mem_map_page(&c->mem, old), "mapping again");
	dma_works(c, EP_A, va(c, SCENE_FREE), old);
	expect(c, viommu_unmap(c, DOM_A, va(c, SCENE_FREE),
			       va_last(c, SCENE_FREE)), S_OK);
	scene_verify(c);
}

static void reopened(struct ctx *c)
{
	scene_start(c);
	session_reopen(c);
	must(c, !status_of(c), "status is not 0 after open");
	blocked(c, EP_A, va(c, 0));
	dma_fails(c, EP_A, va(c, 0), scene.memory);
	viommu_start(c);
	blocked(c, EP_A, va(c, 0));
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 0), 0, F_R),
	       S_NOENT);
	scene_make(c);
	scene_verify(c);
}

/*
 * A MAP whose end lies now before a mapping and now within it. What was
 * checked is what was made: one granule, or nothing.
 */
static void flipped_map(struct ctx *c, void *arg)
{
	const struct virtio_iommu_req_map *map = arg;
	struct gpu_reply reply;
	struct gpu_job job;
	uint32_t status;

	gpu_submit_shared(c, Q_REQUEST, arg, MAP_SIZE, TAIL, &job);
	ring_kick(job.ring);
	status = viommu_finish(c, &job, &reply);
	mem_release(&c->mem, Z_CMD, job.mark_cmd);
	must(c, status == S_OK || status == S_INVAL || status == S_RANGE,
	     "status %#x", status);
	if (status == S_OK) {
		leads(c, EP_A, va(c, SCENE_FREE), false, scene.gpa);
		expect(c, viommu_unmap(c, DOM_A, map->virt_start,
				       va_last(c, SCENE_FREE)), S_OK);
	}
	blocked(c, EP_A, va(c, SCENE_FREE));
	leads(c, EP_A, va(c, SCENE_FREE + 1), false, scene.gpa);
}

static struct virtio_iommu_req_map *shared_map(struct ctx *c)
{
	struct virtio_iommu_req_map *map;

	scene_start(c);
	expect(c, viommu_map(c, DOM_A, va(c, SCENE_FREE + 1),
			     va_last(c, SCENE_FREE + 1), scene.gpa, F_R), S_OK);
	map = guest_alloc(c, Z_CMD, sizeof(*map), 8);
	*map = map_req(DOM_A, va(c, SCENE_FREE), va_last(c, SCENE_FREE),
		       scene.gpa, F_R);
	return map;
}

static void double_fetch_end(struct ctx *c)
{
	struct virtio_iommu_req_map *map = shared_map(c);
	struct flipper flipper = {
		.word = (volatile uint32_t *)((uint8_t *)map + 16),
		.good = (uint32_t)va_last(c, SCENE_FREE),
		.bad = (uint32_t)va_last(c, SCENE_FREE + 1),
	};

	flip_run(c, &flipper, flipped_map, map);
	scene_verify(c);
}

static void double_fetch_target(struct ctx *c)
{
	struct virtio_iommu_req_map *map = shared_map(c);
	struct flipper flipper = {
		.word = (volatile uint32_t *)((uint8_t *)map + 24),
		.good = (uint32_t)scene.gpa,
		.bad = (uint32_t)scene.gpa + 1,
	};

	flip_run(c, &flipper, flipped_map, map);
	scene_verify(c);
}

const struct test_case cases_iommu_base[] = {
	{ "BASE-05", "after reset nothing is written and nobody called",
	  reset_is_silent, 0, NULL },
	{ "BASE-07", "config is readable at ACKNOWLEDGE",
	  config_before_features, 0, NULL },
	{ "BASE-16", "what an endpoint reaches goes with the guest's memory",
	  stage_2_goes, NEED_ACCESS | NEED_MAP, NULL },
	{ "BASE-16", "nothing survives closing", reopened,
	  NEED_OWN | NEED_ACCESS, NULL },
	{ "BASE-17", "end flipped during MAP", double_fetch_end, NEED_TESTEP,
	  NULL },
	{ "BASE-17", "target flipped during MAP", double_fetch_target,
	  NEED_TESTEP, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
