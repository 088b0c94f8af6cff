// SPDX-License-Identifier: GPL-2.0-only
/* IOMMU-REQ-6, 6.0 and 6.1: what holds for every request. */
#include "reach.h"

#include <string.h>

#define REQUEST_MAX	128u

/* One valid request of every type, to be sent to the scene. */
static size_t build(struct ctx *c, unsigned int type, uint8_t *out)
{
	union {
		struct virtio_iommu_req_attach attach;
		struct virtio_iommu_req_detach detach;
		struct virtio_iommu_req_map map;
		struct virtio_iommu_req_unmap unmap;
		struct virtio_iommu_req_probe probe;
	} req;
	size_t len;

	memset(&req, 0, sizeof(req));
	switch (type) {
	case VIRTIO_IOMMU_T_ATTACH:
		req.attach = attach_req(DOM_NONE, EP_A, 0);
		len = ATTACH_SIZE;
		break;
	case VIRTIO_IOMMU_T_DETACH:
		req.detach = detach_req(DOM_A, EP_A);
		len = DETACH_SIZE;
		break;
	case VIRTIO_IOMMU_T_MAP:
		req.map = map_req(DOM_A, va(c, SCENE_FREE),
				  va_last(c, SCENE_FREE), scene.gpa, F_RW);
		len = MAP_SIZE;
		break;
	case VIRTIO_IOMMU_T_UNMAP:
		req.unmap = unmap_req(DOM_A, va(c, 0), va_last(c, 3));
		len = UNMAP_SIZE;
		break;
	default:
		req.probe = probe_req(EP_A);
		len = PROBE_SIZE;
	}
	memset(out, 0, REQUEST_MAX);
	memcpy(out, &req, len);
	return len;
}

#define FIRST_TYPE	VIRTIO_IOMMU_T_ATTACH
#define LAST_TYPE	VIRTIO_IOMMU_T_PROBE

static size_t cap_of(const struct ctx *c, unsigned int type)
{
	return type == VIRTIO_IOMMU_T_PROBE ? c->iommu.probe_size + TAIL : TAIL;
}

static bool is_offered(const struct ctx *c, unsigned int type)
{
	return type != VIRTIO_IOMMU_T_PROBE ||
	       viommu_has(c, VIRTIO_IOMMU_F_PROBE);
}

static void set_framing(struct ctx *c, unsigned int split)
{
	c->framing.mode = FRAME_DIRECT;
	c->framing.split = split;
}

/* Whether the request that build() makes was executed. */
static void was_executed(struct ctx *c, unsigned int type)
{
	if (type == VIRTIO_IOMMU_T_MAP)
		reaches(c, EP_A, va(c, SCENE_FREE), scene.gpa);
	else if (type == VIRTIO_IOMMU_T_PROBE)
		reaches(c, EP_A, va(c, 0), scene.gpa);
	else
		blocked(c, EP_A, va(c, 0));
	if (type == VIRTIO_IOMMU_T_DETACH)
		expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 0), 0, F_R),
		       S_NOENT);
	if (type == VIRTIO_IOMMU_T_UNMAP)
		expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 0),
				     scene.gpa, F_R), S_OK);
}

static void every_request(struct ctx *c)
{
	static const unsigned int splits[] = { 0, 1, 3, 4, 19 };
	uint8_t request[REQUEST_MAX];

	for (unsigned int type = FIRST_TYPE; type <= LAST_TYPE; type++)
		for (unsigned int s = 0; s < 5 && is_offered(c, type); s++) {
			size_t len;

			scene_start(c);
			note_where(c, "type %u, split %u", type, splits[s]);
			len = build(c, type, request);
			set_framing(c, splits[s]);
			expect(c, viommu_run(c, request, len, cap_of(c, type),
					     NULL), S_OK);
			was_executed(c, type);
		}
}

static void short_readable(struct ctx *c)
{
	uint8_t request[REQUEST_MAX];

	scene_start(c);
	for (unsigned int type = FIRST_TYPE; type <= LAST_TYPE; type++) {
		size_t len = build(c, type, request);

		for (size_t n = 0; n < len && is_offered(c, type); n++)
			for (unsigned int split = 0; split < 2; split++) {
				note_where(c, "type %u, %zu of %zu bytes, split"
					   " %u", type, n, len, split);
				set_framing(c, split);
				expect(c, viommu_run(c, request, n,
						     cap_of(c, type), NULL),
				       NOT_ANSWERED);
			}
		scene_verify(c);
	}
}

static void short_writable(struct ctx *c)
{
	uint8_t request[REQUEST_MAX];

	scene_start(c);
	for (unsigned int type = FIRST_TYPE; type <= LAST_TYPE; type++) {
		size_t len = build(c, type, request);

		for (size_t cap = 0; cap < TAIL && is_offered(c, type); cap++)
			for (unsigned int split = 0; split < 2; split++) {
				note_where(c, "type %u, %zu writable, split %u",
					   type, cap, split);
				set_framing(c, split);
				expect(c, viommu_run(c, request, len, cap,
						     NULL), NOT_ANSWERED);
			}
		scene_verify(c);
	}
}

static void longer_parts(struct ctx *c)
{
	uint8_t request[REQUEST_MAX];
	struct gpu_reply reply;

	for (unsigned int type = FIRST_TYPE; type < LAST_TYPE; type++)
		for (unsigned int split = 0; split < 8; split += 7) {
			size_t len;

			scene_start(c);
			note_where(c, "type %u, split %u", type, split);
			set_framing(c, split);
			len = build(c, type, request);
			memset(request + len, 0xff, 17);
			expect(c, viommu_run(c, request, len + 17, 32, &reply),
			       S_OK);
			for (unsigned int i = 0; i < 32 - TAIL; i++)
				must(c, !reply.bytes[i], "byte %u is %#x", i,
				     reply.bytes[i]);
			was_executed(c, type);
		}
}

/* Refusals have the full length, too. */
static void length_of_refusals(struct ctx *c)
{
	struct virtio_iommu_req_map map;
	struct gpu_reply reply;

	scene_start(c);
	map = map_req(DOM_A, va(c, 0), va_last(c, 0), 0, F_R);
	expect(c, viommu_run(c, &map, MAP_SIZE, 16, &reply), S_INVAL);
	must(c, reply.used == 16, "used %u of 16", reply.used);
	if (is_offered(c, VIRTIO_IOMMU_T_PROBE)) {
		expect(c, viommu_probe(c, no_ep(c), &reply), S_NOENT);
		must(c, reply.used == c->iommu.probe_size + TAIL, "used %u",
		     reply.used);
	}
	scene_verify(c);
}

static void without_map_unmap(struct ctx *c)
{
	uint8_t request[REQUEST_MAX];

	viommu_start_with(c, c->offered & ~BIT64(VIRTIO_IOMMU_F_MAP_UNMAP));
	for (unsigned int type = VIRTIO_IOMMU_T_MAP;
	     type <= VIRTIO_IOMMU_T_UNMAP; type++) {
		size_t len = build(c, type, request);

		note_where(c, "type %u", type);
		expect(c, viommu_run(c, request, len, TAIL, NULL),
		       NOT_ANSWERED);
	}
	note_where(c, "%s", "");
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
}

static void unknown_types(struct ctx *c)
{
	static const uint8_t types[] = { 0, 6, 7, 0x7f, 0x80, 255 };
	static const size_t lens[] = { 1, 4, 20, 36, 72, 100 };
	uint8_t request[REQUEST_MAX];

	scene_start(c);
	for (unsigned int t = 0; t < sizeof(types); t++)
		for (unsigned int l = 0; l < 6; l++)
			for (size_t cap = 0; cap < 600; cap += cap ? 512 : 4) {
				note_where(c, "type %u, %zu bytes, %zu"
					   " writable", types[t], lens[l], cap);
				build(c, VIRTIO_IOMMU_T_UNMAP, request);
				request[0] = types[t];
				expect(c, viommu_run(c, request, lens[l], cap,
						     NULL), NOT_ANSWERED);
			}
	note_where(c, "%s", "");
	scene_verify(c);
}

static void head_is_ignored(struct ctx *c)
{
	uint8_t request[REQUEST_MAX];

	for (unsigned int type = FIRST_TYPE; type <= LAST_TYPE; type++)
		for (unsigned int byte = 1; byte <= 4 && is_offered(c, type);
		     byte++) {
			size_t len;

			scene_start(c);
			note_where(c, "type %u, byte %u", type, byte);
			len = build(c, type, request);
			for (unsigned int i = 1; i < 4; i++)
				if (byte == i || byte == 4)
					request[i] = 0xff;
			expect(c, viommu_run(c, request, len, cap_of(c, type),
					     NULL), S_OK);
			was_executed(c, type);
		}
}

/* viommu_run() looks at the tail each time: of good answers and of bad ones. */
static void tail_is_zero(struct ctx *c)
{
	scene_start(c);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_attach(c, DOM_A, no_ep(c)), S_NOENT);
	expect(c, viommu_detach(c, DOM_A, no_ep(c)), S_NOENT);
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 0), 0, F_R),
	       S_INVAL);
	expect(c, viommu_unmap(c, DOM_A, va(c, 0), va_last(c, 0)), S_RANGE);
	scene_verify(c);
}

static void bad_range(struct ctx *c, uint64_t start, uint64_t last)
{
	expect(c, viommu_map(c, DOM_A, start, last, 0, F_R), S_RANGE);
	expect(c, viommu_unmap(c, DOM_A, start, last), S_RANGE);
	scene_verify(c);
}

static void input_range(struct ctx *c)
{
	const struct iommu_facts *facts = &c->iommu;
	uint64_t granule = facts->granule;

	if (!facts->input_start && facts->input_last == UINT64_MAX)
		case_untestable(c, "every address can be mapped");
	scene_start(c);
	if (facts->input_start) {
		uint64_t start = facts->input_start;

		note_where(c, "below");
		bad_range(c, start - granule, start - 1);
		bad_range(c, start - granule, start + granule - 1);
		bad_range(c, 0, granule - 1);
	}
	if (facts->input_last != UINT64_MAX) {
		uint64_t last = facts->input_last;

		note_where(c, "above");
		bad_range(c, last + 1, last + granule);
		bad_range(c, last + 1 - granule, last + granule);
		bad_range(c, UINT64_MAX - granule + 1, UINT64_MAX);
	}
	note_where(c, "around");
	bad_range(c, facts->input_start ? facts->input_start - granule : 0,
		  facts->input_last != UINT64_MAX ?
		  facts->input_last + granule : UINT64_MAX);
}

static void bad_domain(struct ctx *c, uint32_t domain)
{
	note_where(c, "domain %u", domain);
	expect(c, viommu_attach(c, domain, EP_A), S_RANGE);
	expect(c, viommu_detach(c, domain, EP_A), S_RANGE);
	expect(c, viommu_map(c, domain, va(c, 0), va_last(c, 0), 0, F_R),
	       S_RANGE);
	expect(c, viommu_unmap(c, domain, va(c, 0), va_last(c, 0)), S_RANGE);
	scene_verify(c);
}

static void domain_range(struct ctx *c)
{
	const struct iommu_facts *facts = &c->iommu;

	if (!facts->domain_first && facts->domain_last == UINT32_MAX)
		case_untestable(c, "every number may name a domain");
	scene_start(c);
	if (facts->domain_first) {
		bad_domain(c, facts->domain_first - 1);
		bad_domain(c, 0);
	}
	if (facts->domain_last != UINT32_MAX) {
		bad_domain(c, facts->domain_last + 1);
		bad_domain(c, UINT32_MAX);
	}
	note_where(c, "the last one");
	expect(c, viommu_attach(c, facts->domain_last, EP_A), S_OK);
	expect(c, viommu_detach(c, facts->domain_last, EP_A), S_OK);
}

static void whole_life(struct ctx *c)
{
	scene_start(c);
	scene_verify(c);
	expect(c, viommu_unmap(c, DOM_A, va(c, 0), va_last(c, 15)), S_OK);
	for (unsigned int g = 0; g < 16; g++)
		blocked(c, EP_A, va(c, g));
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_INVAL);
}

const struct test_case cases_iommu_request[] = {
	{ "IOMMU-REQ-6", "attach, map, unmap, detach", whole_life, 0, NULL },
	{ "IOMMU-REQ-6.0.a", "readable part too short: not answered",
	  short_readable, OURS, NULL },
	{ "IOMMU-REQ-6.0.a", "no room for a tail: not answered",
	  short_writable, OURS, NULL },
	{ "IOMMU-REQ-6.0.b", "longer than need be", longer_parts, OURS, NULL },
	{ "IOMMU-REQ-6.0.b", "refusals have the full length",
	  length_of_refusals, OURS, NULL },
	{ "IOMMU-REQ-6.0.c", "MAP_UNMAP not negotiated: not answered",
	  without_map_unmap, 0, NULL },
	{ "IOMMU-REQ-6.1", "any request in any split", every_request, 0,
	  NULL },
	{ "IOMMU-REQ-6.1.a", "status 0 when done", every_request, 0, NULL },
	{ "IOMMU-REQ-6.1.b", "unknown types are not answered", unknown_types,
	  0, NULL },
	{ "IOMMU-REQ-6.1.c", "head.reserved is ignored", head_is_ignored, 0,
	  NULL },
	{ "IOMMU-REQ-6.1.d", "tail.reserved is zero", tail_is_zero, 0, NULL },
	{ "IOMMU-REQ-6.1.e", "outside the input range", input_range, 0, NULL },
	{ "IOMMU-REQ-6.1.f", "outside the domain range", domain_range, 0,
	  NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
