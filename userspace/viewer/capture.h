/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * capture.h - from a scanout to a picture.
 *
 * A capture holds the image that the scanout showed when it was last caught,
 * and a converted copy of the shown part. When the scanout turns to another
 * image, capture_catch() again; until then capture_read() fetches what is new.
 */
#ifndef VIEWER_CAPTURE_H
#define VIEWER_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/view_link.h"
#include "picture.h"

struct options;
struct session;

/**
 * struct capture - a scanout being looked at
 * @link: not owned
 * @scanout: which one
 * @access: way to the pixels
 * @cursor: draw the cursor
 * @image: what is shown, or VIEW_IMAGE_NONE
 * @picture: the shown part, without cursor
 * @composed: the same with the cursor
 */
struct capture {
	struct view_link *link;
	uint32_t scanout;
	enum view_access access;
	bool cursor;
	struct view_image image;
	struct picture picture;
	struct picture composed;
};

void capture_init(struct capture *capture, const struct session *session,
		  const struct options *options);
void capture_finish(struct capture *capture);

/**
 * capture_catch() - get hold of what is shown now, read all of it
 * @capture: a capture
 *
 * Return: 0, or a negative errno as in view_link.h; nothing is held then.
 */
int capture_catch(struct capture *capture);

/**
 * capture_read() - read what is new
 * @capture: holds an image
 * @rect: where, in coordinates of the image
 * @out_damage: the same, in coordinates of the picture; may be empty
 *
 * Return: 0 or a negative errno.
 */
int capture_read(struct capture *capture, const struct vdpa_gpu_rect *rect,
		 struct vdpa_gpu_rect *out_damage);

/**
 * capture_picture() - what to show
 * @capture: holds an image
 * @out_picture: stays the capture's, good until its next call
 *
 * Return: 0 or a negative errno.
 */
int capture_picture(struct capture *capture, const struct picture **out_picture);

/**
 * capture_damage() - fetch the damage of all scanouts, keep that of ours
 * @capture: a capture
 * @num_scanouts: of the device
 * @out_damage: that of the capture's scanout
 *
 * Return: 0 or a negative errno.
 */
int capture_damage(const struct capture *capture, uint32_t num_scanouts,
		   struct vdpa_gpu_view_damage *out_damage);

/**
 * capture_wait() - catch, and wait for something to be shown if need be
 * @capture: a capture
 * @num_scanouts: of the device
 * @seconds: how long; 0 for not at all
 *
 * Return: 0, -ENOENT when nothing was shown in time, -EINTR after SIGINT or
 * SIGTERM, or another negative errno.
 */
int capture_wait(struct capture *capture, uint32_t num_scanouts,
		 unsigned int seconds);

#endif /* VIEWER_CAPTURE_H */
