// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random requests, framings, damage and unmapping. What is demanded: a request
 * in a sound ring is answered, whatever is in it and whatever its buffers are;
 * a ring that was damaged may stop the device until the next reset; the rest
 * is for the host's log.
 */
#include "hammer.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fixture.h"
#include "hammer_private.h"

unsigned int below(unsigned int n)
{
	return (unsigned int)rand() % n;
}

uint32_t odd_word(void)
{
	static const uint32_t words[] = {
		0, 1, 2, 16, 63, 64, 65, 256, 4096, 0x7fffffff, 0x80000000,
		0xffffffff, 0xfffffffe, RES_A, RES_B, RES_C, RES_D, RES_NONE,
	};
	unsigned int pick = below(sizeof(words) / sizeof(words[0]) + 4);

	return pick < sizeof(words) / sizeof(words[0]) ? words[pick] :
	       (uint32_t)rand() << below(24);
}

static void random_framing(struct ctx *c)
{
	c->framing = (struct framing){
		.mode = below(3),
		.split = below(3) ? 0 : 1 + below(100),
		.direct = below(4),
		.write_flag = below(2),
		.table_read_only = !below(8),
	};
	/* What lies in the ring itself must fit the smallest one. */
	if (c->framing.mode == FRAME_DIRECT &&
	    (c->q[Q_CTRL].num < 64 || c->framing.split))
		c->framing.mode = FRAME_INDIRECT;
}

/* Where requests are answered. */
static unsigned int some_queue(const struct hammer_kind *kind)
{
	return kind->queues == 1 || below(4) ? 0 : 1;
}

static void one_request(struct ctx *c, const struct hammer_kind *kind)
{
	uint8_t request[SAMPLE_MAX];
	size_t len = kind->request(c, request);
	size_t cap = kind->caps[below(kind->nr_caps)];
	struct gpu_reply reply;

	random_framing(c);
	gpu_command(c, some_queue(kind), request, len ? len : 1, cap, &reply);
}

/* A page comes or goes while the device may be using it. */
static void shake_memory(struct ctx *c)
{
	enum mem_zone zone = below(4) ? Z_DATA : Z_CMD;
	uint8_t *base;
	size_t len;

	if (!(c->dev.can & DEV_CAN_MAP))
		return;
	base = mem_zone_va(&c->mem, zone, &len);
	base += below(len / MEM_PAGE) * MEM_PAGE;
	if (c->mem.mapped[(base - c->mem.base) / MEM_PAGE])
		mem_unmap_page(&c->mem, base);
	else
		mem_map_page(&c->mem, base);
}

/*
 * Several at once, and something happens before they are answered. They are
 * finished in the order in which a queue got them.
 */
static void one_burst(struct ctx *c, const struct hammer_kind *kind,
		      bool finish)
{
	unsigned int q = some_queue(kind), n = 0;
	size_t cmd = mem_mark(&c->mem, Z_CMD);
	size_t ring = mem_mark(&c->mem, Z_RING);
	size_t ro = mem_mark(&c->mem, Z_RO);
	uint8_t request[SAMPLE_MAX];
	struct gpu_job jobs[12];
	struct gpu_reply reply;

	random_framing(c);
	c->framing.mode = FRAME_INDIRECT;
	while (n < 1 + below(12)) {
		size_t len = kind->request(c, request);

		gpu_submit(c, q, request, len ? len : 1, 24, &jobs[n++]);
		if (below(2))
			ring_kick(&c->q[q]);
	}
	ring_kick(&c->q[q]);
	if (below(2))
		shake_memory(c);
	for (unsigned int i = 0; i < n && finish; i++)
		gpu_finish(c, &jobs[i], &reply);
	mem_release(&c->mem, Z_CMD, cmd);
	mem_release(&c->mem, Z_RING, ring);
	mem_release(&c->mem, Z_RO, ro);
}

static uint16_t odd_flags(void)
{
	return below(3) ? below(8) : (uint16_t)rand();
}

static void damage_ring(struct ctx *c)
{
	struct ring *ring = &c->q[below(2)];
	uint64_t base = mem_iova(&c->mem, ring->desc);

	for (unsigned int i = 0; i < 1 + below(40); i++)
		ring_raw_desc(ring, below(ring->num),
			      below(4) ? base + below(0x8000) :
			      (uint64_t)odd_word() << below(32),
			      below(3) ? below(64) * 16 : odd_word(),
			      odd_flags(), below(ring->num + 2));
	for (unsigned int i = 0; i < below(6); i++)
		ring_raw_avail(ring, below(10) ? below(ring->num) :
			       (uint16_t)rand());
	if (!below(10))
		ring->avail_idx += (uint16_t)odd_word();
	ring_publish(ring);
	ring_kick(ring);
	if (below(2))
		ring_wait(ring, 10);
}

static void fresh_start(struct ctx *c, const struct hammer_kind *kind)
{
	static const unsigned int nums[] = { 16, 64, 256, 1024 };
	unsigned int num = nums[below(4)];

	session_start_with(c, below(4) ? c->offered : c->offered &
			   ~BIT64(VIRTIO_RING_F_EVENT_IDX),
			   num > c->ring_max ? c->ring_max : num,
			   (uint16_t)rand());
	/* Its indirect tables leave the smallest ring room enough. */
	c->framing.mode = FRAME_INDIRECT;
	kind->make(c);
}

static void one_step(struct ctx *c, const struct hammer_kind *kind)
{
	unsigned int dice = below(1000);

	if (dice < 700)
		one_request(c, kind);
	else if (dice < 850)
		one_burst(c, kind, true);
	else if (dice < 950)
		shake_memory(c);
	else if (dice < 975)
		kind->aside(c);
	else if (dice < 990) {
		damage_ring(c);
		if (!below(4))
			session_reopen(c);
		fresh_start(c, kind);
	} else {
		/* Reset with work in flight. */
		one_burst(c, kind, false);
		fresh_start(c, kind);
	}
}

bool hammer_run(struct ctx *c, unsigned int seconds, unsigned int seed)
{
	const struct hammer_kind *kind = c->device_id == ID_IOMMU ?
					 &hammer_iommu : &hammer_gpu;
	volatile unsigned long steps = 0;
	time_t end;

	printf("# hammer: seed %u, %u seconds\n", seed, seconds);
	fflush(stdout);
	srand(seed);
	c->verdict = V_PASS;
	note_where(c, "%s", "");
	kind->begin(c);
	if (!setjmp(c->out)) {
		fresh_start(c, kind);
		end = time(NULL) + seconds;
		for (; time(NULL) < end; steps++)
			one_step(c, kind);
		fresh_start(c, kind);
		kind->verify(c);
	}
	kind->end(c);
	printf("%s 1 - hammer, %lu steps\n", c->verdict == V_FAIL ? "not ok" :
	       "ok", steps);
	if (c->verdict == V_FAIL)
		printf("# seed %u, step %lu: %s\n", seed, steps, c->why);
	return c->verdict != V_FAIL;
}
