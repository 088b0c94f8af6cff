/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * gpu.h - virtio-gpu commands, sent and checked.
 *
 * Every request goes through gpu_submit() and gpu_finish(), which hold for all
 * of them: exactly one used element with the right head; no more bytes used
 * than there is room; nothing written behind the used length (POISON); no bit
 * of the request or of an indirect table changed (BASE-11). A violation fails
 * the running case.
 *
 * The gpu_*() command helpers wait for the answer and return its type.
 */
#ifndef CONFORM_GPU_H
#define CONFORM_GPU_H

#include "test.h"

#define POISON		0xa5u
#define HDR_SIZE	24u

#define OK_NODATA	VIRTIO_GPU_RESP_OK_NODATA
#define OK_DISPLAY	VIRTIO_GPU_RESP_OK_DISPLAY_INFO
#define OK_EDID		VIRTIO_GPU_RESP_OK_EDID
#define OK_UUID		VIRTIO_GPU_RESP_OK_RESOURCE_UUID
#define ERR_UNSPEC	VIRTIO_GPU_RESP_ERR_UNSPEC
#define ERR_MEMORY	VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY
#define ERR_SCANOUT	VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID
#define ERR_RESOURCE	VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID
#define ERR_PARAMETER	VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER

#define FMT_BGRA	VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM
#define FMT_BGRX	VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM

/* Older headers end with the shared memory's info structs. */
_Static_assert(sizeof(struct virtio_gpu_ctrl_hdr) == HDR_SIZE, "header");
_Static_assert(sizeof(struct virtio_gpu_resp_display_info) == 408, "display");
_Static_assert(sizeof(struct virtio_gpu_resp_edid) == 1056, "edid");
_Static_assert(sizeof(struct virtio_gpu_set_scanout) == 48, "set_scanout");
_Static_assert(sizeof(struct virtio_gpu_transfer_to_host_2d) == 56, "transfer");
_Static_assert(sizeof(struct virtio_gpu_resource_create_blob) == 56, "blob");
_Static_assert(sizeof(struct virtio_gpu_set_scanout_blob) == 96, "blob scanout");
_Static_assert(sizeof(struct virtio_gpu_update_cursor) == 56, "cursor");
_Static_assert(sizeof(struct virtio_gpu_mem_entry) == 16, "entry");

/* A request that the device has. */
struct gpu_job {
	struct ring *ring;
	int head;
	uint8_t *request;	/* in guest memory */
	size_t request_len;
	uint8_t *response;	/* in guest memory, poisoned */
	size_t response_cap;
	uint64_t request_sum;
	uint64_t table_sum;
	bool may_change;	/* the case itself changes the request */
	uint8_t poison;
	size_t mark_cmd, mark_ring, mark_ro;
};

struct gpu_reply {
	uint32_t used;		/* length of the used element */
	uint32_t type;		/* 0 without a header */
	union {
		struct virtio_gpu_ctrl_hdr hdr;
		struct virtio_gpu_resp_display_info display;
		struct virtio_gpu_resp_edid edid;
		struct virtio_gpu_resp_resource_uuid uuid;
		uint8_t bytes[2048];
	};
};

struct rect {
	uint32_t x, y, width, height;
};

#define RECT(x_, y_, w_, h_)	((struct rect){ (x_), (y_), (w_), (h_) })

/**
 * gpu_submit() - put a request into a queue and publish it, no kick
 * @c: context with a running session
 * @q: Q_CTRL or Q_CURSOR
 * @request: bytes to send
 * @len: how many; 0: no readable part
 * @cap: bytes for the response, 0: no writable part
 * @job: filled
 */
void gpu_submit(struct ctx *c, unsigned int q, const void *request, size_t len,
		size_t cap, struct gpu_job *job);

/* As gpu_submit(), the request already lies in guest memory and may change. */
void gpu_submit_shared(struct ctx *c, unsigned int q, uint8_t *request,
		       size_t len, size_t cap, struct gpu_job *job);

/* Take the sums of a job that was put together by hand. */
void gpu_job_seal(struct gpu_job *job);

/**
 * gpu_finish() - take the next used element and check it against @job
 * @c: context
 * @job: the oldest request of its queue that is not finished
 * @out_reply: filled
 *
 * Fails the case when nothing comes within the timeout or the device asks for
 * a reset.
 */
void gpu_finish(struct ctx *c, struct gpu_job *job,
		struct gpu_reply *out_reply);

/* Submit, kick, finish. @out_reply may be NULL. Return: type. */
uint32_t gpu_command(struct ctx *c, unsigned int q, const void *request,
		     size_t len, size_t cap, struct gpu_reply *out_reply);

/* A control request with a plain response. */
uint32_t gpu_ctrl(struct ctx *c, const void *request, size_t len);

uint32_t gpu_display_info(struct ctx *c, struct gpu_reply *out_reply);
uint32_t gpu_edid(struct ctx *c, uint32_t scanout, struct gpu_reply *out_reply);
uint32_t gpu_create(struct ctx *c, uint32_t id, uint32_t format,
		    uint32_t width, uint32_t height);
uint32_t gpu_unref(struct ctx *c, uint32_t id);
uint32_t gpu_set_scanout(struct ctx *c, uint32_t scanout, uint32_t id,
			 struct rect r);
uint32_t gpu_flush(struct ctx *c, uint32_t id, struct rect r);
uint32_t gpu_transfer(struct ctx *c, uint32_t id, struct rect r,
		      uint64_t offset);
/**
 * gpu_attach_raw() - ATTACH_BACKING with any claim
 * @claim: nr_entries as said to the device
 * @count: entries that really follow
 */
uint32_t gpu_attach_raw(struct ctx *c, uint32_t id, uint32_t claim,
			const struct virtio_gpu_mem_entry *entries,
			uint32_t count);
uint32_t gpu_attach(struct ctx *c, uint32_t id,
		    const struct virtio_gpu_mem_entry *entries, uint32_t count);
/* One entry for every piece of guest memory [va, va + len). */
uint32_t gpu_attach_memory(struct ctx *c, uint32_t id, const void *va,
			   size_t len);
uint32_t gpu_detach(struct ctx *c, uint32_t id);
uint32_t gpu_uuid(struct ctx *c, uint32_t id, struct gpu_reply *out_reply);

uint32_t gpu_create_blob(struct ctx *c, uint32_t id, uint32_t blob_mem,
			 uint64_t size, const void *va);
uint32_t gpu_set_scanout_blob(struct ctx *c,
			      const struct virtio_gpu_set_scanout_blob *cmd);

/* Any cursor command. Of a foreign device, silence is accepted. */
uint32_t gpu_cursor(struct ctx *c, const struct virtio_gpu_update_cursor *cmd);
uint32_t gpu_update_cursor(struct ctx *c, uint32_t scanout, int32_t x,
			   int32_t y, uint32_t id, uint32_t hot_x,
			   uint32_t hot_y);
uint32_t gpu_move_cursor(struct ctx *c, uint32_t scanout, int32_t x, int32_t y);

/**
 * entries_of() - describe guest memory by entries
 * @c: context
 * @va: guest memory
 * @len: bytes
 * @piece: longest entry, 0: as long as may be
 * @entries: room for @max
 *
 * Return: how many.
 */
uint32_t entries_of(struct ctx *c, const void *va, size_t len, size_t piece,
		    struct virtio_gpu_mem_entry *entries, uint32_t max);

/* Guest memory, or the case fails. */
void *guest_alloc(struct ctx *c, enum mem_zone zone, size_t len, size_t align);

/*
 * Which error answers what is mostly this project's decision: in a row that is
 * not, another device may say any.
 */
bool is_wanted(const struct ctx *c, uint32_t got, uint32_t type);

/* must() for the type of a response. */
#define want(c, call, type)						\
	do {								\
		uint32_t got_ = (call);					\
		must(c, is_wanted(c, got_, (type)),			\
		     "%s:%d: got %#06x, want %#06x", __FILE__, __LINE__, \
		     got_, (uint32_t)(type));				\
	} while (0)

#endif /* CONFORM_GPU_H */
