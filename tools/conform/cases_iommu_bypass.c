// SPDX-License-Identifier: GPL-2.0-only
/* IOMMU-REQ-4.c, 4.d, 5.1, 6.1.g: who passes untranslated, and when. */
#include "reach.h"

#define BYPASS_BIT	BIT64(VIRTIO_IOMMU_F_BYPASS_CONFIG)

/* Everywhere an endpoint could look for guest memory. */
static void nothing_passes(struct ctx *c, uint8_t *at, uint64_t gpa)
{
	for (unsigned int i = 0; i < c->opts->nr_endpoints; i++) {
		blocked(c, ep(c, i), gpa);
		blocked(c, ep(c, i), 0);
		blocked(c, ep(c, i), UINT64_MAX);
		dma_fails(c, ep(c, i), gpa, at);
	}
}

/* The bytes of config byte 36 that must not be taken. */
static void odd_values(struct ctx *c)
{
	static const uint8_t odd[] = { 2, 3, 0x80, 0xfe, 0xff };

	viommu_start(c);
	for (uint8_t before = 0; before < 2; before++) {
		viommu_set_bypass(c, before);
		must(c, viommu_bypass(c) == before, "%u cannot be written",
		     before);
		for (unsigned int i = 0; i < sizeof(odd); i++) {
			viommu_set_bypass(c, odd[i]);
			must(c, viommu_bypass(c) == before,
			     "%u, writing %#x: it reads %#x", before, odd[i],
			     viommu_bypass(c));
		}
	}
	viommu_set_bypass(c, 0);
}

static void not_negotiated(struct ctx *c)
{
	static const uint8_t values[] = { 1, 2, 0xff };

	viommu_start(c);
	viommu_start_with(c, c->offered & ~BYPASS_BIT);
	for (unsigned int i = 0; i < sizeof(values); i++) {
		viommu_set_bypass(c, values[i]);
		must(c, !viommu_bypass(c), "writing %#x: it reads %#x",
		     values[i], viommu_bypass(c));
		blocked(c, EP_A, va(c, 0));
	}
}

/* Before features are agreed nothing is. */
static void before_features(struct ctx *c)
{
	viommu_start(c);
	session_reset(c);
	viommu_set_bypass(c, 1);
	must(c, !viommu_bypass(c), "written after reset");
	must(c, !dev_set_status(&c->dev, VIRTIO_CONFIG_S_ACKNOWLEDGE),
	     "ACKNOWLEDGE");
	viommu_set_bypass(c, 1);
	must(c, !viommu_bypass(c), "written at ACKNOWLEDGE");
}

static void whole_struct(struct ctx *c)
{
	struct virtio_iommu_config config;

	viommu_start(c);
	for (unsigned int round = 0; round < 4; round++) {
		uint8_t value = !(round & 1);

		must(c, !dev_get_config(&c->dev, 0, &config, sizeof(config)),
		     "reading config");
		config.bypass = value;
		c->want_fresh = true;
		must(c, !dev_set_config(&c->dev, 0, &config, sizeof(config)),
		     "writing the whole struct");
		must(c, viommu_bypass(c) == value, "wrote %u, reads %u", value,
		     viommu_bypass(c));
	}
}

static void survives_reset(struct ctx *c)
{
	viommu_start(c);
	viommu_set_bypass(c, 1);
	for (unsigned int i = 0; i < 3; i++) {
		session_reset(c);
		must(c, viommu_bypass(c) == 1, "lost with reset %u", i);
	}
	session_start_with(c, c->offered, RING_DEFAULT, 0);
	must(c, viommu_bypass(c) == 1, "lost with the new session");
	reaches(c, EP_A, va(c, 0), va(c, 0));
}

static void ends_with_the_file(struct ctx *c)
{
	viommu_start(c);
	viommu_set_bypass(c, 1);
	session_reopen(c);
	must(c, viommu_bypass(c) == 0, "1 after close and open");
	blocked(c, EP_A, va(c, 0));
}

static void initially_zero(struct ctx *c)
{
	if (c->dev.can & DEV_CAN_OWN)
		session_reopen(c);
	must(c, viommu_bypass(c) == 0, "a fresh device says %u",
	     viommu_bypass(c));
}

/* From power-on to reset, with a driver that does not ask for bypass. */
static void every_stage(struct ctx *c)
{
	uint64_t features = c->offered & ~BYPASS_BIT, gpa;
	uint8_t *at;

	viommu_start(c);
	session_reopen(c);
	ring_finish(&c->q[Q_REQUEST]);
	ring_finish(&c->q[Q_EVENT]);
	at = guest_granules(c, 1, &gpa);
	note_where(c, "no driver");
	nothing_passes(c, at, gpa);
	note_where(c, "at FEATURES_OK");
	must(c, session_negotiate(c, features), "features");
	nothing_passes(c, at, gpa);
	note_where(c, "before DRIVER_OK");
	session_rings(c, RING_DEFAULT, 0);
	nothing_passes(c, at, gpa);
	note_where(c, "at DRIVER_OK");
	session_driver_ok(c);
	nothing_passes(c, at, gpa);
	note_where(c, "after detach");
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 0), gpa, F_RW),
	       S_OK);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
	nothing_passes(c, at, gpa);
	blocked(c, EP_A, va(c, 0));
	note_where(c, "after reset");
	must(c, !dev_reset(&c->dev), "reset");
	nothing_passes(c, at, gpa);
}

/* What passes when the driver has asked for it. */
static void asked_for(struct ctx *c)
{
	uint64_t gpa;
	uint8_t *at;

	viommu_start(c);
	at = guest_granules(c, 1, &gpa);
	nothing_passes(c, at, gpa);
	viommu_set_bypass(c, 1);
	reaches(c, EP_A, gpa, gpa);
	dma_works(c, EP_A, gpa, at);
	/* The attached are translated. */
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	dma_fails(c, EP_A, gpa, at);
	blocked(c, EP_A, gpa);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
	dma_works(c, EP_A, gpa, at);
	viommu_set_bypass(c, 0);
	nothing_passes(c, at, gpa);
}

/* Without bit 6 neither the byte nor the flag is of any use. */
static void strict_profile(struct ctx *c)
{
	uint64_t gpa;
	uint8_t *at;

	viommu_start(c);
	at = guest_granules(c, 1, &gpa);
	viommu_set_bypass(c, 1);
	must(c, !viommu_bypass(c), "bypass reads %u", viommu_bypass(c));
	nothing_passes(c, at, gpa);
	expect(c, viommu_attach_flags(c, DOM_A, EP_A, F_BYPASS), S_INVAL);
	nothing_passes(c, at, gpa);
	session_reset(c);
	must(c, !session_negotiate(c, c->offered | BYPASS_BIT),
	     "BYPASS_CONFIG is accepted");
}

static void default_profile(struct ctx *c)
{
	uint64_t gpa;

	viommu_start(c);
	guest_granules(c, 1, &gpa);
	must(c, !viommu_bypass(c), "bypass without a driver's wish");
	blocked(c, EP_A, gpa);
	expect(c, viommu_attach_flags(c, DOM_A, EP_A, F_BYPASS), S_OK);
	reaches(c, EP_A, gpa, gpa);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
	blocked(c, EP_A, gpa);
	viommu_set_bypass(c, 1);
	reaches(c, EP_A, gpa, gpa);
}

const struct test_case cases_iommu_bypass[] = {
	{ "IOMMU-REQ-4.c", "bypass is 0 or 1 whatever is written", odd_values,
	  NEED_BYPASS | OURS, NULL },
	{ "IOMMU-REQ-4.c", "not negotiated, it cannot be written",
	  not_negotiated, NEED_BYPASS, NULL },
	{ "IOMMU-REQ-4.c", "before features it cannot be written",
	  before_features, NEED_BYPASS | OURS, NULL },
	{ "IOMMU-REQ-4.c", "written with the whole struct", whole_struct,
	  NEED_BYPASS, NULL },
	{ "IOMMU-REQ-4.d", "bypass survives reset", survives_reset,
	  NEED_BYPASS | OURS, NULL },
	{ "IOMMU-REQ-4.d", "and ends with the file", ends_with_the_file,
	  NEED_BYPASS | NEED_OWN | OURS, NULL },
	{ "IOMMU-REQ-5.1", "no bypass accepted, none given", every_stage,
	  NEED_TESTEP | NEED_OWN, NULL },
	{ "IOMMU-REQ-5.1.0", "at every stage, memory is intact", every_stage,
	  NEED_ACCESS | NEED_OWN, NULL },
	{ "IOMMU-REQ-5.1.a", "initial bypass is 0", initially_zero, NEED_OWN,
	  NULL },
	{ "IOMMU-REQ-5.1.b", "strict: nobody ever passes", strict_profile,
	  NEED_TESTEP | NEED_STRICT | OURS, NULL },
	{ "IOMMU-REQ-5.1.b", "default: who was asked for passes",
	  default_profile, NEED_TESTEP | NEED_BYPASS | OURS, NULL },
	{ "IOMMU-REQ-6.1.g", "the unattached pass with bypass only", asked_for,
	  NEED_TESTEP | NEED_BYPASS, NULL },
	{ "IOMMU-REQ-6.1.g", "the unattached are blocked", every_stage,
	  NEED_TESTEP | NEED_OWN, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
