/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture.h - the image oracle: what does the host see on a scanout.
 *
 * The only door to the view device. Another way to look at a device (a
 * screenshot of a VMM, say) would be another capture.c.
 */
#ifndef CONFORM_CAPTURE_H
#define CONFORM_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

struct capture {
	int fd;
	unsigned int num_scanouts;
};

struct image {
	uint32_t width, height;	/* of the part that is shown */
	uint32_t x, y;		/* where that part begins in the image */
	uint32_t full_width, full_height;
	uint32_t format;	/* enum virtio_gpu_formats */
	uint32_t stride;	/* of @pixels: width * 4 */
	uint64_t frames;	/* flushes so far */
	uint8_t *pixels;
};

struct cursor {
	bool visible;
	int32_t x, y;
	uint32_t hot_x, hot_y;
	uint32_t format;
	uint8_t pixels[64 * 64 * 4];
};

struct damage {
	bool layout, pixels, cursor, mode;
	uint32_t x, y, width, height;
	uint64_t frames;
};

struct mode {
	bool connected;
	uint32_t x, y, width, height, refresh_mhz;
};

int capture_open(struct capture *cap, const char *path);
void capture_close(struct capture *cap);

/**
 * capture_scanout() - copy what a scanout shows
 * @cap: an open oracle
 * @scanout: which
 * @out_image: filled; free @out_image->pixels
 *
 * Return: 0, -ENOENT if nothing is shown, or another negative errno.
 */
int capture_scanout(struct capture *cap, unsigned int scanout,
		    struct image *out_image);
int capture_cursor(struct capture *cap, unsigned int scanout,
		   struct cursor *out_cursor);

/* What changed since the last call for this scanout. */
int capture_damage(struct capture *cap, unsigned int scanout,
		   struct damage *out_damage);
int capture_mode(struct capture *cap, unsigned int scanout,
		 struct mode *out_mode);
int capture_set_mode(struct capture *cap, unsigned int scanout,
		     const struct mode *mode);

#endif /* CONFORM_CAPTURE_H */
