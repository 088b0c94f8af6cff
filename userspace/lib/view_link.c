// SPDX-License-Identifier: GPL-2.0-only
#include "view_link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/dma-buf.h>

/*
 * mmap() does not say which image it caught, so the layout is asked before and
 * after. A guest that flips at 60 Hz loses such a race once in thousands; one
 * that flips as fast as it can is given up on, loudly, after this many.
 */
#define MAX_MAP_TRIES 256

struct view_link {
	int fd;
};

static int request(int fd, unsigned long number, void *arg)
{
	while (ioctl(fd, number, arg) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

int view_link_open(const char *path, bool writable, struct view_link **out_link)
{
	struct view_link *link = malloc(sizeof(*link));
	int err;

	if (!link)
		return -ENOMEM;
	link->fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	if (link->fd < 0) {
		err = -errno;
		free(link);
		return err;
	}
	*out_link = link;
	return 0;
}

void view_link_close(struct view_link *link)
{
	if (!link)
		return;
	close(link->fd);
	free(link);
}

int view_link_fd(const struct view_link *link)
{
	return link->fd;
}

int view_link_info(const struct view_link *link,
		   struct vdpa_gpu_view_info *out_info)
{
	int err;

	*out_info = (struct vdpa_gpu_view_info){ .size = sizeof(*out_info) };
	err = request(link->fd, VDPA_GPU_VIEW_INFO, out_info);
	out_info->name[sizeof(out_info->name) - 1] = '\0';
	if (!err && (!out_info->num_scanouts ||
		     out_info->num_scanouts > VDPA_GPU_MAX_SCANOUTS))
		return -EPROTO;
	return err;
}

int view_link_scanout(const struct view_link *link, uint32_t scanout,
		      struct vdpa_gpu_view_scanout *out_layout)
{
	*out_layout = (struct vdpa_gpu_view_scanout){
		.size = sizeof(*out_layout),
		.scanout = scanout,
	};
	return request(link->fd, VDPA_GPU_VIEW_SCANOUT, out_layout);
}

int view_link_damage(const struct view_link *link, uint32_t scanout,
		     struct vdpa_gpu_view_damage *out_damage)
{
	*out_damage = (struct vdpa_gpu_view_damage){
		.size = sizeof(*out_damage),
		.scanout = scanout,
	};
	return request(link->fd, VDPA_GPU_VIEW_DAMAGE, out_damage);
}

int view_link_set_mode(const struct view_link *link, uint32_t scanout,
		       const struct vdpa_gpu_mode *mode)
{
	struct vdpa_gpu_view_set_mode set = {
		.size = sizeof(set),
		.scanout = scanout,
		.mode = *mode,
	};

	return request(link->fd, VDPA_GPU_VIEW_SET_MODE, &set);
}

int view_link_cursor(const struct view_link *link, uint32_t scanout,
		     struct vdpa_gpu_view_cursor *out_cursor,
		     uint8_t *out_pixels)
{
	*out_cursor = (struct vdpa_gpu_view_cursor){
		.size = sizeof(*out_cursor),
		.scanout = scanout,
		.pixels = (uintptr_t)out_pixels,
	};
	return request(link->fd, VDPA_GPU_VIEW_CURSOR, out_cursor);
}

/* Maps the image of @image->layout; @offset counts in @fd. */
static int map_bytes(struct view_image *image, int fd, off_t offset)
{
	uint64_t size = image->layout.image_size;
	void *bytes;

	if (!size || size > SIZE_MAX)
		return -EPROTO;
	bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, offset);
	if (bytes == MAP_FAILED)
		return -errno;
	image->bytes = bytes;
	image->size = size;
	return 0;
}

static int catch_by_export(const struct view_link *link, uint32_t scanout,
			   struct view_image *image)
{
	struct vdpa_gpu_view_export export = {
		.size = sizeof(export),
		.flags = O_CLOEXEC,
		.fd = -1,
		.layout.size = sizeof(export.layout),
		.layout.scanout = scanout,
	};
	int err = request(link->fd, VDPA_GPU_VIEW_EXPORT, &export);

	if (err)
		return err;
	image->dmabuf = export.fd;
	image->layout = export.layout;
	return map_bytes(image, export.fd, 0);
}

static int catch_by_map(const struct view_link *link, uint32_t scanout,
			struct view_image *image)
{
	struct vdpa_gpu_view_scanout after;
	int err, map_err;

	for (int i = 0; i < MAX_MAP_TRIES; i++) {
		err = view_link_scanout(link, scanout, &image->layout);
		if (err)
			return err;
		if (!image->layout.image_id)
			return -ENOENT;

		map_err = map_bytes(image, link->fd,
				    VDPA_GPU_VIEW_MMAP(scanout));
		err = view_link_scanout(link, scanout, &after);
		if (err)
			return err;
		if (after.image_id == image->layout.image_id)
			return map_err;
		view_image_release(image);
	}
	return -EAGAIN;
}

int view_link_catch(const struct view_link *link, uint32_t scanout,
		    enum view_access access, struct view_image *out_image)
{
	int err;

	*out_image = (struct view_image)VIEW_IMAGE_NONE;
	if (access == VIEW_ACCESS_MAP)
		err = catch_by_map(link, scanout, out_image);
	else
		err = catch_by_export(link, scanout, out_image);
	if (err)
		view_image_release(out_image);
	return err;
}

static int sync_dmabuf(const struct view_image *image, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags | DMA_BUF_SYNC_READ };
	int err;

	if (image->dmabuf < 0)
		return 0;
	do {
		err = request(image->dmabuf, DMA_BUF_IOCTL_SYNC, &sync);
	} while (err == -EAGAIN);
	return err;
}

int view_image_begin(const struct view_image *image)
{
	return sync_dmabuf(image, DMA_BUF_SYNC_START);
}

int view_image_end(const struct view_image *image)
{
	return sync_dmabuf(image, DMA_BUF_SYNC_END);
}

void view_image_release(struct view_image *image)
{
	if (image->bytes)
		munmap((void *)image->bytes, image->size);
	if (image->dmabuf >= 0)
		close(image->dmabuf);
	*image = (struct view_image)VIEW_IMAGE_NONE;
}
