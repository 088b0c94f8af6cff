// SPDX-License-Identifier: GPL-2.0-only
#include "capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vdpa_gpu.h>

static int call(const struct capture *cap, unsigned long request, void *arg)
{
	return ioctl(cap->fd, request, arg) < 0 ? -errno : 0;
}

int capture_open(struct capture *cap, const char *path)
{
	struct vdpa_gpu_view_info info = { .size = sizeof(info) };
	int err;

	cap->fd = open(path, O_RDWR | O_CLOEXEC);
	if (cap->fd < 0)
		return -errno;
	err = call(cap, VDPA_GPU_VIEW_INFO, &info);
	if (err)
		capture_close(cap);
	else
		cap->num_scanouts = info.num_scanouts;
	return err;
}

void capture_close(struct capture *cap)
{
	if (cap->fd >= 0)
		close(cap->fd);
	cap->fd = -1;
}

static int get_layout(struct capture *cap, unsigned int scanout,
		      struct vdpa_gpu_view_scanout *layout)
{
	memset(layout, 0, sizeof(*layout));
	layout->size = sizeof(*layout);
	layout->scanout = scanout;
	return call(cap, VDPA_GPU_VIEW_SCANOUT, layout);
}

static int copy_rows(const struct vdpa_gpu_view_scanout *layout,
		     const uint8_t *map, struct image *image)
{
	const uint8_t *row = map + layout->offset +
			     (uint64_t)layout->shown.y * layout->stride +
			     (uint64_t)layout->shown.x * 4;

	image->pixels = malloc((size_t)image->stride * image->height + 1);
	if (!image->pixels)
		return -ENOMEM;
	for (uint32_t y = 0; y < image->height; y++)
		memcpy(image->pixels + (size_t)y * image->stride,
		       row + (size_t)y * layout->stride, image->stride);
	return 0;
}

static bool layout_is_sane(const struct vdpa_gpu_view_scanout *layout)
{
	const struct vdpa_gpu_rect *shown = &layout->shown;
	uint64_t last;

	if ((uint64_t)shown->x + shown->width > layout->width ||
	    (uint64_t)shown->y + shown->height > layout->height)
		return false;
	if (!shown->width || !shown->height)
		return false;
	last = layout->offset +
	       (uint64_t)(shown->y + shown->height - 1) * layout->stride +
	       ((uint64_t)shown->x + shown->width) * 4;
	return last <= layout->image_size;
}

int capture_scanout(struct capture *cap, unsigned int scanout,
		    struct image *out_image)
{
	struct vdpa_gpu_view_scanout layout, after;
	void *map;
	int err;

	memset(out_image, 0, sizeof(*out_image));
	err = get_layout(cap, scanout, &layout);
	if (err)
		return err;
	if (!(layout.flags & VDPA_GPU_SCANOUT_ACTIVE))
		return -ENOENT;
	if (!layout_is_sane(&layout))
		return -EPROTO;

	map = mmap(NULL, layout.image_size, PROT_READ, MAP_SHARED, cap->fd,
		   (off_t)VDPA_GPU_VIEW_MMAP(scanout));
	if (map == MAP_FAILED)
		return -errno;
	*out_image = (struct image){
		.width = layout.shown.width,
		.height = layout.shown.height,
		.x = layout.shown.x,
		.y = layout.shown.y,
		.full_width = layout.width,
		.full_height = layout.height,
		.format = layout.format,
		.stride = layout.shown.width * 4,
		.frames = layout.frames,
	};
	err = copy_rows(&layout, map, out_image);
	munmap(map, layout.image_size);
	if (!err)
		err = get_layout(cap, scanout, &after);
	/* Nobody but the caller can make the scanout turn to another image. */
	if (!err && after.image_id != layout.image_id)
		err = -ESTALE;
	if (err) {
		free(out_image->pixels);
		out_image->pixels = NULL;
	}
	return err;
}

int capture_cursor(struct capture *cap, unsigned int scanout,
		   struct cursor *out_cursor)
{
	struct vdpa_gpu_view_cursor view = {
		.size = sizeof(view),
		.scanout = scanout,
		.pixels = (uintptr_t)out_cursor->pixels,
	};
	int err;

	memset(out_cursor, 0, sizeof(*out_cursor));
	err = call(cap, VDPA_GPU_VIEW_CURSOR, &view);
	if (err)
		return err;
	out_cursor->visible = view.flags & VDPA_GPU_CURSOR_VISIBLE;
	out_cursor->x = view.x;
	out_cursor->y = view.y;
	out_cursor->hot_x = view.hot_x;
	out_cursor->hot_y = view.hot_y;
	out_cursor->format = view.format;
	return 0;
}

int capture_damage(struct capture *cap, unsigned int scanout,
		   struct damage *out_damage)
{
	struct vdpa_gpu_view_damage view = {
		.size = sizeof(view), .scanout = scanout,
	};
	int err = call(cap, VDPA_GPU_VIEW_DAMAGE, &view);

	if (err)
		return err;
	*out_damage = (struct damage){
		.layout = view.flags & VDPA_GPU_DAMAGE_LAYOUT,
		.pixels = view.flags & VDPA_GPU_DAMAGE_PIXELS,
		.cursor = view.flags & VDPA_GPU_DAMAGE_CURSOR,
		.mode = view.flags & VDPA_GPU_DAMAGE_MODE,
		.x = view.rect.x,
		.y = view.rect.y,
		.width = view.rect.width,
		.height = view.rect.height,
		.frames = view.frames,
	};
	return 0;
}

int capture_mode(struct capture *cap, unsigned int scanout,
		 struct mode *out_mode)
{
	struct vdpa_gpu_view_scanout layout;
	int err = get_layout(cap, scanout, &layout);

	if (err)
		return err;
	*out_mode = (struct mode){
		.connected = layout.mode.flags & VDPA_GPU_MODE_CONNECTED,
		.x = layout.mode.x,
		.y = layout.mode.y,
		.width = layout.mode.width,
		.height = layout.mode.height,
		.refresh_mhz = layout.mode.refresh_mhz,
	};
	return 0;
}

int capture_set_mode(struct capture *cap, unsigned int scanout,
		     const struct mode *mode)
{
	struct vdpa_gpu_view_set_mode view = {
		.size = sizeof(view),
		.scanout = scanout,
		.mode = {
			.flags = mode->connected ? VDPA_GPU_MODE_CONNECTED : 0,
			.x = mode->x,
			.y = mode->y,
			.width = mode->width,
			.height = mode->height,
			.refresh_mhz = mode->refresh_mhz,
		},
	};

	return call(cap, VDPA_GPU_VIEW_SET_MODE, &view);
}
