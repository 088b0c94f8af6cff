// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a chain to a status. A row says what a request consists of and needs;
 * its handler finds all of it there, in our own memory.
 *
 * A request is served inside the kick, where the driver spins for its answer
 * with interrupts off. What may take long, or needs memory that is not there
 * at once, is left to the thread before anything was done.
 *
 * One thing can only be found out afterwards: that somebody still uses what
 * was just taken away, and has to be waited for. The request has happened then
 * and must not happen again: a second DETACH would be an error. So it is kept
 * as unfinished, and when the thread comes with the same bytes, it waits and
 * answers OK. If the bytes are others, because the driver stopped the queue
 * and began anew, it waits all the same and then serves what is asked.
 */
#include "request.h"

#include <linux/limits.h>
#include <linux/nospec.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "../soft/chain.h"
#include "config.h"
#include "endpoint.h"
#include "probe.h"
#include "trace.h"
#include "vdiommu.h"

#define TAIL_SIZE	sizeof(struct virtio_iommu_req_tail)

/* Bytes of an answer that may be written inside the kick. */
#define MAX_INLINE	4096

#define FEATURE(_name)	BIT_ULL(VIRTIO_IOMMU_F_##_name)

/**
 * struct call - a request being served
 * @iommu: by whom
 * @context: where
 * @features: that the driver accepted
 * @chain: its answer
 * @request: its bytes
 * @probed: whose properties belong into the answer, or NULL
 * @set: endpoints that must let go of @range before there is an answer
 * @range: addresses that mean something else now
 */
struct call {
	struct vdiommu_device *iommu;
	enum vds_context context;
	u64 features;
	struct vds_chain *chain;
	union vdiommu_request request;
	const struct vdiommu_endpoint_config *probed;
	u64 set;
	struct vdiommu_range range;
};

static gfp_t gfp_of(const struct call *call)
{
	return call->context == VDS_ATOMIC ?
	       GFP_NOWAIT | __GFP_NOWARN | __GFP_ACCOUNT : GFP_KERNEL_ACCOUNT;
}

/* The mappings that may be removed in this context. */
static u64 max_of(const struct call *call)
{
	return call->context == VDS_ATOMIC ? VDIOMMU_BATCH : U64_MAX;
}

static void let_go(struct call *call, u64 set, u64 start, u64 last)
{
	call->set = set;
	call->range.start = start;
	call->range.last = last;
}

/*
 * Handlers: a virtio status, or VDIOMMU_TOO_MUCH for this context
 */

static int run_attach(struct call *call)
{
	const struct virtio_iommu_req_attach *req = &call->request.attach;
	const struct vdiommu_attach attach = {
		.domain = le32_to_cpu(req->domain),
		.bypass = req->flags &
			  cpu_to_le32(VIRTIO_IOMMU_ATTACH_F_BYPASS),
	};
	u32 known = call->features & FEATURE(BYPASS_CONFIG) ?
		    VIRTIO_IOMMU_ATTACH_F_BYPASS : 0;
	struct vdiommu_domain *spare, *dead;
	struct vdiommu_endpoint *ep;
	int status;

	if (memchr_inv(req->reserved, 0, sizeof(req->reserved)))
		return VIRTIO_IOMMU_S_INVAL;
	if (le32_to_cpu(req->flags) & ~known)
		return VIRTIO_IOMMU_S_INVAL;
	ep = vdiommu_endpoint_find(call->iommu, le32_to_cpu(req->endpoint));
	if (!ep)
		return VIRTIO_IOMMU_S_NOENT;

	spare = vdiommu_domain_alloc(gfp_of(call));
	if (!spare && call->context == VDS_ATOMIC)
		return VDIOMMU_TOO_MUCH;
	status = vdiommu_domain_attach(&call->iommu->domains, &ep->member,
				       &attach, max_of(call), &spare, &dead);
	vdiommu_domain_free(spare);
	vdiommu_domain_free(dead);
	let_go(call, BIT_ULL(ep->member.index), 0, U64_MAX);
	return status;
}

/* Its reserved bytes are ignored (IOMMU-REQ-6.3.a). */
static int run_detach(struct call *call)
{
	const struct virtio_iommu_req_detach *req = &call->request.detach;
	struct vdiommu_endpoint *ep;
	struct vdiommu_domain *dead;
	int status;

	ep = vdiommu_endpoint_find(call->iommu, le32_to_cpu(req->endpoint));
	if (!ep)
		return VIRTIO_IOMMU_S_NOENT;
	status = vdiommu_domain_detach(&call->iommu->domains, &ep->member,
				       le32_to_cpu(req->domain), max_of(call),
				       &dead);
	vdiommu_domain_free(dead);
	let_go(call, BIT_ULL(ep->member.index), 0, U64_MAX);
	return status;
}

static int run_map(struct call *call)
{
	const struct virtio_iommu_req_map *req = &call->request.map;
	const struct vdiommu_map map = {
		.domain = le32_to_cpu(req->domain),
		.start = le64_to_cpu(req->virt_start),
		.last = le64_to_cpu(req->virt_end),
		.phys = le64_to_cpu(req->phys_start),
		.flags = le32_to_cpu(req->flags),
		.known_flags = VIRTIO_IOMMU_MAP_F_READ |
			       VIRTIO_IOMMU_MAP_F_WRITE |
			       (call->features & FEATURE(MMIO) ?
				VIRTIO_IOMMU_MAP_F_MMIO : 0),
	};
	struct vdiommu_mapping *spare;
	int status;

	spare = vdiommu_mapping_alloc(gfp_of(call));
	if (!spare && call->context == VDS_ATOMIC)
		return VDIOMMU_TOO_MUCH;
	status = vdiommu_domain_map(&call->iommu->domains, &map, &spare);
	vdiommu_mapping_free(spare);
	return status;
}

static int run_unmap(struct call *call)
{
	const struct virtio_iommu_req_unmap *req = &call->request.unmap;
	const struct vdiommu_range range = {
		.start = le64_to_cpu(req->virt_start),
		.last = le64_to_cpu(req->virt_end),
	};
	struct vdiommu_domains *domains = &call->iommu->domains;
	struct vdiommu_domain *domain;
	int status;

	if (memchr_inv(req->reserved, 0, sizeof(req->reserved)))
		return VIRTIO_IOMMU_S_INVAL;
	status = vdiommu_domain_unmap_begin(domains, le32_to_cpu(req->domain),
					    range, max_of(call), &domain);
	if (status)
		return status;
	/* Inside a kick the first time is the last. */
	while (!vdiommu_domain_unmap_some(domains, domain))
		cond_resched();
	let_go(call, domain->users, range.start, range.last);
	return VIRTIO_IOMMU_S_OK;
}

/* IOMMU-REQ-6.6.g: all properties, or none. */
static int run_probe(struct call *call)
{
	const struct virtio_iommu_req_probe *req = &call->request.probe;
	struct vdiommu_endpoint *ep;

	if (vds_chain_writable(call->chain) < VDIOMMU_PROBE_SIZE + TAIL_SIZE)
		return VIRTIO_IOMMU_S_INVAL;
	ep = vdiommu_endpoint_find(call->iommu, le32_to_cpu(req->endpoint));
	if (!ep)
		return VIRTIO_IOMMU_S_NOENT;
	call->probed = ep->member.shape;
	return VIRTIO_IOMMU_S_OK;
}

/**
 * struct op - one row
 * @size: bytes that the driver writes at least; more are ignored
 * @feature: without which there is no such request
 * @run: see above
 */
struct op {
	size_t size;
	u64 feature;
	int (*run)(struct call *call);
};

#define SIZE(_name)	offsetof(struct virtio_iommu_req_##_name, tail)

static const struct op ops[] = {
	[VIRTIO_IOMMU_T_ATTACH] = {
		.size = SIZE(attach),
		.run = run_attach,
	},
	[VIRTIO_IOMMU_T_DETACH] = {
		.size = SIZE(detach),
		.run = run_detach,
	},
	[VIRTIO_IOMMU_T_MAP] = {
		.size = SIZE(map),
		.feature = FEATURE(MAP_UNMAP),
		.run = run_map,
	},
	[VIRTIO_IOMMU_T_UNMAP] = {
		.size = SIZE(unmap),
		.feature = FEATURE(MAP_UNMAP),
		.run = run_unmap,
	},
	[VIRTIO_IOMMU_T_PROBE] = {
		.size = sizeof(struct virtio_iommu_req_probe),
		.feature = FEATURE(PROBE),
		.run = run_probe,
	},
};

static const struct op *find_op(const struct call *call)
{
	u8 type = call->request.head.type;
	const struct op *op;

	if (type >= ARRAY_SIZE(ops))
		return NULL;
	op = &ops[array_index_nospec(type, ARRAY_SIZE(ops))];
	if (!op->run || op->feature & ~call->features)
		return NULL;
	return op;
}

/*
 * NULL if it is no request, or there is no place for its status, which then
 * cannot be told (IOMMU-REQ-6.0.a, IOMMU-REQ-6.1.b). No driver may make a chain
 * of more than 4 GiB.
 */
static const struct op *pull_request(struct call *call)
{
	union vdiommu_request *request = &call->request;
	size_t room = vds_chain_writable(call->chain);
	const struct op *op;

	if (room < TAIL_SIZE || room > U32_MAX)
		return NULL;
	if (vds_chain_pull(call->chain, request, sizeof(request->head)))
		return NULL;
	op = find_op(call);
	if (!op)
		return NULL;
	if (vds_chain_pull(call->chain, &request->head + 1,
			   op->size - sizeof(request->head)))
		return NULL;
	return op;
}

/* True if the request has happened already, and is over now. */
static bool finish_last(struct call *call)
{
	struct vdiommu_unfinished *last = &call->iommu->unfinished;

	if (!last->set)
		return false;
	vdiommu_endpoints_revoke(call->iommu, last->set, last->range,
				 VDS_THREAD);
	last->set = 0;
	return !memcmp(&last->request, &call->request, sizeof(call->request));
}

/* False if somebody has to be waited for. */
static bool finish(struct call *call)
{
	u64 left = vdiommu_endpoints_revoke(call->iommu, call->set, call->range,
					    call->context);

	if (!left)
		return true;
	call->iommu->unfinished = (struct vdiommu_unfinished) {
		.set = left,
		.range = call->range,
		.request = call->request,
	};
	return false;
}

static int execute(struct call *call, const struct op *op)
{
	int status;

	if (call->context == VDS_ATOMIC &&
	    (call->iommu->unfinished.set ||
	     vds_chain_writable(call->chain) > MAX_INLINE))
		return VDIOMMU_TOO_MUCH;
	if (finish_last(call))
		return VIRTIO_IOMMU_S_OK;
	status = op->run(call);
	if (status == VIRTIO_IOMMU_S_OK && !finish(call))
		return VDIOMMU_TOO_MUCH;
	return status;
}

static int push_properties(struct call *call)
{
	u8 bytes[VDIOMMU_PROBE_SIZE];

	if (!call->probed)
		return 0;
	vdiommu_probe_fill(call->probed, bytes);
	return vds_chain_push(call->chain, bytes, sizeof(bytes));
}

/* Whatever is before the tail, so that the tail counts (IOMMU-REQ-6.0.b). */
static int push_zeroes(struct call *call)
{
	static const u8 zeroes[512];
	int ret = 0;

	while (!ret && vds_chain_writable(call->chain) > TAIL_SIZE) {
		size_t left = vds_chain_writable(call->chain) - TAIL_SIZE;

		ret = vds_chain_push(call->chain, zeroes,
				     min(left, sizeof(zeroes)));
		if (call->context == VDS_ATOMIC)
			continue;
		cond_resched();
		/* A reset waits for us. */
		if (!vds_device_driver_ok(&call->iommu->vds))
			ret = -ECANCELED;
	}
	return ret;
}

/* Memory that is not there shows in the used length. */
static void answer(struct call *call, int status)
{
	const struct virtio_iommu_req_tail tail = { .status = status };

	atomic64_inc(&call->iommu->stats.requests);
	if (status)
		atomic64_inc(&call->iommu->stats.errors);
	if (!push_properties(call) && !push_zeroes(call))
		vds_chain_push(call->chain, &tail, sizeof(tail));
	vds_chain_complete(call->chain);
}

enum vds_verdict vdiommu_request_serve(struct vds_device *vds,
				       struct vds_chain *chain,
				       enum vds_context context)
{
	struct call call = {
		.iommu = vds_to_vdiommu(vds),
		.context = context,
		.features = vds_device_features(vds),
		.chain = chain,
	};
	const struct op *op = pull_request(&call);
	int status;

	if (!op) {
		atomic64_inc(&call.iommu->stats.refused);
		vds_chain_complete(chain);
		return VDS_DONE;
	}
	status = execute(&call, op);
	trace_vdiommu_request(call.iommu, &call.request, context == VDS_ATOMIC,
			      status);
	if (status == VDIOMMU_TOO_MUCH) {
		atomic64_inc(&call.iommu->stats.deferred);
		return VDS_DEFER;
	}
	answer(&call, status);
	return VDS_DONE;
}
