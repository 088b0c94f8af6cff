// SPDX-License-Identifier: GPL-2.0-only
#include "behind.h"

#include <setjmp.h>
#include <string.h>

#include "fixture.h"

#define SIDE	32u

_Static_assert(SIDE * SIDE * 4 == BEHIND_BYTES, "backing");

/* For what runs with the GPU's context, which knows nothing else. */
static uint64_t target;
static unsigned int posts;

void behind_run(struct ctx *c, void (*run)(struct ctx *gpu))
{
	struct ctx *gpu = c->behind;

	gpu->verdict = V_PASS;
	note_where(gpu, "%s", "");
	if (setjmp(gpu->out))
		case_fail(c, "the GPU: %s", gpu->why);
	run(gpu);
}

static void map_to_itself(struct ctx *c, uint64_t first, uint64_t last)
{
	uint64_t mask = c->iommu.granule - 1;

	first &= ~mask;
	last |= mask;
	expect(c, viommu_map(c, dom(c, 0), first, last, first, F_RW), S_OK);
}

/* Piece by piece, but for zones whose pages lie near each other. */
static void map_zone(struct ctx *c, enum mem_zone zone)
{
	struct mem *mem = &c->behind->mem;
	uint64_t first = UINT64_MAX, last = 0;
	size_t len, run;
	uint8_t *at = mem_zone_va(mem, zone, &len);

	for (size_t i = 0; i < len; i += MEM_PAGE) {
		uint64_t iova = mem_iova(mem, at + i);

		first = iova < first ? iova : first;
		last = iova > last ? iova : last;
	}
	if (last - first <= 2 * len) {
		map_to_itself(c, first, last + MEM_PAGE - 1);
		return;
	}
	for (; len; at += run, len -= run) {
		run = mem_run(mem, at, len);
		first = mem_iova(mem, at);
		map_to_itself(c, first, first + run - 1);
	}
}

void behind_admit(struct ctx *c)
{
	static const enum mem_zone zones[] = { Z_RING, Z_CMD, Z_DATA };

	expect(c, viommu_attach(c, dom(c, 0), ep(c, 0)), S_OK);
	for (unsigned int i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		map_zone(c, zones[i]);
}

static void make_resource(struct ctx *gpu)
{
	const struct virtio_gpu_mem_entry entry = {
		.addr = target, .length = BEHIND_BYTES,
	};

	session_start(gpu);
	want(gpu, gpu_create(gpu, RES_A, FMT_BGRX, SIDE, SIDE), OK_NODATA);
	want(gpu, gpu_attach(gpu, RES_A, &entry, 1), OK_NODATA);
	want(gpu, gpu_transfer(gpu, RES_A, RECT(0, 0, SIDE, SIDE), 0),
	     OK_NODATA);
}

void behind_start(struct ctx *c, uint64_t iova)
{
	target = iova;
	behind_run(c, make_resource);
}

static void post(struct ctx *gpu)
{
	const struct virtio_gpu_transfer_to_host_2d cmd = {
		.hdr.type = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
		.r = { .width = SIDE, .height = SIDE },
		.resource_id = RES_A,
	};
	struct gpu_job job;

	for (unsigned int i = 0; i < posts; i++)
		gpu_submit(gpu, Q_CTRL, &cmd, sizeof(cmd), HDR_SIZE, &job);
	ring_kick(&gpu->q[Q_CTRL]);
}

void behind_post(struct ctx *c, unsigned int count)
{
	posts = count;
	behind_run(c, post);
}

enum testep_result behind_read(struct racer *racer)
{
	struct ctx *gpu = racer->race->c->behind;
	uint32_t type;

	if (setjmp(gpu->out))
		return TESTEP_ERROR;
	type = gpu_transfer(gpu, RES_A, RECT(0, 0, SIDE, SIDE), 0);
	must(gpu, type == OK_NODATA || type == ERR_PARAMETER, "type %#x",
	     type);
	return type == OK_NODATA ? TESTEP_ALLOWED : TESTEP_BLOCKED;
}
