// SPDX-License-Identifier: GPL-2.0-only
#include "modes.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpu.h"
#include "mgmt.h"

#define RES_SMALL	1u
#define RES_BLOB	3u

/* Samples that find caches and branch predictors as they will stay. */
#define WARM_UP		20u

/* Frames between two looks at CPU clocks, which tick in milliseconds. */
#define BATCH		16u

/* Pairs of requests that the flood keeps in the ring. */
#define FLOOD_DEPTH	8u

/* Where a module answers every read with the time of one copy of a frame. */
#define KERNEL_COPY	"/sys/module/bench_memcpy/parameters/frame_ns"

void sample(const struct plan *plan, const char *name, uint64_t value)
{
	printf("%s%s %llu\n", plan->tag, name, (unsigned long long)value);
}

void mode_latency(const struct plan *plan)
{
	const struct rect square = RECT(0, 0, plan->size, plan->size);
	struct ctx *c = plan->c;
	struct script script;

	client_open(c, &plan->opts);
	client_resource(c, RES_SMALL, plan->size, plan->size);
	script_init(&script, c);
	script_add_transfer(&script, RES_SMALL, square, 0);
	script_add_flush(&script, RES_SMALL, square);
	for (unsigned int i = 0; i < WARM_UP; i++)
		script_run(&script, plan->wait);
	for (unsigned int i = 0; i < plan->count; i++)
		sample(plan, plan->wait == WAIT_SPIN ? "spin" : "call",
		       script_run(&script, plan->wait));
	client_close(c);
}

void frame_script(struct script *script, struct ctx *c)
{
	const struct rect all = RECT(0, 0, FRAME_WIDTH, FRAME_HEIGHT);

	script_init(script, c);
	script_add_transfer(script, RES_FRAME, all, 0);
	script_add_flush(script, RES_FRAME, all);
}

/* One copy of a frame; by the kernel if it has been taught how. */
static uint64_t copy_ns(bool *out_kernel)
{
	static uint8_t *from, *to;
	FILE *file = fopen(KERNEL_COPY, "r");
	unsigned long long ns = 0;
	uint64_t begin;

	if (file) {
		*out_kernel = fscanf(file, "%llu", &ns) == 1;
		fclose(file);
		if (*out_kernel)
			return ns;
	}
	if (!from) {
		from = malloc(FRAME_BYTES);
		to = malloc(FRAME_BYTES);
		if (!from || !to)
			die("out of memory");
		memset(from, 1, FRAME_BYTES);
		memset(to, 2, FRAME_BYTES);
	}
	begin = now_ns();
	memcpy(to, from, FRAME_BYTES);
	__asm__ volatile("" :: "r"(to) : "memory");
	return now_ns() - begin;
}

static void time_frames(const struct plan *plan, struct script *script)
{
	bool kernel = false;

	for (unsigned int i = 0; i < WARM_UP / 4; i++) {
		script_run(script, WAIT_CALL);
		copy_ns(&kernel);
	}
	for (unsigned int i = 0; i < plan->count; i++) {
		uint64_t copy;

		sample(plan, "frame", script_run(script, WAIT_CALL));
		copy = copy_ns(&kernel);
		sample(plan, kernel ? "copy.kernel" : "copy.user", copy);
	}
}

struct cost {
	uint64_t client;
	uint64_t thread;
};

static struct cost cost_now(int thread)
{
	return (struct cost){ cpu_self(), cpu_of(thread) };
}

static void cost_batch(const struct plan *plan, struct script *script,
		       int thread, const char *client_name,
		       const char *thread_name)
{
	struct cost before = cost_now(thread), after;

	for (unsigned int i = 0; i < BATCH; i++)
		script_run(script, WAIT_CALL);
	after = cost_now(thread);
	sample(plan, client_name, (after.client - before.client) / BATCH);
	if (thread)
		sample(plan, thread_name,
		       (after.thread - before.thread) / BATCH);
}

static void cost_frames(const struct plan *plan, struct ctx *c,
			struct script *frames)
{
	const struct rect all = RECT(0, 0, FRAME_WIDTH, FRAME_HEIGHT);
	unsigned int batches = plan->count / BATCH + 1;
	struct script flips;
	char comm[64];
	int thread = 0;

	if (plan->name) {
		snprintf(comm, sizeof(comm), "vds-%s-control", plan->name);
		thread = cpu_find(comm);
		if (!thread)
			die("there is no task %s", comm);
	}
	if (plan->blob) {
		client_blob(c, RES_BLOB, FRAME_WIDTH, FRAME_HEIGHT);
		script_init(&flips, c);
		script_add_flush(&flips, RES_BLOB, all);
	}
	for (unsigned int i = 0; i < batches; i++) {
		client_show(c, RES_FRAME, FRAME_WIDTH, FRAME_HEIGHT);
		cost_batch(plan, frames, thread, "cpu.copy.client",
			   "cpu.copy.thread");
		if (!plan->blob)
			continue;
		client_show_blob(c, RES_BLOB, FRAME_WIDTH, FRAME_HEIGHT);
		cost_batch(plan, &flips, thread, "cpu.blob.client",
			   "cpu.blob.thread");
	}
}

void mode_frames(const struct plan *plan)
{
	struct ctx *c = plan->c;
	struct script script;

	client_open(c, &plan->opts);
	client_resource(c, RES_FRAME, FRAME_WIDTH, FRAME_HEIGHT);
	frame_script(&script, c);
	time_frames(plan, &script);
	cost_frames(plan, c, &script);
	client_close(c);
}

void mode_draw(const struct plan *plan)
{
	struct ctx *c = plan->c;
	struct script script;

	client_open(c, &plan->opts);
	client_resource(c, RES_FRAME, FRAME_WIDTH, FRAME_HEIGHT);
	frame_script(&script, c);
	for (unsigned int i = 0; i < plan->count; i++)
		sample(plan, "frame", script_run(&script, plan->wait));
	client_close(c);
}

/* Interrupts come for every pair: the flooder sleeps when the ring is full. */
void mode_flood(const struct plan *plan)
{
	struct script script[FLOOD_DEPTH];
	struct ctx *c = plan->c;
	struct ring *ring;

	client_open(c, &plan->opts);
	client_resource(c, RES_FRAME, FRAME_WIDTH, FRAME_HEIGHT);
	for (unsigned int i = 0; i < FLOOD_DEPTH; i++)
		frame_script(&script[i], c);
	ring = &c->q[Q_CTRL];
	ring_want_call(ring, true);
	for (unsigned int i = 0; i < FLOOD_DEPTH; i++)
		script_start(&script[i]);
	printf("flooding\n");
	fflush(stdout);
	for (unsigned int i = 0;; i = (i + 1) % FLOOD_DEPTH) {
		uint16_t target = ring->last_used + script[i].count;

		while ((int16_t)(ring_used_idx(ring) - target) < 0) {
			struct pollfd pfd = { ring->call_fd, POLLIN, 0 };

			if (ring->event_idx)
				ring_set_used_event(ring, target - 1);
			if ((int16_t)(ring_used_idx(ring) - target) >= 0)
				break;
			poll(&pfd, 1, 1000);
			ring_drain(ring);
		}
		script_finish(&script[i]);
		script_start(&script[i]);
	}
}

static void wait_for_flush(struct ctx *c)
{
	struct pollfd pfd = { .fd = c->cap.fd, .events = POLLIN };
	struct damage damage;

	do {
		if (poll(&pfd, 1, c->opts->timeout_ms) != 1)
			die("the viewer saw nothing");
		if (capture_damage(&c->cap, 0, &damage))
			die("the viewer cannot look");
	} while (!damage.frames);
}

/* The order in which a VMM and a guest's driver come to their first frame. */
static void first_once(const struct plan *plan, int sock)
{
	const struct rect all = RECT(0, 0, FRAME_WIDTH, FRAME_HEIGHT);
	uint64_t begin, added, started, shown;
	char vhost[64], view[128];
	struct ctx *c = plan->c;
	struct plan with = *plan;
	int err;

	with.opts.device = vhost;
	with.opts.view = view;
	snprintf(view, sizeof(view), "/dev/vdpa-gpu/%s.view", plan->name);
	client_prepare(c, &with.opts);

	begin = now_ns();
	err = mgmt_add(sock, "vdpa_gpu", plan->name);
	if (err)
		die("%s cannot be added: %s", plan->name, strerror(-err));
	if (mgmt_vhost_path(plan->name, vhost, sizeof(vhost)))
		die("%s has no vhost device", plan->name);
	added = now_ns();
	client_start(c);
	started = now_ns();
	client_resource(c, RES_FRAME, FRAME_WIDTH, FRAME_HEIGHT);
	if (gpu_transfer(c, RES_FRAME, all, 0) != OK_NODATA ||
	    gpu_flush(c, RES_FRAME, all) != OK_NODATA)
		die("the first frame was refused");
	wait_for_flush(c);
	shown = now_ns();

	sample(plan, "first", shown - begin);
	sample(plan, "first.add", added - begin);
	sample(plan, "first.start", started - added);
	sample(plan, "first.draw", shown - started);
	client_close(c);
	err = mgmt_del(sock, plan->name);
	if (err)
		die("%s cannot be deleted: %s", plan->name, strerror(-err));
}

void mode_first(const struct plan *plan)
{
	int sock = mgmt_open();

	if (sock < 0)
		die("vdpa netlink family: %s", strerror(-sock));
	if (!plan->name)
		die("--name is missing");
	for (unsigned int i = 0; i < plan->count; i++)
		first_once(plan, sock);
	close(sock);
}
