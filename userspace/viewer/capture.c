// SPDX-License-Identifier: GPL-2.0-only
#include "capture.h"

#include <errno.h>
#include <poll.h>

#include "../lib/log.h"
#include "../lib/loop.h"
#include "cursor.h"
#include "layout.h"
#include "options.h"
#include "rect.h"
#include "session.h"

void capture_init(struct capture *capture, const struct session *session,
		  const struct options *options)
{
	*capture = (struct capture){
		.link = session->link,
		.scanout = options->scanout,
		.access = options->access,
		.cursor = options->cursor,
		.image = VIEW_IMAGE_NONE,
	};
}

void capture_finish(struct capture *capture)
{
	view_image_release(&capture->image);
	picture_finish(&capture->picture);
	picture_finish(&capture->composed);
}

/* @rect: in coordinates of the shown part, and inside it. */
static int read_pixels(struct capture *capture, const struct vdpa_gpu_rect *rect)
{
	int err = view_image_begin(&capture->image);

	if (err)
		return err;
	picture_read_image(&capture->picture, &capture->image.layout,
			   capture->image.bytes, rect);
	return view_image_end(&capture->image);
}

static int check_and_read(struct capture *capture)
{
	const struct vdpa_gpu_view_scanout *layout = &capture->image.layout;
	const char *complaint = layout_check(layout);
	struct vdpa_gpu_rect all = {
		.width = layout->shown.width,
		.height = layout->shown.height,
	};
	int err;

	if (complaint) {
		log_error("scanout %u: the kernel's layout makes no sense: %s",
			  capture->scanout, complaint);
		return -EPROTO;
	}
	err = picture_resize(&capture->picture, all.width, all.height);
	return err ? err : read_pixels(capture, &all);
}

int capture_catch(struct capture *capture)
{
	int err;

	view_image_release(&capture->image);
	err = view_link_catch(capture->link, capture->scanout, capture->access,
			      &capture->image);
	if (err)
		return err;
	err = check_and_read(capture);
	if (err)
		view_image_release(&capture->image);
	return err;
}

int capture_read(struct capture *capture, const struct vdpa_gpu_rect *rect,
		 struct vdpa_gpu_rect *out_damage)
{
	const struct vdpa_gpu_rect *shown = &capture->image.layout.shown;

	*out_damage = rect_intersect(rect, shown);
	if (rect_is_empty(out_damage))
		return 0;
	out_damage->x -= shown->x;
	out_damage->y -= shown->y;
	return read_pixels(capture, out_damage);
}

int capture_picture(struct capture *capture, const struct picture **out_picture)
{
	struct vdpa_gpu_view_cursor cursor;
	uint8_t pixels[VIEW_CURSOR_BYTES];
	int err;

	*out_picture = &capture->picture;
	if (!capture->cursor)
		return 0;
	err = view_link_cursor(capture->link, capture->scanout, &cursor, pixels);
	if (err || !(cursor.flags & VDPA_GPU_CURSOR_VISIBLE))
		return err;
	err = picture_copy(&capture->composed, &capture->picture);
	if (err)
		return err;
	*out_picture = &capture->composed;
	return cursor_compose(&capture->composed, &cursor, pixels);
}

int capture_damage(const struct capture *capture, uint32_t num_scanouts,
		   struct vdpa_gpu_view_damage *out_damage)
{
	struct vdpa_gpu_view_damage other;
	int err = view_link_damage(capture->link, capture->scanout, out_damage);

	/* What is left unfetched keeps poll() from sleeping. */
	for (uint32_t i = 0; i < num_scanouts && !err; i++)
		if (i != capture->scanout)
			err = view_link_damage(capture->link, i, &other);
	return err;
}

struct waiting {
	struct capture *capture;
	struct loop *loop;
	uint32_t num_scanouts;
};

static void on_event(void *data, short revents)
{
	struct waiting *waiting = data;
	struct vdpa_gpu_view_damage damage;
	int err = -ENODEV;

	if (!(revents & (POLLHUP | POLLERR | POLLNVAL)))
		err = capture_damage(waiting->capture, waiting->num_scanouts,
				     &damage);
	if (!err)
		err = capture_catch(waiting->capture);
	if (err != -ENOENT)
		loop_stop(waiting->loop, err);
}

int capture_wait(struct capture *capture, uint32_t num_scanouts,
		 unsigned int seconds)
{
	int err = capture_catch(capture);
	struct waiting waiting = {
		.capture = capture,
		.num_scanouts = num_scanouts,
	};

	if (err != -ENOENT || !seconds)
		return err;
	waiting.loop = loop_create();
	if (!waiting.loop)
		return -errno;
	log_info("scanout %u shows nothing, waiting up to %u s for the guest",
		 capture->scanout, seconds);
	loop_add(waiting.loop, view_link_fd(capture->link), POLLIN, on_event,
		 &waiting);
	loop_set_deadline(waiting.loop, seconds);
	err = loop_run(waiting.loop);
	loop_destroy(waiting.loop);
	return err == -ETIME ? -ENOENT : err;
}
