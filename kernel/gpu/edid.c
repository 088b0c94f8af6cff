// SPDX-License-Identifier: GPL-2.0-only
/*
 * A monitor made of its preferred mode.
 *
 * The base block (VESA E-EDID 1.4) has one detailed timing. Drivers take it
 * for the preferred one, but it ends at 4095 pixels a side and 655.35 MHz, and
 * Linux overlooks it below 64 pixels. What does not fit gets a DisplayID 1.3
 * section with a type I timing, marked as preferred, which goes up to 65536
 * pixels and 167 GHz. The base block's timing, which may not be left out, is
 * then as near as fits: never larger than the preferred one, so that drivers
 * that sort by size meet the right one first.
 *
 * Timings follow CVT 1.2 with reduced blanking, except that the width is not
 * rounded to character cells and the clock not to 250 kHz: nothing here drives
 * a cable, and the size must be exact.
 */
#include "edid.h"

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include <linux/vdpa_gpu.h>

#define H_BLANK			160
#define H_FRONT			48
#define H_SYNC			32
#define V_FRONT			3
#define V_MIN_BACK		6
#define MIN_V_BLANK_NS		460000

/* Clocks are in units of 10 kHz; parsers doubt what is below 10 MHz. */
#define MILLIHZ_PER_CLOCK		10000000U
#define MIN_CLOCK		1000ULL

#define BASE_MIN_SIDE		64
#define BASE_MAX_SIDE		4095
#define BASE_MAX_V_BLANK	4095
#define BASE_MAX_CLOCK		U16_MAX
#define DISPLAYID_MAX_CLOCK	BIT_ULL(24)

#define DESCRIPTORS		54
#define DESCRIPTOR_LEN		18
#define VENDOR			"LNX"
#define PRODUCT			1
#define MODEL_YEAR		2025
#define NAME			"vDPA GPU"

/* Bits of the feature byte. */
#define BASE_IS_NATIVE		0x02
#define CONTINUOUS		0x01

/* Millimetres of a pixel at 96 dpi, times 960. */
#define MM_PER_960_PIXELS	254
#define MAX_MM			2550

/**
 * struct timing - one video mode
 * @width: columns
 * @height: rows
 * @v_sync: rows of vertical sync
 * @v_blank: rows of vertical blanking
 * @refresh_mhz: frames in 1000 s
 * @clock: pixel clock in units of 10 kHz
 */
struct timing {
	u32 width;
	u32 height;
	u32 v_sync;
	u32 v_blank;
	u32 refresh_mhz;
	u64 clock;
};

struct size_mm {
	u32 width;
	u32 height;
};

/* CVT tells a mode's aspect ratio by the length of its vertical sync. */
static u32 v_sync_rows(u32 width, u32 height)
{
	static const struct {
		u8 across, down, rows;
	} ratios[] = {
		{ 4, 3, 4 }, { 16, 9, 5 }, { 16, 10, 6 }, { 5, 4, 7 },
		{ 15, 9, 7 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ratios); i++)
		if (width * ratios[i].down == height * ratios[i].across)
			return ratios[i].rows;
	return 10;
}

/* Rows that a slow mode idles away so that its clock can be told. */
static u32 idle_rows(const struct timing *timing)
{
	u32 needed = DIV_ROUND_UP_ULL(MIN_CLOCK * MILLIHZ_PER_CLOCK,
				      (u64)(timing->width + H_BLANK) *
				      timing->refresh_mhz);

	return needed > timing->height ? needed - timing->height : 0;
}

static void set_timing(struct timing *timing, u32 width, u32 height,
		       u32 refresh_mhz)
{
	u64 frame_ns = div_u64(1000000000000ULL, refresh_mhz);
	u64 pixels;
	u32 rows;

	timing->width = width;
	timing->height = height;
	timing->refresh_mhz = refresh_mhz;
	timing->v_sync = v_sync_rows(width, height);
	rows = div64_u64((u64)MIN_V_BLANK_NS * height,
			 frame_ns - MIN_V_BLANK_NS) + 1;
	timing->v_blank = max3(rows, V_FRONT + timing->v_sync + V_MIN_BACK,
			       idle_rows(timing));

	/* 16384 pixels a side reach the maximum at 334 Hz. */
	pixels = (u64)(width + H_BLANK) * (height + timing->v_blank);
	timing->clock = min(DIV_ROUND_CLOSEST_ULL(pixels * refresh_mhz,
						  MILLIHZ_PER_CLOCK),
			    DISPLAYID_MAX_CLOCK);
}

static bool fits_base(const struct timing *timing)
{
	return timing->width <= BASE_MAX_SIDE &&
	       timing->height <= BASE_MAX_SIDE &&
	       timing->v_blank <= BASE_MAX_V_BLANK &&
	       timing->clock <= BASE_MAX_CLOCK;
}

static bool base_is_enough(const struct timing *timing)
{
	return timing->width >= BASE_MIN_SIDE &&
	       timing->height >= BASE_MIN_SIDE && fits_base(timing);
}

/* At 60 Hz any size is fast enough, at 30 Hz none is too fast. */
static void set_base_timing(struct timing *timing,
			    const struct vdpa_gpu_mode *mode)
{
	u32 width = min(mode->width, BASE_MAX_SIDE);
	u32 height = min(mode->height, BASE_MAX_SIDE);

	set_timing(timing, width, height, mode->refresh_mhz);
	if (!fits_base(timing))
		set_timing(timing, width, height, 60000);
	if (!fits_base(timing))
		set_timing(timing, width, height, 30000);
}

/* 96 dpi; less than that where centimetres would not fit their byte. */
static void set_size(struct size_mm *size, const struct vdpa_gpu_mode *mode)
{
	u32 side = max(mode->width, mode->height);
	u32 mm = side * MM_PER_960_PIXELS / 960;
	u32 longest = clamp(mm, 10, MAX_MM);

	/* A centimetre at least: 0 means that the size is not known. */
	size->width = max(mode->width * longest / side, 10);
	size->height = max(mode->height * longest / side, 10);
}

static u8 checksum(const u8 *bytes, size_t len)
{
	u8 sum = 0;

	while (len--)
		sum += *bytes++;
	return -sum;
}

static void put_detailed_timing(u8 *d, const struct timing *timing,
				const struct size_mm *size)
{
	put_unaligned_le16(timing->clock, d);
	d[2] = timing->width;
	d[3] = H_BLANK;
	d[4] = timing->width >> 8 << 4 | H_BLANK >> 8;
	d[5] = timing->height;
	d[6] = timing->v_blank;
	d[7] = timing->height >> 8 << 4 | timing->v_blank >> 8;
	d[8] = H_FRONT;
	d[9] = H_SYNC;
	d[10] = V_FRONT << 4 | timing->v_sync;
	d[12] = size->width;
	d[13] = size->height;
	d[14] = size->width >> 8 << 4 | size->height >> 8;
	/* Digital separate sync, horizontal positive, vertical negative. */
	d[17] = 0x1a;
}

static void put_text(u8 *d, u8 tag, const char *text)
{
	size_t len = min(strlen(text), 13);

	d[3] = tag;
	memset(d + 5, ' ', 13);
	memcpy(d + 5, text, len);
	if (len < 13)
		d[5 + len] = '\n';
}

static void put_serial(u8 *d, u32 serial)
{
	char text[12];

	snprintf(text, sizeof(text), "%u", serial);
	put_text(d, 0xff, text);
}

static u32 line_rate_khz(const struct timing *timing)
{
	u64 rows = timing->height + timing->v_blank;

	return div_u64(rows * timing->refresh_mhz, 1000000);
}

/*
 * What the monitor syncs to: everything from a plain 60 Hz mode up to its own,
 * so that guests offer the usual smaller modes too.
 *
 * Return: false, and nothing is written, if the limits do not fit.
 */
static bool put_range_limits(u8 *d, const struct timing *timing,
			     const struct timing *base)
{
	u32 v_min = min3(base->refresh_mhz, timing->refresh_mhz, 50000) / 1000;
	u32 v_max = max(DIV_ROUND_UP(timing->refresh_mhz, 1000), 75);
	u32 h_min = min3(line_rate_khz(base), line_rate_khz(timing), 30);
	u32 h_max = max(line_rate_khz(timing) + 1, 90);
	u32 clock = max((u32)timing->clock / 1000 + 1, 17);

	if (!v_min || v_max > 510 || !h_min || h_max > 510 || clock > 255)
		return false;
	d[3] = 0xfd;
	d[4] = (v_max > 255 ? 0x02 : 0) | (h_max > 255 ? 0x08 : 0);
	d[5] = v_min;
	d[6] = v_max > 255 ? v_max - 255 : v_max;
	d[7] = h_min;
	d[8] = h_max > 255 ? h_max - 255 : h_max;
	d[9] = clock;
	/* Limits only, no formula. */
	d[10] = 0x01;
	d[11] = '\n';
	memset(d + 12, ' ', 6);
	return true;
}

static void put_dummy(u8 *d)
{
	d[3] = 0x10;
}

static void put_base(u8 *b, u32 serial, const struct size_mm *size)
{
	static const u8 header[8] = {
		0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00
	};
	static const u8 srgb[10] = {
		0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54
	};

	memcpy(b, header, sizeof(header));
	/* Five bits a letter. */
	put_unaligned_be16((VENDOR[0] - '@') << 10 | (VENDOR[1] - '@') << 5 |
			   (VENDOR[2] - '@'), b + 8);
	put_unaligned_le16(PRODUCT, b + 10);
	put_unaligned_le32(serial, b + 12);
	b[16] = 0xff;
	b[17] = MODEL_YEAR - 1990;
	b[18] = 1;
	b[19] = 4;
	/* Digital, 8 bits a colour. */
	b[20] = 0xa0;
	b[21] = size->width / 10;
	b[22] = size->height / 10;
	/* Gamma 2.2; RGB, sRGB. */
	b[23] = 120;
	b[24] = 0x04;
	memcpy(b + 25, srgb, sizeof(srgb));
	/* No established timings but 640x480, and no standard ones. */
	b[35] = 0x20;
	memset(b + 38, 0x01, 16);
}

/* Everything but the flags is stored as one less than it is. */
static void put_type_1_timing(u8 *d, const struct timing *timing)
{
	put_unaligned_le24(timing->clock - 1, d);
	/* Preferred; the aspect ratio is not said. */
	d[3] = 0x88;
	put_unaligned_le16(timing->width - 1, d + 4);
	put_unaligned_le16(H_BLANK - 1, d + 6);
	/* The highest bit is the polarity, as in the detailed timing. */
	put_unaligned_le16((H_FRONT - 1) | 0x8000, d + 8);
	put_unaligned_le16(H_SYNC - 1, d + 10);
	put_unaligned_le16(timing->height - 1, d + 12);
	put_unaligned_le16(timing->v_blank - 1, d + 14);
	put_unaligned_le16(V_FRONT - 1, d + 16);
	put_unaligned_le16(timing->v_sync - 1, d + 18);
}

/*
 * A DisplayID data block: tag, revision, length, and that many zeroes for the
 * caller to fill. Moves @end, which is the section's.
 */
static u8 *put_block(u8 **end, u8 tag, u8 len)
{
	u8 *d = *end;

	d[0] = tag;
	d[2] = len;
	*end = d + 3 + len;
	return d + 3;
}

static void put_product(u8 *d, u32 serial)
{
	memcpy(d, VENDOR, 3);
	put_unaligned_le16(PRODUCT, d + 3);
	put_unaligned_le32(serial, d + 5);
	/* Model year, counted from 2000. */
	d[9] = 0xff;
	d[10] = MODEL_YEAR - 2000;
}

static void put_parameters(u8 *d, const struct timing *timing,
			   const struct size_mm *size)
{
	u32 longest = max(timing->width, timing->height);
	u32 shortest = min(timing->width, timing->height);

	/* Tenths of a millimetre. */
	put_unaligned_le16(size->width * 10, d);
	put_unaligned_le16(size->height * 10, d + 2);
	put_unaligned_le16(timing->width, d + 4);
	put_unaligned_le16(timing->height, d + 6);
	/* Gamma 2.2; the ratio of the sides; 8 bits a colour. */
	d[9] = 120;
	d[10] = min(longest * 100 / shortest - 100, 255);
	d[11] = 0x77;
}

static void put_interface(u8 *d)
{
	/* An interface of its own kind, one link, RGB with 8 bits a colour. */
	d[0] = 0xb1;
	d[2] = 0x02;
}

static void put_displayid(u8 *b, u32 serial, const struct timing *timing,
			  const struct size_mm *size)
{
	u8 *section = b + 1;
	u8 *end = section + 4;

	b[0] = 0x70;
	put_product(put_block(&end, 0x00, 12), serial);
	put_parameters(put_block(&end, 0x01, 12), timing, size);
	put_interface(put_block(&end, 0x0f, 10));
	put_type_1_timing(put_block(&end, 0x03, 20), timing);

	/* Version 1.3, a stand-alone monitor. */
	section[0] = 0x13;
	section[1] = end - section - 4;
	section[2] = 0x03;
	*end = checksum(section, end - section);
}

size_t vdgpu_edid_build(const struct vdpa_gpu_mode *mode, u32 serial, u8 *buf)
{
	struct timing preferred, base;
	struct size_mm size;
	u8 *d = buf + DESCRIPTORS;
	size_t used = VDGPU_EDID_BLOCK;

	memset(buf, 0, VDGPU_EDID_MAX);
	set_timing(&preferred, mode->width, mode->height, mode->refresh_mhz);
	set_base_timing(&base, mode);
	set_size(&size, mode);

	put_base(buf, serial, &size);
	put_detailed_timing(d, &base, &size);
	d += DESCRIPTOR_LEN;
	if (put_range_limits(d, &preferred, &base))
		buf[24] |= CONTINUOUS;
	else
		put_dummy(d);
	put_text(d + DESCRIPTOR_LEN, 0xfc, NAME);
	put_serial(d + 2 * DESCRIPTOR_LEN, serial);

	if (base_is_enough(&preferred)) {
		buf[24] |= BASE_IS_NATIVE;
	} else {
		put_displayid(buf + used, serial, &preferred, &size);
		buf[used + 127] = checksum(buf + used, 127);
		used += VDGPU_EDID_BLOCK;
		buf[126] = 1;
	}
	buf[127] = checksum(buf, 127);
	return used;
}
