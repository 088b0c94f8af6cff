// SPDX-License-Identifier: GPL-2.0-only
#include "cmd.h"

#include <linux/err.h>

#include "backing.h"
#include "config.h"
#include "image.h"
#include "resource.h"
#include "scanout.h"
#include "vdgpu.h"

static u32 check_create(struct vdgpu_device *gpu, u32 id, u32 format,
			u32 width, u32 height)
{
	if (!id || vdgpu_resource_exists(gpu, id))
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (!vdgpu_format_is_valid(format))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	if (!width || !height)
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	if (width > VDGPU_MAX_DIMENSION || height > VDGPU_MAX_DIMENSION)
		return VIRTIO_GPU_RESP_ERR_OUT_OF_MEMORY;
	return VDGPU_OK;
}

u32 vdgpu_cmd_create_2d(struct vdgpu_call *call)
{
	const struct virtio_gpu_resource_create_2d *request =
		&call->request.create_2d;
	u32 id = le32_to_cpu(request->resource_id);
	u32 format = le32_to_cpu(request->format);
	u32 width = le32_to_cpu(request->width);
	u32 height = le32_to_cpu(request->height);
	u32 error;
	int ret;

	error = check_create(call->gpu, id, format, width, height);
	if (error)
		return error;

	struct vdgpu_resource *res __free(vdgpu_resource) =
		vdgpu_resource_create(call->gpu, id);
	if (IS_ERR(res))
		return vdgpu_error(PTR_ERR(res));
	res->format = format;
	res->width = width;
	res->height = height;
	res->size = (u64)vdgpu_resource_stride(res) * height;
	ret = vdgpu_resource_make_image(res);
	if (ret)
		return vdgpu_error(ret);
	return vdgpu_error(vdgpu_resource_publish(no_free_ptr(res)));
}

u32 vdgpu_cmd_unref(struct vdgpu_call *call)
{
	u32 id = le32_to_cpu(call->request.unref.resource_id);
	struct vdgpu_resource *res __free(vdgpu_resource) =
		vdgpu_resource_find(call->gpu, id);

	if (!res)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	vdgpu_resource_unlink(res);
	return VDGPU_OK;
}

u32 vdgpu_cmd_set_scanout(struct vdgpu_call *call)
{
	const struct virtio_gpu_set_scanout *request =
		&call->request.set_scanout;
	u32 index = le32_to_cpu(request->scanout_id);
	u32 id = le32_to_cpu(request->resource_id);
	struct vdgpu_shown shown = {};

	if (index >= call->gpu->config.num_scanouts)
		return VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID;
	if (!id) {
		vdgpu_scanout_show(call->gpu, index, NULL);
		return VDGPU_OK;
	}

	struct vdgpu_resource *res __free(vdgpu_resource) =
		vdgpu_resource_find(call->gpu, id);
	if (!res)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	vdgpu_rect_from_wire(&request->r, &shown.rect);
	/* A blob is 0 x 0: it needs SET_SCANOUT_BLOB to have a shape. */
	if (vdgpu_rect_is_empty(&shown.rect) ||
	    !vdgpu_rect_is_inside(&shown.rect, res->width, res->height))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;

	shown.resource_id = id;
	shown.image = res->image;
	shown.format = res->format;
	shown.width = res->width;
	shown.height = res->height;
	shown.stride = vdgpu_resource_stride(res);
	vdgpu_scanout_show(call->gpu, index, &shown);
	return VDGPU_OK;
}

u32 vdgpu_cmd_flush(struct vdgpu_call *call)
{
	const struct virtio_gpu_resource_flush *request = &call->request.flush;
	u32 id = le32_to_cpu(request->resource_id);
	struct vdpa_gpu_rect rect;
	u32 error = VDGPU_OK;

	struct vdgpu_resource *res __free(vdgpu_resource) =
		vdgpu_resource_find(call->gpu, id);
	if (!res)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	vdgpu_rect_from_wire(&request->r, &rect);
	if (res->blob)
		error = vdgpu_blob_refresh(call, res, &rect);
	else if (!vdgpu_rect_is_inside(&rect, res->width, res->height))
		error = VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	if (error)
		return error;

	if (!vdgpu_rect_is_empty(&rect) &&
	    vdgpu_scanout_flush(call->gpu, id, &rect))
		atomic64_inc(&call->gpu->stats.flushes);
	return VDGPU_OK;
}

/*
 * Small ones are served in the kick, without the lock: nobody but the control
 * queue changes the backing of a 2D resource, or copies from it. What the lock
 * is for, that the cursor queue sees no half of a picture, is then up to the
 * driver, which should not write into a cursor that it is just setting.
 */
static int copy_rows(struct vdgpu_resource *res, const struct vdgpu_rows *rows,
		     enum vds_context context)
{
	int ret;

	if (context == VDS_ATOMIC)
		return vdgpu_backing_copy_atomic(res->backing, rows);
	mutex_lock(&res->lock);
	ret = vdgpu_backing_copy(res->backing, rows);
	mutex_unlock(&res->lock);
	return ret;
}

/* The resource is backed; @rect lies inside and is not empty. */
static u32 transfer(struct vdgpu_resource *res,
		    const struct vdpa_gpu_rect *rect, u64 offset,
		    enum vds_context context)
{
	u32 stride = vdgpu_resource_stride(res);
	struct vdgpu_stats *stats = &res->gpu->stats;
	struct vdgpu_rows rows = {
		.offset = offset,
		.dst = res->image->vaddr + (u64)rect->y * stride + rect->x * 4,
		.pitch = stride,
		.len = rect->width * 4,
		.rows = rect->height,
	};
	int ret;

	ret = copy_rows(res, &rows, context);
	if (ret == -EAGAIN)
		return VDGPU_DEFER;
	if (ret)
		return vdgpu_error(ret);
	atomic64_inc(&stats->transfers);
	atomic64_add(rows.len * rows.rows, &stats->transferred);
	return VDGPU_OK;
}

u32 vdgpu_cmd_transfer_to_host_2d(struct vdgpu_call *call)
{
	const struct virtio_gpu_transfer_to_host_2d *request =
		&call->request.transfer;
	u32 id = le32_to_cpu(request->resource_id);
	struct vdpa_gpu_rect rect;

	struct vdgpu_resource *res __free(vdgpu_resource) =
		vdgpu_resource_find(call->gpu, id);
	if (!res)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	/* Drivers do this to blobs that they have no need to transfer. */
	if (res->blob)
		return VDGPU_OK;
	if (!res->backing)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	vdgpu_rect_from_wire(&request->r, &rect);
	if (!vdgpu_rect_is_inside(&rect, res->width, res->height))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	if (vdgpu_rect_is_empty(&rect))
		return VDGPU_OK;

	return transfer(res, &rect, le64_to_cpu(request->offset),
			call->context);
}

u32 vdgpu_cmd_attach_backing(struct vdgpu_call *call)
{
	u32 id = le32_to_cpu(call->request.attach.resource_id);
	u32 nr_entries = le32_to_cpu(call->request.attach.nr_entries);
	struct vdgpu_backing *backing;

	struct vdgpu_resource *res __free(vdgpu_resource) =
		vdgpu_resource_find(call->gpu, id);
	if (!res)
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	if (res->backing)
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	backing = vdgpu_backing_create(call->gpu, call->chain, nr_entries);
	if (IS_ERR(backing))
		return vdgpu_error(PTR_ERR(backing));

	mutex_lock(&res->lock);
	res->backing = backing;
	mutex_unlock(&res->lock);
	return VDGPU_OK;
}

u32 vdgpu_cmd_detach_backing(struct vdgpu_call *call)
{
	u32 id = le32_to_cpu(call->request.detach.resource_id);
	struct vdgpu_resource *res __free(vdgpu_resource) =
		vdgpu_resource_find(call->gpu, id);

	if (!res || !vdgpu_resource_detach(res))
		return VIRTIO_GPU_RESP_ERR_INVALID_RESOURCE_ID;
	return VDGPU_OK;
}
