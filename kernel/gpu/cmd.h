/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cmd.h - the commands: what each needs, and who runs it.
 *
 * To add one: a row in cmd.c, a handler in the file of its family. Its handler
 * is called with a request as long as the row says, the features negotiated,
 * and a response zeroed that fits.
 */
#ifndef _VDGPU_CMD_H
#define _VDGPU_CMD_H

#include <linux/types.h>
#include <linux/virtio_gpu.h>

#include "../soft/vds.h"

struct vdgpu_device;
struct vdgpu_resource;
struct vdpa_gpu_rect;

/**
 * enum vdgpu_queue - the virtqueues (GPU2D-REQ-2)
 * @VDGPU_QUEUE_CONTROL: controlq
 * @VDGPU_QUEUE_CURSOR: cursorq
 * @VDGPU_NR_QUEUES: how many
 */
enum vdgpu_queue {
	VDGPU_QUEUE_CONTROL,
	VDGPU_QUEUE_CURSOR,
	VDGPU_NR_QUEUES,
};

/**
 * struct vdgpu_call - a command that is being served
 * @gpu: the device
 * @queue: where it came from
 * @context: may it sleep
 * @chain: what follows the request can be pulled from it
 * @request: our copy of the fixed part
 * @response: the handler fills what follows the header
 *
 * One per queue, reused: a queue is served by one context at a time.
 */
struct vdgpu_call {
	struct vdgpu_device *gpu;
	enum vdgpu_queue queue;
	enum vds_context context;
	struct vds_chain *chain;
	union {
		struct virtio_gpu_ctrl_hdr hdr;
		struct virtio_gpu_update_cursor cursor;
		struct virtio_gpu_resource_create_2d create_2d;
		struct virtio_gpu_resource_unref unref;
		struct virtio_gpu_set_scanout set_scanout;
		struct virtio_gpu_resource_flush flush;
		struct virtio_gpu_transfer_to_host_2d transfer;
		struct virtio_gpu_resource_attach_backing attach;
		struct virtio_gpu_resource_detach_backing detach;
		struct virtio_gpu_cmd_get_edid get_edid;
		struct virtio_gpu_resource_assign_uuid assign_uuid;
		struct virtio_gpu_resource_create_blob create_blob;
		struct virtio_gpu_set_scanout_blob set_scanout_blob;
	} request;
	union {
		struct virtio_gpu_ctrl_hdr hdr;
		struct virtio_gpu_resp_display_info display_info;
		struct virtio_gpu_resp_edid edid;
		struct virtio_gpu_resp_resource_uuid uuid;
	} response;
};

/* What a handler answers instead of an error of virtio-gpu. */
#define VDGPU_OK	0
/* Only in VDS_ATOMIC, before any effect: call me again in VDS_THREAD. */
#define VDGPU_DEFER	1

/**
 * struct vdgpu_op - a row of the command table
 * @type: VIRTIO_GPU_CMD_*
 * @ok: type of the response if it succeeds
 * @request_size: bytes of the fixed part
 * @response_size: bytes of the response if it succeeds
 * @features: that must have been negotiated
 * @inlined: short enough for VDS_ATOMIC
 * @run: VDGPU_OK, VDGPU_DEFER or VIRTIO_GPU_RESP_ERR_*
 */
struct vdgpu_op {
	u32 type;
	u32 ok;
	u16 request_size;
	u16 response_size;
	u64 features;
	bool inlined;
	u32 (*run)(struct vdgpu_call *call);
};

/**
 * vdgpu_op_find() - the row of a command
 * @queue: where it came from
 * @type: any
 * @features: what was negotiated
 *
 * Return: a row; NULL if the command does not exist on that queue or needs a
 * feature that was not negotiated (GPU2D-REQ-5.HDR3).
 */
const struct vdgpu_op *vdgpu_op_find(enum vdgpu_queue queue, u32 type,
				     u64 features);

/**
 * vdgpu_error() - an errno as the guest knows it
 * @err: negative errno, or 0
 *
 * Return: VDGPU_OK or VIRTIO_GPU_RESP_ERR_*.
 */
u32 vdgpu_error(int err);

/**
 * vdgpu_rect_from_wire() - convert a rectangle
 * @wire: as the guest sent it
 * @out_rect: in host order
 */
void vdgpu_rect_from_wire(const struct virtio_gpu_rect *wire,
			  struct vdpa_gpu_rect *out_rect);

bool vdgpu_rect_is_empty(const struct vdpa_gpu_rect *rect);

/**
 * vdgpu_rect_is_inside() - does a rectangle lie in an image
 * @rect: any; sums of its fields may wrap
 * @width: columns of the image
 * @height: rows of the image
 */
bool vdgpu_rect_is_inside(const struct vdpa_gpu_rect *rect, u32 width,
			  u32 height);

/**
 * vdgpu_format_is_valid() - one of the eight 2D formats
 * @format: any
 */
bool vdgpu_format_is_valid(u32 format);

/* cmd_display.c */
u32 vdgpu_cmd_get_display_info(struct vdgpu_call *call);
u32 vdgpu_cmd_get_edid(struct vdgpu_call *call);
u32 vdgpu_cmd_update_cursor(struct vdgpu_call *call);
u32 vdgpu_cmd_move_cursor(struct vdgpu_call *call);

/* cmd_2d.c */
u32 vdgpu_cmd_create_2d(struct vdgpu_call *call);
u32 vdgpu_cmd_unref(struct vdgpu_call *call);
u32 vdgpu_cmd_set_scanout(struct vdgpu_call *call);
u32 vdgpu_cmd_flush(struct vdgpu_call *call);
u32 vdgpu_cmd_transfer_to_host_2d(struct vdgpu_call *call);
u32 vdgpu_cmd_attach_backing(struct vdgpu_call *call);
u32 vdgpu_cmd_detach_backing(struct vdgpu_call *call);

/* cmd_blob.c */
u32 vdgpu_cmd_assign_uuid(struct vdgpu_call *call);
u32 vdgpu_cmd_create_blob(struct vdgpu_call *call);
u32 vdgpu_cmd_set_scanout_blob(struct vdgpu_call *call);

/**
 * vdgpu_blob_refresh() - make the image of a blob say what its memory says
 * @call: a flush
 * @res: a blob
 * @rect: the part that matters, in pixels of the frames that show it
 *
 * Return: as a handler.
 */
u32 vdgpu_blob_refresh(struct vdgpu_call *call, struct vdgpu_resource *res,
		       const struct vdpa_gpu_rect *rect);

#endif /* _VDGPU_CMD_H */
