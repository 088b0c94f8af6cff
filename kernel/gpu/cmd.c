// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"

#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/errno.h>

#include <linux/vdpa_gpu.h>

#define EDID	BIT_ULL(VIRTIO_GPU_F_EDID)
#define UUID	BIT_ULL(VIRTIO_GPU_F_RESOURCE_UUID)
#define BLOB	BIT_ULL(VIRTIO_GPU_F_RESOURCE_BLOB)

#define OP(_type, _request, _ok, _response, _run, ...) {		\
	.type = VIRTIO_GPU_CMD_##_type,					\
	.ok = VIRTIO_GPU_RESP_OK_##_ok,					\
	.request_size = sizeof(struct virtio_gpu_##_request),		\
	.response_size = sizeof(struct virtio_gpu_##_response),		\
	.run = vdgpu_cmd_##_run,					\
	__VA_ARGS__							\
}

static const struct vdgpu_op control_ops[] = {
	/* cmd_display.c */
	OP(GET_DISPLAY_INFO, ctrl_hdr, DISPLAY_INFO, resp_display_info,
	   get_display_info, .inlined = true),
	OP(GET_EDID, cmd_get_edid, EDID, resp_edid,
	   get_edid, .features = EDID),

	/* cmd_2d.c */
	OP(RESOURCE_CREATE_2D, resource_create_2d, NODATA, ctrl_hdr,
	   create_2d),
	OP(RESOURCE_UNREF, resource_unref, NODATA, ctrl_hdr,
	   unref),
	OP(SET_SCANOUT, set_scanout, NODATA, ctrl_hdr,
	   set_scanout, .inlined = true),
	OP(RESOURCE_FLUSH, resource_flush, NODATA, ctrl_hdr,
	   flush, .inlined = true),
	OP(TRANSFER_TO_HOST_2D, transfer_to_host_2d, NODATA, ctrl_hdr,
	   transfer_to_host_2d, .inlined = true),
	OP(RESOURCE_ATTACH_BACKING, resource_attach_backing, NODATA, ctrl_hdr,
	   attach_backing),
	OP(RESOURCE_DETACH_BACKING, resource_detach_backing, NODATA, ctrl_hdr,
	   detach_backing),

	/* cmd_blob.c */
	OP(RESOURCE_ASSIGN_UUID, resource_assign_uuid,
	   RESOURCE_UUID, resp_resource_uuid,
	   assign_uuid, .features = UUID),
	OP(RESOURCE_CREATE_BLOB, resource_create_blob, NODATA, ctrl_hdr,
	   create_blob, .features = BLOB),
	OP(SET_SCANOUT_BLOB, set_scanout_blob, NODATA, ctrl_hdr,
	   set_scanout_blob, .features = BLOB),
};

static const struct vdgpu_op cursor_ops[] = {
	/* cmd_display.c */
	OP(UPDATE_CURSOR, update_cursor, NODATA, ctrl_hdr,
	   update_cursor),
	OP(MOVE_CURSOR, update_cursor, NODATA, ctrl_hdr,
	   move_cursor, .inlined = true),
};

static const struct {
	const struct vdgpu_op *ops;
	unsigned int nr_ops;
} tables[VDGPU_NR_QUEUES] = {
	[VDGPU_QUEUE_CONTROL] = { control_ops, ARRAY_SIZE(control_ops) },
	[VDGPU_QUEUE_CURSOR] = { cursor_ops, ARRAY_SIZE(cursor_ops) },
};

const struct vdgpu_op *vdgpu_op_find(enum vdgpu_queue queue, u32 type,
				     u64 features)
{
	unsigned int i;

	for (i = 0; i < tables[queue].nr_ops; i++) {
		const struct vdgpu_op *op = &tables[queue].ops[i];

		if (op->type == type)
			return op->features & ~features ? NULL : op;
	}
	return NULL;
}

u32 vdgpu_error(int err)
{
	switch (err) {
	case 0:
		return VDGPU_OK;
	case -ENOMEM:
	case -EDQUOT:
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	case -EBUSY:
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	case -EINVAL:
	case -EFAULT:
	case -EMSGSIZE:
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	default:
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	}
}

void vdgpu_rect_from_wire(const struct virtio_gpu_rect *wire,
			  struct vdpa_gpu_rect *out_rect)
{
	out_rect->x = le32_to_cpu(wire->x);
	out_rect->y = le32_to_cpu(wire->y);
	out_rect->width = le32_to_cpu(wire->width);
	out_rect->height = le32_to_cpu(wire->height);
}

bool vdgpu_rect_is_empty(const struct vdpa_gpu_rect *rect)
{
	return !rect->width || !rect->height;
}

static bool span_is_inside(u32 start, u32 len, u32 size)
{
	return start <= size && len <= size - start;
}

bool vdgpu_rect_is_inside(const struct vdpa_gpu_rect *rect, u32 width,
			  u32 height)
{
	return span_is_inside(rect->x, rect->width, width) &&
	       span_is_inside(rect->y, rect->height, height);
}

bool vdgpu_format_is_valid(u32 format)
{
	switch (format) {
	case VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM:
	case VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM:
	case VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM:
	case VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM:
	case VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM:
	case VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM:
	case VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM:
	case VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM:
		return true;
	default:
		return false;
	}
}
