// SPDX-License-Identifier: GPL-2.0-only
/* GPU2D-REQ-5.DPY*, EDID*: what is plugged in. */
#include "fixture.h"

#include <string.h>

#define PMODE(reply, i)	((reply).display.pmodes[i])

static void first_command(struct ctx *c)
{
	struct gpu_reply reply;

	session_start(c);
	want(c, gpu_display_info(c, &reply), OK_DISPLAY);
	must(c, reply.used == 408, "used %u", reply.used);
	fixture_make(c);
	want(c, gpu_display_info(c, NULL), OK_DISPLAY);
}

static void modes_sane(struct ctx *c, const struct gpu_reply *reply)
{
	static const struct virtio_gpu_display_one zero;

	for (unsigned int i = 0; i < 16; i++) {
		const struct virtio_gpu_display_one *mode = &PMODE(*reply, i);

		must(c, !mode->flags, "scanout %u: flags %#x", i, mode->flags);
		must(c, mode->enabled <= 1, "scanout %u: enabled %u", i,
		     mode->enabled);
		if (i >= c->num_scanouts)
			must(c, !memcmp(mode, &zero, sizeof(zero)),
			     "entry %u is not zero", i);
		else if (mode->enabled)
			must(c, mode->r.width && mode->r.height,
			     "scanout %u has no size", i);
	}
}

static void all_modes(struct ctx *c)
{
	struct gpu_reply reply;

	session_start(c);
	want(c, gpu_display_info(c, &reply), OK_DISPLAY);
	modes_sane(c, &reply);
}

static void modes_of_the_host(struct ctx *c)
{
	struct gpu_reply reply;
	struct mode mode;

	session_start(c);
	for (unsigned int i = 0; i < c->num_scanouts; i++) {
		note_where(c, "scanout %u", i);
		must(c, !capture_mode(&c->cap, i, &mode), "mode");
		mode.connected = !mode.connected;
		for (unsigned int round = 0; round < 2; round++) {
			must(c, !capture_set_mode(&c->cap, i, &mode),
			     "setting");
			want(c, gpu_display_info(c, &reply), OK_DISPLAY);
			modes_sane(c, &reply);
			must(c, PMODE(reply, i).enabled == mode.connected,
			     "enabled %u", PMODE(reply, i).enabled);
			mode.connected = !mode.connected;
		}
	}
}

static void side_by_side(struct ctx *c)
{
	struct mode left, right;
	struct gpu_reply reply;

	session_start(c);
	must(c, !capture_mode(&c->cap, 0, &left), "mode");
	must(c, !capture_mode(&c->cap, 1, &right), "mode");
	left.connected = right.connected = true;
	left.x = left.y = right.y = 0;
	right.x = left.width;
	must(c, !capture_set_mode(&c->cap, 0, &left), "setting");
	must(c, !capture_set_mode(&c->cap, 1, &right), "setting");
	want(c, gpu_display_info(c, &reply), OK_DISPLAY);
	must(c, PMODE(reply, 0).r.x == 0 && PMODE(reply, 0).r.y == 0,
	     "the first is not at 0,0");
	must(c, PMODE(reply, 1).r.x == PMODE(reply, 0).r.width,
	     "the second is at %u, the first is %u wide",
	     PMODE(reply, 1).r.x, PMODE(reply, 0).r.width);
	must(c, PMODE(reply, 1).r.y == 0, "y %u", PMODE(reply, 1).r.y);
	right.x = 0;
	right.y = left.height;
	must(c, !capture_set_mode(&c->cap, 1, &right), "setting");
	want(c, gpu_display_info(c, &reply), OK_DISPLAY);
	must(c, PMODE(reply, 1).r.y == left.height, "y does not grow down");
}

/* Size of the preferred timing in one 20 byte DisplayID descriptor. */
static void displayid_size(const uint8_t *timing, uint32_t *out_width,
			   uint32_t *out_height)
{
	*out_width = (timing[4] | timing[5] << 8) + 1;
	*out_height = (timing[12] | timing[13] << 8) + 1;
}

/* The first preferred detailed timing of a DisplayID extension, if any. */
static bool displayid_preferred(const uint8_t *block, uint32_t *out_width,
				uint32_t *out_height)
{
	unsigned int end = 5 + block[2];

	if (block[0] != 0x70 || end > 127)
		return false;
	for (unsigned int at = 5; at + 3 <= end; at += 3 + block[at + 2]) {
		unsigned int last = at + 3 + block[at + 2];

		if (block[at] != 0x03 && block[at] != 0x22)
			continue;
		for (unsigned int i = at + 3; i + 20 <= last && i + 20 <= 127;
		     i += 20) {
			if (!(block[i + 3] & 0x80))
				continue;
			displayid_size(block + i, out_width, out_height);
			return true;
		}
	}
	return false;
}

static void preferred_size(const uint8_t *edid, uint32_t size,
			   uint32_t *out_width, uint32_t *out_height)
{
	const uint8_t *dtd = edid + 54;

	*out_width = dtd[2] | (dtd[4] & 0xf0) << 4;
	*out_height = dtd[5] | (dtd[7] & 0xf0) << 4;
	for (uint32_t at = 128; at < size; at += 128)
		if (displayid_preferred(edid + at, out_width, out_height))
			return;
}

static void edid_sane(struct ctx *c, uint32_t scanout,
		      const struct virtio_gpu_display_one *mode)
{
	static const uint8_t magic[8] = { 0, 255, 255, 255, 255, 255, 255, 0 };
	struct gpu_reply reply;
	uint32_t size, width, height;
	const uint8_t *edid;

	want(c, gpu_edid(c, scanout, &reply), OK_EDID);
	must(c, reply.used == 1056, "used %u", reply.used);
	size = reply.edid.size;
	edid = reply.edid.edid;
	must(c, size >= 128 && size <= 1024 && size % 128 == 0, "size %u",
	     size);
	must(c, !memcmp(edid, magic, 8), "no EDID header");
	/* Zeros behind it may be counted by others. */
	must(c, c->opts->foreign ? edid[126] < size / 128 :
	     edid[126] == size / 128 - 1, "%u extensions in %u bytes",
	     edid[126], size);
	for (uint32_t at = 0; at < size; at += 128) {
		uint8_t sum = 0;

		for (unsigned int i = 0; i < 128; i++)
			sum += edid[at + i];
		must(c, !sum, "checksum of block %u", at / 128);
	}
	for (uint32_t at = size; at < 1024; at++)
		must(c, !edid[at], "byte %u behind the EDID", at);
	preferred_size(edid, size, &width, &height);
	must(c, width == mode->r.width && height == mode->r.height,
	     "preferred %ux%u, display info %ux%u", width, height,
	     mode->r.width, mode->r.height);
}

static void edid_of_all(struct ctx *c)
{
	struct gpu_reply reply;

	session_start(c);
	want(c, gpu_display_info(c, &reply), OK_DISPLAY);
	for (unsigned int i = 0; i < c->num_scanouts; i++) {
		note_where(c, "scanout %u", i);
		if (PMODE(reply, i).enabled)
			edid_sane(c, i, &PMODE(reply, i));
	}
}

static void edid_of_sizes(struct ctx *c)
{
	static const struct { uint32_t width, height, mhz; } rows[] = {
		{ 640, 480, 60000 }, { 1366, 768, 60000 },
		{ 1920, 1080, 59940 }, { 1920, 1200, 144000 },
		{ 2560, 1440, 165000 }, { 3440, 1440, 60000 },
		{ 3840, 2160, 60000 }, { 4095, 2160, 30000 },
		{ 4096, 2160, 60000 }, { 5120, 1440, 120000 },
		{ 7680, 2160, 60000 }, { 7680, 4320, 60000 },
		{ 8192, 8192, 30000 }, { 720, 4096, 60000 },
		{ 64, 64, 60000 }, { 1, 1, 60000 },
	};
	struct gpu_reply reply;
	struct mode mode;

	session_start(c);
	must(c, !capture_mode(&c->cap, 0, &mode), "mode");
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		note_where(c, "%ux%u", rows[i].width, rows[i].height);
		mode.connected = true;
		mode.width = rows[i].width;
		mode.height = rows[i].height;
		mode.refresh_mhz = rows[i].mhz;
		must(c, !capture_set_mode(&c->cap, 0, &mode), "setting");
		want(c, gpu_display_info(c, &reply), OK_DISPLAY);
		must(c, PMODE(reply, 0).r.width == mode.width, "width %u",
		     PMODE(reply, 0).r.width);
		edid_sane(c, 0, &PMODE(reply, 0));
	}
}

static void edid_bad_scanout(struct ctx *c)
{
	const uint32_t bad[] = { c->num_scanouts, 16, 17, 0x80000000,
				 0xffffffff };

	fixture_start(c);
	for (unsigned int i = 0; i < 5; i++) {
		struct gpu_reply reply;

		note_where(c, "scanout %u", bad[i]);
		want(c, gpu_edid(c, bad[i], &reply), ERR_SCANOUT);
		must(c, reply.used == HDR_SIZE, "used %u", reply.used);
	}
	fixture_verify(c);
}

static void edid_not_negotiated(struct ctx *c)
{
	session_start_with(c, c->offered & ~BIT64(VIRTIO_GPU_F_EDID),
			   RING_DEFAULT, 0);
	fixture_make(c);
	want(c, gpu_edid(c, 0, NULL), ERR_UNSPEC);
	fixture_verify(c);
}

const struct test_case cases_gpu2d_display[] = {
	{ "GPU2D-REQ-5.DPY1", "display info as the first command",
	  first_command, 0, NULL },
	{ "GPU2D-REQ-5.DPY2", "modes, and zeros behind them", all_modes, 0,
	  NULL },
	{ "GPU2D-REQ-5.DPY2", "unplugged and plugged", modes_of_the_host,
	  NEED_VIEW, NULL },
	{ "GPU2D-REQ-5.DPY3", "outputs side by side and stacked",
	  side_by_side, NEED_VIEW | NEED_TWO, NULL },
	{ "GPU2D-REQ-5.EDID1", "EDID of every output", edid_of_all, NEED_EDID,
	  NULL },
	{ "GPU2D-REQ-5.EDID1", "EDID of many sizes, up to 8K and ultra-wide",
	  edid_of_sizes, NEED_EDID | NEED_VIEW, NULL },
	{ "GPU2D-REQ-5.EDID2", "EDID of a scanout that is not",
	  edid_bad_scanout, NEED_EDID | OURS, NULL },
	{ "GPU2D-REQ-5.EDID2", "EDID not negotiated", edid_not_negotiated,
	  NEED_EDID | OURS, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
