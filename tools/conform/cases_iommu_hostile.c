// SPDX-License-Identifier: GPL-2.0-only
/*
 * IOMMU-REQ-X, 6.3.d, 6.4.j, 6.5.g: endpoints that are at it while their
 * translations go, drivers that want too much, and a model to compare with.
 */
#include "reach.h"

#include <sched.h>
#include <time.h>

#include "model.h"
#include "race.h"

static unsigned int some(const struct ctx *c, unsigned int rounds)
{
	return c->opts->quick ? rounds / 10 : rounds;
}

/* What is there, and how to take it away. */
static void attach_and_map(struct ctx *c)
{
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 0), scene.gpa,
			     F_RW), S_OK);
}

static void unmap_rounds(struct ctx *c, struct race *race)
{
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	for (unsigned int i = 0; i < some(c, 3000); i++) {
		note_where(c, "round %u", i);
		race_reopen(race);
		expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 0),
				     scene.gpa, F_RW), S_OK);
		race_open(c, race);
		expect(c, viommu_unmap(c, DOM_A, va(c, 0), va_last(c, 0)),
		       S_OK);
		race_closed(c, race);
	}
}

static void detach_rounds(struct ctx *c, struct race *race)
{
	for (unsigned int i = 0; i < some(c, 3000); i++) {
		note_where(c, "round %u", i);
		race_reopen(race);
		attach_and_map(c);
		race_open(c, race);
		/* Every other time it moves instead. */
		if (i & 1)
			expect(c, viommu_attach(c, DOM_B, EP_A), S_OK);
		else
			expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
		race_closed(c, race);
	}
}

static void reset_rounds(struct ctx *c, struct race *race)
{
	for (unsigned int i = 0; i < some(c, 500); i++) {
		note_where(c, "round %u", i);
		viommu_start(c);
		scene.memory = guest_granules(c, 1, &scene.gpa);
		race_reopen(race);
		attach_and_map(c);
		race_open(c, race);
		must(c, !dev_reset(&c->dev), "reset");
		must(c, !status_of(c), "status is not 0");
		race_closed(c, race);
	}
}

/* Neither refusals nor what does not concern it let go for a moment. */
static void refusal_rounds(struct ctx *c, struct race *race)
{
	for (unsigned int i = 0; i < some(c, 3000); i++) {
		note_where(c, "round %u", i);
		expect(c, viommu_unmap(c, DOM_A, va(c, 0), va_last(c, 1)),
		       S_RANGE);
		expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 0),
				     scene.gpa, F_R), S_INVAL);
		expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
		expect(c, viommu_attach_flags(c, DOM_B, EP_A, 2), S_INVAL);
		expect(c, viommu_detach(c, DOM_NONE, EP_A), S_INVAL);
		expect(c, viommu_map(c, DOM_A, va(c, 8), va_last(c, 8),
				     scene.gpa, F_RW), S_OK);
		expect(c, viommu_unmap(c, DOM_A, va(c, 8), va_last(c, 8)),
		       S_OK);
	}
	race_open(c, race);
}

static void race_with(struct ctx *c, bool only_look,
		      void (*rounds)(struct ctx *c, struct race *races))
{
	static struct race race;

	viommu_start(c);
	scene.memory = guest_granules(c, 4, &scene.gpa);
	race = (struct race){
		.endpoint = EP_A,
		.iova = va(c, 0),
		.open = rounds == refusal_rounds,
		.always = rounds == refusal_rounds,
	};
	race_join(&race, only_look ? race_look : race_read);
	if (race.always) {
		attach_and_map(c);
		expect(c, viommu_map(c, DOM_A, va(c, 1), va_last(c, 2),
				     scene.gpa, F_RW), S_OK);
	}
	race_run(c, &race, 1, rounds);
}

#define REGIONS	4u

/* One granule each, as CPUs of a guest that map and unmap side by side. */
static void submit_unmap(struct ctx *c, unsigned int region,
			 struct gpu_job *job)
{
	const struct virtio_iommu_req_unmap req =
		unmap_req(DOM_A, va(c, region), va_last(c, region));

	gpu_submit(c, Q_REQUEST, &req, UNMAP_SIZE, TAIL, job);
}

static void submit_map(struct ctx *c, unsigned int region, struct gpu_job *job)
{
	const struct virtio_iommu_req_map req =
		map_req(DOM_A, va(c, region), va_last(c, region), scene.gpa,
			F_RW);

	gpu_submit(c, Q_REQUEST, &req, MAP_SIZE, TAIL, job);
}

/*
 * All regions are in the ring at once, the odd ones come back in the same
 * burst in which the even ones go.
 */
static void crossing_rounds(struct ctx *c, struct race *races)
{
	struct gpu_job jobs[REGIONS];
	struct gpu_reply reply;

	for (unsigned int i = 0; i < some(c, 2000); i++) {
		size_t mark = mem_mark(&c->mem, Z_CMD);

		note_where(c, "round %u", i);
		for (unsigned int r = 0; r < REGIONS; r++) {
			if ((i ^ r) & 1) {
				race_reopen(&races[r]);
				submit_map(c, r, &jobs[r]);
			} else {
				submit_unmap(c, r, &jobs[r]);
			}
			/* Some are kicked one by one. */
			if (i & 2)
				ring_kick(jobs[r].ring);
		}
		ring_kick(jobs[0].ring);
		for (unsigned int r = 0; r < REGIONS; r++) {
			expect(c, viommu_finish(c, &jobs[r], &reply), S_OK);
			if ((i ^ r) & 1)
				race_open(c, &races[r]);
			else
				race_closed(c, &races[r]);
		}
		mem_release(&c->mem, Z_CMD, mark);
	}
}

static void dma_during_crossing(struct ctx *c)
{
	static struct race races[REGIONS];

	viommu_start(c);
	scene.memory = guest_granules(c, 1, &scene.gpa);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	for (unsigned int r = 0; r < REGIONS; r++) {
		races[r] = (struct race){
			.endpoint = EP_A,
			.iova = va(c, r),
			.open = !(r & 1),
		};
		race_join(&races[r], race_read);
		if (r & 1)
			continue;
		expect(c, viommu_map(c, DOM_A, va(c, r), va_last(c, r),
				     scene.gpa, F_RW), S_OK);
	}
	race_run(c, races, REGIONS, crossing_rounds);
}

static void dma_during_unmap(struct ctx *c)
{
	race_with(c, false, unmap_rounds);
}

static void dma_during_detach(struct ctx *c)
{
	race_with(c, false, detach_rounds);
}

static void dma_during_reset(struct ctx *c)
{
	race_with(c, false, reset_rounds);
}

static void looks_during_reset(struct ctx *c)
{
	race_with(c, true, reset_rounds);
}

static void looks_during_refusals(struct ctx *c)
{
	race_with(c, true, refusal_rounds);
}

/* Many in the ring before the first kick: each sees what those before did. */
static void ring_order(struct ctx *c)
{
	struct virtio_iommu_req_attach attach = attach_req(DOM_A, EP_A, 0);
	struct virtio_iommu_req_detach detach = detach_req(DOM_A, EP_A);
	struct virtio_iommu_req_unmap unmap =
		unmap_req(DOM_A, va(c, 0), va_last(c, 0));
	struct virtio_iommu_req_map map =
		map_req(DOM_A, va(c, 0), va_last(c, 0), 0, F_R);
	const struct {
		const void *request;
		size_t len;
		uint32_t status;
	} batch[] = {
		{ &map, MAP_SIZE, S_NOENT },
		{ &attach, ATTACH_SIZE, S_OK },
		{ &map, MAP_SIZE, S_OK },
		{ &map, MAP_SIZE, S_INVAL },
		{ &unmap, UNMAP_SIZE, S_OK },
		{ &map, MAP_SIZE, S_OK },
		{ &detach, DETACH_SIZE, S_OK },
		{ &unmap, UNMAP_SIZE, S_NOENT },
		{ &detach, DETACH_SIZE, S_INVAL },
		{ &attach, ATTACH_SIZE, S_OK },
		{ &map, MAP_SIZE, S_OK },
		{ &detach, DETACH_SIZE, S_OK },
	};
	const unsigned int count = sizeof(batch) / sizeof(batch[0]);
	struct gpu_reply reply;
	struct gpu_job jobs[12];

	viommu_start(c);
	for (unsigned int round = 0; round < 50; round++) {
		size_t mark = mem_mark(&c->mem, Z_CMD);

		for (unsigned int i = 0; i < count; i++)
			gpu_submit(c, Q_REQUEST, batch[i].request,
				   batch[i].len, TAIL, &jobs[i]);
		ring_kick(&c->q[Q_REQUEST]);
		for (unsigned int i = 0; i < count; i++) {
			note_where(c, "round %u, request %u", round, i);
			expect(c, viommu_finish(c, &jobs[i], &reply),
			       batch[i].status);
		}
		mem_release(&c->mem, Z_CMD, mark);
	}
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* As Linux waits: it spins, without interrupts, and nobody else runs here. */
static unsigned int spin_requests(struct ctx *c, unsigned int rounds)
{
	const struct virtio_iommu_req_attach attach =
		attach_req(DOM_A, EP_A, 0);
	double end = seconds() + c->opts->timeout_ms / 1000.0;
	unsigned int done = 0;

	for (; done < rounds; done++) {
		size_t mark = mem_mark(&c->mem, Z_CMD);
		struct gpu_reply reply;
		struct gpu_job job;

		gpu_submit(c, Q_REQUEST, &attach, ATTACH_SIZE, TAIL, &job);
		ring_kick(job.ring);
		while (!ring_has_used(job.ring) && seconds() < end)
			;
		if (!ring_has_used(job.ring))
			break;
		gpu_finish(c, &job, &reply);
		mem_release(&c->mem, Z_CMD, mark);
	}
	return done;
}

static void busy_driver(struct ctx *c)
{
	const struct sched_param high = { .sched_priority = 1 }, normal = { 0 };
	unsigned int rounds = some(c, 2000), done;
	cpu_set_t before, one;
	int cpu;

	viommu_start(c);
	ring_want_call(&c->q[Q_REQUEST], false);
	must(c, !sched_getaffinity(0, sizeof(before), &before), "affinity");
	cpu = sched_getcpu();
	CPU_ZERO(&one);
	CPU_SET(cpu < 0 ? 0 : cpu, &one);
	must(c, !sched_setaffinity(0, sizeof(one), &one), "affinity");
	/* Where that is not allowed it is a weaker test. */
	sched_setscheduler(0, SCHED_FIFO, &high);
	done = spin_requests(c, rounds);
	sched_setscheduler(0, SCHED_OTHER, &normal);
	sched_setaffinity(0, sizeof(before), &before);
	must(c, done == rounds, "no answer while the driver spins");
}

#define QUICK_MAPPINGS	5000u
#define MOST_MAPPINGS	6000000u

/* Up to the quota. Return: mappings, each a granule of its own. */
static unsigned int map_until_nomem(struct ctx *c)
{
	unsigned int most = c->opts->quick ? QUICK_MAPPINGS : MOST_MAPPINGS;
	uint64_t start = 1ULL << 36, granule = c->iommu.granule;

	if (c->iommu.input_last < start + most * granule)
		start = c->iommu.first_va;
	for (unsigned int i = 0; i < most; i++) {
		uint64_t at = start + i * granule;
		uint32_t status;

		if (at > c->iommu.input_last)
			case_untestable(c, "no end after %u mappings, and no"
					" more addresses", i);
		status = viommu_map(c, DOM_NONE, at, at + granule - 1,
				    scene.gpa, F_R);
		if (status == S_NOMEM)
			return i;
		expect(c, status, S_OK);
	}
	case_untestable(c, "no end after %u mappings%s", most,
			c->opts->quick ? ", and --quick" : "");
}

static void mapping_quota(struct ctx *c)
{
	unsigned int count;

	scene_start(c);
	expect(c, viommu_attach(c, DOM_NONE, EP_B), S_OK);
	count = map_until_nomem(c);
	must(c, count, "not one mapping is allowed");
	/* Earlier ones are intact, in every domain. */
	leads(c, EP_A, va(c, 0), false, scene.gpa);
	leads(c, EP_A, va_last(c, 3), true,
	      scene.gpa + 4 * c->iommu.granule - 1);
	expect(c, viommu_map(c, DOM_A, va(c, SCENE_FREE),
			     va_last(c, SCENE_FREE), scene.gpa, F_R), S_NOMEM);
	blocked(c, EP_A, va(c, SCENE_FREE));
	/* One goes, one comes. */
	expect(c, viommu_unmap(c, DOM_A, va(c, 4), va_last(c, 7)), S_OK);
	expect(c, viommu_map(c, DOM_A, va(c, SCENE_FREE),
			     va_last(c, SCENE_FREE), scene.gpa, F_R), S_OK);
	expect(c, viommu_map(c, DOM_A, va(c, 4), va_last(c, 7), scene.gpa,
			     F_R), S_NOMEM);
	/* They all go with their domain. */
	expect(c, viommu_detach(c, DOM_NONE, EP_B), S_OK);
	expect(c, viommu_map(c, DOM_A, va(c, 4), va_last(c, 7), scene.gpa,
			     F_R), S_OK);
	leads(c, EP_A, va(c, 4), false, scene.gpa);
}

/* Whatever a driver piles up, it is gone and the device works. */
static void piled_up(struct ctx *c)
{
	unsigned int count = some(c, 20000);
	struct testep_counts counts;

	for (unsigned int round = 0; round < 2; round++) {
		scene_start(c);
		for (unsigned int i = 0; i < count; i++) {
			uint32_t status;

			status = viommu_map(c, DOM_A, va(c, SCENE_FREE + i),
					    va_last(c, SCENE_FREE + i),
					    scene.gpa, F_R);
			if (status == S_NOMEM)
				break;
			expect(c, status, S_OK);
			if (!(i & 15))
				leads(c, EP_A, va(c, 9), i & 16, GPA_NONE);
		}
		if (round)
			session_reset(c);
		else
			expect(c, viommu_attach(c, DOM_NONE, EP_A), S_OK);
	}
	if (c->testep.fd >= 0) {
		must(c, !testep_count(&c->testep, &counts), "counts");
		must(c, !counts.mappings && !counts.domains,
		     "%llu mappings, %llu domains are left",
		     (unsigned long long)counts.mappings,
		     (unsigned long long)counts.domains);
	}
	scene_start(c);
	scene_verify(c);
}

static void as_the_model(struct ctx *c)
{
	viommu_start(c);
	model_run(c, c->opts->seed, some(c, 50000));
}

const struct test_case cases_iommu_hostile[] = {
	{ "IOMMU-REQ-6.3.d", "DMA while the endpoint is detached",
	  dma_during_detach, NEED_ACCESS, NULL },
	{ "IOMMU-REQ-6.4.j", "more mappings than allowed", mapping_quota,
	  NEED_EP2 | OURS, NULL },
	{ "IOMMU-REQ-6.5.g", "DMA while it is unmapped", dma_during_unmap,
	  NEED_ACCESS, NULL },
	{ "IOMMU-REQ-6.5.g", "DMA while some go and others come",
	  dma_during_crossing, NEED_ACCESS, NULL },
	{ "IOMMU-REQ-X1", "ring order", ring_order, OURS, NULL },
	{ "IOMMU-REQ-X1", "refusals have no effect, not even for a moment",
	  looks_during_refusals, NEED_TESTEP | OURS, NULL },
	{ "IOMMU-REQ-X1", "thousands of requests, as the model has it",
	  as_the_model, OURS, NULL },
	{ "IOMMU-REQ-X2", "a driver that spins on one CPU", busy_driver, OURS,
	  NULL },
	{ "IOMMU-REQ-X3", "mappings and faults pile up", piled_up, OURS,
	  NULL },
	{ "IOMMU-REQ-X4", "DMA during reset", dma_during_reset, NEED_ACCESS,
	  NULL },
	{ "IOMMU-REQ-X4", "looks during reset", looks_during_reset,
	  NEED_TESTEP, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
