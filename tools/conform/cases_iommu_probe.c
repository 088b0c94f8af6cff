// SPDX-License-Identifier: GPL-2.0-only
/* IOMMU-REQ-6.6: PROBE. */
#include "reach.h"

#include <string.h>

#include "resv.h"

static size_t whole(const struct ctx *c)
{
	return c->iommu.probe_size + TAIL;
}

/* Well-formed in every respect: regions_of() insists. */
static void well_formed(struct ctx *c)
{
	struct region regions[REGIONS_MAX];

	viommu_start(c);
	for (unsigned int i = 0; i < c->opts->nr_endpoints; i++) {
		note_where(c, "endpoint %u", ep(c, i));
		regions_of(c, ep(c, i), regions);
	}
}

static void reserved_is_ignored(struct ctx *c)
{
	struct gpu_reply plain, odd;

	viommu_start(c);
	expect(c, viommu_probe(c, EP_A, &plain), S_OK);
	for (unsigned int round = 0; round < 66; round++) {
		struct virtio_iommu_req_probe req = probe_req(EP_A);

		note_where(c, "round %u", round);
		for (unsigned int i = 0; i < 64; i++)
			if (round == i || round >= 64)
				req.reserved[i] = round == 65 ? i * 7 : 0xff;
		expect(c, viommu_run(c, &req, PROBE_SIZE, whole(c), &odd),
		       S_OK);
		must(c, !memcmp(plain.bytes, odd.bytes, whole(c)),
		     "another answer");
	}
}

static void unknown_endpoint(struct ctx *c)
{
	struct gpu_reply reply;

	viommu_start(c);
	expect(c, viommu_probe(c, no_ep(c), &reply), S_NOENT);
	must(c, !c->exact || reply.used == whole(c), "used %u", reply.used);
	for (unsigned int i = 0; i < c->iommu.probe_size && c->exact; i++)
		must(c, !reply.bytes[i], "property byte %u is %#x", i,
		     reply.bytes[i]);
}

static void not_offered(struct ctx *c)
{
	const struct virtio_iommu_req_probe req = probe_req(EP_A);

	if (viommu_has(c, VIRTIO_IOMMU_F_PROBE))
		case_untestable(c, "PROBE is offered");
	scene_start(c);
	expect(c, viommu_run(c, &req, PROBE_SIZE, 512 + TAIL, NULL),
	       NOT_ANSWERED);
	expect(c, viommu_run(c, &req, PROBE_SIZE, TAIL, NULL), NOT_ANSWERED);
	scene_verify(c);
}

/* A driver that does not know PROBE gets all of it, or nothing. */
static void not_negotiated(struct ctx *c)
{
	const struct virtio_iommu_req_probe req = probe_req(EP_A);
	uint32_t status;

	viommu_start_with(c, c->offered & ~BIT64(VIRTIO_IOMMU_F_PROBE));
	scene_make(c);
	status = viommu_run(c, &req, PROBE_SIZE, whole(c), NULL);
	must(c, status == NOT_ANSWERED || status == S_OK, "status %#x",
	     status);
	scene_verify(c);
}

static void short_areas(struct ctx *c)
{
	const struct virtio_iommu_req_probe req = probe_req(EP_A);
	struct gpu_reply reply;

	viommu_start(c);
	for (size_t cap = TAIL; cap < whole(c); cap++)
		for (unsigned int split = 0; split < 30; split += 29) {
			note_where(c, "%zu writable, split %u", cap, split);
			c->framing.split = split;
			expect(c, viommu_run(c, &req, PROBE_SIZE, cap, &reply),
			       S_INVAL);
			for (size_t i = 0; i < cap - TAIL; i++)
				must(c, !reply.bytes[i],
				     "property byte %zu is %#x", i,
				     reply.bytes[i]);
		}
}

static void longer_areas(struct ctx *c)
{
	const struct virtio_iommu_req_probe req = probe_req(EP_A);
	static const size_t more[] = { 1, 3, 4, 8, 100, 500 };
	struct gpu_reply plain, reply;

	viommu_start(c);
	expect(c, viommu_probe(c, EP_A, &plain), S_OK);
	for (unsigned int i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		size_t cap = whole(c) + more[i];

		if (cap > sizeof(reply.bytes))
			continue;
		note_where(c, "%zu more", more[i]);
		expect(c, viommu_run(c, &req, PROBE_SIZE, cap, &reply), S_OK);
		must(c, !memcmp(plain.bytes, reply.bytes,
				c->iommu.probe_size), "another list");
		for (size_t at = c->iommu.probe_size; at < cap - TAIL; at++)
			must(c, !reply.bytes[at], "byte %zu is %#x", at,
			     reply.bytes[at]);
	}
}

/* POISON is what every answer lies on; zeroes are the device's. */
static void rest_is_zero(struct ctx *c)
{
	struct gpu_reply reply[2];

	for (unsigned int round = 0; round < 2; round++) {
		const struct virtio_iommu_req_probe req = probe_req(EP_A);
		struct gpu_job job;

		viommu_start(c);
		gpu_submit(c, Q_REQUEST, &req, PROBE_SIZE, whole(c), &job);
		job.poison = round ? 0x5a : POISON;
		memset(job.response, job.poison, job.response_cap);
		ring_kick(job.ring);
		expect(c, viommu_finish(c, &job, &reply[round]), S_OK);
	}
	must(c, !memcmp(reply[0].bytes, reply[1].bytes, whole(c)),
	     "bytes that were not written");
}

static void probe_size(struct ctx *c)
{
	struct virtio_iommu_config config;
	uint32_t size = c->iommu.probe_size;

	must(c, size && !(size % 8), "probe_size is %u", size);
	for (unsigned int i = 0; i < 3; i++) {
		viommu_start(c);
		must(c, !dev_get_config(&c->dev, 0, &config, sizeof(config)),
		     "reading config");
		must(c, config.probe_size == size, "probe_size is %u now",
		     config.probe_size);
		well_formed(c);
	}
}

static void changes_nothing(struct ctx *c)
{
	struct gpu_reply before[8], after;
	unsigned int count = c->opts->nr_endpoints;

	viommu_start(c);
	for (unsigned int i = 0; i < count; i++)
		expect(c, viommu_probe(c, ep(c, i), &before[i]), S_OK);
	scene_make(c);
	for (unsigned int round = 0; round < 10; round++)
		for (unsigned int i = 0; i < count; i++) {
			expect(c, viommu_probe(c, ep(c, i), &after), S_OK);
			must(c, !memcmp(after.bytes, before[i].bytes,
					whole(c)),
			     "endpoint %u: another answer when attached",
			     ep(c, i));
		}
	scene_verify(c);
}

const struct test_case cases_iommu_probe[] = {
	{ "IOMMU-REQ-6.6", "lists of all endpoints", well_formed, NEED_PROBE,
	  NULL },
	{ "IOMMU-REQ-6.6.a", "reserved bytes are ignored", reserved_is_ignored,
	  NEED_PROBE, NULL },
	{ "IOMMU-REQ-6.6.b", "unknown endpoint", unknown_endpoint, NEED_PROBE,
	  NULL },
	{ "IOMMU-REQ-6.6.c", "not offered: not answered", not_offered, 0,
	  NULL },
	{ "X-PROBE", "not negotiated: answered in full or not at all",
	  not_negotiated, NEED_PROBE, NULL },
	{ "IOMMU-REQ-6.6.d", "reserved bits of the type are zero", well_formed,
	  NEED_PROBE, NULL },
	{ "IOMMU-REQ-6.6.e", "length of RESV_MEM is 20", well_formed,
	  NEED_PROBE, NULL },
	{ "IOMMU-REQ-6.6.f", "properties follow each other", well_formed,
	  NEED_PROBE, NULL },
	{ "IOMMU-REQ-6.6.g", "areas that are too short", short_areas,
	  NEED_PROBE, NULL },
	{ "IOMMU-REQ-6.6.g", "areas that are longer", longer_areas,
	  NEED_PROBE | OURS, NULL },
	{ "IOMMU-REQ-6.6.h", "the rest is zero, and written", rest_is_zero,
	  NEED_PROBE, NULL },
	{ "IOMMU-REQ-6.6.i", "probe_size fits all lists and stays",
	  probe_size, NEED_PROBE | OURS, NULL },
	{ "IOMMU-REQ-6.6.j", "any time, the same, without effect",
	  changes_nothing, NEED_PROBE | OURS, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
