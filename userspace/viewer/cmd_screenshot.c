// SPDX-License-Identifier: GPL-2.0-only
#include "commands.h"

#include <errno.h>
#include <string.h>

#include "../lib/log.h"
#include "capture.h"
#include "options.h"
#include "output.h"
#include "session.h"
#include "viewer.h"

static int save(const struct picture *picture, const char *path)
{
	struct output *output = output_png_file(path);
	struct frame frame = {
		.picture = picture,
		.damage = { 0, 0, picture->width, picture->height },
	};
	int err;

	if (!output) {
		log_error("cannot write %s: %s", path, strerror(errno));
		return VIEWER_FAILED;
	}
	err = output_show(output, &frame);
	output_destroy(output);
	return err ? VIEWER_FAILED : VIEWER_OK;
}

static int shoot(const struct session *session, const struct options *options)
{
	const struct picture *picture;
	struct capture capture;
	int result;
	int err;

	capture_init(&capture, session, options);
	err = capture_wait(&capture, session->info.num_scanouts, options->wait);
	if (!err)
		err = capture_picture(&capture, &picture);
	if (err) {
		result = session_report(session, err, "take the picture");
	} else {
		result = save(picture, options->file);
		if (!result)
			log_info("%s: %ux%u", options->file, picture->width,
				 picture->height);
	}
	capture_finish(&capture);
	return result;
}

int cmd_screenshot(const struct options *options)
{
	struct session session;
	int result = session_open(&session, options, false);

	if (result)
		return result;
	result = shoot(&session, options);
	session_close(&session);
	return result;
}
