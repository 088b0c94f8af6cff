// SPDX-License-Identifier: GPL-2.0-only
/* GPU2D-REQ-1..4: identity, queues, features, config space, hot-plug. */
#include "fixture.h"

#include <errno.h>
#include <string.h>

static void device_id(struct ctx *c)
{
	uint32_t id = 0;

	must(c, !dev_get_device_id(&c->dev, &id), "no device id");
	must(c, id == 16, "device id %u", id);
}

static void two_queues(struct ctx *c)
{
	uint32_t count = 0;
	int err = dev_get_nvqs(&c->dev, &count);

	must(c, !err, "counting queues: %s", strerror(-err));
	must(c, count == 2, "%u queues", count);
	fixture_start(c);
	want(c, gpu_display_info(c, NULL), OK_DISPLAY);
	want(c, gpu_update_cursor(c, 0, 0, 0, RES_A, 0, 0), OK_NODATA);
}

static void same_header(struct ctx *c)
{
	struct virtio_gpu_update_cursor cmd = {
		.hdr = {
			.type = VIRTIO_GPU_CMD_MOVE_CURSOR,
			.flags = VIRTIO_GPU_FLAG_FENCE,
			.fence_id = 0x1122334455667788ULL,
		},
	};
	struct gpu_reply reply;

	session_start(c);
	want(c, gpu_command(c, Q_CURSOR, &cmd, sizeof(cmd), HDR_SIZE, &reply),
	     OK_NODATA);
	must(c, reply.used == HDR_SIZE, "used %u", reply.used);
	must(c, reply.hdr.flags == VIRTIO_GPU_FLAG_FENCE, "flags %#x",
	     reply.hdr.flags);
	must(c, reply.hdr.fence_id == cmd.hdr.fence_id, "fence id %#llx",
	     (unsigned long long)reply.hdr.fence_id);
}

/*
 * Not by the clock: the cursor's answer must be there while most of the work
 * that was given to the control queue before is still to be done.
 */
static void cursor_overtakes(struct ctx *c)
{
	const unsigned int count = 200;
	struct virtio_gpu_transfer_to_host_2d slow = {
		.hdr.type = VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D,
		.r = { .width = 1024, .height = 768 },
		.resource_id = RES_NONE,
	};
	void *big;
	struct gpu_reply reply;
	struct gpu_job jobs[200];
	unsigned int left, n = 0;

	session_start(c);
	big = guest_alloc(c, Z_BIG, 1024 * 768 * 4, MEM_PAGE);
	want(c, gpu_create(c, RES_NONE, FMT_BGRX, 1024, 768), OK_NODATA);
	want(c, gpu_attach_memory(c, RES_NONE, big, 1024 * 768 * 4),
	     OK_NODATA);
	c->framing.mode = FRAME_DIRECT;
	while (n < count && c->q[Q_CTRL].num_free > 2)
		gpu_submit(c, Q_CTRL, &slow, sizeof(slow), 0, &jobs[n++]);
	ring_kick(&c->q[Q_CTRL]);
	want(c, gpu_move_cursor(c, 0, 3, 4), OK_NODATA);
	left = (uint16_t)(c->q[Q_CTRL].avail_idx -
			  ring_used_idx(&c->q[Q_CTRL]));
	must(c, left, "the cursor waited for %u transfers", n);
	for (unsigned int i = 0; i < n; i++)
		gpu_finish(c, &jobs[i], &reply);
}

static void no_virgl(struct ctx *c)
{
	must(c, !(c->offered & BIT64(VIRTIO_GPU_F_VIRGL)), "VIRGL is offered");
	session_reset(c);
	must(c, !session_negotiate(c, c->offered | BIT64(VIRTIO_GPU_F_VIRGL)),
	     "VIRGL is accepted");
}

static void no_context_init(struct ctx *c)
{
	must(c, !(c->offered & BIT64(VIRTIO_GPU_F_CONTEXT_INIT)),
	     "CONTEXT_INIT is offered");
}

static void no_3d_commands(struct ctx *c)
{
	static const uint32_t types[] = {
		0x0108, 0x0109, 0x0200, 0x0201, 0x0202, 0x0203, 0x0204,
		0x0205, 0x0206, 0x0207, 0x0208, 0x0209,
	};
	uint32_t words[24] = { 0 };

	fixture_start(c);
	for (unsigned int i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		note_where(c, "type %#06x", types[i]);
		words[0] = types[i];
		/* Where CTX_* and 3D resources have their ids. */
		words[4] = 1;
		words[6] = RES_NONE;
		want(c, gpu_ctrl(c, words, sizeof(words)), ERR_UNSPEC);
		words[6] = RES_A;
		want(c, gpu_ctrl(c, words, sizeof(words)), ERR_UNSPEC);
		fixture_verify(c);
	}
}

static void config_layout(struct ctx *c)
{
	struct virtio_gpu_config config;
	uint32_t size = 0;

	session_start(c);
	must(c, !dev_get_config_size(&c->dev, &size), "config size");
	must(c, size >= 16, "config size %u", size);
	must(c, !(c->dev.can & DEV_CAN_SIZE) || size == (c->offered & BIT64(GPU_F_BLOB_ALIGNMENT) ? 20 : 16),
	     "config size %u", size);
	must(c, !dev_get_config(&c->dev, 0, &config, 16), "read");
	must(c, !(config.events_read & ~1u), "events_read %#x",
	     config.events_read);
	must(c, !config.events_clear, "events_clear reads %#x",
	     config.events_clear);
	must(c, config.num_scanouts >= 1 && config.num_scanouts <= 16,
	     "num_scanouts %u", config.num_scanouts);
	must(c, !config.num_capsets, "dword 3 is %#x", config.num_capsets);
	/* Byte by byte is the same. */
	for (unsigned int i = 0; i < 16; i++) {
		uint8_t byte;

		must(c, !dev_get_config(&c->dev, i, &byte, 1), "byte %u", i);
		must(c, byte == ((uint8_t *)&config)[i], "byte %u", i);
	}
}

static uint32_t config_word(struct ctx *c, unsigned int off)
{
	uint32_t word = 0;

	must(c, !dev_get_config(&c->dev, off, &word, 4), "read at %u", off);
	return word;
}

static void config_write(struct ctx *c, unsigned int off, uint32_t word)
{
	must(c, !dev_set_config(&c->dev, off, &word, 4), "write at %u", off);
}

/* Another mode on scanout 0 for the rest of the case; the runner resets it. */
static struct mode other_mode(struct ctx *c, struct mode *out_before)
{
	struct mode mode;

	must(c, !capture_mode(&c->cap, 0, out_before), "mode");
	mode = *out_before;
	mode.connected = true;
	mode.width = out_before->width == 1280 ? 1024 : 1280;
	mode.height = out_before->width == 1280 ? 768 : 720;
	return mode;
}

/* A display change, as the host makes it, and back: two events at most. */
static void raise_event(struct ctx *c)
{
	struct mode before, mode = other_mode(c, &before);

	must(c, !capture_set_mode(&c->cap, 0, &mode), "setting a mode");
	must(c, !capture_set_mode(&c->cap, 0, &before), "setting it back");
}

static void events_read_is_read_only(struct ctx *c)
{
	session_start(c);
	must(c, !config_word(c, 0), "an event after reset");
	raise_event(c);
	must(c, config_word(c, 0) == 1, "no event");
	config_write(c, 0, 0);
	must(c, config_word(c, 0) == 1, "a write to events_read acted");
	config_write(c, 0, 0xffffffff);
	must(c, config_word(c, 0) == 1, "a write to events_read acted");
	config_write(c, 4, 1);
	must(c, !config_word(c, 0), "not cleared");
	config_write(c, 0, 1);
	must(c, !config_word(c, 0), "a write to events_read acted");
}

static void events_clear(struct ctx *c)
{
	uint8_t one = 1;

	session_start(c);
	raise_event(c);
	must(c, config_word(c, 0) == 1, "no event");
	config_write(c, 4, 0);
	must(c, config_word(c, 0) == 1, "writing 0 cleared");
	config_write(c, 4, 0xfffffffe);
	must(c, config_word(c, 0) == 1, "other bits cleared bit 0");
	must(c, !config_word(c, 4), "events_clear does not read as 0");
	config_write(c, 4, 1);
	must(c, !config_word(c, 0), "not cleared");
	/* What is cleared can be raised again: no event gets lost. */
	raise_event(c);
	must(c, config_word(c, 0) == 1, "second event lost");
	must(c, !dev_set_config(&c->dev, 4, &one, 1), "byte write");
	must(c, !config_word(c, 0), "not cleared by a byte");
}

static void scanouts_constant(struct ctx *c)
{
	session_start(c);
	for (unsigned int i = 0; i < 4; i++) {
		must(c, config_word(c, 8) == c->num_scanouts,
		     "num_scanouts changed");
		config_write(c, 8, 5);
		if (i & 1)
			session_start(c);
	}
	must(c, !c->have_view || c->cap.num_scanouts == c->num_scanouts,
	     "the view says %u scanouts", c->cap.num_scanouts);
}

static void display_change(struct ctx *c)
{
	struct mode before, mode;
	struct gpu_reply reply;

	session_start(c);
	mode = other_mode(c, &before);
	config_calls(c);
	must(c, !capture_set_mode(&c->cap, 0, &mode), "setting a mode");
	must(c, config_call_comes(c), "no config interrupt");
	must(c, config_word(c, 0) == 1, "events_read %u", config_word(c, 0));
	want(c, gpu_display_info(c, &reply), OK_DISPLAY);
	must(c, reply.display.pmodes[0].r.width == mode.width &&
	     reply.display.pmodes[0].r.height == mode.height,
	     "still %ux%u", reply.display.pmodes[0].r.width,
	     reply.display.pmodes[0].r.height);
	if (c->features & BIT64(VIRTIO_GPU_F_EDID)) {
		const uint8_t *dtd = reply.edid.edid + 54;

		want(c, gpu_edid(c, 0, &reply), OK_EDID);
		must(c, (dtd[2] | (dtd[4] & 0xf0) << 4) == (int)mode.width,
		     "the EDID has the old width");
	}
	config_write(c, 4, 1);
	config_calls(c);
	must(c, !capture_set_mode(&c->cap, 0, &before), "setting it back");
	must(c, config_call_comes(c), "no second config interrupt");
	must(c, config_word(c, 0) == 1, "no second event");
}

static void fourth_dword(struct ctx *c)
{
	fixture_start(c);
	must(c, !config_word(c, 12), "dword 3 is %u", config_word(c, 12));
	config_write(c, 12, 0xffffffff);
	must(c, !config_word(c, 12), "dword 3 is %u", config_word(c, 12));
	fixture_verify(c);
	must(c, !config_word(c, 12), "dword 3 is %u", config_word(c, 12));
}

/* The umbrella rows: one picture from nothing to the screen. */
static void whole_flow(struct ctx *c)
{
	fixture_start(c);
	fixture_verify(c);
}

const struct test_case cases_gpu2d_device[] = {
	{ "GPU2D-REQ-1", "device id 16", device_id, 0, NULL },
	{ "GPU2D-REQ-2", "two queues, both answer", two_queues, 0, NULL },
	{ "GPU2D-REQ-2.a", "the cursor queue has the same header", same_header,
	  0, NULL },
	{ "GPU2D-REQ-2.b", "the cursor overtakes control work",
	  cursor_overtakes, 0, NULL },
	{ "GPU2D-REQ-3", "VIRGL is neither offered nor accepted", no_virgl, 0,
	  NULL },
	{ "GPU2D-REQ-3.a", "CONTEXT_INIT is not offered", no_context_init, 0,
	  NULL },
	{ "GPU2D-REQ-3.b", "3D commands are refused", no_3d_commands, OURS,
	  NULL },
	{ "GPU2D-REQ-4", "config layout", config_layout, 0, NULL },
	{ "GPU2D-REQ-4.a", "events_read ignores writes",
	  events_read_is_read_only, NEED_VIEW, NULL },
	{ "GPU2D-REQ-4.b", "events_clear clears just its bits", events_clear,
	  NEED_VIEW, NULL },
	{ "GPU2D-REQ-4.c", "num_scanouts is 1..16 and constant",
	  scanouts_constant, 0, NULL },
	{ "GPU2D-REQ-4.d", "a display change is told", display_change,
	  NEED_VIEW, NULL },
	{ "GPU2D-REQ-4.1", "the fourth dword is 0 for ever", fourth_dword, 0,
	  NULL },
	{ "GPU2D-REQ-5", "the whole 2D flow", whole_flow, 0, NULL },
	{ "GPU2D-REQ-6", "VGA compatibility", NULL, 0,
	  "not provided; the PCI class belongs to the VMM" },
	{ NULL, NULL, NULL, 0, NULL },
};
