// SPDX-License-Identifier: GPL-2.0-only
/* IOMMU-REQ-6.3: DETACH. */
#include "reach.h"

#include <string.h>

static void reserved_is_ignored(struct ctx *c)
{
	for (unsigned int byte = 0; byte <= 8; byte++) {
		struct virtio_iommu_req_detach req;

		scene_start(c);
		note_where(c, "byte %u", 12 + byte);
		req = detach_req(DOM_A, EP_A);
		if (byte < 8)
			req.reserved[byte] = 0xff;
		else
			memset(req.reserved, 0xff, 8);
		expect(c, viommu_run(c, &req, DETACH_SIZE, TAIL, NULL), S_OK);
		blocked(c, EP_A, va(c, 0));
		expect(c, viommu_detach(c, DOM_A, EP_A), S_INVAL);
	}
}

static void unknown_endpoint(struct ctx *c)
{
	scene_start(c);
	expect(c, viommu_detach(c, DOM_A, no_ep(c)), S_NOENT);
	scene_verify(c);
}

static void wrong_domain(struct ctx *c)
{
	scene_start(c);
	note_where(c, "a domain that does not exist");
	expect(c, viommu_detach(c, DOM_NONE, EP_A), S_INVAL);
	scene_verify(c);
	if (c->opts->nr_endpoints > 1) {
		note_where(c, "somebody else's domain");
		expect(c, viommu_detach(c, DOM_B, EP_A), S_INVAL);
		expect(c, viommu_detach(c, DOM_A, EP_B), S_INVAL);
		scene_verify(c);
	}
	note_where(c, "nowhere attached");
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_INVAL);
}

static void domain_vanishes(struct ctx *c)
{
	scene_start(c);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_map(c, DOM_A, va(c, 8), va_last(c, 8), scene.gpa,
			     F_RW), S_NOENT);
	expect(c, viommu_unmap(c, DOM_A, va(c, 0), va_last(c, 3)), S_NOENT);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	for (unsigned int g = 0; g < 16; g++)
		blocked(c, EP_A, va(c, g));
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 15), scene.gpa,
			     F_RW), S_OK);
	reaches(c, EP_A, va(c, 15), scene.gpa + 15 * c->iommu.granule);
}

/* Many mappings go with it. */
static void large_domain_vanishes(struct ctx *c)
{
	const unsigned int count = 500;

	viommu_start(c);
	scene.memory = guest_granules(c, 1, &scene.gpa);
	for (unsigned int round = 0; round < 3; round++) {
		expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
		for (unsigned int g = 0; g < count; g++)
			expect(c, viommu_map(c, DOM_A, va(c, g), va_last(c, g),
					     scene.gpa, F_RW), S_OK);
		reaches(c, EP_A, va(c, count - 1), scene.gpa);
		if (round == 2)
			expect(c, viommu_attach(c, DOM_B, EP_A), S_OK);
		else
			expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
		for (unsigned int g = 0; g < count; g++)
			blocked(c, EP_A, va(c, g));
	}
}

static void blocked_afterwards(struct ctx *c)
{
	uint64_t gpa;
	uint8_t *at;

	viommu_start(c);
	at = guest_granules(c, 1, &gpa);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 0), gpa, F_RW),
	       S_OK);
	dma_works(c, EP_A, va(c, 0), at);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
	blocked(c, EP_A, va(c, 0));
	blocked(c, EP_A, gpa);
	dma_fails(c, EP_A, va(c, 0), at);
	dma_fails(c, EP_A, gpa, at);
}

static void bypass_afterwards(struct ctx *c)
{
	uint64_t gpa;
	uint8_t *at;

	viommu_start(c);
	at = guest_granules(c, 1, &gpa);
	viommu_set_bypass(c, 1);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	blocked(c, EP_A, gpa);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
	reaches(c, EP_A, gpa, gpa);
	dma_works(c, EP_A, gpa, at);
}

/* What one loses the others keep. */
static void others_stay(struct ctx *c)
{
	viommu_start(c);
	scene.memory = guest_granules(c, 1, &scene.gpa);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_attach(c, DOM_A, EP_B), S_OK);
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 0), scene.gpa,
			     F_RW), S_OK);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
	blocked(c, EP_A, va(c, 0));
	reaches(c, EP_B, va(c, 0), scene.gpa);
	dma_works(c, EP_B, va(c, 0), scene.memory);
	dma_fails(c, EP_A, va(c, 0), scene.memory);
}

const struct test_case cases_iommu_detach[] = {
	{ "IOMMU-REQ-6.3", "the last one takes the domain along",
	  domain_vanishes, 0, NULL },
	{ "IOMMU-REQ-6.3.a", "reserved bytes are ignored",
	  reserved_is_ignored, 0, NULL },
	{ "IOMMU-REQ-6.3.b", "unknown endpoint", unknown_endpoint, 0, NULL },
	{ "IOMMU-REQ-6.3.c", "wrong domain", wrong_domain, OURS, NULL },
	{ "IOMMU-REQ-6.3.d", "no mapping of it can be used",
	  blocked_afterwards, NEED_ACCESS, NULL },
	{ "IOMMU-REQ-6.3.d", "the others keep them", others_stay,
	  NEED_ACCESS | NEED_EP2, NULL },
	{ "IOMMU-REQ-6.3.e", "domain and mappings vanish, the number is free",
	  domain_vanishes, NEED_TESTEP, NULL },
	{ "IOMMU-REQ-6.3.e", "a domain of 500 mappings vanishes",
	  large_domain_vanishes, 0, NULL },
	{ "IOMMU-REQ-6.3.f", "blocked without bypass", blocked_afterwards,
	  NEED_TESTEP, NULL },
	{ "IOMMU-REQ-6.3.f", "everything with bypass", bypass_afterwards,
	  NEED_TESTEP | NEED_BYPASS, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
