// SPDX-License-Identifier: GPL-2.0-only
/* BASE-10..14: framing, indirect tables, used length, interrupts. */
#include "fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "any.h"
#include "reach.h"

/* Every request that an IOMMU has. */
static void iommu_walk(struct ctx *c)
{
	scene_make(c);
	viommu_ping(c);
	scene_verify(c);
	expect(c, viommu_unmap(c, DOM_A, va(c, 0), va_last(c, 7)), S_OK);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_OK);
	expect(c, viommu_detach(c, DOM_A, EP_A), S_INVAL);
}

/* Everything a guest does, in one row; pixels are compared if there are eyes. */
static void positive_walk(struct ctx *c)
{
	struct gpu_reply reply;

	if (c->device_id == ID_IOMMU) {
		iommu_walk(c);
		return;
	}
	fixture_make(c);
	want(c, gpu_display_info(c, &reply), OK_DISPLAY);
	must(c, reply.used == 408, "used length %u", reply.used);
	if (c->features & BIT64(VIRTIO_GPU_F_EDID)) {
		want(c, gpu_edid(c, 0, &reply), OK_EDID);
		must(c, reply.used == 1056, "used length %u", reply.used);
	}
	want(c, gpu_move_cursor(c, 0, 5, 6), OK_NODATA);
	want(c, gpu_move_cursor(c, 0, 10, 20), OK_NODATA);
	fixture_verify(c);
	want(c, gpu_set_scanout(c, 0, 0, RECT(0, 0, 0, 0)), OK_NODATA);
	want(c, gpu_detach(c, RES_A), OK_NODATA);
	want(c, gpu_unref(c, RES_A), OK_NODATA);
	want(c, gpu_unref(c, RES_A), ERR_RESOURCE);
}

static void splits(struct ctx *c, enum frame_mode mode)
{
	static const unsigned int lens[] = { 1, 3, 7, 23, 24, 25, 4096 };

	if (mode != FRAME_DIRECT &&
	    !(c->offered & BIT64(VIRTIO_RING_F_INDIRECT_DESC)))
		case_untestable(c, "INDIRECT_DESC is not offered");
	for (unsigned int i = 0; i < 7; i++) {
		note_where(c, "split %u", lens[i]);
		session_start_with(c, c->offered, c->ring_max, 0);
		c->framing = (struct framing){
			.mode = mode, .split = lens[i], .direct = 3,
		};
		positive_walk(c);
	}
}

static void splits_direct(struct ctx *c)
{
	splits(c, FRAME_DIRECT);
}

static void splits_indirect(struct ctx *c)
{
	splits(c, FRAME_INDIRECT);
}

static void splits_mixed(struct ctx *c)
{
	splits(c, FRAME_MIXED);
}

/* Header in one descriptor, payload in another, as Linux sends them. */
static void linux_framing(struct ctx *c)
{
	static const unsigned int nums[] = { 4, 16, 64 };

	for (unsigned int i = 0; i < 3; i++) {
		note_where(c, "ring of %u", nums[i]);
		session_start_with(c, c->offered, nums[i], 0);
		c->framing.mode = FRAME_INDIRECT;
		positive_walk(c);
	}
}

static void readable_is_not_written(struct ctx *c)
{
	uint8_t request[ANY_MAX], *at;
	struct gpu_job job;
	size_t cap, len;

	any_start(c);
	/* The host's MMU or its IOTLB would tell, were they written. */
	len = any_request(c, request, &cap);
	at = guest_alloc(c, Z_RO, len, 1);
	memcpy(at, request, len);
	c->framing = (struct framing){
		.mode = FRAME_INDIRECT, .table_read_only = true,
	};
	gpu_submit_shared(c, Q_CTRL, at, len, cap, &job);
	job.may_change = false;
	ring_kick(job.ring);
	any_finish(c, &job);
	any_verify(c);
}

static void table_sizes(struct ctx *c)
{
	static const struct { unsigned int num, split, direct; } rows[] = {
		{ 16, 0, 1 },		/* table of one entry */
		{ 16, 40, 0 },		/* shorter than the ring */
		{ 16, 27, 0 },		/* of a GPU: ring_size + 1 */
		{ 1024, 1, 0 },		/* hundreds */
		{ 4, 1, 2 },		/* far longer than the ring */
	};

	if (!(c->offered & BIT64(VIRTIO_RING_F_INDIRECT_DESC)))
		case_untestable(c, "INDIRECT_DESC is not offered");
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		note_where(c, "row %u", i);
		session_start_with(c, c->offered, rows[i].num, 0);
		for (unsigned int flag = 0; flag < 2; flag++) {
			struct gpu_job job;

			c->framing = (struct framing){
				.mode = FRAME_MIXED,
				.split = rows[i].split,
				.direct = rows[i].direct,
				.write_flag = flag,
			};
			any_submit(c, &job);
			ring_kick(job.ring);
			any_finish(c, &job);
		}
	}
}

#define TABLE	1024u

/* A table of exactly so many entries, a byte each; what is read may be long. */
static void table_of_1024(struct ctx *c)
{
	uint8_t request[ANY_MAX];
	size_t len, cap;

	if (!(c->offered & BIT64(VIRTIO_RING_F_INDIRECT_DESC)))
		case_untestable(c, "INDIRECT_DESC is not offered");
	session_start_with(c, c->offered, 16, 0);
	any_ping(c);
	len = any_request(c, request, &cap);
	for (unsigned int round = 0; round < 2; round++) {
		uint8_t *at = guest_alloc(c, Z_RING, TABLE, 1);
		struct gpu_job job = { .ring = &c->q[Q_CTRL] };

		memset(at, 0, TABLE - cap);
		memcpy(at, request, len);
		memset(at + TABLE - cap, POISON, cap);
		chain_clear(&c->chain);
		for (unsigned int i = 0; i < TABLE; i++)
			chain_add_iova(&c->chain, mem_iova(&c->mem, at + i), 1,
				       i >= TABLE - cap);
		c->framing = (struct framing){
			.mode = FRAME_INDIRECT, .write_flag = round,
		};
		job.head = ring_add(job.ring, &c->chain, &c->framing);
		must(c, job.head >= 0, "test bug: no room");
		job.request = at;
		job.request_len = TABLE - cap;
		job.response = at + TABLE - cap;
		job.response_cap = cap;
		job.may_change = true;
		job.poison = POISON;
		gpu_job_seal(&job);
		ring_publish(job.ring);
		ring_kick(job.ring);
		any_finish(c, &job);
	}
}

/* The same request with two poisons: what differs was never written. */
static void used_bytes_are_written(struct ctx *c)
{
	static struct gpu_reply replies[2];
	uint8_t request[SAMPLE_MAX];

	for (unsigned int s = 0; s < nr_samples; s++) {
		for (unsigned int round = 0; round < 2; round++) {
			struct gpu_job job;
			size_t len;

			fixture_start(c);
			if (!sample_offered(c, &samples[s]))
				break;
			note_where(c, "%s", samples[s].name);
			len = samples[s].build(c, request);
			gpu_submit(c, samples[s].queue, request, len,
				   samples[s].ok_size + 64, &job);
			if (round) {
				job.poison = (uint8_t)~POISON;
				memset(job.response, job.poison,
				       job.response_cap);
			}
			ring_kick(job.ring);
			gpu_finish(c, &job, &replies[round]);
		}
		if (!sample_offered(c, &samples[s]))
			continue;
		must(c, replies[0].used == replies[1].used, "used %u and %u",
		     replies[0].used, replies[1].used);
		/* A UUID is made anew in every session. */
		if (samples[s].ok == OK_UUID)
			replies[0].used = HDR_SIZE;
		for (unsigned int i = 0; i < replies[0].used; i++)
			must(c, replies[0].bytes[i] == replies[1].bytes[i],
			     "byte %u of %u was not written", i,
			     replies[0].used);
	}
}

/* Answers of an IOMMU, good and bad, with room for more than they need. */
static void iommu_used_bytes(struct ctx *c)
{
	const struct virtio_iommu_req_attach attach =
		attach_req(DOM_A, EP_A, 0);
	const struct virtio_iommu_req_detach detach =
		detach_req(DOM_A, no_ep(c));
	const struct virtio_iommu_req_map map =
		map_req(DOM_A, va(c, SCENE_FREE), va_last(c, SCENE_FREE), 0,
			F_RW);
	const struct virtio_iommu_req_unmap unmap =
		unmap_req(DOM_A, va(c, 0) + 1, va_last(c, 0));
	const struct virtio_iommu_req_probe probe = probe_req(EP_A);
	const struct {
		const void *request;
		size_t len;
	} rows[] = {
		{ &attach, ATTACH_SIZE }, { &detach, DETACH_SIZE },
		{ &map, MAP_SIZE }, { &unmap, UNMAP_SIZE },
		{ &probe, PROBE_SIZE },
	};
	const size_t rooms[] = { TAIL, TAIL + 1, 64, c->iommu.probe_size + TAIL,
				 c->iommu.probe_size + 100, 2000 };
	static struct gpu_reply replies[2];

	for (unsigned int i = 0; i < 5 * 6; i++) {
		note_where(c, "row %u, room %zu", i / 6, rooms[i % 6]);
		for (unsigned int round = 0; round < 2; round++) {
			struct gpu_job job;

			scene_start(c);
			gpu_submit(c, Q_REQUEST, rows[i / 6].request,
				   rows[i / 6].len, rooms[i % 6], &job);
			if (round) {
				job.poison = (uint8_t)~POISON;
				memset(job.response, job.poison,
				       job.response_cap);
			}
			ring_kick(job.ring);
			gpu_finish(c, &job, &replies[round]);
		}
		must(c, replies[0].used && replies[0].used == replies[1].used,
		     "used %u and %u", replies[0].used, replies[1].used);
		for (unsigned int k = 0; k < replies[0].used; k++)
			must(c, replies[0].bytes[k] == replies[1].bytes[k],
			     "byte %u of %u was not written", k,
			     replies[0].used);
	}
}

static void ring_sizes(struct ctx *c)
{
	for (unsigned int num = 2; num <= c->ring_max; num *= 2) {
		note_where(c, "ring of %u", num);
		session_start_with(c, c->offered, num, 0);
		for (unsigned int i = 0; i < 3 * num && i < 300; i++)
			any_ping(c);
	}
}

static void index_wraps(struct ctx *c)
{
	session_start_with(c, c->offered, 16, 0xfff0);
	for (unsigned int i = 0; i < 64; i++) {
		note_where(c, "request %u", i);
		any_ping(c);
		any_ping_other(c);
	}
}

/* @count requests, each seen by looking at the ring. Return: interrupts. */
static unsigned int calls_for(struct ctx *c, unsigned int count)
{
	struct ring *ring = &c->q[Q_CTRL];

	ring_drain(ring);
	ring->calls = 0;
	for (unsigned int i = 0; i < count; i++)
		any_ping(c);
	linger();
	ring_drain(ring);
	return ring->calls;
}

/* A request, and then its interrupt. */
static void call_comes(struct ctx *c)
{
	struct ring *ring = &c->q[Q_CTRL];

	ring->calls = 0;
	any_ping(c);
	ring_wait_call(ring, c->opts->timeout_ms);
	must(c, ring->calls, "no interrupt for a request");
}

static void suppression(struct ctx *c, uint64_t features)
{
	unsigned int calls;

	session_start_with(c, features, RING_DEFAULT, 0);
	for (unsigned int i = 0; i < 16; i++)
		call_comes(c);
	ring_want_call(&c->q[Q_CTRL], false);
	calls = calls_for(c, 16);
	must(c, !calls, "%u interrupts, none was wanted", calls);
	ring_want_call(&c->q[Q_CTRL], true);
	call_comes(c);
}

static void suppression_by_flag(struct ctx *c)
{
	suppression(c, c->offered & ~BIT64(VIRTIO_RING_F_EVENT_IDX));
}

static void need_event_idx(struct ctx *c)
{
	if (!(c->offered & BIT64(VIRTIO_RING_F_EVENT_IDX)))
		case_untestable(c, "EVENT_IDX is not offered");
}

static void suppression_by_event(struct ctx *c)
{
	need_event_idx(c);
	suppression(c, c->offered);
}

/* used_event in the middle of a burst: one interrupt when it is passed. */
static void event_in_a_burst(struct ctx *c)
{
	struct gpu_job jobs[32];
	struct ring *ring;

	need_event_idx(c);
	session_start(c);
	ring = &c->q[Q_CTRL];
	/* The first interrupt of a session need not ask for an event. */
	call_comes(c);
	ring->calls = 0;
	for (unsigned int i = 0; i < 32; i++)
		any_submit(c, &jobs[i]);
	ring->quiet = true;
	ring_set_used_event(ring, 20);
	ring_kick(ring);
	for (unsigned int i = 0; i < 32; i++)
		any_finish(c, &jobs[i]);
	linger();
	ring_drain(ring);
	must(c, ring->calls, "used_event was passed without an interrupt");
	must(c, ring->calls == 1 || !(c->dev.can & DEV_CAN_COUNT),
	     "%u interrupts for one event", ring->calls);
}

/* Kick only when the device asks; nothing may be left lying. */
static void polite_kicks(struct ctx *c)
{
	struct gpu_job jobs[16];

	for (unsigned int event = 0; event < 2; event++) {
		if (event)
			need_event_idx(c);
		session_start_with(c, event ? c->offered : c->offered &
				   ~BIT64(VIRTIO_RING_F_EVENT_IDX),
				   RING_DEFAULT, 0xff00);
		c->q[Q_CTRL].polite_kick = true;
		for (unsigned int round = 0; round < 200; round++) {
			unsigned int n = 1 + round % 16;
			size_t mark = mem_mark(&c->mem, Z_CMD);

			for (unsigned int i = 0; i < n; i++) {
				any_submit(c, &jobs[i]);
				ring_kick(&c->q[Q_CTRL]);
			}
			for (unsigned int i = 0; i < n; i++)
				any_finish(c, &jobs[i]);
			mem_release(&c->mem, Z_CMD, mark);
		}
		must(c, c->q[Q_CTRL].kicks, "not one kick was asked for");
	}
}

static void spurious_kicks(struct ctx *c)
{
	session_start(c);
	for (unsigned int i = 0; i < 100; i++) {
		ring_kick(&c->q[Q_CTRL]);
		ring_kick(&c->q[Q_CURSOR]);
	}
	must(c, !ring_has_used(&c->q[Q_CTRL]), "used without a request");
	any_ping(c);
	any_ping_other(c);
}

static void suspended(struct ctx *c)
{
	struct gpu_job job;
	unsigned int base;

	any_start(c);
	must(c, !dev_suspend(&c->dev), "suspend");
	must(c, !dev_get_vring_base(&c->dev, Q_CTRL, &base), "base");
	must(c, (base & 0x7fff) == (c->q[Q_CTRL].avail_idx & 0x7fff),
	     "base %u, want %u", base, c->q[Q_CTRL].avail_idx);
	any_submit(c, &job);
	ring_kick(&c->q[Q_CTRL]);
	linger();
	must(c, !ring_has_used(&c->q[Q_CTRL]), "used while suspended");
	if (!(c->dev.can & DEV_CAN_RESUME))
		return;
	must(c, !dev_resume(&c->dev), "resume");
	/* The kick was swallowed with the suspension or not: both are fine. */
	ring_kick(&c->q[Q_CTRL]);
	any_finish(c, &job);
	any_verify(c);
}

const struct test_case cases_ring[] = {
	{ "BASE-10", "any split, in the ring", splits_direct, 0, NULL },
	{ "BASE-10", "any split, in a table", splits_indirect, 0, NULL },
	{ "BASE-12", "any split, first in the ring and then in a table",
	  splits_mixed, 0, NULL },
	{ "BASE-10", "small rings, one indirect table each", linux_framing, 0,
	  NULL },
	{ "BASE-10", "every ring size", ring_sizes, 0, NULL },
	{ "BASE-10", "indices wrap at 65536", index_wraps, NEED_BASE, NULL },
	{ "BASE-11", "requests and tables in read-only memory",
	  readable_is_not_written, 0, NULL },
	{ "BASE-12", "short, long and following indirect tables", table_sizes, 0,
	  NULL },
	{ "BASE-12", "a table of 1024 entries on a ring of 16", table_of_1024, 0,
	  NULL },
	{ "BASE-13", "all bytes of the used length are written",
	  used_bytes_are_written, ONLY_GPU, NULL },
	{ "BASE-13", "all bytes of the used length are written, by an IOMMU",
	  iommu_used_bytes, ONLY_IOMMU, NULL },
	{ "BASE-14", "interrupts off and on by flag", suppression_by_flag, 0,
	  NULL },
	{ "BASE-14", "interrupts off and on by used_event",
	  suppression_by_event, 0, NULL },
	{ "BASE-14", "used_event inside a burst", event_in_a_burst, 0, NULL },
	{ "BASE-14", "kicks only when asked for", polite_kicks, 0, NULL },
	{ "BASE-14", "spurious kicks", spurious_kicks, 0, NULL },
	{ "X-SUSPEND", "suspend stops, resume goes on", suspended,
	  NEED_SUSPEND, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
