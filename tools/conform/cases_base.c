// SPDX-License-Identifier: GPL-2.0-only
/* BASE-*: features, status, config space, guest memory. */
#include "fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "any.h"
#include "flip.h"

#define S_DRIVER	(VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER)

static void version_1_offered(struct ctx *c)
{
	must(c, c->offered & BIT64(VIRTIO_F_VERSION_1),
	     "bit 32 is not in %#llx", (unsigned long long)c->offered);
}

static void version_1_required(struct ctx *c)
{
	session_reset(c);
	must(c, !session_negotiate(c, c->offered & ~BIT64(VIRTIO_F_VERSION_1)),
	     "FEATURES_OK stays without VERSION_1");
	session_start(c);
	any_ping(c);
}

static void prerequisites(struct ctx *c)
{
	static const struct { int bit, needs; } rows[] = {
		{ VIRTIO_GPU_F_CONTEXT_INIT, VIRTIO_GPU_F_VIRGL },
		{ GPU_F_BLOB_ALIGNMENT, VIRTIO_GPU_F_RESOURCE_BLOB },
	};

	for (unsigned int i = 0; i < 2; i++)
		must(c, !(c->offered & BIT64(rows[i].bit)) ||
		     (c->offered & BIT64(rows[i].needs)),
		     "bit %d is offered without bit %d", rows[i].bit,
		     rows[i].needs);
}

static void unoffered_bits(struct ctx *c)
{
	for (unsigned int bit = 0; bit < 64; bit++) {
		if (c->all_offered & BIT64(bit))
			continue;
		session_reset(c);
		must(c, !session_negotiate(c, c->offered | BIT64(bit)),
		     "bit %u is not offered, but accepted", bit);
	}
	session_start(c);
	any_ping(c);
}

/*
 * Bits that a driver must accept. A device may insist on ACCESS_PLATFORM, and
 * a VMM does where its platform translates.
 */
static uint64_t must_keep(const struct ctx *c)
{
	uint64_t keep = BIT64(VIRTIO_F_VERSION_1);

	if (c->opts->foreign || !(c->dev.can & DEV_CAN_MAP))
		keep |= c->offered & BIT64(VIRTIO_F_ACCESS_PLATFORM);
	return keep;
}

/* Any other subset is valid, on a 2D device and on an IOMMU. */
static void feature_subsets(struct ctx *c)
{
	for (unsigned int bit = 0; bit < 64; bit++) {
		if (!(c->offered & ~must_keep(c) & BIT64(bit)))
			continue;
		note_where(c, "without bit %u", bit);
		session_start_with(c, c->offered & ~BIT64(bit), RING_DEFAULT,
				   0);
		any_ping(c);
	}
	note_where(c, "nothing but what must be");
	session_start_with(c, must_keep(c), RING_DEFAULT, 0);
	any_ping(c);
}

static void renegotiate(struct ctx *c)
{
	for (unsigned int i = 0; i < 100; i++) {
		session_reset(c);
		must(c, session_negotiate(c, c->offered), "round %u", i);
	}
	session_start(c);
	any_ping(c);
}

static void nothing_before_driver_ok(struct ctx *c)
{
	struct gpu_job jobs[8];

	session_reset(c);
	must(c, session_negotiate(c, c->offered), "features");
	session_rings(c, RING_DEFAULT, 0);
	for (unsigned int i = 0; i < 8; i++) {
		any_submit(c, &jobs[i]);
		ring_kick(&c->q[Q_CTRL]);
	}
	linger();
	ring_drain(&c->q[Q_CTRL]);
	must(c, !ring_has_used(&c->q[Q_CTRL]), "used before DRIVER_OK");
	must(c, !c->q[Q_CTRL].calls, "interrupt before DRIVER_OK");
	/* No other kick: what waits in the ring must be found now. */
	session_driver_ok(c);
	for (unsigned int i = 0; i < 8; i++)
		any_finish(c, &jobs[i]);
}

/* 32 copies of 3 MiB, the device is at it when the reset comes. */
static void post_slow_work(struct ctx *c, unsigned int count)
{
	void *big = guest_alloc(c, Z_BIG, 1024 * 768 * 4, MEM_PAGE);
	struct virtio_gpu_transfer_to_host_2d cmd = {
		.hdr.type = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
		.hdr.flags = VIRTIO_GPU_FLAG_FENCE,
		.r = { .width = 1024, .height = 768 },
		.resource_id = RES_NONE,
	};

	want(c, gpu_create(c, RES_NONE, FMT_BGRX, 1024, 768), OK_NODATA);
	want(c, gpu_attach_memory(c, RES_NONE, big, 1024 * 768 * 4),
	     OK_NODATA);
	for (unsigned int i = 0; i < count &&
	     c->q[Q_CTRL].num_free >= 8; i++) {
		struct gpu_job job;

		cmd.hdr.fence_id = i + 1;
		gpu_submit(c, Q_CTRL, &cmd, sizeof(cmd), HDR_SIZE, &job);
	}
	ring_kick(&c->q[Q_CTRL]);
}

static void reset_is_silent(struct ctx *c)
{
	static uint8_t before[2][512 * MEM_PAGE];
	size_t len[2];
	uint8_t *at[2];

	for (unsigned int round = 0; round < 5; round++) {
		fixture_start(c);
		post_slow_work(c, 32);
		must(c, !dev_reset(&c->dev), "reset failed");
		must(c, status_of(c) == 0, "status is not 0");
		at[0] = mem_zone_va(&c->mem, Z_RING, &len[0]);
		at[1] = mem_zone_va(&c->mem, Z_CMD, &len[1]);
		memcpy(before[0], at[0], len[0]);
		memcpy(before[1], at[1], len[1]);
		ring_drain(&c->q[Q_CTRL]);
		c->q[Q_CTRL].calls = 0;
		ring_kick(&c->q[Q_CTRL]);
		linger();
		must(c, !memcmp(before[0], at[0], len[0]),
		     "rings were written after reset");
		must(c, !memcmp(before[1], at[1], len[1]),
		     "responses were written after reset");
		ring_drain(&c->q[Q_CTRL]);
		must(c, !c->q[Q_CTRL].calls, "interrupt after reset");
	}
	session_start(c);
	want(c, gpu_display_info(c, NULL), OK_DISPLAY);
}

static void config_before_features(struct ctx *c)
{
	struct virtio_gpu_config config;
	uint32_t size;

	session_reset(c);
	must(c, !dev_set_status(&c->dev, VIRTIO_CONFIG_S_ACKNOWLEDGE),
	     "ACKNOWLEDGE");
	must(c, !dev_get_config_size(&c->dev, &size), "config size");
	must(c, size >= sizeof(config), "config size %u", size);
	must(c, !dev_get_config(&c->dev, 0, &config, sizeof(config)),
	     "reading config");
	must(c, config.num_scanouts >= 1 && config.num_scanouts <= 16,
	     "%u scanouts", config.num_scanouts);
	session_start(c);
}

static void whole_config_written(struct ctx *c)
{
	struct virtio_gpu_config before, after;
	uint8_t junk[64];
	uint32_t size;

	session_start(c);
	must(c, !dev_get_config_size(&c->dev, &size), "config size");
	must(c, !dev_get_config(&c->dev, 0, &before, sizeof(before)), "read");
	for (unsigned int i = 0; i < 20; i++) {
		for (unsigned int j = 0; j < sizeof(junk); j++)
			junk[j] = rand();
		must(c, !dev_set_config(&c->dev, 0, junk, sizeof(before)),
		     "writing the whole struct");
		/* Too long or outside: refused or cut, never more. */
		dev_set_config(&c->dev, 0, junk, 40);
		dev_set_config(&c->dev, size - 1, junk, 8);
		dev_set_config(&c->dev, 0xfffffff0, junk, 32);
		must(c, !dev_get_config(&c->dev, 0, &after, sizeof(after)),
		     "read");
		must(c, after.num_scanouts == before.num_scanouts,
		     "num_scanouts changed to %u", after.num_scanouts);
		must(c, !after.num_capsets, "dword 3 is %u", after.num_capsets);
		must(c, !(after.events_read & ~before.events_read),
		     "events_read changed to %u", after.events_read);
	}
	must(c, !(c->dev.can & DEV_CAN_SIZE) ||
	     dev_get_config(&c->dev, size, junk, 1),
	     "a byte behind the config space can be read");
	want(c, gpu_display_info(c, NULL), OK_DISPLAY);
}

static void bus_addresses(struct ctx *c)
{
	const uint64_t bit = BIT64(VIRTIO_F_ACCESS_PLATFORM);

	must(c, c->offered & bit,
	     "ACCESS_PLATFORM is not offered");
	for (unsigned int i = 0; i < 2; i++) {
		if (i && (must_keep(c) & bit))
			break;
		session_start_with(c, i ? c->offered & ~bit : c->offered,
				   RING_DEFAULT, 0);
		any_make(c);
		any_verify(c);
	}
}

static void top_of_address_space(struct ctx *c)
{
	struct virtio_gpu_mem_entry entry = { .length = MEM_PAGE };
	uint32_t *page;

	fixture_start(c);
	if (!c->mem.have_top)
		case_untestable(c, "the host cannot map the last page");
	page = guest_alloc(c, Z_TOP, MEM_PAGE, MEM_PAGE);
	entry.addr = mem_iova(&c->mem, page);
	want(c, gpu_create(c, RES_NONE, FMT_BGRX, 32, 32), OK_NODATA);
	want(c, gpu_attach(c, RES_NONE, &entry, 1), OK_NODATA);
	want(c, gpu_transfer(c, RES_NONE, RECT(0, 0, 32, 32), 0), OK_NODATA);
	want(c, gpu_detach(c, RES_NONE), OK_NODATA);
	/* One byte more wraps to 0. */
	entry.length++;
	want(c, gpu_attach(c, RES_NONE, &entry, 1), ERR_PARAMETER);
	want(c, gpu_unref(c, RES_NONE), OK_NODATA);
	fixture_verify(c);
}

static void invalidated_backing(struct ctx *c)
{
	uint32_t type;
	uint8_t *page;
	int err;

	fixture_start(c);
	page = (uint8_t *)fixture_a + MEM_PAGE;
	err = mem_unmap_page(&c->mem, page);
	must(c, !err, "unmapping: %s", strerror(-err));
	want(c, gpu_transfer(c, RES_A, A_RECT, 0), ERR_PARAMETER);
	/* Lines that lie on other pages: either way is fine. */
	type = gpu_transfer(c, RES_A, RECT(0, 0, A_SIZE, 8), 0);
	must(c, type == OK_NODATA || type == ERR_PARAMETER, "got %#x", type);
	must(c, !mem_map_page(&c->mem, page), "mapping again");
	/* Whether a page that came back is used again is the device's choice. */
	want(c, gpu_detach(c, RES_A), OK_NODATA);
	want(c, gpu_attach_memory(c, RES_A, fixture_a, A_BYTES), OK_NODATA);
	fixture_verify(c);
}

/* The old page's bytes must be out of reach, whatever is mapped there now. */
static void no_read_of_the_old_page(struct ctx *c)
{
	static uint32_t blank[A_SIZE * A_SIZE];
	const uint32_t secret = 0x5ec5e75e;
	uint32_t *old, *new, type;
	struct image image;

	session_start(c);
	old = guest_alloc(c, Z_DATA, MEM_PAGE, MEM_PAGE);
	new = guest_alloc(c, Z_DATA, MEM_PAGE, MEM_PAGE);
	fill(old, 1024, 0x11111111);
	fill(new, 1024, 0x22222222);
	want(c, gpu_create(c, RES_A, FMT_BGRX, 32, 32), OK_NODATA);
	want(c, gpu_attach_memory(c, RES_A, old, MEM_PAGE), OK_NODATA);
	want(c, gpu_set_scanout(c, 0, RES_A, RECT(0, 0, 32, 32)), OK_NODATA);
	want(c, gpu_transfer(c, RES_A, RECT(0, 0, 32, 32), 0), OK_NODATA);
	must(c, !mem_unmap_page(&c->mem, old), "unmap");
	fill(old, 1024, secret);
	want(c, gpu_transfer(c, RES_A, RECT(0, 0, 32, 32), 0), ERR_PARAMETER);
	fill(blank, 1024, 0x11111111);
	view_wants(c, 0, 32, 32, blank);

	must(c, !mem_alias_page(&c->mem, old, new), "map another page");
	type = gpu_transfer(c, RES_A, RECT(0, 0, 32, 32), 0);
	must(c, type == OK_NODATA || type == ERR_PARAMETER, "got %#x", type);
	want(c, gpu_flush(c, RES_A, RECT(0, 0, 32, 32)), OK_NODATA);
	must(c, !capture_scanout(&c->cap, 0, &image), "capture");
	for (unsigned int i = 0; i < 1024; i++)
		blank[i] = ((uint32_t *)image.pixels)[i];
	free(image.pixels);
	for (unsigned int i = 0; i < 1024; i++)
		must(c, blank[i] != secret, "the old page was read");
	dev_unmap(&c->dev, mem_iova(&c->mem, old), MEM_PAGE);
	must(c, !mem_map_page(&c->mem, old), "map again");
}

static void reopened(struct ctx *c)
{
	fixture_start(c);
	session_reopen(c);
	must(c, status_of(c) == 0, "status is not 0 after open");
	if (c->have_view)
		view_wants_nothing(c, 0);
	session_start(c);
	want(c, gpu_unref(c, RES_A), ERR_RESOURCE);
	fixture_make(c);
	fixture_verify(c);
}

struct flip_result {
	uint8_t *request;
	size_t len;
	unsigned int good, refused, other;
	uint32_t other_type;
};

static void flipped_round(struct ctx *c, void *arg)
{
	struct flip_result *result = arg;
	struct gpu_reply reply;
	struct gpu_job job;

	gpu_submit_shared(c, Q_CTRL, result->request, result->len, HDR_SIZE,
			  &job);
	ring_kick(job.ring);
	gpu_finish(c, &job, &reply);
	mem_release(&c->mem, Z_CMD, job.mark_cmd);
	if (reply.type == OK_NODATA) {
		result->good++;
	} else if (reply.type == ERR_PARAMETER) {
		result->refused++;
	} else {
		result->other++;
		result->other_type = reply.type;
	}
}

static void double_fetch_rect(struct ctx *c)
{
	struct virtio_gpu_set_scanout *cmd;
	struct flip_result result = { 0 };
	struct flipper flipper;

	fixture_start(c);
	cmd = guest_alloc(c, Z_CMD, sizeof(*cmd), 8);
	*cmd = (struct virtio_gpu_set_scanout){
		.hdr.type = VIRTIO_GPU_CMD_SET_SCANOUT,
		.r = { .width = A_SIZE, .height = A_SIZE },
		.resource_id = RES_A,
	};
	flipper.word = (volatile uint32_t *)((uint8_t *)cmd + 32);
	flipper.good = A_SIZE;
	flipper.bad = 0xffffffff;
	result.request = (uint8_t *)cmd;
	result.len = sizeof(*cmd);
	flip_run(c, &flipper, flipped_round, &result);
	must(c, !result.other, "got %#x", result.other_type);
	fixture_verify(c);
}

static void double_fetch_entries(struct ctx *c)
{
	struct virtio_gpu_resource_attach_backing *cmd;
	struct virtio_gpu_mem_entry *entry;
	struct flip_result result = { 0 };
	struct flipper flipper;

	fixture_start(c);
	cmd = guest_alloc(c, Z_CMD, sizeof(*cmd) + 16, 8);
	*cmd = (struct virtio_gpu_resource_attach_backing){
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING,
		.resource_id = RES_C,
		.nr_entries = 1,
	};
	entry = (struct virtio_gpu_mem_entry *)(cmd + 1);
	entries_of(c, guest_alloc(c, Z_DATA, MEM_PAGE, MEM_PAGE), MEM_PAGE, 0,
		   entry, 1);
	flipper.word = (volatile uint32_t *)((uint8_t *)cmd + 28);
	flipper.good = 1;
	flipper.bad = 0x10000000;
	result.request = (uint8_t *)cmd;
	result.len = sizeof(*cmd) + sizeof(*entry);
	flip_run(c, &flipper, flipped_round, &result);
	/* Attached once, then "already attached" or a short payload. */
	must(c, !result.other || result.other_type == ERR_UNSPEC, "got %#x",
	     result.other_type);
	must(c, result.good <= 1, "attached %u times", result.good);
	if (result.good)
		want(c, gpu_detach(c, RES_C), OK_NODATA);
	fixture_verify(c);
}

const struct test_case cases_base[] = {
	{ "BASE-01", "VERSION_1 is offered", version_1_offered, 0, NULL },
	{ "BASE-01", "VERSION_1 is insisted on", version_1_required, OURS,
	  NULL },
	{ "BASE-02", "no offer without its prerequisite", prerequisites,
	  ONLY_GPU, NULL },
	{ "BASE-02", "bits that are not offered are not accepted",
	  unoffered_bits, 0, NULL },
	{ "BASE-02", "subsets are accepted", feature_subsets, 0, NULL },
	{ "BASE-03", "the same features again, 100 times", renegotiate, 0,
	  NULL },
	{ "BASE-04", "no buffer is used before DRIVER_OK",
	  nothing_before_driver_ok, 0, NULL },
	{ "BASE-05", "after reset nothing is written and nobody called",
	  reset_is_silent, ONLY_GPU, NULL },
	{ "BASE-07", "config is readable at ACKNOWLEDGE",
	  config_before_features, ONLY_GPU, NULL },
	{ "BASE-08", "generation of config", NULL, 0,
	  "vhost-vdpa has no ioctl for the generation; looked at by KUnit" },
	{ "BASE-09", "config written as a whole", whole_config_written,
	  ONLY_GPU, NULL },
	{ "BASE-15", "addresses are bus addresses", bus_addresses, 0, NULL },
	{ "BASE-15", "the last page of the address space",
	  top_of_address_space, NEED_MAP | OURS | ONLY_GPU, NULL },
	{ "BASE-16", "an invalidated backing is out of reach",
	  invalidated_backing, NEED_MAP | ONLY_GPU, NULL },
	{ "BASE-16", "the old page is never read", no_read_of_the_old_page,
	  NEED_VIEW | NEED_MAP | ONLY_GPU, NULL },
	{ "BASE-16", "nothing survives closing", reopened,
	  NEED_OWN | ONLY_GPU, NULL },
	{ "BASE-17", "rectangle flipped during SET_SCANOUT",
	  double_fetch_rect, ONLY_GPU, NULL },
	{ "BASE-17", "entry count flipped during ATTACH_BACKING",
	  double_fetch_entries, ONLY_GPU, NULL },
	{ "BASE-18", "shared memory is not used for control", NULL, 0,
	  "review: vhost-vdpa has no shared memory regions at all" },
	{ NULL, NULL, NULL, 0, NULL },
};
