// SPDX-License-Identifier: GPL-2.0-only
/* GPU2D-REQ-5.FEN*: fences and the order of effects. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t ids[] = {
	0, 1, 0xffffffffULL, 0x100000000ULL, 0x8000000000000000ULL,
	0xffffffffffffffffULL,
};

#define NR_IDS	(sizeof(ids) / sizeof(ids[0]))

/* Each sample, good and with nothing but a header: an error. */
static void each_fenced(struct ctx *c, const char *what,
			void (*look)(struct ctx *c,
				     const struct virtio_gpu_ctrl_hdr *sent,
				     const struct virtio_gpu_ctrl_hdr *got))
{
	uint8_t request[SAMPLE_MAX];
	struct gpu_reply reply;

	for (unsigned int i = 0; i < nr_samples; i++)
		for (unsigned int bad = 0; bad < 2; bad++) {
			struct virtio_gpu_ctrl_hdr *hdr = (void *)request;
			const struct sample *s = &samples[i];
			size_t len;

			fixture_start(c);
			if (!sample_offered(c, s))
				continue;
			note_where(c, "%s, %s %s", what, bad ? "bad" : "good",
				   s->name);
			len = s->build(c, request);
			if (bad && s->size > HDR_SIZE)
				len = s->size - 1;
			hdr->flags = VIRTIO_GPU_FLAG_FENCE;
			hdr->fence_id = ids[i % NR_IDS];
			hdr->ctx_id = 0x01020304 + i;
			gpu_command(c, s->queue, request, len, s->ok_size,
				    &reply);
			must(c, reply.type, "no answer");
			look(c, hdr, &reply.hdr);
		}
}

static void look_at_flag(struct ctx *c, const struct virtio_gpu_ctrl_hdr *sent,
			 const struct virtio_gpu_ctrl_hdr *got)
{
	must(c, got->flags & VIRTIO_GPU_FLAG_FENCE, "flags %#x, sent %#x",
	     got->flags, sent->flags);
}

static void look_at_context(struct ctx *c,
			    const struct virtio_gpu_ctrl_hdr *sent,
			    const struct virtio_gpu_ctrl_hdr *got)
{
	must(c, got->ctx_id == sent->ctx_id, "context %#x, sent %#x",
	     got->ctx_id, sent->ctx_id);
}

static void fence_flag(struct ctx *c)
{
	each_fenced(c, "flag", look_at_flag);
}

static void fence_context(struct ctx *c)
{
	each_fenced(c, "context", look_at_context);
}

static void fence_ids(struct ctx *c)
{
	struct virtio_gpu_resource_flush cmd = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_FLUSH,
		.hdr.flags = VIRTIO_GPU_FLAG_FENCE,
		.r = { .width = 1, .height = 1 },
	};
	struct gpu_reply reply;

	fixture_start(c);
	for (unsigned int i = 0; i < NR_IDS; i++)
		for (unsigned int bad = 0; bad < 2; bad++) {
			cmd.hdr.fence_id = ids[i];
			cmd.resource_id = bad ? RES_NONE : RES_A;
			want(c, gpu_command(c, Q_CTRL, &cmd, sizeof(cmd),
					    HDR_SIZE, &reply),
			     bad ? ERR_RESOURCE : OK_NODATA);
			must(c, reply.hdr.fence_id == ids[i],
			     "fence %#llx, sent %#llx",
			     (unsigned long long)reply.hdr.fence_id,
			     (unsigned long long)ids[i]);
		}
}

static void done_when_answered(struct ctx *c)
{
	struct virtio_gpu_transfer_to_host_2d cmd = {
		.hdr.type = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
		.hdr.flags = VIRTIO_GPU_FLAG_FENCE,
		.r = { .width = A_SIZE, .height = A_SIZE },
		.resource_id = RES_A,
	};
	static uint32_t old[A_SIZE * A_SIZE];

	fixture_start(c);
	for (unsigned int round = 0; round < 50; round++) {
		note_where(c, "round %u", round);
		paint(fixture_a, A_SIZE, A_SIZE, 100 + round);
		memcpy(old, fixture_a, A_BYTES);
		cmd.hdr.fence_id = round;
		want(c, gpu_ctrl(c, &cmd, sizeof(cmd)), OK_NODATA);
		fill(fixture_a, A_SIZE * A_SIZE, 0xdeadbeef);
		want(c, gpu_flush(c, RES_A, A_RECT), OK_NODATA);
		view_wants(c, 0, A_SIZE, A_SIZE, old);
	}
}

/* A whole life in one batch and with one kick. */
struct burst {
	struct gpu_job job[64];
	unsigned int count;
};

static void burst_add(struct ctx *c, struct burst *burst, const void *cmd,
		      size_t len)
{
	gpu_submit(c, Q_CTRL, cmd, len, HDR_SIZE, &burst->job[burst->count++]);
}

static void burst_picture(struct ctx *c, struct burst *burst, uint32_t id,
			  const void *pixels)
{
	struct virtio_gpu_resource_create_2d create = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
		.resource_id = id,
		.format = FMT_BGRX,
		.width = A_SIZE,
		.height = A_SIZE,
	};
	struct {
		struct virtio_gpu_resource_attach_backing cmd;
		struct virtio_gpu_mem_entry entries[8];
	} attach = {
		.cmd = {
			.hdr.type = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
			.resource_id = id,
		},
	};
	struct virtio_gpu_set_scanout scanout = {
		.hdr.type = VIRTIO_GPU_CMD_SET_SCANOUT,
		.r = { .width = A_SIZE, .height = A_SIZE },
		.resource_id = id,
	};
	struct virtio_gpu_transfer_to_host_2d transfer = {
		.hdr.type = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
		.r = { .width = A_SIZE, .height = A_SIZE },
		.resource_id = id,
	};
	struct virtio_gpu_resource_flush flush = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_FLUSH,
		.r = { .width = A_SIZE, .height = A_SIZE },
		.resource_id = id,
	};

	attach.cmd.nr_entries = entries_of(c, pixels, A_BYTES, 0,
					   attach.entries, 8);
	burst_add(c, burst, &create, sizeof(create));
	burst_add(c, burst, &attach, 32 + attach.cmd.nr_entries * 16);
	burst_add(c, burst, &scanout, sizeof(scanout));
	burst_add(c, burst, &transfer, sizeof(transfer));
	burst_add(c, burst, &flush, sizeof(flush));
}

static void order_of_effects(struct ctx *c)
{
	struct burst burst = { .count = 0 };
	struct gpu_reply reply;
	uint32_t *pixels[8];

	session_start(c);
	for (unsigned int i = 0; i < 8; i++) {
		pixels[i] = guest_alloc(c, Z_DATA, A_BYTES, 4);
		paint(pixels[i], A_SIZE, A_SIZE, 200 + i);
		burst_picture(c, &burst, 10 + i, pixels[i]);
	}
	ring_kick(&c->q[Q_CTRL]);
	for (unsigned int i = 0; i < burst.count; i++) {
		gpu_finish(c, &burst.job[i], &reply);
		must(c, reply.type == OK_NODATA, "command %u: %#x", i,
		     reply.type);
	}
	if (c->have_view)
		view_wants(c, 0, A_SIZE, A_SIZE, pixels[7]);
}

/*
 * gpu_finish() wants the heads in the order of submission, which is a little
 * more than the clause: here only the fences' order counts.
 */
static void fences_in_order(struct ctx *c)
{
	struct virtio_gpu_transfer_to_host_2d cmd = {
		.hdr.type = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
		.hdr.flags = VIRTIO_GPU_FLAG_FENCE,
	};
	struct gpu_job jobs[96];
	unsigned int n = 0;
	uint64_t seen = 0;
	void *big;

	fixture_start(c);
	big = guest_alloc(c, Z_BIG, 1024 * 768 * 4, MEM_PAGE);
	want(c, gpu_create(c, RES_NONE, FMT_BGRX, 1024, 768), OK_NODATA);
	want(c, gpu_attach_memory(c, RES_NONE, big, 1024 * 768 * 4),
	     OK_NODATA);
	for (unsigned int i = 0; i < 96 && c->q[Q_CTRL].num_free >= 3; i++) {
		bool slow = i % 3 == 0;

		/* Slow ones, quick ones and wrong ones, in turn. */
		cmd.resource_id = i % 3 == 1 ? RES_A : slow ? RES_NONE : 0;
		cmd.r.width = slow ? 1024 : 1;
		cmd.r.height = slow ? 768 : 1;
		cmd.hdr.fence_id = i + 1;
		gpu_submit(c, Q_CTRL, &cmd, sizeof(cmd), HDR_SIZE, &jobs[n++]);
		ring_kick(&c->q[Q_CTRL]);
	}
	for (unsigned int i = 0; i < n; i++) {
		const struct virtio_gpu_ctrl_hdr *hdr = NULL;
		uint32_t id, used;

		must(c, ring_wait(&c->q[Q_CTRL], c->opts->timeout_ms) ==
		     RING_USED, "%u of %u fences answered", i, n);
		ring_get(&c->q[Q_CTRL], &id, &used);
		for (unsigned int j = 0; j < n; j++)
			if ((uint32_t)jobs[j].head == id)
				hdr = (void *)jobs[j].response;
		must(c, hdr, "unknown head %u", id);
		must(c, hdr->fence_id > seen, "fence %llu after %llu",
		     (unsigned long long)hdr->fence_id,
		     (unsigned long long)seen);
		seen = hdr->fence_id;
	}
}

/* Both queues full of anything: every single fence comes back. */
static void every_fence_answered(struct ctx *c)
{
	unsigned int rounds = c->opts->quick ? 5 : 30;
	uint8_t request[SAMPLE_MAX];

	fixture_start(c);
	for (unsigned int round = 0; round < rounds; round++) {
		size_t cmd = mem_mark(&c->mem, Z_CMD);
		size_t data = mem_mark(&c->mem, Z_DATA);
		struct gpu_job jobs[64];
		struct gpu_reply reply;
		unsigned int n = 0;

		for (unsigned int i = 0; i < 64; i++) {
			const struct sample *s = &samples[rand() % nr_samples];
			struct virtio_gpu_ctrl_hdr *hdr = (void *)request;
			size_t len;

			if (s->ok_size != HDR_SIZE || s->feature >= 0)
				continue;
			len = s->build(c, request);
			hdr->flags = VIRTIO_GPU_FLAG_FENCE;
			hdr->fence_id = round * 64 + i;
			if (rand() % 4 == 0)
				len -= 1 + rand() % 8;
			gpu_submit(c, s->queue, request, len, HDR_SIZE,
				   &jobs[n++]);
			ring_kick(&c->q[s->queue]);
		}
		for (unsigned int i = 0; i < n; i++) {
			gpu_finish(c, &jobs[i], &reply);
			must(c, reply.hdr.flags & VIRTIO_GPU_FLAG_FENCE,
			     "an answer without its fence");
		}
		mem_release(&c->mem, Z_CMD, cmd);
		mem_release(&c->mem, Z_DATA, data);
	}
}

const struct test_case cases_gpu2d_fence[] = {
	{ "GPU2D-REQ-5.FEN1", "the flag comes back, on errors too", fence_flag,
	  0, NULL },
	{ "GPU2D-REQ-5.FEN2", "ids come back, all 64 bits", fence_ids, 0,
	  NULL },
	{ "GPU2D-REQ-5.FEN3", "answered means done", done_when_answered,
	  NEED_VIEW, NULL },
	{ "GPU2D-REQ-5.FEN4", "a burst takes effect in order",
	  order_of_effects, 0, NULL },
	{ "GPU2D-REQ-5.FEN5", "fences come back in order", fences_in_order, 0,
	  NULL },
	{ "GPU2D-REQ-5.FEN6", "the context comes back", fence_context, OURS,
	  NULL },
	{ "GPU2D-REQ-5.FEN7", "every fence is answered", every_fence_answered,
	  OURS, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
