// SPDX-License-Identifier: GPL-2.0-only
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* A device that says nothing for so long will not say anything any more. */
#define STUCK_NS	60000000000ull

/* What this driver can do with a device, ours or another. */
#define KNOWN_FEATURES							\
	(0xffffffULL | BIT64(VIRTIO_RING_F_INDIRECT_DESC) |		\
	 BIT64(VIRTIO_RING_F_EVENT_IDX) | BIT64(VIRTIO_F_VERSION_1) |	\
	 BIT64(VIRTIO_F_ACCESS_PLATFORM))

/* Entries as a guest has them whose memory is a bit fragmented. */
#define ENTRY_BYTES	(32 * 1024u)

#if defined(__x86_64__) || defined(__i386__)
#define relax()		__builtin_ia32_pause()
#else
#define relax()		__asm__ volatile("" ::: "memory")
#endif

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fprintf(stderr, "gpu-bench: ");
	vfprintf(stderr, fmt, args);
	fprintf(stderr, "\n");
	va_end(args);
	exit(1);
}

static void look(struct ctx *c)
{
	uint32_t scanouts = 0;
	int err = dev_reset(&c->dev);

	if (!err)
		err = dev_get_features(&c->dev, &c->offered);
	if (!err)
		err = dev_get_vring_max(&c->dev, Q_CTRL, &c->ring_max);
	if (!err)
		err = dev_get_vring_max(&c->dev, Q_CURSOR, &c->cursor_max);
	if (!err)
		err = dev_get_config(&c->dev, 8, &scanouts, 4);
	if (err)
		die("%s: %s", c->opts->device, strerror(-err));
	c->offered &= KNOWN_FEATURES;
	c->num_scanouts = scanouts;
}

void client_prepare(struct ctx *c, const struct opts *opts)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int err;

	c->opts = opts;
	c->exact = true;
	c->cap.fd = -1;
	/* vhost counts pinned pages against it, also for root. */
	setrlimit(RLIMIT_MEMLOCK, &all);
	c->config_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c->dev.ops = opts->transport;
	err = mem_init(&c->mem, &c->dev, 1);
	if (err)
		die("memory: %s", strerror(-err));
}

void client_start(struct ctx *c)
{
	const struct opts *opts = c->opts;
	int err = dev_open(&c->dev, opts->transport, opts->device);

	if (err)
		die("%s: %s", opts->device, strerror(-err));
	look(c);
	if (opts->view) {
		err = capture_open(&c->cap, opts->view);
		if (err)
			die("%s: %s", opts->view, strerror(-err));
		c->have_view = true;
	}
	session_start(c);
}

void client_open(struct ctx *c, const struct opts *opts)
{
	client_prepare(c, opts);
	client_start(c);
}

void client_close(struct ctx *c)
{
	session_reset(c);
	dev_close(&c->dev);
	capture_close(&c->cap);
	mem_finish(&c->mem);
	close(c->config_fd);
}

static struct rect whole(uint32_t width, uint32_t height)
{
	return RECT(0, 0, width, height);
}

void client_show(struct ctx *c, uint32_t id, uint32_t width, uint32_t height)
{
	want(c, gpu_set_scanout(c, 0, id, whole(width, height)), OK_NODATA);
}

void *client_resource(struct ctx *c, uint32_t id, uint32_t width,
		      uint32_t height)
{
	size_t bytes = (size_t)width * height * 4;
	struct virtio_gpu_mem_entry *entries;
	uint32_t max = bytes / ENTRY_BYTES + 2, count;
	void *pixels;

	pixels = guest_alloc(c, Z_BIG, bytes, MEM_PAGE);
	entries = calloc(max, sizeof(*entries));
	count = entries_of(c, pixels, bytes, ENTRY_BYTES, entries, max);
	want(c, gpu_create(c, id, FMT_BGRX, width, height), OK_NODATA);
	want(c, gpu_attach(c, id, entries, count), OK_NODATA);
	client_show(c, id, width, height);
	free(entries);
	return pixels;
}

void client_show_blob(struct ctx *c, uint32_t id, uint32_t width,
		      uint32_t height)
{
	const struct virtio_gpu_set_scanout_blob cmd = {
		.r = { .width = width, .height = height },
		.resource_id = id,
		.width = width,
		.height = height,
		.format = FMT_BGRX,
		.strides = { width * 4 },
	};

	want(c, gpu_set_scanout_blob(c, &cmd), OK_NODATA);
}

void *client_blob(struct ctx *c, uint32_t id, uint32_t width, uint32_t height)
{
	size_t bytes = (size_t)width * height * 4;
	void *pixels;

	pixels = guest_alloc(c, Z_BIG, bytes, MEM_PAGE);
	want(c, gpu_create_blob(c, id, VIRTIO_GPU_BLOB_MEM_GUEST, bytes,
				pixels), OK_NODATA);
	client_show_blob(c, id, width, height);
	return pixels;
}

static bool is_nodata(const void *answer)
{
	const struct virtio_gpu_ctrl_hdr *hdr = answer;

	return hdr->type == OK_NODATA;
}

void script_init(struct script *script, struct ctx *c)
{
	memset(script, 0, sizeof(*script));
	script->c = c;
	script->answer_size = HDR_SIZE;
	script->is_good = is_nodata;
}

static void check_answers(struct script *script)
{
	for (unsigned int i = 0; i < script->count; i++)
		if (!script->is_good(script->answer[i]))
			die("request %u was answered %#x", i,
			    *(const uint16_t *)script->answer[i]);
}

void script_add(struct script *script, const void *request, size_t len)
{
	struct ctx *c = script->c;
	struct ring *ring = &c->q[Q_CTRL];
	uint32_t id, used;
	uint8_t *in;
	void *out;
	int head;

	in = guest_alloc(c, Z_CMD, len, 64);
	out = guest_alloc(c, Z_CMD, script->answer_size, 64);
	memcpy(in, request, len);
	chain_clear(&c->chain);
	chain_add(&c->chain, &c->mem, in, len, false, 0);
	chain_add(&c->chain, &c->mem, out, script->answer_size, true, 0);
	head = ring_add(ring, &c->chain, &c->framing);
	if (head < 0 || script->count == SCRIPT_MAX)
		die("the script is too long");
	script->head[script->count] = head;
	script->request[script->count] = in;
	script->answer[script->count++] = out;

	ring_publish(ring);
	ring_kick(ring);
	if (ring_wait(ring, c->opts->timeout_ms) != RING_USED)
		die("no answer");
	ring_get(ring, &id, &used);
	check_answers(script);
}

void script_add_transfer(struct script *script, uint32_t id, struct rect r,
			 uint64_t offset)
{
	const struct virtio_gpu_transfer_to_host_2d cmd = {
		.hdr.type = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
		.r = { r.x, r.y, r.width, r.height },
		.offset = offset,
		.resource_id = id,
	};

	script_add(script, &cmd, sizeof(cmd));
}

void script_add_flush(struct script *script, uint32_t id, struct rect r)
{
	const struct virtio_gpu_resource_flush cmd = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_FLUSH,
		.r = { r.x, r.y, r.width, r.height },
		.resource_id = id,
	};

	script_add(script, &cmd, sizeof(cmd));
}

void script_start(struct script *script)
{
	struct ring *ring = &script->c->q[Q_CTRL];

	for (unsigned int i = 0; i < script->count; i++)
		ring_raw_avail(ring, script->head[i]);
	ring_publish(ring);
	ring_kick(ring);
}

static bool is_done(const struct ring *ring, uint16_t target)
{
	return (int16_t)(ring_used_idx(ring) - target) >= 0;
}

void script_finish(struct script *script)
{
	struct ring *ring = &script->c->q[Q_CTRL];
	uint32_t id, len;

	for (unsigned int i = 0; i < script->count; i++)
		if (!ring_get(ring, &id, &len) || id != script->head[i])
			die("a request was lost");
	check_answers(script);
}

bool script_is_done(const struct script *script)
{
	return is_done(&script->c->q[Q_CTRL], script->c->q[Q_CTRL].avail_idx);
}

static void stuck(const struct ring *ring, uint64_t since)
{
	if (now_ns() - since > STUCK_NS)
		die("the device stopped at %u of %u", ring_used_idx(ring),
		    ring->avail_idx);
}

static void spin(struct ring *ring, uint16_t target, uint64_t since)
{
	unsigned int turns = 0;

	while (!is_done(ring, target)) {
		relax();
		if (!(++turns % (1u << 16)))
			stuck(ring, since);
	}
}

static void sleep_for_call(struct ring *ring, uint16_t target, uint64_t since)
{
	struct pollfd pfd = { .fd = ring->call_fd, .events = POLLIN };

	while (!is_done(ring, target)) {
		poll(&pfd, 1, 1000);
		ring_drain(ring);
		stuck(ring, since);
	}
}

uint64_t script_run(struct script *script, enum wait wait)
{
	struct ring *ring = &script->c->q[Q_CTRL];
	uint16_t target = ring->avail_idx + script->count;
	uint64_t begin, end;

	ring_want_call(ring, wait == WAIT_CALL);
	if (wait == WAIT_CALL) {
		if (ring->dev->ops->pump)
			die("nobody is woken by this transport: try --spin");
		ring_drain(ring);
		if (ring->event_idx)
			ring_set_used_event(ring, target - 1);
	}

	begin = now_ns();
	script_start(script);
	if (wait == WAIT_CALL)
		sleep_for_call(ring, target, begin);
	else
		spin(ring, target, begin);
	end = now_ns();
	script_finish(script);
	return end - begin;
}
