// SPDX-License-Identifier: GPL-2.0-only
/* IOMMU-REQ-6.2: ATTACH. */
#include "reach.h"

static void reserved_bytes(struct ctx *c)
{
	scene_start(c);
	for (unsigned int byte = 0; byte < 4; byte++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			struct virtio_iommu_req_attach req =
				attach_req(DOM_NONE, EP_A, 0);

			note_where(c, "byte %u, bit %u", 16 + byte, bit);
			req.reserved[byte] = 1u << bit;
			expect(c, viommu_run(c, &req, ATTACH_SIZE, TAIL, NULL),
			       S_INVAL);
		}
	note_where(c, "%s", "");
	scene_verify(c);
}

static void unknown_flags(struct ctx *c)
{
	scene_start(c);
	for (unsigned int bit = 1; bit < 32; bit++) {
		note_where(c, "flag %u", bit);
		expect(c, viommu_attach_flags(c, DOM_NONE, EP_A, 1u << bit),
		       S_INVAL);
	}
	note_where(c, "%s", "");
	scene_verify(c);
}

static void bypass_not_negotiated(struct ctx *c)
{
	viommu_start_with(c, c->offered &
			  ~BIT64(VIRTIO_IOMMU_F_BYPASS_CONFIG));
	scene_make(c);
	expect(c, viommu_attach_flags(c, DOM_NONE, EP_A, F_BYPASS), S_INVAL);
	scene_verify(c);
}

static void unknown_endpoint(struct ctx *c)
{
	scene_start(c);
	expect(c, viommu_attach(c, DOM_NONE, no_ep(c)), S_NOENT);
	expect(c, viommu_attach(c, DOM_A, no_ep(c)), S_NOENT);
	scene_verify(c);
}

static void shared_domain(struct ctx *c)
{
	uint64_t gpa;
	uint8_t *at;

	viommu_start(c);
	at = guest_granules(c, 2, &gpa);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_attach(c, DOM_A, EP_B), S_OK);
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 1), gpa, F_RW),
	       S_OK);
	reaches(c, EP_A, va(c, 0), gpa);
	reaches(c, EP_B, va_last(c, 1), gpa + 2 * c->iommu.granule - 1);
	dma_works(c, EP_A, va(c, 1), at + c->iommu.granule);
	dma_works(c, EP_B, va(c, 1), at + c->iommu.granule);
	expect(c, viommu_unmap(c, DOM_A, va(c, 0), va_last(c, 1)), S_OK);
	for (unsigned int i = 0; i < 2; i++) {
		blocked(c, ep(c, i), va(c, 0));
		dma_fails(c, ep(c, i), va(c, 1), at + c->iommu.granule);
	}
	/* It lives as long as one of them is there. */
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 1), gpa, F_RW),
	       S_OK);
	reaches(c, EP_B, va(c, 0), gpa);
	blocked(c, EP_A, va(c, 0));
}

static void other_nature(struct ctx *c)
{
	scene_start(c);
	note_where(c, "bypass into a domain that translates");
	expect(c, viommu_attach_flags(c, DOM_A, EP_B, F_BYPASS), S_INVAL);
	scene_verify(c);
	note_where(c, "its own domain, with the flag");
	expect(c, viommu_attach_flags(c, DOM_B, EP_B, F_BYPASS), S_INVAL);
	scene_verify(c);
	note_where(c, "no bypass into a bypass domain");
	expect(c, viommu_attach_flags(c, DOM_NONE, EP_B, F_BYPASS), S_OK);
	expect(c, viommu_attach(c, DOM_NONE, EP_A), S_INVAL);
	reaches(c, EP_B, va(c, 0), va(c, 0));
	reaches(c, EP_A, va(c, 0), scene.gpa);
	expect(c, viommu_attach(c, DOM_NONE, EP_B), S_INVAL);
	reaches(c, EP_B, va(c, 0), va(c, 0));
}

/* Two endpoints in one, as newer Linux has it (TRAP-IOMMU-5). */
static void bypass_domain(struct ctx *c)
{
	uint64_t gpa;
	uint8_t *at;

	viommu_start(c);
	at = guest_granules(c, 1, &gpa);
	for (unsigned int i = 0; i < 2; i++) {
		expect(c, viommu_attach_flags(c, DOM_A, ep(c, i), F_BYPASS),
		       S_OK);
		reaches(c, ep(c, i), gpa, gpa);
		reaches(c, ep(c, i), 0, 0);
		dma_works(c, ep(c, i), gpa, at);
	}
	/* A move makes an end of it. */
	expect(c, viommu_attach(c, DOM_B, EP_A), S_OK);
	blocked(c, EP_A, gpa);
	reaches(c, EP_B, gpa, gpa);
	expect(c, viommu_detach(c, DOM_A, EP_B), S_OK);
	blocked(c, EP_B, gpa);
}

static void moved(struct ctx *c)
{
	uint64_t gpa;

	scene_start(c);
	guest_granules(c, 1, &gpa);
	expect(c, viommu_attach(c, DOM_NONE, EP_A), S_OK);
	blocked(c, EP_A, va(c, 0));
	blocked(c, EP_A, va(c, 4));
	expect(c, viommu_map(c, DOM_A, va(c, 8), va_last(c, 8), gpa, F_RW),
	       S_NOENT);
	expect(c, viommu_map(c, DOM_NONE, va(c, 8), va_last(c, 8), gpa, F_RW),
	       S_OK);
	reaches(c, EP_A, va(c, 8), gpa);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_INVAL);
	/* Back: the old domain is another, empty one. */
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	blocked(c, EP_A, va(c, 0));
	blocked(c, EP_A, va(c, 8));
	expect(c, viommu_map(c, DOM_NONE, va(c, 8), va_last(c, 8), gpa, F_RW),
	       S_NOENT);
}

/* The domain that is left lives on with who stays. */
static void moved_from_company(struct ctx *c)
{
	viommu_start(c);
	expect(c, viommu_attach(c, DOM_A, EP_B), S_OK);
	scene.memory = guest_granules(c, 4, &scene.gpa);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 3), scene.gpa,
			     F_RW), S_OK);
	expect(c, viommu_attach(c, DOM_B, EP_A), S_OK);
	blocked(c, EP_A, va(c, 0));
	reaches(c, EP_B, va(c, 0), scene.gpa);
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 0), 0, F_R),
	       S_INVAL);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	reaches(c, EP_A, va(c, 0), scene.gpa);
}

/* Whatever is wrong with a move, it did not begin. */
static void refused_move(struct ctx *c)
{
	struct virtio_iommu_req_attach req;

	scene_start(c);
	expect(c, viommu_attach_flags(c, DOM_B, EP_A, 0x80), S_INVAL);
	scene_verify(c);
	req = attach_req(DOM_B, EP_A, 0);
	req.reserved[3] = 1;
	expect(c, viommu_run(c, &req, ATTACH_SIZE, TAIL, NULL), S_INVAL);
	scene_verify(c);
	if (!viommu_has(c, VIRTIO_IOMMU_F_BYPASS_CONFIG))
		return;
	expect(c, viommu_attach_flags(c, DOM_B, EP_A, F_BYPASS), S_INVAL);
	scene_verify(c);
}

static void same_domain(struct ctx *c)
{
	scene_start(c);
	for (unsigned int i = 0; i < 3; i++)
		expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	scene_verify(c);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_INVAL);
}

static void at_once(struct ctx *c)
{
	uint64_t gpa;

	viommu_start(c);
	guest_granules(c, 1, &gpa);
	expect(c, viommu_attach(c, DOM_B, EP_B), S_OK);
	expect(c, viommu_map(c, DOM_B, va(c, 0), va_last(c, 0), gpa, F_RW),
	       S_OK);
	for (unsigned int i = 0; i < 200; i++) {
		expect(c, viommu_attach(c, DOM_B, EP_A), S_OK);
		reaches(c, EP_A, va(c, 0), gpa);
		expect(c, viommu_detach(c, DOM_B, EP_A), S_OK);
		blocked(c, EP_A, va(c, 0));
	}
}

static void isolated(struct ctx *c)
{
	uint64_t other, own;

	scene_start(c);
	own = scene.gpa;
	other = scene.gpa + 16 * c->iommu.granule;
	reaches(c, EP_A, va(c, 0), own);
	reaches(c, EP_B, va(c, 0), other);
	leads(c, EP_A, va(c, 4), false, own + 4 * c->iommu.granule);
	blocked(c, EP_B, va(c, 4));
	dma_works(c, EP_A, va(c, 0), scene.memory);
	dma_works(c, EP_B, va(c, 0), scene.memory + 16 * c->iommu.granule);
	expect(c, viommu_unmap(c, DOM_B, va(c, 0), va_last(c, 3)), S_OK);
	reaches(c, EP_A, va(c, 0), own);
	blocked(c, EP_B, va(c, 0));
}

/* A domain needs an endpoint: more than these the driver cannot ask for. */
static void domain_quota(struct ctx *c)
{
	unsigned int n;

	viommu_start(c);
	for (n = 0; n < c->opts->nr_endpoints; n++) {
		uint32_t status = viommu_attach(c, dom(c, n), ep(c, n));

		if (status == S_NOMEM)
			break;
		expect(c, status, S_OK);
	}
	if (n == c->opts->nr_endpoints)
		case_untestable(c, "%u endpoints are within the quota", n);
	must(c, n, "not one domain is allowed");
	/* What is there is not hurt; when one goes there is room for one. */
	expect(c, viommu_map(c, dom(c, n), va(c, 0), va_last(c, 0), 0, F_R),
	       S_NOENT);
	expect(c, viommu_map(c, dom(c, 0), va(c, 0), va_last(c, 0), 0, F_R),
	       S_OK);
	expect(c, viommu_attach(c, dom(c, 0), ep(c, n)), S_OK);
	expect(c, viommu_detach(c, dom(c, 0), ep(c, n)), S_OK);
	expect(c, viommu_detach(c, dom(c, 0), ep(c, 0)), S_OK);
	expect(c, viommu_attach(c, dom(c, n), ep(c, n)), S_OK);
}

const struct test_case cases_iommu_attach[] = {
	{ "IOMMU-REQ-6.2", "endpoints move from domain to domain", moved, 0,
	  NULL },
	{ "IOMMU-REQ-6.2.a", "reserved bytes, bit by bit", reserved_bytes, 0,
	  NULL },
	{ "IOMMU-REQ-6.2.b", "unknown flags", unknown_flags, 0, NULL },
	{ "IOMMU-REQ-6.2.b", "BYPASS without its feature",
	  bypass_not_negotiated, 0, NULL },
	{ "IOMMU-REQ-6.2.c", "unknown endpoint", unknown_endpoint, 0, NULL },
	{ "IOMMU-REQ-6.2.d", "two endpoints, one domain", shared_domain,
	  NEED_EP2, NULL },
	{ "IOMMU-REQ-6.2.e", "domains of another nature", other_nature,
	  NEED_EP2 | NEED_BYPASS, NULL },
	{ "IOMMU-REQ-6.2.e", "two endpoints, one bypass domain", bypass_domain,
	  NEED_EP2 | NEED_BYPASS, NULL },
	{ "IOMMU-REQ-6.2.f", "a move is DETACH and ATTACH", moved,
	  NEED_TESTEP, NULL },
	{ "IOMMU-REQ-6.2.f", "a move away from others", moved_from_company,
	  NEED_EP2, NULL },
	{ "IOMMU-REQ-6.2.f1", "a refused move did not begin", refused_move,
	  NEED_EP2 | OURS, NULL },
	{ "IOMMU-REQ-6.2.f2", "the same domain again: nothing changes",
	  same_domain, OURS, NULL },
	{ "IOMMU-REQ-6.2.h", "attached when the request is back", at_once,
	  NEED_EP2 | NEED_TESTEP, NULL },
	{ "IOMMU-REQ-6.2.i", "domains are made by ATTACH, and isolated",
	  isolated, NEED_EP2 | NEED_TESTEP, NULL },
	{ "IOMMU-REQ-6.2.j", "more domains than allowed", domain_quota, OURS,
	  NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
