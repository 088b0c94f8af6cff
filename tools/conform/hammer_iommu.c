// SPDX-License-Identifier: GPL-2.0-only
/*
 * The main thread sends requests and event buffers, good and bad. Meanwhile
 * threads do DMA as the endpoints, and the GPU behind the IOMMU, if there is
 * one, is driven by a thread of its own: sometimes it is let in, and never
 * knows for how long.
 *
 * Endpoints write to what is mapped, so mappings lead to where nobody looks.
 */
#include "hammer_private.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "behind.h"
#include "fixture.h"
#include "prod.h"
#include "reach.h"

/* Requests go about in so many granules and domains. */
#define WINDOW		40u
#define NUMBERS		4u

static const size_t caps[] = {
	0, 1, 3, 4, 4, 4, 4, 4, 5, 8, 100, 515, 516, 516, 600, 2000,
};

static struct prod prod;

/*
 * Requests
 */

static uint32_t some_domain(struct ctx *c)
{
	return below(12) ? dom(c, below(NUMBERS)) : odd_word();
}

static uint32_t some_endpoint(struct ctx *c)
{
	return below(12) ? ep(c, below(c->opts->nr_endpoints)) : odd_word();
}

static void some_range(struct ctx *c, uint64_t *out_start, uint64_t *out_last)
{
	unsigned int first = below(WINDOW);

	*out_start = va(c, first);
	*out_last = va_last(c, first + below(8));
	if (!below(16))
		*out_last += odd_word();
	if (!below(100)) {
		*out_start = 0;
		*out_last = UINT64_MAX;
	}
}

static size_t some_request(struct ctx *c, uint8_t *out)
{
	uint32_t domain = some_domain(c), endpoint = some_endpoint(c);
	union {
		struct virtio_iommu_req_attach attach;
		struct virtio_iommu_req_detach detach;
		struct virtio_iommu_req_map map;
		struct virtio_iommu_req_unmap unmap;
		struct virtio_iommu_req_probe probe;
	} req = { .probe = probe_req(endpoint) };
	uint64_t start, last, gpa = scene.gpa + below(16) * c->iommu.granule;
	size_t len = PROBE_SIZE;
	unsigned int dice = below(20);

	some_range(c, &start, &last);
	if (!below(20))
		gpa = (uint64_t)odd_word() << below(32);
	if (dice < 8) {
		req.map = map_req(domain, start, last, gpa,
				  below(8) ? 1 + below(3) : odd_word());
		len = MAP_SIZE;
	} else if (dice < 14) {
		req.unmap = unmap_req(domain, start, last);
		len = UNMAP_SIZE;
	} else if (dice < 17) {
		req.attach = attach_req(domain, endpoint,
					below(6) ? 0 : below(3));
		len = ATTACH_SIZE;
	} else if (dice < 18) {
		req.detach = detach_req(domain, endpoint);
		len = DETACH_SIZE;
	}
	memcpy(out, &req, sizeof(req));
	return len;
}

static size_t random_request(struct ctx *c, uint8_t *out)
{
	size_t len;

	memset(out, 0, SAMPLE_MAX);
	len = some_request(c, out);
	if (!below(4))
		len += below(100);
	while (!below(6)) {
		uint32_t word = odd_word();

		memcpy(out + 4 * below(18), &word, 4);
	}
	if (!below(30))
		out[0] = (uint8_t)rand();
	if (!below(10))
		len = below(len + 1);
	return len;
}

/*
 * Events
 */

static void add_event_buffer(struct ctx *c)
{
	struct framing framing = c->framing;
	size_t len;
	uint8_t *at = mem_zone_va(&c->mem, Z_DATA, &len);

	at += below(len / MEM_PAGE) * MEM_PAGE + below(MEM_PAGE - 128);
	c->framing = (struct framing){ .mode = FRAME_DIRECT };
	chain_clear(&c->chain);
	if (!below(10))
		chain_add(&c->chain, &c->mem, at, 1 + below(8), false, 0);
	chain_add(&c->chain, &c->mem, at, below(4) ? 24 : 1 + below(100), true,
		  below(4) ? 0 : 1 + below(30));
	if (ring_add(&c->q[Q_EVENT], &c->chain, &c->framing) >= 0)
		ring_publish(&c->q[Q_EVENT]);
	c->framing = framing;
}

static void serve_events(struct ctx *c)
{
	struct ring *ring = &c->q[Q_EVENT];
	uint32_t head, used;

	while (ring_get(ring, &head, &used)) {
		must(c, used <= 128 && head < ring->num,
		     "event: head %u, used %u", head, used);
		ring_recycle(ring, head);
	}
	for (unsigned int n = below(20); n; n--)
		add_event_buffer(c);
	if (below(4))
		ring_kick(ring);
}

static void aside(struct ctx *c)
{
	uint8_t junk[48];

	serve_events(c);
	for (unsigned int i = 0; i < sizeof(junk); i++)
		junk[i] = rand();
	if (below(2))
		junk[36] = below(2);
	dev_set_config(&c->dev, below(2) ? 0 : below(50), junk, 1 + below(47));
	dev_get_config(&c->dev, below(50), junk, 1 + below(47));
	c->want_fresh = true;
}

/*
 * The GPU
 */

static pthread_t player;
static atomic_bool player_stops;
static bool plays;
static atomic_ulong pictures;

static void draw(struct ctx *gpu, const struct iommu_facts *iommu,
		 unsigned int *seed)
{
	struct virtio_gpu_mem_entry entry = {
		.addr = iommu->first_va +
			(unsigned int)rand_r(seed) % WINDOW * iommu->granule,
		.length = A_BYTES,
	};

	session_start(gpu);
	gpu_create(gpu, RES_A, FMT_BGRX, A_SIZE, A_SIZE);
	gpu_attach(gpu, RES_A, &entry, 1);
	gpu_set_scanout(gpu, 0, RES_A, A_RECT);
	for (unsigned int i = 0; i < 200 && !atomic_load(&player_stops); i++) {
		gpu_transfer(gpu, RES_A, A_RECT, 0);
		gpu_flush(gpu, RES_A, A_RECT);
		gpu_move_cursor(gpu, 0, i, i);
		atomic_fetch_add(&pictures, 1);
	}
}

/* Cut off in the middle it begins anew. */
static void *play(void *arg)
{
	struct ctx *c = arg, *gpu = c->behind;
	unsigned int seed = c->opts->seed;

	while (!atomic_load(&player_stops))
		if (!setjmp(gpu->out))
			draw(gpu, &c->iommu, &seed);
	return NULL;
}

/*
 * Life
 */

static void begin(struct ctx *c)
{
	static struct opts impatient;

	if (c->behind) {
		impatient = *c->behind->opts;
		impatient.timeout_ms = 20;
		c->behind->opts = &impatient;
		atomic_init(&player_stops, false);
		plays = !pthread_create(&player, NULL, play, c);
	}
	if (c->testep.fd < 0)
		return;
	prod.testep = &c->testep;
	prod.endpoints = c->opts->endpoint;
	prod.nr_endpoints = c->opts->nr_endpoints;
	prod.first = va(c, 0);
	prod.last = va_last(c, WINDOW);
	prod.read_only = !c->testep.can_access;
	prod.seed = c->opts->seed;
	prod_start(&prod);
}

static void end(struct ctx *c)
{
	if (c->testep.fd >= 0) {
		prod_stop(&prod);
		printf("# %lu accesses, %lu allowed, %lu errors\n",
		       atomic_load(&prod.calls), atomic_load(&prod.allowed),
		       atomic_load(&prod.refused));
	}
	if (plays) {
		atomic_store(&player_stops, true);
		pthread_join(player, NULL);
		printf("# %lu pictures by the GPU\n", atomic_load(&pictures));
	}
}

static void make(struct ctx *c)
{
	if (viommu_has(c, VIRTIO_IOMMU_F_BYPASS_CONFIG) &&
	    (c->features & BIT64(VIRTIO_IOMMU_F_BYPASS_CONFIG)))
		viommu_set_bypass(c, 0);
	scene_make(c);
	if (c->behind)
		behind_admit(c);
}

const struct hammer_kind hammer_iommu = {
	.queues = 1,
	.caps = caps,
	.nr_caps = sizeof(caps) / sizeof(caps[0]),
	.request = random_request,
	.begin = begin,
	.make = make,
	.aside = aside,
	.verify = scene_verify,
	.end = end,
};
