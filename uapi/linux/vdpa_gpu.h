/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * vdpa_gpu: the userspace faces of the in-kernel virtio-gpu.
 *
 * View device, /dev/vdpa-gpu/NAME.view
 * ====================================
 * Shows what the guest shows. One open file is one viewer; any number of
 * viewers may look at the same device, each with its own damage account. A
 * viewer never delays the guest: it is told that something changed and fetches
 * what it wants when it wants.
 *
 * A typical viewer:
 *   1. open(), VDPA_GPU_VIEW_INFO: how many scanouts are there;
 *   2. poll() for POLLIN, then VDPA_GPU_VIEW_DAMAGE per scanout;
 *   3. if VDPA_GPU_DAMAGE_LAYOUT is set: VDPA_GPU_VIEW_EXPORT (or
 *      VDPA_GPU_VIEW_SCANOUT and mmap()) to get at the new image;
 *   4. read the damaged rectangle, show it, back to 2;
 *   5. on POLLHUP the device is gone: maps and dma-bufs stay readable, all
 *      ioctls answer ENODEV.
 *
 * Growth rules
 * ------------
 * Every struct begins with its own size in bytes, set by the caller. A shorter
 * struct than the kernel's is answered as far as it goes, a longer one must be
 * zero past the kernel's size (E2BIG otherwise). Reserved fields must be zero
 * (EINVAL). Flags and ids are never reused. All integers are in host order.
 *
 * errno
 * -----
 * EINVAL   a field is out of its documented range, or reserved is not zero
 * E2BIG    the struct has non-zero bytes this kernel does not know
 * EFAULT   a user pointer cannot be read or written
 * ENODEV   the device was removed
 * ENOENT   the scanout shows no image now
 * ENOTTY   no such ioctl
 * ENOMEM, EMFILE, EPERM as everywhere
 */
#ifndef _UAPI_LINUX_VDPA_GPU_H
#define _UAPI_LINUX_VDPA_GPU_H

#include <linux/types.h>
#include <linux/ioctl.h>

#define VDPA_GPU_VIEW_VERSION		1

/* Highest number of scanouts of a device (GPU2D-REQ-4.c). */
#define VDPA_GPU_MAX_SCANOUTS		16

/* Width and height of a cursor image in pixels (GPU2D-REQ-5.CU1). */
#define VDPA_GPU_CURSOR_SIZE		64

/**
 * struct vdpa_gpu_rect - a rectangle in pixels
 * @x: left edge, counted from the left edge of the image
 * @y: upper edge, counted from the upper edge of the image
 * @width: number of columns, 0 for an empty rectangle
 * @height: number of rows, 0 for an empty rectangle
 */
struct vdpa_gpu_rect {
	__u32 x;
	__u32 y;
	__u32 width;
	__u32 height;
};

/**
 * struct vdpa_gpu_mode - what is plugged into a scanout
 * @flags: VDPA_GPU_MODE_* bits
 * @x: place of the output in the arrangement, pixels from the left
 * @y: place of the output in the arrangement, pixels from the top
 * @width: preferred width in pixels, 1..16384
 * @height: preferred height in pixels, 1..16384
 * @refresh_mhz: preferred refresh rate in mHz, 1000..1000000; goes into the EDID
 */
struct vdpa_gpu_mode {
	__u32 flags;
	__u32 x;
	__u32 y;
	__u32 width;
	__u32 height;
	__u32 refresh_mhz;
};

/* A monitor is connected; without it the guest sees the connector unplugged. */
#define VDPA_GPU_MODE_CONNECTED		(1U << 0)

/**
 * struct vdpa_gpu_view_info - what device is this
 * @size: sizeof(struct vdpa_gpu_view_info)
 * @version: out: VDPA_GPU_VIEW_VERSION of the running kernel
 * @num_scanouts: out: 1..16, constant
 * @flags: out: VDPA_GPU_INFO_* bits
 * @name: out: name of the vdpa device, zero terminated
 */
struct vdpa_gpu_view_info {
	__u32 size;
	__u32 version;
	__u32 num_scanouts;
	__u32 flags;
	char name[64];
};

/* The guest's driver has set DRIVER_OK. */
#define VDPA_GPU_INFO_DRIVER_OK		(1U << 0)

/**
 * struct vdpa_gpu_view_scanout - layout of one scanout
 * @size: sizeof(struct vdpa_gpu_view_scanout)
 * @scanout: in: index, 0..num_scanouts-1
 * @flags: out: VDPA_GPU_SCANOUT_* bits
 * @format: out: pixel format, enum virtio_gpu_formats; 4 bytes a pixel
 * @image_id: out: names the image; another image has another id, never reused;
 *	0 when nothing is shown
 * @image_size: out: bytes that mmap() and the dma-buf give
 * @offset: out: byte of the first pixel of the image's first row
 * @stride: out: bytes from one row to the next
 * @width: out: columns of the image
 * @height: out: rows of the image
 * @reserved: must be zero
 * @shown: out: part of the image that the scanout shows
 * @mode: out: what is plugged in
 * @frames: out: flushes that reached this scanout since the device was made
 */
struct vdpa_gpu_view_scanout {
	__u32 size;
	__u32 scanout;
	__u32 flags;
	__u32 format;
	__aligned_u64 image_id;
	__aligned_u64 image_size;
	__aligned_u64 offset;
	__u32 stride;
	__u32 width;
	__u32 height;
	__u32 reserved;
	struct vdpa_gpu_rect shown;
	struct vdpa_gpu_mode mode;
	__aligned_u64 frames;
};

/* An image is shown. */
#define VDPA_GPU_SCANOUT_ACTIVE		(1U << 0)
/* The image is guest memory, shown without a copy. */
#define VDPA_GPU_SCANOUT_GUEST_MEMORY	(1U << 1)

/**
 * struct vdpa_gpu_view_damage - what changed since this file last asked
 * @size: sizeof(struct vdpa_gpu_view_damage)
 * @scanout: in: index, 0..num_scanouts-1
 * @flags: out: VDPA_GPU_DAMAGE_* bits
 * @reserved: must be zero
 * @rect: out: bounding box of all flushed rectangles in image coordinates,
 *	empty when no pixel was flushed
 * @frames: out: as in &struct vdpa_gpu_view_scanout
 *
 * Asking clears the account of this file and this scanout.
 */
struct vdpa_gpu_view_damage {
	__u32 size;
	__u32 scanout;
	__u32 flags;
	__u32 reserved;
	struct vdpa_gpu_rect rect;
	__aligned_u64 frames;
};

/* Another image, another part of it, or none is shown: ask for the layout. */
#define VDPA_GPU_DAMAGE_LAYOUT		(1U << 0)
/* Pixels were flushed, @rect says where. */
#define VDPA_GPU_DAMAGE_PIXELS		(1U << 1)
/* The cursor moved, changed or vanished. */
#define VDPA_GPU_DAMAGE_CURSOR		(1U << 2)
/* The mode was changed by the host. */
#define VDPA_GPU_DAMAGE_MODE		(1U << 3)

/**
 * struct vdpa_gpu_view_export - the shown image as a dma-buf
 * @size: sizeof(struct vdpa_gpu_view_export)
 * @flags: in: O_CLOEXEC or 0
 * @fd: out: the dma-buf, readable; bracket CPU reads with DMA_BUF_IOCTL_SYNC
 * @reserved: must be zero
 * @layout: in: its size and scanout; out: the layout that belongs to @fd
 */
struct vdpa_gpu_view_export {
	__u32 size;
	__u32 flags;
	__s32 fd;
	__u32 reserved;
	struct vdpa_gpu_view_scanout layout;
};

/**
 * struct vdpa_gpu_view_cursor - the cursor of one scanout
 * @size: sizeof(struct vdpa_gpu_view_cursor)
 * @scanout: in: index, 0..num_scanouts-1
 * @flags: out: VDPA_GPU_CURSOR_* bits
 * @x: out: column of the hot spot on the scanout, may be negative
 * @y: out: row of the hot spot on the scanout, may be negative
 * @hot_x: out: column of the hot spot in the cursor image
 * @hot_y: out: row of the hot spot in the cursor image
 * @format: out: pixel format of the cursor image, enum virtio_gpu_formats
 * @serial: out: changes with every new cursor image, 0 before the first
 * @pixels: in: address of 64*64*4 bytes to be filled, or 0 for no image
 *
 * The upper left corner of the image lies at (x - hot_x, y - hot_y).
 */
struct vdpa_gpu_view_cursor {
	__u32 size;
	__u32 scanout;
	__u32 flags;
	__s32 x;
	__s32 y;
	__u32 hot_x;
	__u32 hot_y;
	__u32 format;
	__aligned_u64 serial;
	__aligned_u64 pixels;
};

#define VDPA_GPU_CURSOR_VISIBLE		(1U << 0)

/**
 * struct vdpa_gpu_view_set_mode - plug, unplug, resize, move an output
 * @size: sizeof(struct vdpa_gpu_view_set_mode)
 * @scanout: in: index, 0..num_scanouts-1
 * @mode: in: the new mode; width, height and refresh_mhz must be valid also
 *	when VDPA_GPU_MODE_CONNECTED is not set
 *
 * The guest gets EVENT_DISPLAY and a config interrupt (GPU2D-REQ-4.d). Nothing
 * happens if the mode is what it was. Needs the file to be open for writing
 * (EPERM otherwise).
 */
struct vdpa_gpu_view_set_mode {
	__u32 size;
	__u32 scanout;
	struct vdpa_gpu_mode mode;
};

#define VDPA_GPU_IOC_MAGIC		0xBD

#define VDPA_GPU_VIEW_INFO \
	_IOWR(VDPA_GPU_IOC_MAGIC, 0x00, struct vdpa_gpu_view_info)
#define VDPA_GPU_VIEW_SCANOUT \
	_IOWR(VDPA_GPU_IOC_MAGIC, 0x01, struct vdpa_gpu_view_scanout)
#define VDPA_GPU_VIEW_DAMAGE \
	_IOWR(VDPA_GPU_IOC_MAGIC, 0x02, struct vdpa_gpu_view_damage)
#define VDPA_GPU_VIEW_EXPORT \
	_IOWR(VDPA_GPU_IOC_MAGIC, 0x03, struct vdpa_gpu_view_export)
#define VDPA_GPU_VIEW_CURSOR \
	_IOWR(VDPA_GPU_IOC_MAGIC, 0x04, struct vdpa_gpu_view_cursor)
#define VDPA_GPU_VIEW_SET_MODE \
	_IOW(VDPA_GPU_IOC_MAGIC, 0x05, struct vdpa_gpu_view_set_mode)

/*
 * mmap() of the view device: offset VDPA_GPU_VIEW_MMAP(scanout) maps the image
 * that the scanout shows at that moment, read-only, length up to image_size
 * rounded up to a page. The map keeps that image, also after the scanout has
 * turned to another: compare image_id before and after mmap() to be sure which
 * one was caught. Guest memory that the guest or its VMM takes back reads as
 * zeros from then on.
 */
#define VDPA_GPU_VIEW_MMAP(scanout)	((__u64)(scanout) << 36)

#endif /* _UAPI_LINUX_VDPA_GPU_H */
