// SPDX-License-Identifier: GPL-2.0-only
#include "any.h"

#include <string.h>

#include "fixture.h"
#include "reach.h"

static bool is_iommu(const struct ctx *c)
{
	return c->device_id == ID_IOMMU;
}

static bool probes(const struct ctx *c)
{
	return c->features & BIT64(VIRTIO_IOMMU_F_PROBE);
}

static size_t iommu_request(struct ctx *c, uint8_t *out, size_t *out_cap)
{
	const struct virtio_iommu_req_probe probe = probe_req(ep(c, 0));
	const struct virtio_iommu_req_detach detach =
		detach_req(dom(c, 0), no_ep(c));

	if (probes(c)) {
		memcpy(out, &probe, PROBE_SIZE);
		*out_cap = c->iommu.probe_size + TAIL;
		return PROBE_SIZE;
	}
	memcpy(out, &detach, DETACH_SIZE);
	*out_cap = TAIL;
	return DETACH_SIZE;
}

size_t any_request(struct ctx *c, uint8_t out[ANY_MAX], size_t *out_cap)
{
	const struct virtio_gpu_ctrl_hdr hdr = {
		.type = VIRTIO_GPU_CMD_GET_DISPLAY_INFO,
	};

	if (is_iommu(c))
		return iommu_request(c, out, out_cap);
	memcpy(out, &hdr, sizeof(hdr));
	*out_cap = sizeof(struct virtio_gpu_resp_display_info);
	return sizeof(hdr);
}

void any_submit(struct ctx *c, struct gpu_job *job)
{
	uint8_t request[ANY_MAX];
	size_t cap, len = any_request(c, request, &cap);

	gpu_submit(c, Q_CTRL, request, len, cap, job);
}

void any_finish(struct ctx *c, struct gpu_job *job)
{
	struct gpu_reply reply;
	uint32_t status;

	if (!is_iommu(c)) {
		gpu_finish(c, job, &reply);
		must(c, reply.type == OK_DISPLAY &&
		     reply.used == job->response_cap, "type %#x, used %u",
		     reply.type, reply.used);
		return;
	}
	status = viommu_finish(c, job, &reply);
	must(c, status == (probes(c) ? S_OK : S_NOENT), "status %#x", status);
}

void any_ping(struct ctx *c)
{
	if (is_iommu(c))
		viommu_ping(c);
	else
		want(c, gpu_display_info(c, NULL), OK_DISPLAY);
}

void any_ping_other(struct ctx *c)
{
	if (!is_iommu(c))
		want(c, gpu_move_cursor(c, 0, 1, 1), OK_NODATA);
}

void any_start(struct ctx *c)
{
	if (is_iommu(c))
		scene_start(c);
	else
		fixture_start(c);
}

void any_make(struct ctx *c)
{
	if (is_iommu(c))
		scene_make(c);
	else
		fixture_make(c);
}

void any_verify(struct ctx *c)
{
	if (is_iommu(c))
		scene_verify(c);
	else
		fixture_verify(c);
}
