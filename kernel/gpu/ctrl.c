// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a chain to a response. Both queues speak the same language, each with
 * a vocabulary of its own (cmd.c).
 *
 * A command ends in answer(), once, whatever became of it, and its fence with
 * it (GPU2D-REQ-5.HDR1, FEN1, FEN7). All commands finish before they are
 * answered, in the order in which they came, so fences need no bookkeeping
 * (FEN3, FEN5).
 */
#include "ctrl.h"

#include <linux/slab.h>
#include <linux/string.h>

#include "../soft/chain.h"
#include "cmd.h"
#include "trace.h"
#include "vdgpu.h"

#define HDR_SIZE	sizeof(struct virtio_gpu_ctrl_hdr)

int vdgpu_ctrl_create(struct vdgpu_device *gpu)
{
	gpu->calls = kcalloc(VDGPU_NR_QUEUES, sizeof(*gpu->calls), GFP_KERNEL);
	return gpu->calls ? 0 : -ENOMEM;
}

void vdgpu_ctrl_destroy(struct vdgpu_device *gpu)
{
	kfree(gpu->calls);
	gpu->calls = NULL;
}

/* Without a fence all fields but the type are zero (GPU2D-REQ-5.HDR2). */
static void fill_header(struct vdgpu_call *call, u32 type)
{
	const struct virtio_gpu_ctrl_hdr *request = &call->request.hdr;
	struct virtio_gpu_ctrl_hdr *response = &call->response.hdr;

	memset(response, 0, sizeof(*response));
	response->type = cpu_to_le32(type);
	if (request->flags & cpu_to_le32(VIRTIO_GPU_FLAG_FENCE)) {
		response->flags = cpu_to_le32(VIRTIO_GPU_FLAG_FENCE);
		response->fence_id = request->fence_id;
		response->ctx_id = request->ctx_id;
	}
}

/* Less room than a header: executed all the same (GPU2D-REQ-5.HDR5, CU4). */
static void answer(struct vdgpu_call *call, u32 type, size_t len)
{
	struct vds_chain *chain = call->chain;

	trace_vdgpu_cmd_end(call, type);
	atomic64_inc(&call->gpu->stats.commands);
	if (type >= VIRTIO_GPU_RESP_ERR_UNSPEC)
		atomic64_inc(&call->gpu->stats.errors);

	fill_header(call, type);
	call->chain = NULL;
	/* Memory that is not there shows in the used length. */
	if (vds_chain_writable(chain) >= HDR_SIZE)
		vds_chain_push(chain, &call->response, len);
	vds_chain_complete(chain);
}

/* Too short to be a command (GPU2D-REQ-5.HDR4), or not there to be read. */
static u32 pull_header(struct vdgpu_call *call)
{
	int ret = vds_chain_pull(call->chain, &call->request, HDR_SIZE);

	if (!ret)
		return VDGPU_OK;
	memset(&call->request.hdr, 0, HDR_SIZE);
	return ret == -EMSGSIZE ? VIRTIO_GPU_RESP_ERR_UNSPEC :
				  VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
}

static bool pull_rest(struct vdgpu_call *call, const struct vdgpu_op *op)
{
	return !vds_chain_pull(call->chain, &call->request.hdr + 1,
			       op->request_size - HDR_SIZE);
}

/* A response that will not fit is an error, one that nobody wants is not. */
static bool response_fits(struct vdgpu_call *call, const struct vdgpu_op *op)
{
	size_t room = vds_chain_writable(call->chain);

	return room >= op->response_size || room < HDR_SIZE;
}

/* Everything up to the answer: VDGPU_OK, VDGPU_DEFER or an error. */
static u32 execute(struct vdgpu_call *call, const struct vdgpu_op *op)
{
	if (!op)
		return VIRTIO_GPU_RESP_ERR_UNSPEC;
	if (call->context == VDS_ATOMIC && !op->inlined)
		return VDGPU_DEFER;
	if (!pull_rest(call, op))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;
	if (!response_fits(call, op))
		return VIRTIO_GPU_RESP_ERR_INVALID_PARAMETER;

	memset(&call->response, 0, op->response_size);
	return op->run(call);
}

static enum vds_verdict serve(struct vdgpu_device *gpu, enum vdgpu_queue queue,
			      struct vds_chain *chain, enum vds_context context)
{
	struct vdgpu_call *call = &gpu->calls[queue];
	const struct vdgpu_op *op;
	u32 error;

	call->gpu = gpu;
	call->queue = queue;
	call->context = context;
	call->chain = chain;

	error = pull_header(call);
	trace_vdgpu_cmd_begin(call);
	op = vdgpu_op_find(queue, le32_to_cpu(call->request.hdr.type),
			   vds_device_features(&gpu->vds));
	if (!error)
		error = execute(call, op);
	if (error == VDGPU_DEFER)
		return VDS_DEFER;
	if (error)
		answer(call, error, HDR_SIZE);
	else
		answer(call, op->ok, op->response_size);
	return VDS_DONE;
}

enum vds_verdict vdgpu_ctrl_serve_control(struct vds_device *vds,
					  struct vds_chain *chain,
					  enum vds_context context)
{
	return serve(vds_to_vdgpu(vds), VDGPU_QUEUE_CONTROL, chain, context);
}

enum vds_verdict vdgpu_ctrl_serve_cursor(struct vds_device *vds,
					 struct vds_chain *chain,
					 enum vds_context context)
{
	return serve(vds_to_vdgpu(vds), VDGPU_QUEUE_CURSOR, chain, context);
}
