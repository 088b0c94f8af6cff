/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session.h - a view device, found and opened, and what to tell the user when
 * it does not do what it should.
 */
#ifndef VIEWER_SESSION_H
#define VIEWER_SESSION_H

#include <limits.h>
#include <stdbool.h>

#include <linux/vdpa_gpu.h>

struct options;
struct view_link;

/**
 * struct session - one open view device
 * @path: of the device file
 * @link: owned
 * @info: what it is
 */
struct session {
	char path[PATH_MAX];
	struct view_link *link;
	struct vdpa_gpu_view_info info;
};

/**
 * session_open() - find the device, open it, check the scanout's number
 * @session: filled; session_close() is needed after VIEWER_OK only
 * @options: what the user wants
 * @writable: modes will be set
 *
 * Return: an enum viewer_exit; the user knows.
 */
int session_open(struct session *session, const struct options *options,
		 bool writable);
void session_close(struct session *session);

/**
 * session_report() - say what an error means and what to do about it
 * @session: opened or not, the path is known
 * @err: negative errno from view_link.h
 * @what: the step that failed, as in "cannot WHAT"
 *
 * Return: an enum viewer_exit.
 */
int session_report(const struct session *session, int err, const char *what);

/**
 * session_find() - the only view device there is
 * @dir: where to look
 * @out_path: PATH_MAX bytes
 *
 * Return: how many there are; @out_path is filled when that is 1.
 */
unsigned int session_find(const char *dir, char *out_path);

#endif /* VIEWER_SESSION_H */
