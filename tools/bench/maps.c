// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a MAP and its UNMAP cost, and what it costs that there are others.
 *
 * Two endpoints are in a domain each, one with few mappings and one with many.
 * Those lie on every second page; what is timed is a page in a gap between
 * them, another one every time, in both domains in turns. Each request has a
 * kick of its own, as Linux sends them, and the client looks at the used index.
 *
 * A kick is a write to an eventfd. As many of them with nothing in the queue
 * are taken, too.
 */
#include "modes.h"

#include "../conform/viommu.h"

#define PAGE	4096ull
#define FIRST	(1ull << 32)

/* Any, the device does not look there. */
#define GPA	0x100000000ull

#define WARM_UP	50u

struct domain {
	uint32_t id;
	unsigned int mappings;
	const char *name;
	struct script map, unmap;
};

static bool is_ok(const void *answer)
{
	const struct virtio_iommu_req_tail *tail = answer;

	return tail->status == S_OK;
}

static void init_script(struct script *script, struct ctx *c)
{
	script_init(script, c);
	script->answer_size = TAIL;
	script->is_good = is_ok;
}

static uint64_t page_at(unsigned int n)
{
	return FIRST + n * 2ull * PAGE;
}

static void move_map(struct script *script, unsigned int i, uint64_t start)
{
	struct virtio_iommu_req_map *req = script->request[i];

	req->virt_start = start;
	req->virt_end = start + PAGE - 1;
	req->phys_start = GPA + start;
}

static void move_unmap(struct script *script, unsigned int i, uint64_t start)
{
	struct virtio_iommu_req_unmap *req = script->request[i];

	req->virt_start = start;
	req->virt_end = start + PAGE - 1;
}

static void add_map(struct script *script, uint32_t domain, uint64_t start)
{
	const struct virtio_iommu_req_map req =
		map_req(domain, start, start + PAGE - 1, GPA + start, F_RW);

	script_add(script, &req, MAP_SIZE);
}

/* All mappings of a domain, SCRIPT_MAX with a kick. */
static void fill(struct ctx *c, const struct domain *domain)
{
	struct script script;
	unsigned int done;

	init_script(&script, c);
	for (done = 0; done < SCRIPT_MAX && done < domain->mappings; done++)
		add_map(&script, domain->id, page_at(done));
	for (; done < domain->mappings; done += script.count) {
		if (script.count > domain->mappings - done)
			script.count = domain->mappings - done;
		for (unsigned int i = 0; i < script.count; i++)
			move_map(&script, i, page_at(done + i));
		script_run(&script, WAIT_SPIN);
	}
}

static void make_domain(struct ctx *c, struct domain *domain, uint32_t endpoint)
{
	const uint64_t gap = page_at(0) + PAGE;
	const struct virtio_iommu_req_unmap req =
		unmap_req(domain->id, gap, gap + PAGE - 1);

	expect(c, viommu_attach(c, domain->id, endpoint), S_OK);
	fill(c, domain);
	init_script(&domain->map, c);
	add_map(&domain->map, domain->id, gap);
	init_script(&domain->unmap, c);
	script_add(&domain->unmap, &req, UNMAP_SIZE);
}

static uint64_t run_pair(struct domain *domain, uint64_t gap)
{
	move_map(&domain->map, 0, gap);
	move_unmap(&domain->unmap, 0, gap);
	return script_run(&domain->map, WAIT_SPIN) +
	       script_run(&domain->unmap, WAIT_SPIN);
}

static uint64_t run_floor(struct ctx *c)
{
	uint64_t begin = now_ns();

	ring_kick(&c->q[Q_REQUEST]);
	ring_kick(&c->q[Q_REQUEST]);
	return now_ns() - begin;
}

/* The same on every run. */
static unsigned int next_random(void)
{
	static uint32_t state = 1;

	state = state * 1664525u + 1013904223u;
	return state >> 8;
}

void mode_maps(const struct plan *plan)
{
	struct domain domains[] = {
		{ .id = 1, .mappings = plan->few, .name = "pair.few" },
		{ .id = 2, .mappings = plan->many, .name = "pair.many" },
	};
	struct ctx *c = plan->c;

	if (plan->opts.nr_endpoints != 2 || !plan->few || !plan->many)
		die("two --endpoint, please, and mappings");
	client_open(c, &plan->opts);
	for (unsigned int i = 0; i < 2; i++)
		make_domain(c, &domains[i], ep(c, i));
	for (unsigned int n = 0; n < WARM_UP + plan->count; n++) {
		uint64_t floor;

		for (unsigned int i = 0; i < 2; i++) {
			struct domain *domain = &domains[i];
			unsigned int at = next_random() % domain->mappings;
			uint64_t took = run_pair(domain, page_at(at) + PAGE);

			if (n >= WARM_UP)
				sample(plan, domain->name, took);
		}
		floor = run_floor(c);
		if (n >= WARM_UP)
			sample(plan, "floor", floor);
	}
	client_close(c);
}
