// SPDX-License-Identifier: GPL-2.0-only
#include "gpu.h"

#include <stdlib.h>
#include <string.h>

/* The largest request: as many entries as the clause demands. */
#define ATTACH_MAX	(32 + 65536 * 16)

/* Any change of any byte is seen; not meant against an adversary. */
static uint64_t checksum(const void *data, size_t len)
{
	const uint8_t *at = data;
	uint64_t sum = 0xcbf29ce484222325ULL;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ at[i]) * 0x100000001b3ULL;
	return sum;
}

static bool is_error(uint32_t type)
{
	return type >= ERR_UNSPEC && type <= ERR_PARAMETER;
}

bool is_wanted(const struct ctx *c, uint32_t got, uint32_t type)
{
	return got == type || (!c->exact && is_error(got) && is_error(type));
}

void *guest_alloc(struct ctx *c, enum mem_zone zone, size_t len, size_t align)
{
	void *va = mem_alloc(&c->mem, zone, len, align);

	must(c, va, "test bug: guest memory zone %d is full", zone);
	return va;
}

static size_t table_len(const struct gpu_job *job)
{
	const struct ring *ring = job->ring;
	uint16_t at = job->head;

	if (!ring->table[job->head])
		return 0;
	while (ring->desc[at].flags & VRING_DESC_F_NEXT)
		at = ring->desc[at].next;
	return ring->desc[at].len;
}

static uint64_t sum_tables(const struct gpu_job *job)
{
	const struct ring *ring = job->ring;
	uint64_t sum = checksum(ring->table[job->head], table_len(job));
	uint16_t at = job->head;

	for (unsigned int i = 0; i < ring->count[job->head]; i++) {
		sum ^= checksum(&ring->desc[at], sizeof(ring->desc[at])) + i;
		at = ring->desc[at].next;
	}
	return sum;
}

void gpu_job_seal(struct gpu_job *job)
{
	job->request_sum = checksum(job->request, job->request_len);
	job->table_sum = sum_tables(job);
}

static void post(struct ctx *c, unsigned int q, struct gpu_job *job)
{
	struct framing small = c->framing, *framing = &c->framing;
	unsigned int num = c->q[q].num;

	job->ring = &c->q[q];
	chain_clear(&c->chain);
	/* Leave room for what cannot be left in one piece. */
	if (framing->mode == FRAME_DIRECT)
		c->chain.limit = num < 128 ? num * 3 / 4 : num - 64;
	chain_add(&c->chain, &c->mem, job->request, job->request_len, false,
		  framing->split);
	chain_add(&c->chain, &c->mem, job->response, job->response_cap, true,
		  framing->split);
	if (c->chain.count > num && framing->mode == FRAME_DIRECT &&
	    (c->features & BIT64(VIRTIO_RING_F_INDIRECT_DESC))) {
		small.mode = FRAME_INDIRECT;
		framing = &small;
	}
	job->head = ring_add(job->ring, &c->chain, framing);
	if (job->head < 0 && num < RING_DEFAULT && num ==
	    (q == Q_CTRL ? c->ring_max : c->cursor_max))
		case_untestable(c, "queue %u of this device has %u entries", q,
				num);
	must(c, job->head >= 0, "test bug: %u pieces do not fit the ring",
	     c->chain.count);
	gpu_job_seal(job);
	ring_publish(job->ring);
}

static void take_response(struct ctx *c, size_t cap, struct gpu_job *job)
{
	job->poison = POISON;
	job->response_cap = cap;
	job->response = guest_alloc(c, Z_CMD, cap, 1);
	memset(job->response, job->poison, cap);
}

static void take_marks(struct ctx *c, struct gpu_job *job)
{
	memset(job, 0, sizeof(*job));
	job->mark_cmd = mem_mark(&c->mem, Z_CMD);
	job->mark_ring = mem_mark(&c->mem, Z_RING);
	job->mark_ro = mem_mark(&c->mem, Z_RO);
}

void gpu_submit(struct ctx *c, unsigned int q, const void *request, size_t len,
		size_t cap, struct gpu_job *job)
{
	take_marks(c, job);
	/* Odd addresses: nothing promises the device aligned buffers. */
	guest_alloc(c, Z_CMD, 3, 1);
	job->request_len = len;
	job->request = guest_alloc(c, Z_CMD, len, 1);
	memcpy(job->request, request, len);
	take_response(c, cap, job);
	post(c, q, job);
}

void gpu_submit_shared(struct ctx *c, unsigned int q, uint8_t *request,
		       size_t len, size_t cap, struct gpu_job *job)
{
	take_marks(c, job);
	job->may_change = true;
	job->request_len = len;
	job->request = request;
	take_response(c, cap, job);
	post(c, q, job);
}

static void check_memory(struct ctx *c, const struct gpu_job *job,
			 uint32_t used)
{
	must(c, used <= job->response_cap,
	     "used length %u of %zu writable bytes", used, job->response_cap);
	for (size_t i = used; i < job->response_cap; i++)
		must(c, job->response[i] == job->poison,
		     "byte %zu was written, used length is %u", i, used);
	must(c, job->may_change || checksum(job->request, job->request_len) ==
	     job->request_sum, "the readable part was changed");
	must(c, sum_tables(job) == job->table_sum,
	     "descriptors were changed");
}

void gpu_finish(struct ctx *c, struct gpu_job *job,
		struct gpu_reply *out_reply)
{
	enum ring_verdict verdict = ring_wait(job->ring, c->opts->timeout_ms);
	size_t bytes;
	uint32_t id;

	must(c, verdict != RING_TIMEOUT, "no answer on queue %u",
	     job->ring->index);
	must(c, verdict != RING_BROKEN, "device asks for a reset");
	ring_get(job->ring, &id, &out_reply->used);
	must(c, id == (uint32_t)job->head, "used head %u, want %d", id,
	     job->head);
	check_memory(c, job, out_reply->used);

	bytes = out_reply->used;
	if (bytes > sizeof(out_reply->bytes))
		bytes = sizeof(out_reply->bytes);
	memset(out_reply->bytes, 0, sizeof(out_reply->bytes));
	memcpy(out_reply->bytes, job->response, bytes);
	out_reply->type = bytes >= HDR_SIZE ? out_reply->hdr.type : 0;
	ring_recycle(job->ring, job->head);
}

uint32_t gpu_command(struct ctx *c, unsigned int q, const void *request,
		     size_t len, size_t cap, struct gpu_reply *out_reply)
{
	struct gpu_reply reply;
	struct gpu_job job;

	if (!out_reply)
		out_reply = &reply;
	gpu_submit(c, q, request, len, cap, &job);
	ring_kick(job.ring);
	gpu_finish(c, &job, out_reply);
	mem_release(&c->mem, Z_CMD, job.mark_cmd);
	mem_release(&c->mem, Z_RING, job.mark_ring);
	mem_release(&c->mem, Z_RO, job.mark_ro);
	must(c, !ring_has_used(job.ring), "more than one used element");
	return out_reply->type;
}

uint32_t gpu_ctrl(struct ctx *c, const void *request, size_t len)
{
	struct gpu_reply reply;
	uint32_t type = gpu_command(c, Q_CTRL, request, len, HDR_SIZE, &reply);

	must(c, reply.used == HDR_SIZE, "used length %u, want 24", reply.used);
	return type;
}

uint32_t gpu_display_info(struct ctx *c, struct gpu_reply *out_reply)
{
	const struct virtio_gpu_ctrl_hdr cmd = {
		.type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO,
	};

	return gpu_command(c, Q_CTRL, &cmd, sizeof(cmd),
			   sizeof(struct virtio_gpu_resp_display_info),
			   out_reply);
}

uint32_t gpu_edid(struct ctx *c, uint32_t scanout, struct gpu_reply *out_reply)
{
	const struct virtio_gpu_cmd_get_edid cmd = {
		.hdr.type = VIRTIO_GPU_CMD_GET_EDID,
		.scanout = scanout,
	};

	return gpu_command(c, Q_CTRL, &cmd, sizeof(cmd),
			   sizeof(struct virtio_gpu_resp_edid), out_reply);
}

uint32_t gpu_create(struct ctx *c, uint32_t id, uint32_t format,
		    uint32_t width, uint32_t height)
{
	const struct virtio_gpu_resource_create_2d cmd = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
		.resource_id = id,
		.format = format,
		.width = width,
		.height = height,
	};

	return gpu_ctrl(c, &cmd, sizeof(cmd));
}

uint32_t gpu_unref(struct ctx *c, uint32_t id)
{
	const struct virtio_gpu_resource_unref cmd = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_UNREF,
		.resource_id = id,
	};

	return gpu_ctrl(c, &cmd, sizeof(cmd));
}

static struct virtio_gpu_rect wire_rect(struct rect r)
{
	return (struct virtio_gpu_rect){
		.x = r.x, .y = r.y, .width = r.width, .height = r.height,
	};
}

uint32_t gpu_set_scanout(struct ctx *c, uint32_t scanout, uint32_t id,
			 struct rect r)
{
	const struct virtio_gpu_set_scanout cmd = {
		.hdr.type = VIRTIO_GPU_CMD_SET_SCANOUT,
		.r = wire_rect(r),
		.scanout_id = scanout,
		.resource_id = id,
	};

	return gpu_ctrl(c, &cmd, sizeof(cmd));
}

uint32_t gpu_flush(struct ctx *c, uint32_t id, struct rect r)
{
	const struct virtio_gpu_resource_flush cmd = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_FLUSH,
		.r = wire_rect(r),
		.resource_id = id,
	};

	return gpu_ctrl(c, &cmd, sizeof(cmd));
}

uint32_t gpu_transfer(struct ctx *c, uint32_t id, struct rect r,
		      uint64_t offset)
{
	const struct virtio_gpu_transfer_to_host_2d cmd = {
		.hdr.type = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
		.r = wire_rect(r),
		.offset = offset,
		.resource_id = id,
	};

	return gpu_ctrl(c, &cmd, sizeof(cmd));
}

uint32_t gpu_attach_raw(struct ctx *c, uint32_t id, uint32_t claim,
			const struct virtio_gpu_mem_entry *entries,
			uint32_t count)
{
	static uint8_t scratch[ATTACH_MAX];
	struct virtio_gpu_resource_attach_backing cmd = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
		.resource_id = id,
		.nr_entries = claim,
	};
	size_t tail = (size_t)count * sizeof(*entries);

	must(c, sizeof(cmd) + tail <= sizeof(scratch),
	     "test bug: %u entries", count);
	memcpy(scratch, &cmd, sizeof(cmd));
	memcpy(scratch + sizeof(cmd), entries, tail);
	return gpu_ctrl(c, scratch, sizeof(cmd) + tail);
}

uint32_t gpu_attach(struct ctx *c, uint32_t id,
		    const struct virtio_gpu_mem_entry *entries, uint32_t count)
{
	return gpu_attach_raw(c, id, count, entries, count);
}

uint32_t entries_of(struct ctx *c, const void *va, size_t len, size_t piece,
		    struct virtio_gpu_mem_entry *entries, uint32_t max)
{
	const uint8_t *at = va;
	uint32_t count = 0;

	while (len) {
		size_t run = mem_run(&c->mem, at, len);

		if (piece && run > piece)
			run = piece;
		must(c, count < max, "test bug: too many entries");
		entries[count++] = (struct virtio_gpu_mem_entry){
			.addr = mem_iova(&c->mem, at), .length = run,
		};
		at += run;
		len -= run;
	}
	return count;
}

uint32_t gpu_attach_memory(struct ctx *c, uint32_t id, const void *va,
			   size_t len)
{
	struct virtio_gpu_mem_entry entries[1024];
	uint32_t count = entries_of(c, va, len, 0, entries, 1024);

	return gpu_attach(c, id, entries, count);
}

uint32_t gpu_detach(struct ctx *c, uint32_t id)
{
	const struct virtio_gpu_resource_detach_backing cmd = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING,
		.resource_id = id,
	};

	return gpu_ctrl(c, &cmd, sizeof(cmd));
}

uint32_t gpu_uuid(struct ctx *c, uint32_t id, struct gpu_reply *out_reply)
{
	const struct virtio_gpu_resource_assign_uuid cmd = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID,
		.resource_id = id,
	};

	return gpu_command(c, Q_CTRL, &cmd, sizeof(cmd),
			   sizeof(struct virtio_gpu_resp_resource_uuid),
			   out_reply);
}

uint32_t gpu_create_blob(struct ctx *c, uint32_t id, uint32_t blob_mem,
			 uint64_t size, const void *va)
{
	struct {
		struct virtio_gpu_resource_create_blob cmd;
		struct virtio_gpu_mem_entry entries[1024];
	} all = {
		.cmd = {
			.hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB,
			.resource_id = id,
			.blob_mem = blob_mem,
			.size = size,
		},
	};
	uint32_t count = va ? entries_of(c, va, size, 0, all.entries, 1024) : 0;

	all.cmd.nr_entries = count;
	return gpu_ctrl(c, &all, sizeof(all.cmd) + count * 16);
}

uint32_t gpu_set_scanout_blob(struct ctx *c,
			      const struct virtio_gpu_set_scanout_blob *cmd)
{
	struct virtio_gpu_set_scanout_blob full = *cmd;

	full.hdr.type = VIRTIO_GPU_CMD_SET_SCANOUT_BLOB;
	return gpu_ctrl(c, &full, sizeof(full));
}

uint32_t gpu_cursor(struct ctx *c,
		    const struct virtio_gpu_update_cursor *cmd)
{
	struct gpu_reply reply;
	uint32_t type = gpu_command(c, Q_CURSOR, cmd, sizeof(*cmd), HDR_SIZE,
				    &reply);

	/* Some devices never answer there. That is a row of its own. */
	if (c->opts->foreign && !reply.used)
		return OK_NODATA;
	must(c, reply.used == HDR_SIZE, "used length %u, want 24", reply.used);
	return type;
}

uint32_t gpu_update_cursor(struct ctx *c, uint32_t scanout, int32_t x,
			   int32_t y, uint32_t id, uint32_t hot_x,
			   uint32_t hot_y)
{
	const struct virtio_gpu_update_cursor cmd = {
		.hdr.type = VIRTIO_GPU_CMD_UPDATE_CURSOR,
		.pos = { .scanout_id = scanout, .x = x, .y = y },
		.resource_id = id,
		.hot_x = hot_x,
		.hot_y = hot_y,
	};

	return gpu_cursor(c, &cmd);
}

uint32_t gpu_move_cursor(struct ctx *c, uint32_t scanout, int32_t x, int32_t y)
{
	const struct virtio_gpu_update_cursor cmd = {
		.hdr.type = VIRTIO_GPU_CMD_MOVE_CURSOR,
		.pos = { .scanout_id = scanout, .x = x, .y = y },
	};

	return gpu_cursor(c, &cmd);
}
