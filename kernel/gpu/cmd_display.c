// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"

#include <linux/build_bug.h>

#include "backing.h"
#include "cursor.h"
#include "edid.h"
#include "image.h"
#include "resource.h"
#include "scanout.h"
#include "vdgpu.h"

u32 vdgpu_cmd_get_display_info(struct vdgpu_call *call)
{
	struct virtio_gpu_display_one *one =
		call->response.display_info.pmodes;
	struct vdgpu_device *gpu = call->gpu;
	struct vdpa_gpu_mode mode;
	unsigned int i;

	BUILD_BUG_ON(VDPA_GPU_MAX_SCANOUTS > VIRTIO_GPU_MAX_SCANOUTS);

	for (i = 0; i < gpu->config.num_scanouts; i++, one++) {
		vdgpu_scanout_mode(gpu, i, &mode);
		one->r.x = cpu_to_le32(mode.x);
		one->r.y = cpu_to_le32(mode.y);
		one->r.width = cpu_to_le32(mode.width);
		one->r.height = cpu_to_le32(mode.height);
		one->enabled =
			cpu_to_le32(!!(mode.flags & VDPA_GPU_MODE_CONNECTED));
	}
	return VDGPU_OK;
}

u32 vdgpu_cmd_get_edid(struct vdgpu_call *call)
{
	struct virtio_gpu_resp_edid *response = &call->response.edid;
	u32 index = le32_to_cpu(call->request.get_edid.scanout);
	struct vdpa_gpu_mode mode;

	BUILD_BUG_ON(sizeof(response->edid) != VDGPU_EDID_MAX);

	if (index >= call->gpu->config.num_scanouts)
		return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
	vdgpu_scanout_mode(call->gpu, index, &mode);
	response->size = cpu_to_le32(vdgpu_edid_build(&mode, index,
						      response->edid));
	return VDGPU_OK;
}

/* Where the cursor goes; false for a scanout that does not exist. */
static bool read_position(const struct vdgpu_call *call,
			  struct vdgpu_cursor_pos *out_pos)
{
	const struct virtio_gpu_cursor_pos *wire = &call->request.cursor.pos;

	out_pos->scanout = le32_to_cpu(wire->scanout_id);
	out_pos->x = (s32)le32_to_cpu(wire->x);
	out_pos->y = (s32)le32_to_cpu(wire->y);
	return out_pos->scanout < call->gpu->config.num_scanouts;
}

u32 vdgpu_cmd_move_cursor(struct vdgpu_call *call)
{
	struct vdgpu_cursor_pos pos;

	if (!read_position(call, &pos))
		return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
	vdgpu_cursor_move(call->gpu, &pos);
	return VDGPU_OK;
}

/**
 * struct cursor_image - a cursor to be
 * @format: enum virtio_gpu_formats
 * @pixels: VDGPU_CURSOR_BYTES
 * @copy: to be freed: pixels of a blob
 */
struct cursor_image {
	u32 format;
	const u8 *pixels;
	u8 *copy;
};

/* A blob has no shape; what a cursor blob holds is agreed (5.BL4). */
static u32 read_blob(struct vdgpu_resource *res, struct cursor_image *image)
{
	struct vdgpu_rows rows = {
		.pitch = VDGPU_CURSOR_BYTES,
		.len = VDGPU_CURSOR_BYTES,
		.rows = 1,
	};

	if (!res->backing)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (res->size < VDGPU_CURSOR_BYTES)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;

	image->copy = kvmalloc(VDGPU_CURSOR_BYTES, GFP_KERNEL_ACCOUNT);
	if (!image->copy)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	rows.dst = image->copy;
	image->pixels = image->copy;
	image->format = VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM;
	return vdgpu_error(vdgpu_backing_copy(res->backing, &rows));
}

/*
 * A cursor is seen through where its alpha says so, whatever the format calls
 * that byte: drivers make cursors like any other buffer, as B8G8R8X8.
 */
static u32 with_alpha(u32 format)
{
	switch (format) {
	case VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM:
		return VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM;
	case VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM:
		return VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM;
	case VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM:
		return VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM;
	case VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM:
		return VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM;
	default:
		return format;
	}
}

static u32 read_2d(struct vdgpu_resource *res, struct cursor_image *image)
{
	if (res->width != VDPA_GPU_CURSOR_SIZE ||
	    res->height != VDPA_GPU_CURSOR_SIZE)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	image->pixels = res->image->vaddr;
	image->format = with_alpha(res->format);
	return VDGPU_OK;
}

/* The resource is locked: it cannot be unreferenced until the cursor is set. */
static u32 set_cursor_locked(struct vdgpu_call *call,
			     const struct vdgpu_cursor_pos *pos,
			     struct vdgpu_resource *res)
{
	const struct virtio_gpu_update_cursor *request = &call->request.cursor;
	struct cursor_image image = {};
	u32 error;

	if (res->gone)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	error = res->blob ? read_blob(res, &image) : read_2d(res, &image);
	if (!error)
		vdgpu_cursor_update(call->gpu, pos, res->id,
				    le32_to_cpu(request->hot_x),
				    le32_to_cpu(request->hot_y),
				    image.format, image.pixels);
	kvfree(image.copy);
	return error;
}

u32 vdgpu_cmd_update_cursor(struct vdgpu_call *call)
{
	u32 id = le32_to_cpu(call->request.cursor.resource_id);
	struct vdgpu_cursor_pos pos;
	u32 error;

	if (!read_position(call, &pos))
		return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
	if (!id) {
		vdgpu_cursor_update(call->gpu, &pos, 0, 0, 0, 0, NULL);
		return VDGPU_OK;
	}

	struct vdgpu_resource *res __free(vdgpu_resource) =
		vdgpu_resource_find(call->gpu, id);
	if (!res)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	mutex_lock(&res->lock);
	error = set_cursor_locked(call, &pos, res);
	mutex_unlock(&res->lock);
	return error;
}
