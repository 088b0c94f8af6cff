// SPDX-License-Identifier: GPL-2.0-only
/* IOMMU-REQ-6.8: faults and the event queue. */
#include "event.h"

#include "reach.h"

#define R_DOMAIN	VIRTIO_IOMMU_FAULT_R_DOMAIN
#define R_MAPPING	VIRTIO_IOMMU_FAULT_R_MAPPING

/* A fault, its report, and its buffer goes back. */
static void fault_is_reported(struct ctx *c, struct event_buffer *buffer,
			      uint32_t endpoint, uint64_t iova, uint8_t reason,
			      bool write)
{
	event_add(c, buffer);
	make_fault(c, endpoint, iova, write);
	event_wants(c, buffer, endpoint, iova, reason, write);
}

static void both(struct ctx *c, struct event_buffer *buffer, uint32_t endpoint,
		 uint64_t iova, uint8_t reason)
{
	fault_is_reported(c, buffer, endpoint, iova, reason, false);
	fault_is_reported(c, buffer, endpoint, iova, reason, true);
}

static void every_kind(struct ctx *c)
{
	struct event_buffer buffer;

	viommu_start(c);
	buffer = event_buffer(c, FAULT_SIZE);
	note_where(c, "not attached");
	both(c, &buffer, EP_A, va(c, 0), R_DOMAIN);
	both(c, &buffer, EP_A, 0, R_DOMAIN);
	both(c, &buffer, EP_A, UINT64_MAX, R_DOMAIN);
	scene_make(c);
	note_where(c, "not mapped");
	both(c, &buffer, EP_A, va(c, 8), R_MAPPING);
	both(c, &buffer, EP_A, va_last(c, 16), R_MAPPING);
	note_where(c, "read-only");
	fault_is_reported(c, &buffer, EP_A, va(c, 4) + 123, R_MAPPING, true);
	note_where(c, "write-only");
	fault_is_reported(c, &buffer, EP_A, va(c, 12) + 7, R_MAPPING, false);
	note_where(c, "mapped without access");
	expect(c, viommu_map(c, DOM_A, va(c, SCENE_FREE),
			     va_last(c, SCENE_FREE), scene.gpa, 0), S_OK);
	both(c, &buffer, EP_A, va(c, SCENE_FREE), R_MAPPING);
	note_where(c, "detached");
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
	both(c, &buffer, EP_A, va(c, 0), R_DOMAIN);
}

static void who_it_was(struct ctx *c)
{
	struct event_buffer buffer;

	viommu_start(c);
	buffer = event_buffer(c, FAULT_SIZE);
	for (unsigned int i = 0; i < c->opts->nr_endpoints; i++) {
		note_where(c, "endpoint %u", ep(c, i));
		both(c, &buffer, ep(c, i), va(c, i), R_DOMAIN);
		expect(c, viommu_attach(c, DOM_A, ep(c, i)), S_OK);
		both(c, &buffer, ep(c, i), va(c, i), R_MAPPING);
	}
}

/* DMA that runs out of a mapping: the first address that is none. */
static void address_of_dma(struct ctx *c)
{
	struct event_buffer buffer;
	uint8_t data[64] = { 0 };

	scene_start(c);
	buffer = event_buffer(c, FAULT_SIZE);
	event_add(c, &buffer);
	must(c, testep_read(&c->testep, EP_A, va(c, 8) - 20, data,
			    sizeof(data)) == TESTEP_BLOCKED, "not blocked");
	event_wants(c, &buffer, EP_A, va(c, 8), R_MAPPING, false);
	event_add(c, &buffer);
	must(c, testep_write(&c->testep, EP_A, va(c, 4) - 20, data,
			     sizeof(data)) == TESTEP_BLOCKED, "not blocked");
	event_wants(c, &buffer, EP_A, va(c, 4), R_MAPPING, true);
}

static void small_buffers(struct ctx *c)
{
	static const unsigned int caps[] = { 23, 1, 8, 12, 16 };
	struct event_buffer large, small;
	struct virtio_iommu_fault fault;
	uint32_t used;

	viommu_start(c);
	large = event_buffer(c, FAULT_SIZE);
	for (unsigned int i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
		note_where(c, "buffer of %u", caps[i]);
		small = event_buffer(c, caps[i]);
		event_add(c, &small);
		make_fault(c, EP_A, va(c, 2 * i), false);
		used = event_take(c, &small, &fault);
		must(c, !used, "used %u", used);
		/* That event is lost, the next one is not. */
		fault_is_reported(c, &large, EP_A, va(c, 2 * i + 1), R_DOMAIN,
				  false);
	}
}

/* Two buffers of 12 are not one of 24. */
static void events_do_not_span(struct ctx *c)
{
	struct event_buffer halves[2], whole;
	struct virtio_iommu_fault fault;

	viommu_start(c);
	whole = event_buffer(c, FAULT_SIZE);
	for (unsigned int i = 0; i < 2; i++) {
		halves[i] = event_buffer(c, 12);
		event_add(c, &halves[i]);
	}
	event_add(c, &whole);
	make_fault(c, EP_A, va(c, 0), false);
	make_fault(c, EP_A, va(c, 1), false);
	make_fault(c, EP_A, va(c, 2), false);
	for (unsigned int i = 0; i < 2; i++)
		must(c, !event_take(c, &halves[i], &fault), "half an event");
	event_wants(c, &whole, EP_A, va(c, 2), R_DOMAIN, false);
}

/* In pieces, and longer than an event is. */
static void odd_buffers(struct ctx *c)
{
	static const unsigned int splits[] = { 0, 1, 5, 12, 23 };

	for (unsigned int i = 0; i < 5; i++) {
		struct event_buffer exact, longer;

		viommu_start(c);
		note_where(c, "split %u", splits[i]);
		c->framing.split = splits[i];
		exact = event_buffer(c, FAULT_SIZE);
		longer = event_buffer(c, 100);
		fault_is_reported(c, &exact, EP_A, va(c, i), R_DOMAIN, true);
		fault_is_reported(c, &longer, EP_A, va(c, i), R_DOMAIN, true);
	}
}

#define FLOOD	500u
#define ROUND	64u

/* What the device kept, in order. Return: how many. */
static unsigned int take_kept(struct ctx *c, struct event_buffer *buffers,
			      unsigned int *out_next)
{
	unsigned int kept = 0, round = ROUND;
	uint64_t address = 0;

	for (; round == ROUND && kept < FLOOD; kept += round) {
		for (unsigned int i = 0; i < ROUND; i++)
			event_add(c, &buffers[i]);
		linger();
		for (round = 0; ring_has_used(&c->q[Q_EVENT]); round++) {
			struct virtio_iommu_fault fault;

			event_take(c, &buffers[round], &fault);
			must(c, !(kept + round) || fault.address > address,
			     "event %u is older than the one before it",
			     kept + round);
			must(c, !c->exact || fault.address ==
			     va(c, kept + round), "event %u: address %#llx",
			     kept + round, (unsigned long long)fault.address);
			address = fault.address;
		}
	}
	*out_next = round;
	return kept;
}

/* Nobody waits for buffers; what was kept comes in order. */
static void flood(struct ctx *c)
{
	struct event_buffer buffers[ROUND];
	struct testep_counts before, after;
	unsigned int kept, next;

	viommu_start(c);
	for (unsigned int i = 0; i < ROUND; i++)
		buffers[i] = event_buffer(c, FAULT_SIZE);
	must(c, !testep_count(&c->testep, &before), "counts");
	for (unsigned int i = 0; i < FLOOD; i++)
		make_fault(c, EP_A, va(c, i), i & 1);
	viommu_ping(c);
	must(c, !testep_count(&c->testep, &after), "counts");
	must(c, after.faults - before.faults == FLOOD, "%llu faults, want %u",
	     (unsigned long long)(after.faults - before.faults), FLOOD);
	kept = take_kept(c, buffers, &next);
	must(c, kept, "nothing was kept");
	must(c, next < ROUND, "everything was kept: there is no limit");
	must(c, after.dropped - before.dropped == FLOOD - kept,
	     "%u kept, %llu counted as lost", kept,
	     (unsigned long long)(after.dropped - before.dropped));
	/* And the way is free again: the other buffers are still there. */
	make_fault(c, EP_A, va(c, 1000), false);
	event_wants(c, &buffers[next], EP_A, va(c, 1000), R_DOMAIN, false);
}

#define BUFFERS	16u

/* Buffers that go round, and answers to requests between them. */
static void many_events(struct ctx *c)
{
	unsigned int rounds = c->opts->quick ? 2000 : 10000;
	struct event_buffer buffers[BUFFERS];

	viommu_start(c);
	for (unsigned int i = 0; i < BUFFERS; i++) {
		buffers[i] = event_buffer(c, FAULT_SIZE);
		event_add(c, &buffers[i]);
	}
	for (unsigned int i = 0; i < rounds; i += BUFFERS) {
		note_where(c, "event %u", i);
		for (unsigned int k = 0; k < BUFFERS; k++)
			make_fault(c, EP_A, va(c, 0) + i + k, k & 1);
		if (!(i & 255))
			viommu_ping(c);
		for (unsigned int k = 0; k < BUFFERS; k++) {
			event_wants(c, &buffers[k], EP_A, va(c, 0) + i + k,
				    R_DOMAIN, k & 1);
			event_add(c, &buffers[k]);
		}
	}
}

/* An allowed access is none. */
static void no_false_alarm(struct ctx *c)
{
	struct event_buffer buffer;

	scene_start(c);
	buffer = event_buffer(c, FAULT_SIZE);
	event_add(c, &buffer);
	reaches(c, EP_A, va(c, 0), scene.gpa);
	dma_works(c, EP_A, va(c, 0), scene.memory);
	leads(c, EP_A, va(c, 4), false, scene.gpa + 4 * c->iommu.granule);
	expect(c, viommu_attach(c, DOM_A, no_ep(c)), S_NOENT);
	linger();
	must(c, !ring_has_used(&c->q[Q_EVENT]), "an event for nothing");
	make_fault(c, EP_A, va(c, 4), true);
	event_wants(c, &buffer, EP_A, va(c, 4), R_MAPPING, true);
}

const struct test_case cases_iommu_fault[] = {
	{ "IOMMU-REQ-6.8", "a fault is reported, and nothing else",
	  no_false_alarm, NEED_TESTEP, NULL },
	{ "IOMMU-REQ-6.8.a", "reserved fields are zero", every_kind,
	  NEED_TESTEP, NULL },
	{ "IOMMU-REQ-6.8.b", "unknown flags are zero", every_kind,
	  NEED_TESTEP, NULL },
	{ "IOMMU-REQ-6.8.c", "the endpoint's id", who_it_was, NEED_TESTEP,
	  NULL },
	{ "IOMMU-REQ-6.8.d", "the address", every_kind, NEED_TESTEP, NULL },
	{ "IOMMU-REQ-6.8.d", "the first address of DMA that is blocked",
	  address_of_dma, NEED_ACCESS | OURS, NULL },
	{ "IOMMU-REQ-6.8.e", "buffers that are too small", small_buffers,
	  NEED_TESTEP | OURS, NULL },
	{ "IOMMU-REQ-6.8.e", "no event in two buffers", events_do_not_span,
	  NEED_TESTEP | OURS, NULL },
	{ "IOMMU-REQ-6.8.f", "a flood without buffers", flood,
	  NEED_TESTEP | OURS, NULL },
	{ "IOMMU-REQ-6.8.g", "reason and kind of access", every_kind,
	  NEED_TESTEP, NULL },
	{ "IOMMU-REQ-6.8.h", "internal errors", NULL, 0,
	  "none can be asked for from here; looked at by KUnit" },
	{ "IOMMU-REQ-6.8.i", "10000 events, buffers go round", many_events,
	  NEED_TESTEP, NULL },
	{ "IOMMU-REQ-6.8.i", "buffers in pieces, and longer ones", odd_buffers,
	  NEED_TESTEP, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
