// SPDX-License-Identifier: GPL-2.0-only
/*
 * X-NOMEM: the host has no memory at some moment. What was begun is undone or
 * goes on, and the device is as good as before; a request that could not be
 * served inside the kick is served by the thread, with the same answer.
 */
#include "any.h"

#include <errno.h>
#include <string.h>

#include "behind.h"
#include "event.h"
#include "fixture.h"
#include "nth.h"
#include "reach.h"

/* Rounds after which a sweep has gone astray. */
#define MOST	400u

/*
 * Run a step with the n-th allocation failing. It may fail, and leave from
 * anywhere. Return: whether it made at least so many.
 */
static bool step_with(struct ctx *c, void (*step)(struct ctx *c),
		      unsigned int n)
{
	unsigned int left;
	jmp_buf saved;

	memcpy(&saved, &c->out, sizeof(saved));
	nth_set(n);
	if (!setjmp(c->out))
		step(c);
	left = nth_clear();
	memcpy(&c->out, &saved, sizeof(saved));
	c->verdict = V_PASS;
	return !left;
}

/* With each allocation of @step failing; @undo brings back what was before. */
static void sweep(struct ctx *c, void (*step)(struct ctx *c),
		  void (*undo)(struct ctx *c))
{
	unsigned int n = 1;

	for (; n < MOST; n += c->opts->quick ? 1 + n / 16 : 1) {
		bool failed;

		note_where(c, "allocation %u", n);
		failed = step_with(c, step, n);
		undo(c);
		if (!failed)
			break;
	}
	note_where(c, "afterwards");
	must(c, n < MOST, "no end after %u allocations", n);
	must(c, n > 1, "not one allocation was made");
	any_start(c);
	any_verify(c);
}

static void open_again(struct ctx *c)
{
	dev_close(&c->dev);
	mem_forget_maps(&c->mem);
	dev_open(&c->dev, c->opts->transport, c->opts->device);
}

static void make_sure_it_is_open(struct ctx *c)
{
	if (!dev_is_open(&c->dev))
		session_reopen(c);
}

static void open_fails(struct ctx *c)
{
	sweep(c, open_again, make_sure_it_is_open);
}

static void driver_start_fails(struct ctx *c)
{
	/* What is mapped stays so. */
	session_start(c);
	sweep(c, session_start, session_reset);
}

static void first_requests_fail(struct ctx *c)
{
	session_start(c);
	sweep(c, any_start, session_reset);
}

static uint8_t *page;

static void map_page(struct ctx *c)
{
	mem_map_page(&c->mem, page);
}

static void unmap_page(struct ctx *c)
{
	must(c, !mem_unmap_page(&c->mem, page), "unmapping");
}

static void memory_fails(struct ctx *c)
{
	session_start(c);
	page = guest_alloc(c, Z_DATA, MEM_PAGE, MEM_PAGE);
	unmap_page(c);
	sweep(c, map_page, unmap_page);
	session_start(c);
	page = guest_alloc(c, Z_DATA, MEM_PAGE, MEM_PAGE);
	/* Taking it back must not depend on memory; vhost's message may. */
	for (unsigned int n = 1; n < 8; n++) {
		step_with(c, unmap_page, n);
		mem_unmap_page(&c->mem, page);
		must(c, !mem_map_page(&c->mem, page), "mapping again");
	}
	any_make(c);
	any_verify(c);
}

/*
 * Requests: what fails is what the kick asks for, in this thread. Nobody waits
 * for memory there, so this needs no switch.
 */

struct ask {
	const void *request;
	size_t len, cap;
};

/* With the n-th allocation failing, if there are so many. Return: status. */
static uint32_t ask(struct ctx *c, const struct ask *ask, unsigned int n,
		    bool *out_failed)
{
	struct gpu_reply reply;
	struct gpu_job job;
	uint32_t status;

	gpu_submit(c, Q_REQUEST, ask->request, ask->len, ask->cap, &job);
	nth_set(n);
	ring_kick(job.ring);
	*out_failed = !nth_clear();
	status = viommu_finish(c, &job, &reply);
	mem_release(&c->mem, Z_CMD, job.mark_cmd);
	return status;
}

static void ask_each_way(struct ctx *c, const struct ask *request,
			 const struct ask *undo)
{
	bool failed = true;

	for (unsigned int n = 1; failed; n++) {
		must(c, n < MOST, "no end");
		note_where(c, "type %u, allocation %u",
			   *(const uint8_t *)request->request, n);
		expect(c, ask(c, request, n, &failed), S_OK);
		if (undo)
			expect(c, viommu_run(c, undo->request, undo->len,
					     undo->cap, NULL), S_OK);
	}
}

/* NOMEM is for quotas (IOMMU-REQ-6.2.j, 6.4.j). */
static void requests_go_on(struct ctx *c)
{
	const struct virtio_iommu_req_attach attach =
		attach_req(DOM_NONE, EP_A, 0);
	const struct virtio_iommu_req_attach back = attach_req(DOM_A, EP_A, 0);
	const struct virtio_iommu_req_detach detach = detach_req(DOM_A, EP_A);
	const struct virtio_iommu_req_map map =
		map_req(DOM_A, va(c, SCENE_FREE), va_last(c, SCENE_FREE), 0,
			F_RW);
	const struct virtio_iommu_req_unmap unmap =
		unmap_req(DOM_A, va(c, SCENE_FREE), va_last(c, SCENE_FREE));
	const struct virtio_iommu_req_probe probe = probe_req(EP_A);
	const struct ask asks[] = {
		{ &map, MAP_SIZE, TAIL },
		{ &unmap, UNMAP_SIZE, TAIL },
		{ &probe, PROBE_SIZE, c->iommu.probe_size + TAIL },
		{ &attach, ATTACH_SIZE, TAIL },
		{ &back, ATTACH_SIZE, TAIL },
		{ &detach, DETACH_SIZE, TAIL },
	};

	scene_start(c);
	ask_each_way(c, &asks[0], &asks[1]);
	ask_each_way(c, &asks[1], &asks[0]);
	if (viommu_has(c, VIRTIO_IOMMU_F_PROBE))
		ask_each_way(c, &asks[2], NULL);
	ask_each_way(c, &asks[3], &asks[4]);
	ask_each_way(c, &asks[5], &asks[4]);
	ask_each_way(c, &asks[4], NULL);
	scene_start(c);
	scene_verify(c);
}

static void events_go_on(struct ctx *c)
{
	struct event_buffer buffer;

	viommu_start(c);
	buffer = event_buffer(c, FAULT_SIZE);
	for (unsigned int n = 1; n < 6; n++) {
		note_where(c, "allocation %u", n);
		nth_set(n);
		event_add(c, &buffer);
		nth_clear();
		make_fault(c, EP_A, va(c, n), false);
		event_wants(c, &buffer, EP_A, va(c, n),
			    VIRTIO_IOMMU_FAULT_R_DOMAIN, false);
	}
	/* A look, or DMA, is an ioctl that may find no memory; it says so. */
	for (unsigned int n = 1; n < 6; n++) {
		enum testep_result result;
		uint8_t data[64];

		nth_set(n);
		result = testep_read(&c->testep, EP_A, va(c, 0), data,
				     sizeof(data));
		nth_clear();
		must(c, result == TESTEP_BLOCKED || errno == ENOMEM ||
		     errno == EOPNOTSUPP, "DMA says: %s", strerror(errno));
	}
}

static void transfer_with(struct ctx *gpu, unsigned int n)
{
	uint32_t type;

	note_where(gpu, "allocation %u", n);
	nth_set(n);
	type = gpu_transfer(gpu, RES_A, RECT(0, 0, 32, 32), 0);
	nth_clear();
	want(gpu, type, OK_NODATA);
}

/* What a GPU looks up again after each UNMAP, it looks up all the same. */
static void transfers(struct ctx *gpu)
{
	for (unsigned int n = 1; n < 8; n++)
		transfer_with(gpu, n);
}

static void gpu_goes_on(struct ctx *c)
{
	uint64_t gpa;

	viommu_start(c);
	behind_run(c, session_reset);
	gpa = mem_iova(&c->behind->mem, guest_alloc(c->behind, Z_BIG, MEM_PAGE,
						    MEM_PAGE));
	behind_admit(c);
	for (unsigned int i = 0; i < 4; i++)
		expect(c, viommu_map(c, DOM_A, va(c, i), va_last(c, i), gpa,
				     F_RW), S_OK);
	behind_start(c, va(c, 0));
	for (unsigned int i = 1; i < 4; i++) {
		expect(c, viommu_unmap(c, DOM_A, va(c, i), va_last(c, i)),
		       S_OK);
		behind_run(c, transfers);
	}
}

const struct test_case cases_nomem[] = {
	{ "X-NOMEM", "memory is short when the file is opened", open_fails,
	  NEED_FAILURES | NEED_OWN, NULL },
	{ "X-NOMEM", "memory is short when a driver starts",
	  driver_start_fails, NEED_FAILURES, NULL },
	{ "X-NOMEM", "memory is short for the first requests",
	  first_requests_fail, NEED_FAILURES, NULL },
	{ "X-NOMEM", "memory is short when pages come and go", memory_fails,
	  NEED_FAILURES | NEED_MAP, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};

const struct test_case cases_iommu_nomem[] = {
	{ "X-NOMEM", "requests go on in the thread", requests_go_on,
	  NEED_FAILURES, NULL },
	{ "X-NOMEM", "event buffers are kept by the thread", events_go_on,
	  NEED_FAILURES | NEED_TESTEP, NULL },
	{ "X-NOMEM", "a GPU goes on, too", gpu_goes_on,
	  NEED_FAILURES | NEED_BEHIND, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
