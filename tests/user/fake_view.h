/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fake_view.h - a view device without a kernel.
 *
 * The linker puts it behind open(), ioctl(), mmap() and poll() (see Makefile); FAKE_PATH
 * is its device file. It answers as linux/vdpa_gpu.h says and refuses what that
 * refuses. Time is cranked by hand: when the viewer would sleep in poll(),
 * @on_idle makes the next thing happen.
 */
#ifndef TESTS_FAKE_VIEW_H
#define TESTS_FAKE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/vdpa_gpu.h>

#define FAKE_PATH "/fake/gpu0.view"

/**
 * struct fake_image - memory with pixels, shared with whoever maps it
 * @fd: a memfd, which plays the dma-buf
 * @bytes: the same memory, for the guest to draw
 * @size: bytes
 */
struct fake_image {
	int fd;
	uint8_t *bytes;
	size_t size;
};

/**
 * fake_image_init() - make memory
 * @image: filled, never freed
 * @size: bytes
 */
void fake_image_init(struct fake_image *image, size_t size);

/**
 * struct fake_scanout - one output
 * @layout: what SCANOUT and EXPORT answer
 * @image: what is shown, not owned
 * @cursor: what CURSOR answers
 * @cursor_pixels: image of the cursor
 * @damage: account of the open file
 */
struct fake_scanout {
	struct vdpa_gpu_view_scanout layout;
	const struct fake_image *image;
	struct vdpa_gpu_view_cursor cursor;
	uint8_t cursor_pixels[VDPA_GPU_CURSOR_SIZE * VDPA_GPU_CURSOR_SIZE * 4];
	struct vdpa_gpu_view_damage damage;
};

/**
 * struct fake_view - the device
 * @open_errno: what open() fails with, 0 for nothing
 * @gone: the device was removed
 * @num_scanouts: how many
 * @scanouts: state
 * @on_idle: called when the viewer would sleep; NULL at first
 * @on_mmap: called inside mmap() of the device, before it looks; NULL at first
 * @exports: dma-bufs given out
 * @mmaps: maps of the device given out
 * @syncs: DMA_BUF_IOCTL_SYNC begins minus ends
 * @total_syncs: begins
 * @bad_requests: requests against the contract
 * @writable: the file is open for writing
 */
struct fake_view {
	int open_errno;
	bool gone;
	uint32_t num_scanouts;
	struct fake_scanout scanouts[VDPA_GPU_MAX_SCANOUTS];
	void (*on_idle)(void);
	void (*on_mmap)(void);
	unsigned int exports;
	unsigned int mmaps;
	int syncs;
	unsigned int total_syncs;
	unsigned int bad_requests;
	bool writable;
};

extern struct fake_view fake;

/**
 * fake_reset() - a fresh device with one connected scanout that shows nothing
 */
void fake_reset(void);

/**
 * fake_show() - a scanout turns to an image; new viewers are told
 * @scanout: which
 * @layout: format, stride, offset, width, height, shown are taken; the image
 *	gets a new id
 * @image: stays there
 */
void fake_show(unsigned int scanout, const struct vdpa_gpu_view_scanout *layout,
	       const struct fake_image *image);

/**
 * fake_blank() - the guest was reset
 * @scanout: which
 */
void fake_blank(unsigned int scanout);

/**
 * fake_flush() - the guest drew
 * @scanout: where
 * @rect: what
 */
void fake_flush(unsigned int scanout, struct vdpa_gpu_rect rect);

/**
 * fake_remove() - the device goes away
 */
void fake_remove(void);

#endif /* TESTS_FAKE_VIEW_H */
