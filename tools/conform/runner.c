// SPDX-License-Identifier: GPL-2.0-only
#include "runner.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "nth.h"
#include "viommu.h"

/* Whose cases they are; 0: of both, but for rows that say whose they are. */
static const struct {
	const struct test_case *cases;
	uint32_t device;
} tables[] = {
	{ cases_base, 0 },
	{ cases_ring, 0 },
	{ cases_hostile, 0 },
	{ cases_nomem, 0 },
	{ cases_gpu2d_device, ID_GPU },
	{ cases_gpu2d_header, ID_GPU },
	{ cases_gpu2d_fence, ID_GPU },
	{ cases_gpu2d_display, ID_GPU },
	{ cases_gpu2d_resource, ID_GPU },
	{ cases_gpu2d_scanout, ID_GPU },
	{ cases_gpu2d_transfer, ID_GPU },
	{ cases_gpu2d_cursor, ID_GPU },
	{ cases_gpu2d_backing, ID_GPU },
	{ cases_gpu2d_blob, ID_GPU },
	{ cases_iommu_base, ID_IOMMU },
	{ cases_iommu_device, ID_IOMMU },
	{ cases_iommu_bypass, ID_IOMMU },
	{ cases_iommu_request, ID_IOMMU },
	{ cases_iommu_attach, ID_IOMMU },
	{ cases_iommu_detach, ID_IOMMU },
	{ cases_iommu_map, ID_IOMMU },
	{ cases_iommu_unmap, ID_IOMMU },
	{ cases_iommu_probe, ID_IOMMU },
	{ cases_iommu_resv, ID_IOMMU },
	{ cases_iommu_fault, ID_IOMMU },
	{ cases_iommu_hostile, ID_IOMMU },
	{ cases_iommu_behind, ID_IOMMU },
	{ cases_iommu_nomem, ID_IOMMU },
};

#define NR_TABLES	(sizeof(tables) / sizeof(tables[0]))

/* What the host had plugged in before a case played with it. */
static struct mode modes[16];

/* Rows of the other device are left out, not skipped: they say nothing. */
static bool applies(const struct ctx *c, unsigned int table,
		    const struct test_case *tc)
{
	uint32_t device = tables[table].device;

	if (!device && (tc->flags & ONLY_GPU))
		device = ID_GPU;
	if (!device && (tc->flags & ONLY_IOMMU))
		device = ID_IOMMU;
	return !device || device == c->device_id;
}

static bool matches(const struct opts *opts, const struct test_case *tc)
{
	char full[256];

	if (!opts->only)
		return true;
	snprintf(full, sizeof(full), "%s %s", tc->id, tc->title);
	return !fnmatch(opts->only, tc->id, 0) ||
	       !fnmatch(opts->only, full, 0);
}

void runner_list(const struct opts *opts)
{
	for (unsigned int t = 0; t < NR_TABLES; t++)
		for (const struct test_case *tc = tables[t].cases; tc->id; tc++)
			if (matches(opts, tc))
				printf("%s\t%s%s%s\n", tc->id, tc->title,
				       tc->run ? "" : "\tuntestable: ",
				       tc->run ? "" : tc->why);
}

static int look_at_gpu(struct ctx *c)
{
	uint32_t scanouts = 0;
	int err = dev_get_config(&c->dev, 8, &scanouts, 4);

	c->num_scanouts = scanouts;
	if (!err && (!scanouts || scanouts > 16))
		err = -EPROTO;
	return err;
}

static int look_at_type(struct ctx *c)
{
	const char *profile = c->opts->profile;
	const char *own = c->device_id == ID_IOMMU ? "iommu" : "gpu2d";

	if (profile && strcmp(profile, own))
		return -ENODEV;
	switch (c->device_id) {
	case ID_GPU:
		return look_at_gpu(c);
	case ID_IOMMU:
		return viommu_look(c);
	default:
		return -ENODEV;
	}
}

static int look(struct ctx *c)
{
	uint32_t size;
	int err = dev_reset(&c->dev);

	if (!err)
		err = dev_get_device_id(&c->dev, &c->device_id);
	if (!err)
		err = dev_get_features(&c->dev, &c->all_offered);
	c->offered = c->all_offered & KNOWN_FEATURES;
	if (!err)
		err = dev_get_vring_max(&c->dev, Q_CTRL, &c->ring_max);
	if (!err)
		err = dev_get_vring_max(&c->dev, Q_CURSOR, &c->cursor_max);
	if (!err)
		err = dev_get_config_size(&c->dev, &size);
	if (!err)
		err = look_at_type(c);
	if (c->ring_max > RING_MAX)
		c->ring_max = RING_MAX;
	if (c->cursor_max > RING_MAX)
		c->cursor_max = RING_MAX;
	return err;
}

static int open_view(struct ctx *c, const char *path)
{
	int err = capture_open(&c->cap, path);

	if (err) {
		fprintf(stderr, "%s: %s\n", path, strerror(-err));
		return err;
	}
	c->have_view = true;
	for (unsigned int i = 0; i < c->num_scanouts; i++)
		capture_mode(&c->cap, i, &modes[i]);
	return 0;
}

static int open_testep(struct ctx *c, const char *path)
{
	int err = testep_open(&c->testep, path);

	if (err)
		fprintf(stderr, "%s: %s\n", path, strerror(-err));
	return err;
}

/* A context of its own, which never has another behind it. */
static int open_behind(struct ctx *c, const struct opts *opts)
{
	static struct opts behind_opts;
	static struct ctx behind;
	int err;

	behind_opts = *opts;
	behind_opts.device = opts->behind;
	behind_opts.profile = "gpu2d";
	behind_opts.view = NULL;
	behind_opts.behind = NULL;
	err = runner_open(&behind, &behind_opts);
	if (!err)
		c->behind = &behind;
	return err;
}

int runner_open(struct ctx *c, const struct opts *opts)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int err;

	memset(c, 0, sizeof(*c));
	c->opts = opts;
	c->cap.fd = -1;
	c->testep.fd = -1;
	/* vhost counts pinned pages against it, also for root. */
	setrlimit(RLIMIT_MEMLOCK, &all);
	c->config_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = dev_open(&c->dev, opts->transport, opts->device);
	if (!err)
		err = mem_init(&c->mem, &c->dev, 1);
	if (!err)
		err = look(c);
	if (err) {
		fprintf(stderr, "%s: %s\n", opts->device, strerror(-err));
		return err;
	}
	if (opts->view && c->device_id == ID_GPU)
		err = open_view(c, opts->view);
	if (opts->iommu && c->device_id == ID_IOMMU)
		err = open_testep(c, opts->iommu);
	if (!err && opts->behind && c->device_id == ID_IOMMU)
		err = open_behind(c, opts);
	return err;
}

void runner_close(struct ctx *c)
{
	if (c->behind)
		runner_close(c->behind);
	if (dev_is_open(&c->dev))
		dev_reset(&c->dev);
	dev_close(&c->dev);
	capture_close(&c->cap);
	testep_close(&c->testep);
	mem_finish(&c->mem);
	close(c->config_fd);
}

static const char *missing_of_gpu(const struct ctx *c,
				  const struct test_case *tc)
{
	if ((tc->flags & NEED_VIEW) && !c->have_view)
		return "needs --view";
	if ((tc->flags & NEED_TWO) && c->num_scanouts < 2)
		return "needs a device with two scanouts";
	if ((tc->flags & NEED_EDID) &&
	    !(c->offered & BIT64(VIRTIO_GPU_F_EDID)))
		return "EDID is not offered";
	if ((tc->flags & NEED_BLOB) &&
	    !(c->offered & BIT64(VIRTIO_GPU_F_RESOURCE_BLOB)))
		return "RESOURCE_BLOB is not offered";
	if ((tc->flags & NEED_UUID) &&
	    !(c->offered & BIT64(VIRTIO_GPU_F_RESOURCE_UUID)))
		return "RESOURCE_UUID is not offered";
	return NULL;
}

static const char *missing_of_iommu(const struct ctx *c,
				    const struct test_case *tc)
{
	bool bypass = viommu_has(c, VIRTIO_IOMMU_F_BYPASS_CONFIG);

	if ((tc->flags & (NEED_TESTEP | NEED_ACCESS)) && c->testep.fd < 0)
		return "needs --iommu";
	if ((tc->flags & NEED_ACCESS) && !c->testep.can_access)
		return "needs a module that was built for tests";
	if ((tc->flags & NEED_BYPASS) && !bypass)
		return "BYPASS_CONFIG is not offered";
	if ((tc->flags & NEED_STRICT) && bypass)
		return "BYPASS_CONFIG is offered";
	if ((tc->flags & NEED_PROBE) && !viommu_has(c, VIRTIO_IOMMU_F_PROBE))
		return "PROBE is not offered";
	if ((tc->flags & NEED_MMIO) && !viommu_has(c, VIRTIO_IOMMU_F_MMIO))
		return "MMIO is not offered";
	if ((tc->flags & NEED_EP2) && c->opts->nr_endpoints < 2)
		return "needs a second --endpoint";
	if ((tc->flags & NEED_EP3) && c->opts->nr_endpoints < 3)
		return "needs a third --endpoint";
	if ((tc->flags & NEED_BEHIND) && !c->behind)
		return "needs --behind";
	if ((tc->flags & NEED_LIMIT) && !c->opts->gpa_limit)
		return "needs --gpa-limit";
	return NULL;
}

static const char *missing(const struct ctx *c, const struct test_case *tc)
{
	const char *why = c->device_id == ID_IOMMU ? missing_of_iommu(c, tc) :
			  missing_of_gpu(c, tc);

	if (!tc->run)
		return tc->why;
	if (why)
		return why;
	if ((tc->flags & NEED_FAILURES) && !nth_works())
		return "needs a kernel that can make allocations fail";
	if ((tc->flags & NEED_SUSPEND) && !(c->dev.can & DEV_CAN_SUSPEND))
		return "the device cannot be suspended";
	if ((tc->flags & NEED_MAP) && !(c->dev.can & DEV_CAN_MAP))
		return "this transport cannot take pages away or protect them";
	if ((tc->flags & NEED_OWN) && !(c->dev.can & DEV_CAN_OWN))
		return "this transport has no file that owns the device";
	if ((tc->flags & NEED_BASE) && !(c->dev.can & DEV_CAN_BASE))
		return "this transport begins every ring at index 0";
	return NULL;
}

/* Also the way out of must(): nothing here is changed after setjmp(). */
static void run_guarded(struct ctx *c, void (*run)(struct ctx *c))
{
	note_where(c, "%s", "");
	if (!setjmp(c->out))
		run(c);
}

/*
 * After anything went wrong, or if this one wants it, the next case begins with
 * a fresh file. Return:
 * whether the device came back.
 */
static bool clean_up(struct ctx *c, bool fresh)
{
	for (unsigned int i = 0; c->have_view && i < c->num_scanouts; i++)
		capture_set_mode(&c->cap, i, &modes[i]);
	if (c->behind && c->behind->features)
		dev_reset(&c->behind->dev);
	c->verdict = V_PASS;
	run_guarded(c, fresh ? session_reopen : session_reset);
	if (c->verdict == V_PASS)
		return true;
	if (!dev_is_open(&c->dev) &&
	    dev_open(&c->dev, c->opts->transport, c->opts->device))
		fprintf(stderr, "# the device cannot be opened again\n");
	return false;
}

static void run_case(struct ctx *c, const struct test_case *tc,
		     struct report *report)
{
	const char *why = missing(c, tc);
	char kept[sizeof(c->why)];
	enum verdict verdict;

	if (why) {
		report_case(report, tc, V_UNTESTABLE, why);
		return;
	}
	c->verdict = V_PASS;
	c->why[0] = 0;
	c->want_fresh = false;
	c->exact = !c->opts->foreign || (tc->flags & OURS);
	run_guarded(c, tc->run);
	verdict = c->verdict;
	if (verdict == V_PASS && !mem_stayed(&c->mem)) {
		verdict = V_FAIL;
		snprintf(c->why, sizeof(c->why),
			 "memory moved: is it being compacted?");
	}
	memcpy(kept, c->why, sizeof(kept));
	if (!clean_up(c, verdict == V_FAIL || c->want_fresh) &&
	    verdict != V_FAIL) {
		verdict = V_FAIL;
		memcpy(kept, c->why, sizeof(kept));
	}
	report_case(report, tc, verdict, kept);
}

void runner_run(struct ctx *c, struct report *report)
{
	unsigned int count = 0;

	for (unsigned int t = 0; t < NR_TABLES; t++)
		for (const struct test_case *tc = tables[t].cases; tc->id; tc++)
			count += applies(c, t, tc) && matches(c->opts, tc);
	report_plan(report, count);
	for (unsigned int t = 0; t < NR_TABLES; t++)
		for (const struct test_case *tc = tables[t].cases; tc->id; tc++)
			if (applies(c, t, tc) && matches(c->opts, tc))
				run_case(c, tc, report);
	report_end(report);
}
