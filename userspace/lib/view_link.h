/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * view_link.h - the way to a view device, /dev/vdpa-gpu/NAME.view.
 *
 * Nobody else speaks its ioctls. Every function answers 0 or a negative errno
 * of the dictionary in linux/vdpa_gpu.h: -ENODEV when the device is gone,
 * -ENOENT when the scanout shows nothing.
 */
#ifndef LIB_VIEW_LINK_H
#define LIB_VIEW_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/vdpa_gpu.h>

#define VIEW_CURSOR_BYTES (VDPA_GPU_CURSOR_SIZE * VDPA_GPU_CURSOR_SIZE * 4)

struct view_link;

/**
 * enum view_access - how to get at an image
 * @VIEW_ACCESS_EXPORT: ask for a dma-buf and map that
 * @VIEW_ACCESS_MAP: map the view device itself
 */
enum view_access {
	VIEW_ACCESS_EXPORT,
	VIEW_ACCESS_MAP,
};

/**
 * struct view_image - an image that was caught
 * @layout: how to read @bytes, as the kernel says: not checked yet
 * @bytes: @size bytes, readable until view_image_release()
 * @size: as @layout.image_size
 * @dmabuf: the dma-buf, owned; -1 when the device was mapped
 */
struct view_image {
	struct vdpa_gpu_view_scanout layout;
	const uint8_t *bytes;
	size_t size;
	int dmabuf;
};

/* An image that was not caught. */
#define VIEW_IMAGE_NONE { .dmabuf = -1 }

/**
 * view_link_open() - open a view device
 * @path: of the device file
 * @writable: modes will be set
 * @out_link: for view_link_close()
 */
int view_link_open(const char *path, bool writable, struct view_link **out_link);

/**
 * view_link_close() - close it; images stay good
 * @link: NULL is fine
 */
void view_link_close(struct view_link *link);

/**
 * view_link_fd() - for the poll loop
 * @link: stays the owner
 *
 * Readable while any scanout has damage that was not fetched, so fetch that of
 * all scanouts. POLLHUP: the device is gone.
 */
int view_link_fd(const struct view_link *link);

int view_link_info(const struct view_link *link,
		   struct vdpa_gpu_view_info *out_info);
int view_link_scanout(const struct view_link *link, uint32_t scanout,
		      struct vdpa_gpu_view_scanout *out_layout);
int view_link_damage(const struct view_link *link, uint32_t scanout,
		     struct vdpa_gpu_view_damage *out_damage);
int view_link_set_mode(const struct view_link *link, uint32_t scanout,
		       const struct vdpa_gpu_mode *mode);

/**
 * view_link_cursor() - position and image of the cursor
 * @link: a link
 * @scanout: below num_scanouts
 * @out_cursor: filled
 * @out_pixels: VIEW_CURSOR_BYTES, or NULL when not wanted
 */
int view_link_cursor(const struct view_link *link, uint32_t scanout,
		     struct vdpa_gpu_view_cursor *out_cursor,
		     uint8_t *out_pixels);

/**
 * view_link_catch() - get hold of the image that a scanout shows
 * @link: a link
 * @scanout: below num_scanouts
 * @access: by which way
 * @out_image: for view_image_release()
 *
 * Return: also -EAGAIN when the guest turns to another image faster than the
 * device can be mapped.
 */
int view_link_catch(const struct view_link *link, uint32_t scanout,
		    enum view_access access, struct view_image *out_image);

/**
 * view_image_begin() - before reading pixels
 * @image: a caught one
 */
int view_image_begin(const struct view_image *image);

/**
 * view_image_end() - after reading pixels
 * @image: a caught one
 */
int view_image_end(const struct view_image *image);

/**
 * view_image_release() - let go of an image
 * @image: caught, released before, or VIEW_IMAGE_NONE
 */
void view_image_release(struct view_image *image);

#endif /* LIB_VIEW_LINK_H */
