// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blobs: memory of the guest that is shown where it lies.
 *
 * A blob has a size but no shape. SET_SCANOUT_BLOB gives it one per scanout,
 * the frame, and rectangles of flushes are measured against the frames that
 * show the blob. If its memory cannot be shown (resource.h), a shadow is, a
 * host image with the same layout, into which flushes copy.
 */
#include "cmd.h"

#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/overflow.h>

#include "backing.h"
#include "config.h"
#include "image.h"
#include "resource.h"
#include "scanout.h"
#include "vdgpu.h"

u32 vdgpu_cmd_assign_uuid(struct vdgpu_call *call)
{
	u32 id = le32_to_cpu(call->request.assign_uuid.resource_id);
	struct vdgpu_resource *res __free(vdgpu_resource) =
		vdgpu_resource_find(call->gpu, id);

	if (!res)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (uuid_is_null(&res->uuid))
		uuid_gen(&res->uuid);
	export_uuid(call->response.uuid.uuid, &res->uuid);
	return VDGPU_OK;
}

static u32 check_create(struct vdgpu_device *gpu, u32 id, u32 mem, u64 size)
{
	if (!id || vdgpu_resource_exists(gpu, id))
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	/* The others need VIRGL (GPU2D-REQ-5.BL1). */
	if (mem != VIRTIO_GPU_BLOB_MEM_GUEST)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	if (!size)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	return VDGPU_OK;
}

u32 vdgpu_cmd_create_blob(struct vdgpu_call *call)
{
	const struct virtio_gpu_resource_create_blob *request =
		&call->request.create_blob;
	u32 id = le32_to_cpu(request->resource_id);
	u32 nr_entries = le32_to_cpu(request->nr_entries);
	u64 size = le64_to_cpu(request->size);
	struct vdgpu_backing *backing;
	u32 error;

	error = check_create(call->gpu, id, le32_to_cpu(request->blob_mem),
			     size);
	if (error)
		return error;

	struct vdgpu_resource *res __free(vdgpu_resource) =
		vdgpu_resource_create(call->gpu, id);
	if (IS_ERR(res))
		return vdgpu_error(PTR_ERR(res));
	res->blob = true;
	res->size = size;
	/* Without entries it waits for ATTACH_BACKING (GPU2D-REQ-5.BL2). */
	if (nr_entries) {
		backing = vdgpu_backing_create(call->gpu, call->chain,
					       nr_entries);
		if (IS_ERR(backing))
			return vdgpu_error(PTR_ERR(backing));
		res->backing = backing;
	}
	return vdgpu_error(vdgpu_resource_publish(no_free_ptr(res)));
}

/* Last byte of a frame, exclusive; false if it wraps. */
static bool frame_end(const struct vdgpu_shown *frame, u64 *out_end)
{
	u64 rows;

	if (check_mul_overflow((u64)frame->height - 1, frame->stride, &rows))
		return false;
	if (check_add_overflow(rows, frame->offset, &rows))
		return false;
	return !check_add_overflow(rows, (u64)frame->width * 4, out_end);
}

/* Does the frame lie in the blob, and the shown part in the frame. */
static bool frame_is_valid(const struct vdgpu_shown *frame, u64 size)
{
	u64 end;

	if (!vdgpu_format_is_valid(frame->format))
		return false;
	if (!frame->width || frame->width > VDGPU_MAX_DIMENSION)
		return false;
	if (!frame->height || frame->height > VDGPU_MAX_DIMENSION)
		return false;
	if (frame->stride < frame->width * 4)
		return false;
	if (!frame_end(frame, &end) || end > size)
		return false;
	return !vdgpu_rect_is_empty(&frame->rect) &&
	       vdgpu_rect_is_inside(&frame->rect, frame->width, frame->height);
}

static void read_frame(const struct virtio_gpu_set_scanout_blob *request,
		       struct vdgpu_shown *out_frame)
{
	out_frame->resource_id = le32_to_cpu(request->resource_id);
	out_frame->format = le32_to_cpu(request->format);
	out_frame->width = le32_to_cpu(request->width);
	out_frame->height = le32_to_cpu(request->height);
	out_frame->stride = le32_to_cpu(request->strides[0]);
	out_frame->offset = le32_to_cpu(request->offsets[0]);
	vdgpu_rect_from_wire(&request->r, &out_frame->rect);
}

/* How scanout @index shows @image; false if it does not. */
static bool find_frame(struct vdgpu_device *gpu, u32 index,
		       const struct vdgpu_image *image,
		       struct vdgpu_shown *out_frame)
{
	struct vdpa_gpu_view_scanout layout = {};

	vdgpu_scanout_snapshot(gpu, index, &layout, NULL);
	if (layout.image_id != image->id)
		return false;
	*out_frame = (struct vdgpu_shown) {
		.format = layout.format,
		.width = layout.width,
		.height = layout.height,
		.stride = layout.stride,
		.offset = layout.offset,
		.rect = layout.shown,
	};
	return true;
}

/* Is there a frame that has the rectangle, or no frame at all. */
static bool rect_is_valid(struct vdgpu_device *gpu,
			  const struct vdgpu_image *image,
			  const struct vdpa_gpu_rect *rect)
{
	struct vdgpu_shown frame;
	bool shown = false;
	u32 i;

	for (i = 0; i < gpu->config.num_scanouts; i++) {
		if (!find_frame(gpu, i, image, &frame))
			continue;
		if (vdgpu_rect_is_inside(rect, frame.width, frame.height))
			return true;
		shown = true;
	}
	return !shown;
}

/* Copies a part of a frame into the shadow; what lies outside is left out. */
static int copy_frame(struct vdgpu_resource *res,
		      const struct vdgpu_shown *frame,
		      const struct vdpa_gpu_rect *rect)
{
	struct vdgpu_rows rows = {};

	if (rect->x >= frame->width || rect->y >= frame->height)
		return 0;
	rows.offset = frame->offset + (u64)rect->y * frame->stride +
		      (u64)rect->x * 4;
	rows.dst = res->image->vaddr + rows.offset;
	rows.pitch = frame->stride;
	rows.len = (u64)min(rect->width, frame->width - rect->x) * 4;
	rows.rows = min(rect->height, frame->height - rect->y);
	if (!rows.len || !rows.rows)
		return 0;
	return vdgpu_backing_copy(res->backing, &rows);
}

static int copy_frames(struct vdgpu_resource *res,
		       const struct vdpa_gpu_rect *rect)
{
	struct vdgpu_device *gpu = res->gpu;
	struct vdgpu_shown frame;
	int ret;
	u32 i;

	for (i = 0; i < gpu->config.num_scanouts; i++) {
		if (!find_frame(gpu, i, res->image, &frame))
			continue;
		ret = copy_frame(res, &frame, rect);
		if (ret)
			return ret;
	}
	return 0;
}

/* Whoever showed the image that went stale shows its successor. */
static void replace_image(struct vdgpu_resource *res,
			  const struct vdgpu_image *old)
{
	struct vdgpu_device *gpu = res->gpu;
	struct vdgpu_shown frame;
	u32 i;

	for (i = 0; i < gpu->config.num_scanouts; i++) {
		if (!find_frame(gpu, i, old, &frame))
			continue;
		frame.resource_id = res->id;
		frame.image = res->image;
		vdgpu_scanout_show(gpu, i, &frame);
	}
}

static int renew_image(struct vdgpu_resource *res)
{
	struct vdgpu_device *gpu = res->gpu;
	struct vdgpu_image *old = res->image;
	int ret;

	if (old)
		vdgpu_image_get(old);
	mutex_lock(&gpu->guest_images_lock);
	mutex_lock(&res->lock);
	ret = vdgpu_resource_make_image(res);
	if (!ret && old && old != res->image)
		replace_image(res, old);
	mutex_unlock(&res->lock);
	mutex_unlock(&gpu->guest_images_lock);
	vdgpu_image_put(old);
	return ret;
}

static int show(struct vdgpu_resource *res, u32 index,
		struct vdgpu_shown *frame)
{
	const struct vdpa_gpu_rect whole = {
		.width = frame->width,
		.height = frame->height,
	};
	int ret;

	ret = renew_image(res);
	if (ret)
		return ret;
	if (!res->image->guest) {
		mutex_lock(&res->lock);
		ret = copy_frame(res, frame, &whole);
		mutex_unlock(&res->lock);
		if (ret)
			return ret;
	}
	frame->image = res->image;
	vdgpu_scanout_show(res->gpu, index, frame);
	return 0;
}

u32 vdgpu_cmd_set_scanout_blob(struct vdgpu_call *call)
{
	const struct virtio_gpu_set_scanout_blob *request =
		&call->request.set_scanout_blob;
	u32 index = le32_to_cpu(request->scanout_id);
	struct vdgpu_device *gpu = call->gpu;
	struct vdgpu_shown frame = {};

	if (index >= gpu->config.num_scanouts)
		return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
	read_frame(request, &frame);
	if (!frame.resource_id) {
		vdgpu_scanout_show(gpu, index, NULL);
		return VDGPU_OK;
	}

	struct vdgpu_resource *res __free(vdgpu_resource) =
		vdgpu_resource_find(gpu, frame.resource_id);
	if (!res || !res->blob || !res->backing)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!frame_is_valid(&frame, min(res->size, res->backing->size)))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	return vdgpu_error(show(res, index, &frame));
}

u32 vdgpu_blob_refresh(struct vdgpu_call *call, struct vdgpu_resource *res,
		       const struct vdpa_gpu_rect *rect)
{
	struct vdgpu_device *gpu = call->gpu;
	int ret;

	/* Never shown, or not since it lost its backing. */
	if (!res->image)
		return VDGPU_OK;
	if (!rect_is_valid(gpu, res->image, rect))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	if (res->image->guest && !READ_ONCE(res->stale))
		return VDGPU_OK;
	if (call->context == VDS_ATOMIC)
		return VDGPU_DEFER;

	ret = renew_image(res);
	if (!ret && !res->image->guest) {
		mutex_lock(&res->lock);
		ret = copy_frames(res, rect);
		mutex_unlock(&res->lock);
	}
	return vdgpu_error(ret);
}
