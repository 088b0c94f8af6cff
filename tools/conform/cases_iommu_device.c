// SPDX-License-Identifier: GPL-2.0-only
/* IOMMU-REQ-1 to 5: identity, queues, features, config space, reset. */
#include "reach.h"

#include <errno.h>
#include <string.h>

static void device_id(struct ctx *c)
{
	uint32_t id = 0;

	must(c, !dev_get_device_id(&c->dev, &id), "no device id");
	must(c, id == ID_IOMMU, "device id %u", id);
}

static void two_queues(struct ctx *c)
{
	uint32_t count = 0;

	must(c, !dev_get_nvqs(&c->dev, &count), "no number of queues");
	must(c, count == 2, "%u queues", count);
}

/* Requests are answered on queue 0; queue 1 keeps what it gets. */
static void who_does_what(struct ctx *c)
{
	struct gpu_job job;

	viommu_start(c);
	gpu_submit(c, Q_EVENT, "", 0, FAULT_SIZE, &job);
	ring_kick(job.ring);
	viommu_ping(c);
	linger();
	must(c, !ring_has_used(&c->q[Q_EVENT]),
	     "an event buffer came back without an event");
	must(c, job.response[0] == POISON, "it was written");
	viommu_ping(c);
}

static void features_known(struct ctx *c)
{
	uint64_t low = c->all_offered & 0xffffff;

	must(c, !(low & ~0x7fULL), "bits %#llx have no meaning",
	     (unsigned long long)(low & ~0x7fULL));
}

static void map_unmap_offered(struct ctx *c)
{
	must(c, viommu_has(c, VIRTIO_IOMMU_F_MAP_UNMAP),
	     "MAP_UNMAP is not offered");
}

static void old_bypass_not_offered(struct ctx *c)
{
	must(c, !viommu_has(c, VIRTIO_IOMMU_F_BYPASS), "bit 3 is offered");
	session_reset(c);
	must(c, !session_negotiate(c, c->offered |
				   BIT64(VIRTIO_IOMMU_F_BYPASS)),
	     "bit 3 is accepted");
}

static void read_config(struct ctx *c, struct virtio_iommu_config *config)
{
	int err = dev_get_config(&c->dev, 0, config, sizeof(*config));

	must(c, !err, "reading config: %s", strerror(-err));
}

static void config_layout(struct ctx *c)
{
	struct virtio_iommu_config config;
	uint32_t size = 0;

	must(c, !dev_get_config_size(&c->dev, &size), "config size");
	must(c, size >= sizeof(config), "config size %u", size);
	session_reset(c);
	must(c, !dev_set_status(&c->dev, VIRTIO_CONFIG_S_ACKNOWLEDGE),
	     "ACKNOWLEDGE");
	read_config(c, &config);
	if (viommu_has(c, VIRTIO_IOMMU_F_INPUT_RANGE))
		must(c, config.input_range.start < config.input_range.end,
		     "input range %#llx to %#llx",
		     (unsigned long long)config.input_range.start,
		     (unsigned long long)config.input_range.end);
	/* Linux keeps the first number for itself. */
	if (viommu_has(c, VIRTIO_IOMMU_F_DOMAIN_RANGE))
		must(c, config.domain_range.start < config.domain_range.end,
		     "domain range %u to %u", config.domain_range.start,
		     config.domain_range.end);
	if (viommu_has(c, VIRTIO_IOMMU_F_PROBE))
		must(c, config.probe_size, "probe_size is 0");
}

static void unoffered_fields(struct ctx *c)
{
	struct virtio_iommu_config config;

	read_config(c, &config);
	if (!viommu_has(c, VIRTIO_IOMMU_F_INPUT_RANGE))
		must(c, !config.input_range.start && !config.input_range.end,
		     "input range without the feature");
	if (!viommu_has(c, VIRTIO_IOMMU_F_DOMAIN_RANGE))
		must(c, !config.domain_range.start && !config.domain_range.end,
		     "domain range without the feature");
	if (!viommu_has(c, VIRTIO_IOMMU_F_PROBE))
		must(c, !config.probe_size, "probe size without the feature");
	if (!viommu_has(c, VIRTIO_IOMMU_F_BYPASS_CONFIG))
		must(c, !config.bypass, "bypass without the feature");
}

static void granule_is_the_lowest_bit(struct ctx *c)
{
	uint64_t gpa;

	viommu_start(c);
	guest_granules(c, 4, &gpa);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 0), gpa, F_RW),
	       S_OK);
	/* Not a set bit, whatever the mask is. */
	expect(c, viommu_map(c, DOM_A, va(c, 1), va_last(c, 3),
			     gpa + c->iommu.granule, F_RW), S_OK);
	reaches(c, EP_A, va_last(c, 3), gpa + 4 * c->iommu.granule - 1);
	expect(c, viommu_map(c, DOM_A, va(c, 8) + c->iommu.granule / 2,
			     va_last(c, 8), gpa, F_RW), S_RANGE);
}

static void granule_is_a_page(struct ctx *c)
{
	must(c, c->iommu.granule == 4096, "granule %llu",
	     (unsigned long long)c->iommu.granule);
}

static void padding_is_zero(struct ctx *c)
{
	struct virtio_iommu_config config;

	read_config(c, &config);
	must(c, !config.reserved[0] && !config.reserved[1] &&
	     !config.reserved[2], "bytes 37 to 39 are %02x %02x %02x",
	     config.reserved[0], config.reserved[1], config.reserved[2]);
}

/* As a VMM writes it, and every byte for itself. */
static void read_only_fields(struct ctx *c)
{
	struct virtio_iommu_config before, after;
	uint8_t junk[64];
	uint32_t size;

	viommu_start(c);
	must(c, !dev_get_config_size(&c->dev, &size), "config size");
	read_config(c, &before);
	for (unsigned int round = 0; round < 20 + sizeof(before); round++) {
		unsigned int at = round < 20 ? 0 : round - 20;
		unsigned int len = round < 20 ? sizeof(before) : 1;

		note_where(c, "byte %u, length %u", at, len);
		for (unsigned int i = 0; i < sizeof(junk); i++)
			junk[i] = round * 37 + i * 11 + 2;
		/* The bypass that is, or a value to ignore. */
		if (!at)
			junk[36] = round & 1 ? 0x7f : before.bypass;
		dev_set_config(&c->dev, at, junk, len);
		read_config(c, &after);
		must(c, !memcmp(&after, &before, sizeof(after)),
		     "the config space changed");
	}
	note_where(c, "too long, or outside");
	memset(junk, 0x5a, sizeof(junk));
	dev_set_config(&c->dev, 0, junk, sizeof(junk));
	dev_set_config(&c->dev, size - 1, junk, 8);
	dev_set_config(&c->dev, 0xfffffff0, junk, 32);
	read_config(c, &after);
	must(c, !memcmp(&after, &before, sizeof(after)),
	     "the config space changed");
	viommu_ping(c);
}

static void reset_detaches(struct ctx *c)
{
	scene_start(c);
	session_reset(c);
	blocked(c, EP_A, va(c, 0));
	viommu_start(c);
	blocked(c, EP_A, va(c, 0));
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 0), 0, F_R),
	       S_NOENT);
	expect(c, viommu_unmap(c, DOM_B, va(c, 0), va_last(c, 0)), S_NOENT);
	/* A domain of that number is a new one. */
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	blocked(c, EP_A, va(c, 0));
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
	scene_make(c);
	scene_verify(c);
}

static void counts_after_reset(struct ctx *c)
{
	struct testep_counts counts;

	scene_start(c);
	must(c, !testep_count(&c->testep, &counts), "counts");
	must(c, counts.domains && counts.mappings >= 3,
	     "%llu domains, %llu mappings in use",
	     (unsigned long long)counts.domains,
	     (unsigned long long)counts.mappings);
	session_reset(c);
	must(c, !testep_count(&c->testep, &counts), "counts");
	must(c, !counts.domains && !counts.mappings,
	     "%llu domains, %llu mappings are left",
	     (unsigned long long)counts.domains,
	     (unsigned long long)counts.mappings);
}

static void before_and_after_attach(struct ctx *c)
{
	uint64_t gpa;
	uint8_t *at;

	viommu_start(c);
	at = guest_granules(c, 1, &gpa);
	blocked(c, EP_A, gpa);
	dma_fails(c, EP_A, gpa, at);
	expect(c, viommu_attach(c, DOM_A, EP_A), S_OK);
	blocked(c, EP_A, gpa);
	blocked(c, EP_A, va(c, 0));
	dma_fails(c, EP_A, gpa, at);
	expect(c, viommu_map(c, DOM_A, va(c, 0), va_last(c, 0), gpa, F_RW),
	       S_OK);
	reaches(c, EP_A, va(c, 0), gpa);
	dma_works(c, EP_A, va(c, 0), at);
	dma_fails(c, EP_A, gpa, at);
}

const struct test_case cases_iommu_device[] = {
	{ "BASE-09", "config written as a whole, and outside", read_only_fields,
	  0, NULL },
	{ "IOMMU-REQ-1", "device id 23", device_id, 0, NULL },
	{ "IOMMU-REQ-2", "two queues", two_queues, 0, NULL },
	{ "IOMMU-REQ-2", "requests on the first, events on the second",
	  who_does_what, 0, NULL },
	{ "IOMMU-REQ-3", "only bits with a meaning", features_known, 0, NULL },
	{ "IOMMU-REQ-3.a", "MAP_UNMAP is offered", map_unmap_offered, OURS,
	  NULL },
	{ "IOMMU-REQ-3.b", "the old BYPASS is not", old_bypass_not_offered,
	  OURS, NULL },
	{ "IOMMU-REQ-4", "config at ACKNOWLEDGE", config_layout, 0, NULL },
	{ "IOMMU-REQ-4", "fields without their feature are 0",
	  unoffered_fields, OURS, NULL },
	{ "IOMMU-REQ-4.a", "one granule works, three do, half a one does not",
	  granule_is_the_lowest_bit, 0, NULL },
	{ "IOMMU-REQ-4.a", "the granule is 4096", granule_is_a_page, OURS,
	  NULL },
	{ "IOMMU-REQ-4.b", "bytes 37 to 39 are zero", padding_is_zero, 0,
	  NULL },
	{ "IOMMU-REQ-4.e", "nothing but bypass can be written",
	  read_only_fields, 0, NULL },
	{ "IOMMU-REQ-5", "reset detaches all and unmaps all", reset_detaches,
	  0, NULL },
	{ "IOMMU-REQ-5", "nothing is left on the host", counts_after_reset,
	  NEED_TESTEP, NULL },
	{ "IOMMU-REQ-5.a", "blocked, attached and blocked, mapped",
	  before_and_after_attach, NEED_TESTEP, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
