// SPDX-License-Identifier: GPL-2.0-only
/* GPU2D-REQ-5.1.*, 5.2.*: scatter lists and what is read through them. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#define MANY	65536u

static struct virtio_gpu_mem_entry many[MANY + 1];
static uint32_t expected[512 * 512];

/* RES_C gets a backing, is filled from it and shown; RES_A steps back. */
static void show_c(struct ctx *c)
{
	want(c, gpu_transfer(c, RES_C, A_RECT, 0), OK_NODATA);
	want(c, gpu_set_scanout(c, 0, RES_C, A_RECT), OK_NODATA);
	want(c, gpu_flush(c, RES_C, A_RECT), OK_NODATA);
	if (c->have_view)
		view_wants(c, 0, A_SIZE, A_SIZE, expected);
	want(c, gpu_detach(c, RES_C), OK_NODATA);
	want(c, gpu_set_scanout(c, 0, RES_A, A_RECT), OK_NODATA);
	fixture_verify(c);
}

static void entry_sizes(struct ctx *c)
{
	static const uint32_t sizes[] = { 0, 4096, 4093, 256, 64, 17, 3, 1 };

	fixture_start(c);
	for (unsigned int i = 0; i < 8; i++) {
		uint32_t count;

		note_where(c, "entries of %u", sizes[i]);
		paint(fixture_spare, A_SIZE, A_SIZE, 50 + i);
		memcpy(expected, fixture_spare, A_BYTES);
		count = entries_of(c, fixture_spare, A_BYTES, sizes[i], many,
				   MANY);
		want(c, gpu_attach(c, RES_C, many, count), OK_NODATA);
		show_c(c);
	}
}

static void one_entry(struct ctx *c)
{
	uint32_t *big;

	fixture_start(c);
	big = guest_alloc(c, Z_BIG, A_BYTES, MEM_PAGE);
	paint(big, A_SIZE, A_SIZE, 60);
	memcpy(expected, big, A_BYTES);
	must(c, entries_of(c, big, A_BYTES, 0, many, MANY) == 1,
	     "test bug: more than one entry");
	want(c, gpu_attach(c, RES_C, many, 1), OK_NODATA);
	show_c(c);
}

/* 1, 3, 4093 bytes in turn, from places that have nothing to do with it. */
static void odd_mixture(struct ctx *c)
{
	static const uint32_t sizes[] = { 1, 3, 4093, 2, 61, 4096, 5 };
	size_t done = 0;
	uint32_t count = 0;
	uint8_t *from;

	fixture_start(c);
	for (unsigned int i = 0; done < A_BYTES; i++) {
		size_t len = sizes[i % 7];

		if (len > A_BYTES - done)
			len = A_BYTES - done;
		from = guest_alloc(c, Z_BIG, len + 11, 1);
		for (size_t j = 0; j < len; j++)
			from[j] = rand();
		memcpy((uint8_t *)expected + done, from, len);
		count += entries_of(c, from, len, 0, many + count,
				    MANY - count);
		done += len;
	}
	want(c, gpu_attach(c, RES_C, many, count), OK_NODATA);
	show_c(c);
}

static void same_page_again(struct ctx *c)
{
	uint32_t *page;

	fixture_start(c);
	page = guest_alloc(c, Z_DATA, MEM_PAGE, MEM_PAGE);
	paint(page, A_SIZE, 16, 70);
	for (unsigned int i = 0; i < 4; i++) {
		entries_of(c, page, MEM_PAGE, 0, many + i, 1);
		memcpy((uint8_t *)expected + i * MEM_PAGE, page, MEM_PAGE);
	}
	want(c, gpu_attach(c, RES_C, many, 4), OK_NODATA);
	show_c(c);
}

/* The array cut anywhere: entries straddle descriptors and pages. */
static void split_array(struct ctx *c)
{
	static const unsigned int splits[] = { 1, 5, 7, 15, 17, 33 };

	for (unsigned int i = 0; i < 6; i++) {
		uint32_t count;

		note_where(c, "split %u", splits[i]);
		session_start_with(c, c->offered, c->ring_max, 0);
		fixture_make(c);
		paint(fixture_spare, A_SIZE, A_SIZE, 80 + i);
		memcpy(expected, fixture_spare, A_BYTES);
		count = entries_of(c, fixture_spare, A_BYTES, 1024, many,
				   MANY);
		c->framing.split = splits[i];
		want(c, gpu_attach(c, RES_C, many, count), OK_NODATA);
		c->framing.split = 0;
		show_c(c);
	}
}

/* 65536 entries of 16 bytes: 1 MiB, an image of 512x512. */
static void many_entries(struct ctx *c)
{
	uint32_t *data;

	session_start_with(c, c->offered, c->ring_max, 0);
	fixture_make(c);
	data = guest_alloc(c, Z_DATA, sizeof(expected), 16);
	paint(data, 512, 512, 90);
	memcpy(expected, data, sizeof(expected));
	for (unsigned int i = 0; i < MANY; i++)
		many[i] = (struct virtio_gpu_mem_entry){
			.addr = mem_iova(&c->mem, (uint8_t *)data + i * 16),
			.length = 16,
		};
	want(c, gpu_create(c, RES_NONE, FMT_BGRX, 512, 512), OK_NODATA);
	for (unsigned int mode = FRAME_DIRECT; mode <= FRAME_INDIRECT; mode++) {
		c->framing.mode = mode;
		want(c, gpu_attach(c, RES_NONE, many, MANY), OK_NODATA);
		want(c, gpu_transfer(c, RES_NONE, RECT(0, 0, 512, 512), 0),
		     OK_NODATA);
		want(c, gpu_set_scanout(c, 0, RES_NONE, RECT(0, 0, 512, 512)),
		     OK_NODATA);
		want(c, gpu_flush(c, RES_NONE, RECT(0, 0, 512, 512)),
		     OK_NODATA);
		if (c->have_view)
			view_wants(c, 0, 512, 512, expected);
		want(c, gpu_detach(c, RES_NONE), OK_NODATA);
	}
	want(c, gpu_unref(c, RES_NONE), OK_NODATA);
	want(c, gpu_set_scanout(c, 0, RES_A, A_RECT), OK_NODATA);
	fixture_verify(c);
}

/* 256 MiB of backing, as an 8192x8192 framebuffer has. */
static void many_pages(struct ctx *c)
{
	uint8_t *data;

	session_start_with(c, c->offered, c->ring_max, 0);
	fixture_make(c);
	data = guest_alloc(c, Z_BIG, 256 * MEM_PAGE, MEM_PAGE);
	for (unsigned int i = 0; i < MANY; i++)
		many[i] = (struct virtio_gpu_mem_entry){
			.addr = mem_iova(&c->mem, data + i % 256 * MEM_PAGE),
			.length = MEM_PAGE,
		};
	paint((uint32_t *)(data + 255 * MEM_PAGE), 32, 32, 91);
	paint(expected, 32, 32, 91);
	want(c, gpu_create(c, RES_NONE, FMT_BGRX, 32, 32), OK_NODATA);
	want(c, gpu_attach(c, RES_NONE, many, MANY), OK_NODATA);
	/* Far behind 2^28 - 4096 lies the last page. */
	want(c, gpu_transfer(c, RES_NONE, RECT(0, 0, 32, 32),
			     (uint64_t)(MANY - 1) * MEM_PAGE), OK_NODATA);
	want(c, gpu_set_scanout(c, 0, RES_NONE, RECT(0, 0, 32, 32)),
	     OK_NODATA);
	want(c, gpu_flush(c, RES_NONE, RECT(0, 0, 32, 32)), OK_NODATA);
	if (c->have_view)
		view_wants(c, 0, 32, 32, expected);
	want(c, gpu_unref(c, RES_NONE), OK_NODATA);
	want(c, gpu_set_scanout(c, 0, RES_A, A_RECT), OK_NODATA);
	fixture_verify(c);
}

static void huge_claims(struct ctx *c)
{
	static const uint32_t claims[] = {
		0x10000000, 0x0fffffff, 0x80000000, 0xffffffff, 9, 65537,
	};
	uint32_t count;

	fixture_start(c);
	count = entries_of(c, fixture_spare, A_BYTES, 2048, many, MANY);
	for (unsigned int i = 0; i < 6; i++) {
		uint32_t claim = i == 4 ? count + 1 : claims[i];

		note_where(c, "claim %#x", claim);
		want(c, gpu_attach_raw(c, RES_C, claim, many, count),
		     ERR_PARAMETER);
		fixture_verify(c);
	}
}

static void attach_refused(struct ctx *c)
{
	uint32_t count;

	fixture_start(c);
	count = entries_of(c, fixture_spare, A_BYTES, 0, many, MANY);
	note_where(c, "unknown resource");
	want(c, gpu_attach(c, RES_NONE, many, count), ERR_RESOURCE);
	want(c, gpu_attach(c, 0, many, count), ERR_RESOURCE);
	fixture_verify(c);
	note_where(c, "already attached");
	want(c, gpu_attach(c, RES_A, many, count), ERR_UNSPEC);
	fixture_verify(c);
	note_where(c, "no entries");
	want(c, gpu_attach(c, RES_C, many, 0), ERR_PARAMETER);
	fixture_verify(c);
	note_where(c, "payload 1 byte short");
	{
		uint8_t request[32 + 16 * 2] = { 0 };
		uint32_t words[8] = { VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING };

		words[6] = RES_C;
		words[7] = 2;
		memcpy(request, words, 32);
		memcpy(request + 32, many, 32);
		for (size_t len = 32; len < sizeof(request); len++)
			want(c, gpu_ctrl(c, request, len), ERR_PARAMETER);
	}
	fixture_verify(c);
	note_where(c, "padding");
	for (unsigned int i = 0; i < count; i++)
		many[i].padding = 0xffffffff;
	memcpy(expected, fixture_spare, A_BYTES);
	want(c, gpu_attach(c, RES_C, many, count), OK_NODATA);
	show_c(c);
}

/* One bad entry among good ones, at every place. */
static void entry_not_readable(struct ctx *c)
{
	struct virtio_gpu_mem_entry bad[6];
	uint32_t count, *page;

	fixture_start(c);
	count = entries_of(c, fixture_spare, A_BYTES, 0, many, MANY);
	page = guest_alloc(c, Z_DATA, MEM_PAGE, MEM_PAGE);
	bad[0] = (struct virtio_gpu_mem_entry){ MEM_HOLE, 4096, 0 };
	bad[1] = (struct virtio_gpu_mem_entry){ 0, 1, 0 };
	bad[2] = (struct virtio_gpu_mem_entry){
		mem_iova(&c->mem, guest_alloc(c, Z_WO, 64, 16)), 64, 0,
	};
	bad[3] = (struct virtio_gpu_mem_entry){
		mem_iova(&c->mem, page), MEM_PAGE + 1, 0,
	};
	bad[4] = (struct virtio_gpu_mem_entry){
		0xffffffffffffff00ULL, 0xffffffff, 0,
	};
	bad[5] = (struct virtio_gpu_mem_entry){ MEM_HOLE, 0xffffffff, 0 };
	for (unsigned int i = 0; i < 6; i++)
		for (uint32_t place = 0; place < count; place++) {
			struct virtio_gpu_mem_entry saved = many[place];

			note_where(c, "bad entry %u at %u", i, place);
			many[place] = bad[i];
			want(c, gpu_attach(c, RES_C, many, count),
			     ERR_PARAMETER);
			want(c, gpu_detach(c, RES_C), ERR_RESOURCE);
			fixture_verify(c);
			many[place] = saved;
		}
	memcpy(expected, fixture_spare, A_BYTES);
	want(c, gpu_attach(c, RES_C, many, count), OK_NODATA);
	show_c(c);
}

static void detached(struct ctx *c)
{
	fixture_start(c);
	want(c, gpu_detach(c, RES_A), OK_NODATA);
	/* The guest uses its page for something else now. */
	memcpy(expected, fixture_a, A_BYTES);
	fill(fixture_a, A_SIZE * A_SIZE, 0x5ec5e75e);
	want(c, gpu_transfer(c, RES_A, A_RECT, 0), ERR_RESOURCE);
	want(c, gpu_flush(c, RES_A, A_RECT), OK_NODATA);
	if (c->have_view)
		view_wants(c, 0, A_SIZE, A_SIZE, expected);
	want(c, gpu_detach(c, RES_A), ERR_RESOURCE);
	want(c, gpu_detach(c, RES_C), ERR_RESOURCE);
	want(c, gpu_detach(c, RES_NONE), ERR_RESOURCE);
	want(c, gpu_detach(c, 0), ERR_RESOURCE);
	memcpy(fixture_a, expected, A_BYTES);
	want(c, gpu_attach_memory(c, RES_A, fixture_a, A_BYTES), OK_NODATA);
	fixture_verify(c);
}

static void attached_again(struct ctx *c)
{
	uint32_t *other;

	fixture_start(c);
	other = guest_alloc(c, Z_DATA, A_BYTES, 4);
	paint(other, A_SIZE, A_SIZE, 33);
	memcpy(expected, fixture_a, A_BYTES);
	want(c, gpu_detach(c, RES_A), OK_NODATA);
	want(c, gpu_attach_memory(c, RES_A, other, A_BYTES), OK_NODATA);
	want(c, gpu_flush(c, RES_A, A_RECT), OK_NODATA);
	if (c->have_view)
		view_wants(c, 0, A_SIZE, A_SIZE, expected);
	want(c, gpu_transfer(c, RES_A, A_RECT, 0), OK_NODATA);
	want(c, gpu_flush(c, RES_A, A_RECT), OK_NODATA);
	if (c->have_view)
		view_wants(c, 0, A_SIZE, A_SIZE, other);
}

static void read_at_transfer(struct ctx *c)
{
	fixture_start(c);
	for (unsigned int i = 0; i < 10; i++) {
		paint(fixture_a, A_SIZE, A_SIZE, 600 + i);
		memcpy(expected, fixture_a, A_BYTES);
		want(c, gpu_transfer(c, RES_A, A_RECT, 0), OK_NODATA);
		want(c, gpu_flush(c, RES_A, A_RECT), OK_NODATA);
		view_wants(c, 0, A_SIZE, A_SIZE, expected);
	}
}

static void backing_not_written(struct ctx *c)
{
	uint32_t *ro;

	fixture_start(c);
	ro = guest_alloc(c, Z_RO, A_BYTES, 4);
	paint(ro, A_SIZE, A_SIZE, 44);
	memcpy(expected, ro, A_BYTES);
	want(c, gpu_attach_memory(c, RES_C, ro, A_BYTES), OK_NODATA);
	show_c(c);
	must(c, !memcmp(ro, expected, A_BYTES), "the backing was written");
}

static void denied_at_transfer(struct ctx *c)
{
	uint8_t *page;

	fixture_start(c);
	page = (uint8_t *)fixture_spare + 2 * MEM_PAGE;
	must(c, !mem_unmap_page(&c->mem, page), "unmapping");
	want(c, gpu_transfer(c, RES_D, A_RECT, 0), ERR_PARAMETER);
	want(c, gpu_attach_memory(c, RES_C, fixture_spare, A_BYTES),
	     ERR_PARAMETER);
	must(c, !mem_map_page(&c->mem, page), "mapping");
	want(c, gpu_detach(c, RES_D), OK_NODATA);
	want(c, gpu_attach_memory(c, RES_D, fixture_spare, A_BYTES),
	     OK_NODATA);
	fixture_verify(c);
}

/*
 * One entry more than any configuration allows (2^24), the payload complete:
 * 256 MiB of it, the same 2 MiB again and again.
 */
static void beyond_the_limit(struct ctx *c)
{
	const uint32_t claim = (1u << 24) + 1;
	const uint32_t piece = 2u << 20;
	struct virtio_gpu_resource_attach_backing *cmd;
	struct virtio_gpu_ctrl_hdr *answer;
	struct ring *ring = &c->q[Q_CTRL];
	uint64_t left = (uint64_t)claim * 16;
	uint32_t id, used;
	uint8_t *payload;
	int head;

	fixture_start(c);
	payload = guest_alloc(c, Z_BIG, piece, MEM_PAGE);
	if (mem_run(&c->mem, payload, piece) < piece)
		case_untestable(c, "no memory of 2 MiB in one piece");
	cmd = guest_alloc(c, Z_BIG, sizeof(*cmd), 8);
	answer = guest_alloc(c, Z_BIG, HDR_SIZE, 8);
	for (unsigned int i = 0; i < piece / 16; i++)
		entries_of(c, payload, 16, 0,
			   (struct virtio_gpu_mem_entry *)payload + i, 1);
	*cmd = (struct virtio_gpu_resource_attach_backing){
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
		.resource_id = RES_C,
		.nr_entries = claim,
	};
	chain_clear(&c->chain);
	chain_add(&c->chain, &c->mem, cmd, sizeof(*cmd), false, 0);
	while (left) {
		uint32_t len = left < piece ? left : piece;

		chain_add(&c->chain, &c->mem, payload, len, false, 0);
		left -= len;
	}
	chain_add(&c->chain, &c->mem, answer, HDR_SIZE, true, 0);
	head = ring_add(ring, &c->chain, &c->framing);
	must(c, head >= 0, "test bug: no room");
	ring_publish(ring);
	ring_kick(ring);
	must(c, ring_wait(ring, c->opts->timeout_ms) == RING_USED,
	     "no answer, status %#x", status_of(c));
	ring_get(ring, &id, &used);
	ring_recycle(ring, head);
	must(c, used == HDR_SIZE, "used %u", used);
	must(c, answer->type == ERR_MEMORY, "type %#x, want %#x",
	     answer->type, ERR_MEMORY);
	fixture_verify(c);
}

/* The sum over all resources is limited too. */
static void sum_is_limited(struct ctx *c)
{
	const unsigned int most = c->opts->quick ? 300 : 1100;
	uint32_t type = OK_NODATA;
	unsigned int made = 0;
	uint8_t *data;

	session_start_with(c, c->offered, c->ring_max, 0);
	fixture_make(c);
	data = guest_alloc(c, Z_BIG, MEM_PAGE, MEM_PAGE);
	for (unsigned int i = 0; i < MANY; i++)
		many[i] = (struct virtio_gpu_mem_entry){
			.addr = mem_iova(&c->mem, data), .length = 4,
		};
	while (made < most && type == OK_NODATA) {
		want(c, gpu_create(c, 0x10000 + made, FMT_BGRX, 1, 1),
		     OK_NODATA);
		type = gpu_attach(c, 0x10000 + made, many, MANY);
		made++;
	}
	must(c, type == ERR_MEMORY, "%u times 65536 entries, then %#x", made,
	     type);
	/* The refused one is whole; one gone makes room again. */
	want(c, gpu_detach(c, 0x10000 + made - 1), ERR_RESOURCE);
	want(c, gpu_unref(c, 0x10000), OK_NODATA);
	want(c, gpu_attach(c, 0x10000 + made - 1, many, MANY), OK_NODATA);
	fixture_verify(c);
}

const struct test_case cases_gpu2d_backing[] = {
	{ "GPU2D-REQ-5.1", "backing in pieces", entry_sizes, 0, NULL },
	{ "GPU2D-REQ-5.1.a", "entries of any size", entry_sizes, 0, NULL },
	{ "GPU2D-REQ-5.1.a", "one entry for all", one_entry, 0, NULL },
	{ "GPU2D-REQ-5.1.a", "odd sizes from odd places", odd_mixture, 0,
	  NULL },
	{ "GPU2D-REQ-5.1.a", "the same page again and again", same_page_again,
	  0, NULL },
	{ "GPU2D-REQ-5.1.b", "the array cut anywhere", split_array, 0, NULL },
	{ "GPU2D-REQ-5.1.c", "65536 entries", many_entries, OURS, NULL },
	{ "GPU2D-REQ-5.1.c", "65536 pages", many_pages, OURS, NULL },
	{ "GPU2D-REQ-5.1.c", "more claimed than sent", huge_claims, OURS,
	  NULL },
	{ "GPU2D-REQ-5.1.d", "every refusal", attach_refused, OURS, NULL },
	{ "GPU2D-REQ-5.1.d", "an entry that cannot be read",
	  entry_not_readable, NEED_MAP | OURS, NULL },
	{ "GPU2D-REQ-5.1.e", "detached is out of reach", detached, 0, NULL },
	{ "GPU2D-REQ-5.1.f", "attached again", attached_again, 0, NULL },
	{ "GPU2D-REQ-5.2", "read by DMA when transferred", read_at_transfer,
	  NEED_VIEW, NULL },
	{ "GPU2D-REQ-5.2.a", "the transfer sees the latest data",
	  read_at_transfer, NEED_VIEW, NULL },
	{ "GPU2D-REQ-5.2.b", "a read-only backing works",
	  backing_not_written, NEED_MAP, NULL },
	{ "GPU2D-REQ-5.2.c", "unmapped pages are an error",
	  denied_at_transfer, NEED_MAP, NULL },
	{ "GPU2D-REQ-5.2.d", "more entries than any limit", beyond_the_limit,
	  OURS, NULL },
	{ "GPU2D-REQ-5.2.d", "the sum of all entries is limited",
	  sum_is_limited, OURS, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
