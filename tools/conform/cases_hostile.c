// SPDX-License-Identifier: GPL-2.0-only
/*
 * BASE-06, and what a hostile driver may not achieve: rings and buffers that
 * are wrong. A malformed ring ends in DEVICE_NEEDS_RESET with a config
 * interrupt and silence; a wrong address in a request is that request's error.
 */
#include "fixture.h"

#include <errno.h>
#include <string.h>

#include "any.h"

#define F_NEXT		VRING_DESC_F_NEXT
#define F_WRITE		VRING_DESC_F_WRITE
#define F_INDIRECT	VRING_DESC_F_INDIRECT

enum outcome {
	BREAKS,		/* NEEDS_RESET */
	EITHER,		/* NEEDS_RESET, or used and the queue goes on */
};

/* A good request and a good place for its answer, as raw material. */
struct raw {
	struct ring *ring;
	uint64_t request, response, table;
	uint32_t len, cap;
	uint8_t *response_va;
	struct vring_desc *table_va;
};

static struct raw raw_make(struct ctx *c)
{
	struct raw raw = { .ring = &c->q[Q_CTRL] };
	uint8_t *at = guest_alloc(c, Z_RING, ANY_MAX, 16);
	size_t cap;

	raw.len = any_request(c, at, &cap);
	raw.cap = cap;
	raw.request = mem_iova(&c->mem, at);
	raw.response_va = guest_alloc(c, Z_RING, cap, 1);
	memset(raw.response_va, POISON, cap);
	raw.response = mem_iova(&c->mem, raw.response_va);
	raw.table_va = guest_alloc(c, Z_RING, 64 * 16, 16);
	memset(raw.table_va, 0, 64 * 16);
	raw.table = mem_iova(&c->mem, raw.table_va);
	return raw;
}

static void desc(struct raw *raw, unsigned int i, uint64_t addr, uint32_t len,
		 uint16_t flags, uint16_t next)
{
	ring_raw_desc(raw->ring, i, addr, len, flags, next);
}

static void entry(struct raw *raw, unsigned int i, uint64_t addr, uint32_t len,
		  uint16_t flags, uint16_t next)
{
	raw->table_va[i] = (struct vring_desc){
		.addr = addr, .len = len, .flags = flags, .next = next,
	};
}

static void go(struct raw *raw, uint16_t head)
{
	ring_raw_avail(raw->ring, head);
	ring_publish(raw->ring);
	ring_kick(raw->ring);
}

static void loop_of_two(struct raw *raw)
{
	desc(raw, 0, raw->request, raw->len, F_NEXT, 1);
	desc(raw, 1, raw->request, raw->len, F_NEXT, 0);
	go(raw, 0);
}

static void loop_of_one(struct raw *raw)
{
	desc(raw, 0, raw->request, raw->len, F_NEXT, 0);
	go(raw, 0);
}

static void writable_loop(struct raw *raw)
{
	desc(raw, 0, raw->request, raw->len, F_NEXT, 1);
	desc(raw, 1, raw->response, raw->cap, F_NEXT | F_WRITE, 1);
	go(raw, 0);
}

static void head_is_num(struct raw *raw)
{
	go(raw, raw->ring->num);
}

static void head_is_max(struct raw *raw)
{
	go(raw, 0xffff);
}

static void next_is_num(struct raw *raw)
{
	desc(raw, 0, raw->request, raw->len, F_NEXT, raw->ring->num);
	go(raw, 0);
}

static void next_is_max(struct raw *raw)
{
	desc(raw, 0, raw->request, raw->len, F_NEXT, 0xffff);
	go(raw, 0);
}

static void index_jumps(struct raw *raw)
{
	ring_raw_avail_idx(raw->ring, raw->ring->avail_idx + raw->ring->num +
			   1);
	ring_kick(raw->ring);
}

static void index_jumps_back(struct raw *raw)
{
	ring_raw_avail_idx(raw->ring, raw->ring->avail_idx - 1);
	ring_kick(raw->ring);
}

static void writable_first(struct raw *raw)
{
	desc(raw, 0, raw->response, raw->cap, F_NEXT | F_WRITE, 1);
	desc(raw, 1, raw->request, raw->len, 0, 0);
	go(raw, 0);
}

static void use_table(struct raw *raw, uint32_t len, uint16_t flags)
{
	desc(raw, 0, raw->table, len, F_INDIRECT | flags, 1);
	desc(raw, 1, raw->response, raw->cap, F_WRITE, 0);
	go(raw, 0);
}

static void writable_first_indirect(struct raw *raw)
{
	entry(raw, 0, raw->response, raw->cap, F_NEXT | F_WRITE, 1);
	entry(raw, 1, raw->request, raw->len, 0, 0);
	use_table(raw, 32, 0);
}

static void loop_indirect(struct raw *raw)
{
	entry(raw, 0, raw->request, raw->len, F_NEXT, 1);
	entry(raw, 1, raw->request, raw->len, F_NEXT, 0);
	use_table(raw, 32, 0);
}

static void next_outside_table(struct raw *raw)
{
	entry(raw, 0, raw->request, raw->len, F_NEXT, 2);
	entry(raw, 1, raw->response, raw->cap, F_WRITE, 0);
	use_table(raw, 32, 0);
}

static void indirect_in_indirect(struct raw *raw)
{
	entry(raw, 0, raw->request, raw->len, F_NEXT, 1);
	entry(raw, 1, raw->table + 32 * 16, 16, F_INDIRECT, 0);
	entry(raw, 32, raw->response, raw->cap, F_WRITE, 0);
	use_table(raw, 32, 0);
}

static void good_table(struct raw *raw)
{
	entry(raw, 0, raw->request, raw->len, F_NEXT, 1);
	entry(raw, 1, raw->response, raw->cap, F_WRITE, 0);
}

static void table_of_24_bytes(struct raw *raw)
{
	good_table(raw);
	use_table(raw, 24, 0);
}

static void table_of_40_bytes(struct raw *raw)
{
	good_table(raw);
	use_table(raw, 40, 0);
}

static void table_of_0_bytes(struct raw *raw)
{
	good_table(raw);
	use_table(raw, 0, 0);
}

static void table_of_4_gigabytes(struct raw *raw)
{
	for (unsigned int i = 0; i < 64; i++)
		entry(raw, i, raw->request, 1, F_NEXT, i + 1);
	use_table(raw, 0xfffffff0, 0);
}

static void indirect_and_next(struct raw *raw)
{
	good_table(raw);
	use_table(raw, 32, F_NEXT);
}

static void table_not_mapped(struct raw *raw)
{
	desc(raw, 0, MEM_HOLE, 32, F_INDIRECT, 0);
	go(raw, 0);
}

static void table_wraps(struct raw *raw)
{
	desc(raw, 0, 0xfffffffffffffff0ULL, 64, F_INDIRECT, 0);
	go(raw, 0);
}

static void length_overflows(struct raw *raw)
{
	desc(raw, 0, raw->request, 0xffffffff, F_NEXT, 1);
	desc(raw, 1, raw->request, 0xffffffff, F_NEXT, 2);
	desc(raw, 2, raw->response, raw->cap, F_WRITE, 0);
	go(raw, 0);
}

static void writable_overflows(struct raw *raw)
{
	desc(raw, 0, raw->request, raw->len, F_NEXT, 1);
	desc(raw, 1, raw->response, 0xffffffff, F_NEXT | F_WRITE, 2);
	desc(raw, 2, raw->response, 0xffffffff, F_WRITE, 0);
	go(raw, 0);
}

static void zero_length(struct raw *raw)
{
	desc(raw, 0, raw->request, 0, F_NEXT, 1);
	desc(raw, 1, raw->request, raw->len, F_NEXT, 2);
	desc(raw, 2, raw->response, 0, F_NEXT | F_WRITE, 3);
	desc(raw, 3, raw->response, raw->cap, F_WRITE, 0);
	go(raw, 0);
}

static void nothing_but_zero_length(struct raw *raw)
{
	desc(raw, 0, MEM_HOLE, 0, 0, 0);
	go(raw, 0);
}

static void unknown_flags(struct raw *raw)
{
	desc(raw, 0, raw->request, raw->len, F_NEXT | 0xfff0, 1);
	desc(raw, 1, raw->response, raw->cap, F_WRITE | 0xfff0, 0);
	go(raw, 0);
}

static void same_head_twice(struct raw *raw)
{
	desc(raw, 0, raw->request, raw->len, F_NEXT, 1);
	desc(raw, 1, raw->response, raw->cap, F_WRITE, 0);
	ring_raw_avail(raw->ring, 0);
	go(raw, 0);
}

static void address_wraps(struct raw *raw)
{
	desc(raw, 0, 0xfffffffffffffff8ULL, raw->len, F_NEXT, 1);
	desc(raw, 1, raw->response, raw->cap, F_WRITE, 0);
	go(raw, 0);
}

static const struct {
	const char *name;
	void (*damage)(struct raw *raw);
	enum outcome outcome;
} rows[] = {
	{ "loop of two", loop_of_two, BREAKS },
	{ "loop of one", loop_of_one, BREAKS },
	{ "loop of writable descriptors", writable_loop, BREAKS },
	{ "head is the ring's size", head_is_num, BREAKS },
	{ "head is 65535", head_is_max, BREAKS },
	{ "next is the ring's size", next_is_num, BREAKS },
	{ "next is 65535", next_is_max, BREAKS },
	{ "avail index jumps ahead", index_jumps, BREAKS },
	{ "avail index goes back", index_jumps_back, BREAKS },
	{ "writable before readable", writable_first, BREAKS },
	{ "writable before readable, indirect", writable_first_indirect,
	  BREAKS },
	{ "loop in a table", loop_indirect, BREAKS },
	{ "next leaves the table", next_outside_table, BREAKS },
	{ "table in a table", indirect_in_indirect, BREAKS },
	{ "table of 24 bytes", table_of_24_bytes, BREAKS },
	{ "table of 40 bytes", table_of_40_bytes, BREAKS },
	{ "table of 0 bytes", table_of_0_bytes, BREAKS },
	{ "table of 4 GiB", table_of_4_gigabytes, EITHER },
	{ "indirect descriptor with next", indirect_and_next, EITHER },
	{ "table not mapped", table_not_mapped, EITHER },
	{ "table wraps at 2^64", table_wraps, EITHER },
	{ "readable length overflows", length_overflows, EITHER },
	{ "writable length overflows", writable_overflows, EITHER },
	{ "descriptors of length 0", zero_length, EITHER },
	{ "one descriptor of length 0", nothing_but_zero_length, EITHER },
	{ "unknown descriptor flags", unknown_flags, EITHER },
	{ "the same head twice", same_head_twice, EITHER },
	{ "buffer wraps at 2^64", address_wraps, EITHER },
};

static bool breaks(struct ctx *c, struct ring *ring)
{
	return ring_wait(ring, c->opts->timeout_ms) == RING_BROKEN;
}

/* NEEDS_RESET was seen: the interrupt must come, and then nothing more. */
static void must_be_stopped(struct ctx *c)
{
	const struct virtio_gpu_update_cursor cmd = {
		.hdr.type = VIRTIO_GPU_CMD_MOVE_CURSOR,
	};
	struct gpu_job job;
	uint16_t before;

	must(c, config_call_comes(c), "no config interrupt");
	must(c, status_of(c) & VIRTIO_CONFIG_S_NEEDS_RESET, "status lost");
	before = ring_used_idx(&c->q[Q_CTRL]);
	gpu_submit(c, Q_CURSOR, &cmd, sizeof(cmd), HDR_SIZE, &job);
	ring_kick(&c->q[Q_CURSOR]);
	ring_kick(&c->q[Q_CTRL]);
	linger();
	must(c, !ring_has_used(&c->q[Q_CURSOR]), "the cursor queue goes on");
	must(c, ring_used_idx(&c->q[Q_CTRL]) == before, "the queue goes on");
}

static void malformed(struct ctx *c, enum outcome outcome)
{
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct raw raw;
		bool broke;

		if (rows[i].outcome != outcome)
			continue;
		any_start(c);
		note_where(c, "%s", rows[i].name);
		config_calls(c);
		raw = raw_make(c);
		rows[i].damage(&raw);
		broke = breaks(c, raw.ring);
		must(c, broke || ring_has_used(raw.ring), "no reaction");
		must(c, broke || outcome == EITHER, "it was used");
		if (broke)
			must_be_stopped(c);
		any_start(c);
		any_verify(c);
	}
}

static void malformed_breaks(struct ctx *c)
{
	malformed(c, BREAKS);
}

static void malformed_survives(struct ctx *c)
{
	malformed(c, EITHER);
}

static void indirect_not_negotiated(struct ctx *c)
{
	struct raw raw;

	session_start_with(c, c->offered & ~BIT64(VIRTIO_RING_F_INDIRECT_DESC),
			   RING_DEFAULT, 0);
	raw = raw_make(c);
	good_table(&raw);
	use_table(&raw, 32, 0);
	must(c, breaks(c, raw.ring), "no NEEDS_RESET");
	must_be_stopped(c);
	any_start(c);
	any_verify(c);
}

static void cursor_queue_breaks(struct ctx *c)
{
	struct raw raw;

	any_start(c);
	raw = raw_make(c);
	raw.ring = &c->q[Q_CURSOR];
	go(&raw, 0xffff);
	must(c, breaks(c, raw.ring), "no NEEDS_RESET");
	must(c, config_call_comes(c), "no config interrupt");
	any_start(c);
	any_verify(c);
}

/* Rings that are not there: seen at DRIVER_OK or at the first kick. */
static void ring_not_mapped(struct ctx *c)
{
	static const char *const parts[] = {
		"desc unmapped", "avail unmapped", "used unmapped",
		"used read-only", "desc wraps",
	};

	for (unsigned int i = 0; i < 5; i++) {
		struct dev_ring_addr addr;
		struct gpu_job job;
		struct ring *ring = &c->q[Q_CTRL];

		session_reset(c);
		note_where(c, "%s", parts[i]);
		/* What is there before the end must not look like a chain. */
		if (c->mem.have_top)
			memset(guest_alloc(c, Z_TOP, MEM_PAGE, MEM_PAGE), 0xff,
			       MEM_PAGE);
		must(c, session_negotiate(c, c->offered), "features");
		session_rings(c, RING_DEFAULT, 0);
		addr = (struct dev_ring_addr){
			.desc = i == 0 ? MEM_HOLE : i == 4 ?
				0xffffffffffffff00ULL :
				mem_iova(&c->mem, ring->desc),
			.avail = i == 1 ? MEM_HOLE :
				 mem_iova(&c->mem, ring->avail),
			.used = i == 2 ? MEM_HOLE : i == 3 ?
				mem_iova(&c->mem,
					 guest_alloc(c, Z_RO, 4096, 16)) :
				mem_iova(&c->mem, ring->used),
		};
		if (dev_set_vring_addr(&c->dev, Q_CTRL, &addr))
			continue;	/* refused at once: fine */
		must(c, !dev_set_status(&c->dev, status_of(c) |
					 VIRTIO_CONFIG_S_DRIVER_OK),
		     "DRIVER_OK");
		any_submit(c, &job);
		ring_kick(ring);
		must(c, breaks(c, ring), "no NEEDS_RESET");
		must(c, config_call_comes(c), "no config interrupt");
	}
	any_start(c);
	any_verify(c);
}

static void ring_taken_away(struct ctx *c)
{
	any_start(c);
	must(c, !mem_unmap_zone(&c->mem, Z_RING), "unmapping");
	ring_kick(&c->q[Q_CTRL]);
	ring_raw_avail_idx(&c->q[Q_CTRL], c->q[Q_CTRL].avail_idx + 1);
	ring_kick(&c->q[Q_CTRL]);
	must(c, breaks(c, &c->q[Q_CTRL]), "no NEEDS_RESET");
	must(c, config_call_comes(c), "no config interrupt");
	any_start(c);
	any_verify(c);
}

static void odd_ring_sizes(struct ctx *c)
{
	static const unsigned int nums[] = { 0, 3, 1000, 0x8000, 0xffff,
					     0x10000, 0xffffffff };

	for (unsigned int i = 0; i < sizeof(nums) / sizeof(nums[0]); i++) {
		note_where(c, "size %u", nums[i]);
		session_reset(c);
		must(c, session_negotiate(c, c->offered), "features");
		session_rings(c, RING_DEFAULT, 0);
		dev_set_vring_num(&c->dev, Q_CTRL, nums[i]);
		dev_set_status(&c->dev, status_of(c) |
				VIRTIO_CONFIG_S_DRIVER_OK);
		ring_kick(&c->q[Q_CTRL]);
	}
	note_where(c, "afterwards");
	any_start(c);
	any_verify(c);
}

#define REQUEST_LEN	24u
#define RESPONSE_LEN	408u

/* One descriptor each way, raw addresses; returns what came back. */
static uint32_t raw_request(struct ctx *c, uint64_t request, uint32_t len,
			    uint64_t response, uint32_t cap, uint32_t *out_used)
{
	struct ring *ring = &c->q[Q_CTRL];
	enum ring_verdict verdict;
	uint32_t id;
	int head;

	chain_clear(&c->chain);
	chain_add_iova(&c->chain, request, len, false);
	chain_add_iova(&c->chain, response, cap, true);
	head = ring_add(ring, &c->chain, &c->framing);
	ring_publish(ring);
	ring_kick(ring);
	verdict = ring_wait(ring, c->opts->timeout_ms);
	must(c, verdict == RING_USED, "%s", verdict == RING_BROKEN ?
	     "device asks for a reset" : "no answer");
	ring_get(ring, &id, out_used);
	must(c, id == (uint32_t)head, "used head %u, want %d", id, head);
	ring_recycle(ring, head);
	return *out_used;
}

static void want_parameter_error(struct ctx *c, struct raw *raw,
				 uint64_t request, uint32_t len)
{
	const struct virtio_gpu_ctrl_hdr *answer = (void *)raw->response_va;
	uint32_t used;

	memset(raw->response_va, POISON, RESPONSE_LEN);
	raw_request(c, request, len, raw->response, RESPONSE_LEN, &used);
	must(c, used == HDR_SIZE, "used %u, want 24", used);
	must(c, answer->type == ERR_PARAMETER, "type %#x", answer->type);
}

static void bad_header_address(struct ctx *c)
{
	struct raw raw;
	uint8_t *page;

	any_start(c);
	raw = raw_make(c);
	note_where(c, "not mapped");
	want_parameter_error(c, &raw, MEM_HOLE, REQUEST_LEN);
	note_where(c, "write-only");
	want_parameter_error(c, &raw, mem_iova(&c->mem,
					       guest_alloc(c, Z_WO, 64, 16)),
			     REQUEST_LEN);
	note_where(c, "second half not mapped");
	page = guest_alloc(c, Z_CMD, MEM_PAGE, MEM_PAGE);
	want_parameter_error(c, &raw, mem_iova(&c->mem, page) + MEM_PAGE - 12,
			     REQUEST_LEN);
	note_where(c, "afterwards");
	any_verify(c);
}

/* The header can be read, what follows cannot. */
static void bad_body_address(struct ctx *c)
{
	const struct virtio_gpu_resource_create_2d create = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
		.resource_id = RES_NONE,
		.format = FMT_BGRX,
		.width = 8,
		.height = 8,
	};
	struct raw raw;
	uint8_t *page;

	any_start(c);
	raw = raw_make(c);
	page = guest_alloc(c, Z_CMD, MEM_PAGE, MEM_PAGE);
	for (uint32_t mapped = HDR_SIZE; mapped < sizeof(create); mapped += 4) {
		note_where(c, "%u bytes mapped", mapped);
		memcpy(page + MEM_PAGE - mapped, &create, mapped);
		want_parameter_error(c, &raw, mem_iova(&c->mem, page) +
				     MEM_PAGE - mapped, sizeof(create));
		any_verify(c);
	}
}

static void bad_response_address(struct ctx *c)
{
	uint8_t *ro, *page;
	uint32_t used;
	struct raw raw;

	any_start(c);
	raw = raw_make(c);
	note_where(c, "response not mapped");
	raw_request(c, raw.request, REQUEST_LEN, MEM_HOLE, 408, &used);
	must(c, !used, "used %u, nothing can have been written", used);

	note_where(c, "response read-only");
	ro = guest_alloc(c, Z_RO, 512, 16);
	memset(ro, POISON, 512);
	raw_request(c, raw.request, REQUEST_LEN, mem_iova(&c->mem, ro), 408,
		    &used);
	must(c, !used, "used %u of read-only memory", used);
	for (unsigned int i = 0; i < 512; i++)
		must(c, ro[i] == POISON, "read-only byte %u was written", i);

	note_where(c, "response half mapped");
	page = guest_alloc(c, Z_CMD, MEM_PAGE, MEM_PAGE);
	memset(page, POISON, MEM_PAGE);
	raw_request(c, raw.request, REQUEST_LEN,
		    mem_iova(&c->mem, page) + MEM_PAGE - 100, 408, &used);
	must(c, used <= 100, "used %u, 100 are mapped", used);
	note_where(c, "afterwards");
	any_verify(c);
}

const struct test_case cases_hostile[] = {
	{ "BASE-06", "a malformed ring: NEEDS_RESET, interrupt, silence",
	  malformed_breaks, OURS, NULL },
	{ "BASE-06", "odd rings: used or NEEDS_RESET, then like new",
	  malformed_survives, 0, NULL },
	{ "BASE-06", "indirect without being negotiated",
	  indirect_not_negotiated, OURS, NULL },
	{ "BASE-06", "a malformed cursor queue", cursor_queue_breaks,
	  OURS | ONLY_GPU, NULL },
	{ "BASE-06", "a ring that is not mapped", ring_not_mapped,
	  NEED_MAP | OURS, NULL },
	{ "BASE-06", "a ring that is unmapped while in use", ring_taken_away,
	  NEED_MAP | OURS, NULL },
	{ "BASE-06", "odd ring sizes are survived", odd_ring_sizes, NEED_OWN,
	  NULL },
	{ "BASE-15", "header at a bad address: 0x1205", bad_header_address,
	  NEED_MAP | OURS | ONLY_GPU, NULL },
	{ "BASE-15", "body at a bad address: 0x1205", bad_body_address,
	  NEED_MAP | OURS | ONLY_GPU, NULL },
	{ "BASE-15", "response at a bad address: not written",
	  bad_response_address, NEED_MAP | OURS | ONLY_GPU, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
