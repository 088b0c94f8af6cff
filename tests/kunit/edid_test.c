// SPDX-License-Identifier: GPL-2.0-only
/*
 * The oracle is a parser that knows no more than the two formats: it collects
 * every timing it finds, and then picks the preferred one as Linux does, by
 * the preferred flag, then by size.
 */
#include <kunit/test.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include <linux/vdpa_gpu.h>

#include "gpu/edid.h"

struct seen {
	u32 width;
	u32 height;
	u64 clock_hz;
	u32 frame;
};

struct row {
	const char *name;
	u32 width;
	u32 height;
	u32 refresh_mhz;
	u32 blocks;
	bool slower;
};

static const struct row rows[] = {
	{ "vga", 640, 480, 60000, 1 },
	{ "xga", 1024, 768, 60000, 1 },
	{ "hd", 1280, 720, 60000, 1 },
	{ "wxga", 1366, 768, 59790, 1 },
	{ "full_hd", 1920, 1080, 60000, 1 },
	{ "full_hd_144", 1920, 1080, 144000, 1 },
	{ "portrait", 1080, 1920, 60000, 1 },
	{ "wqhd", 2560, 1440, 60000, 1 },
	{ "cluster", 3840, 720, 60000, 1 },
	{ "ultra_wide_3440", 3440, 1440, 100000, 1 },
	{ "ultra_wide_5120", 5120, 1440, 60000, 2 },
	{ "4k", 3840, 2160, 60000, 1 },
	{ "4k_240", 3840, 2160, 240000, 2 },
	{ "widest_base", 4095, 2160, 60000, 1 },
	{ "first_displayid", 4096, 2160, 60000, 2 },
	{ "tallest_base", 2160, 4095, 60000, 1 },
	{ "first_tall_displayid", 2160, 4096, 60000, 2 },
	{ "5k", 5120, 2880, 60000, 2 },
	{ "8k", 7680, 4320, 60000, 2 },
	{ "8k_120", 7680, 4320, 120000, 2 },
	{ "largest", 16384, 16384, 60000, 2 },
	{ "largest_fast", 16384, 16384, 1000000, 2, .slower = true },
	{ "pillar", 64, 16384, 60000, 2 },
	{ "ribbon", 16384, 64, 60000, 2 },
	{ "smallest_base", 64, 64, 60000, 1 },
	{ "below_base", 63, 64, 60000, 2 },
	{ "linux_minimum", 32, 32, 60000, 2 },
	{ "pixel", 1, 1, 1000, 2 },
	{ "slow", 640, 480, 1000, 2 },
	{ "quick", 640, 480, 500000, 1 },
	{ "fast", 640, 480, 1000000, 2 },
};

static void row_desc(const struct row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(row, rows, row_desc);

static u8 sum(const u8 *bytes, size_t len)
{
	u8 total = 0;

	while (len--)
		total += *bytes++;
	return total;
}

/* Linux overlooks detailed timings below 64 pixels. */
static bool parse_detailed(const u8 *d, struct seen *out_seen)
{
	out_seen->clock_hz = get_unaligned_le16(d) * 10000ull;
	out_seen->width = d[2] | (d[4] & 0xf0) << 4;
	out_seen->height = d[5] | (d[7] & 0xf0) << 4;
	out_seen->frame = (out_seen->width + (d[3] | (d[4] & 0x0f) << 8)) *
			  (out_seen->height + (d[6] | (d[7] & 0x0f) << 8));
	return out_seen->clock_hz && out_seen->width >= 64 &&
	       out_seen->height >= 64;
}

/* A type I timing. */
static bool parse_type_1(const u8 *d, struct seen *out_seen)
{
	out_seen->clock_hz = (get_unaligned_le24(d) + 1) * 10000ull;
	out_seen->width = get_unaligned_le16(d + 4) + 1;
	out_seen->height = get_unaligned_le16(d + 12) + 1;
	out_seen->frame =
		(out_seen->width + get_unaligned_le16(d + 6) + 1) *
		(out_seen->height + get_unaligned_le16(d + 14) + 1);
	return d[3] & 0x80;
}

/* The preferred timing of a DisplayID section. */
static bool parse_displayid(struct kunit *test, const u8 *section,
			    struct seen *out_seen)
{
	u32 end = 4 + section[1];
	bool found = false;
	u32 at = 4;

	KUNIT_ASSERT_LE(test, end + 1, 126);
	KUNIT_EXPECT_EQ(test, sum(section, end + 1), 0);
	while (at + 3 <= end && (section[at] || section[at + 2])) {
		KUNIT_ASSERT_LE(test, at + 3 + section[at + 2], end);
		if (section[at] == 0x03 && section[at + 2] == 20)
			found = parse_type_1(section + at + 3, out_seen);
		at += 3 + section[at + 2];
	}
	return found;
}

static void find_preferred(struct kunit *test, const u8 *edid,
			   struct seen *out_seen)
{
	struct seen base = {}, extra = {};
	bool has_base = parse_detailed(edid + 54, &base);
	bool has_extra = edid[126] &&
			 parse_displayid(test, edid + 128 + 1, &extra);

	KUNIT_ASSERT_TRUE(test, has_base || has_extra);
	if (has_base && has_extra)
		has_base = base.width * base.height >
			   extra.width * extra.height;
	*out_seen = has_base ? base : extra;
}

static size_t build(struct kunit *test, const struct row *row, u32 serial,
		    u8 **out_edid)
{
	struct vdpa_gpu_mode mode = {
		.flags = VDPA_GPU_MODE_CONNECTED,
		.width = row->width,
		.height = row->height,
		.refresh_mhz = row->refresh_mhz,
	};
	/* With a guard behind it. */
	u8 *edid = kunit_kmalloc(test, VDGPU_EDID_MAX + 1, GFP_KERNEL);
	size_t used;

	KUNIT_ASSERT_NOT_NULL(test, edid);
	memset(edid, 0xa5, VDGPU_EDID_MAX + 1);
	used = vdgpu_edid_build(&mode, serial, edid);
	KUNIT_ASSERT_EQ(test, edid[VDGPU_EDID_MAX], 0xa5);
	KUNIT_ASSERT_LE(test, used, VDGPU_EDID_MAX);
	*out_edid = edid;
	return used;
}

static void blocks(struct kunit *test)
{
	const struct row *row = test->param_value;
	u8 *edid;
	size_t used = build(test, row, 1, &edid);
	size_t i;

	KUNIT_EXPECT_EQ(test, used, row->blocks * 128);
	KUNIT_EXPECT_EQ(test, edid[126], row->blocks - 1);
	KUNIT_EXPECT_MEMEQ(test, edid, "\x00\xff\xff\xff\xff\xff\xff\x00", 8);
	for (i = 0; i < used; i += 128)
		KUNIT_EXPECT_EQ(test, sum(edid + i, 128), 0);
	for (i = used; i < VDGPU_EDID_MAX; i++)
		KUNIT_ASSERT_EQ(test, edid[i], 0);
}

static void preferred_timing(struct kunit *test)
{
	const struct row *row = test->param_value;
	struct seen seen;
	u64 refresh_mhz;
	u8 *edid;

	build(test, row, 1, &edid);
	find_preferred(test, edid, &seen);
	KUNIT_EXPECT_EQ(test, seen.width, row->width);
	KUNIT_EXPECT_EQ(test, seen.height, row->height);

	refresh_mhz = div_u64(seen.clock_hz * 1000, seen.frame);
	if (row->slower) {
		KUNIT_EXPECT_LT(test, refresh_mhz, row->refresh_mhz);
		return;
	}
	/* Half a percent: clocks are rounded to 10 kHz. */
	KUNIT_EXPECT_LE(test, refresh_mhz * 1000, row->refresh_mhz * 1005ull);
	KUNIT_EXPECT_GE(test, refresh_mhz * 1000, row->refresh_mhz * 995ull);
}

/* Sync pulses lie inside the blanking, or drivers bend the timing. */
static void sync_inside_blanking(struct kunit *test)
{
	const struct row *row = test->param_value;
	u8 *edid, *d;

	build(test, row, 1, &edid);
	d = edid + 54;
	KUNIT_EXPECT_GT(test, d[9], 0);
	KUNIT_EXPECT_LE(test, d[8] + d[9], d[3] | (d[4] & 0x0f) << 8);
	KUNIT_EXPECT_GT(test, d[10] & 0x0f, 0);
	KUNIT_EXPECT_LE(test, (d[10] >> 4) + (d[10] & 0x0f),
			d[6] | (d[7] & 0x0f) << 8);
	/* Digital separate sync. */
	KUNIT_EXPECT_EQ(test, d[17] & 0x18, 0x18);
}

static void serial(struct kunit *test)
{
	u8 *first, *second;

	build(test, &rows[0], 1, &first);
	build(test, &rows[0], 0x12345678, &second);
	KUNIT_EXPECT_EQ(test, get_unaligned_le32(first + 12), 1);
	KUNIT_EXPECT_EQ(test, get_unaligned_le32(second + 12), 0x12345678);
	KUNIT_EXPECT_MEMEQ(test, first + 108, "\0\0\0\xff\0001\n", 7);
	KUNIT_EXPECT_MEMEQ(test, second + 108, "\0\0\0\xff\000305419896\n", 15);
}

static void name(struct kunit *test)
{
	u8 *edid;

	build(test, &rows[0], 1, &edid);
	KUNIT_EXPECT_MEMEQ(test, edid + 90, "\0\0\0\xfc\000vDPA GPU\n    ",
			   18);
}

static struct kunit_case edid_cases[] = {
	KUNIT_CASE_PARAM(blocks, row_gen_params),
	KUNIT_CASE_PARAM(preferred_timing, row_gen_params),
	KUNIT_CASE_PARAM(sync_inside_blanking, row_gen_params),
	KUNIT_CASE(serial),
	KUNIT_CASE(name),
	{}
};

static struct kunit_suite edid_suite = {
	.name = "vdgpu_edid",
	.test_cases = edid_cases,
};

kunit_test_suite(edid_suite);
