// SPDX-License-Identifier: GPL-2.0-only
#include "commands.h"

#include <stdio.h>

#include "capture.h"
#include "options.h"
#include "session.h"
#include "viewer.h"

int cmd_crc(const struct options *options)
{
	struct session session;
	struct capture capture;
	int result = session_open(&session, options, false);
	int err;

	if (result)
		return result;
	capture_init(&capture, &session, options);
	err = capture_wait(&capture, session.info.num_scanouts, options->wait);
	if (err)
		result = session_report(&session, err, "take the picture");
	else
		printf("crc32 %08x %ux%u\n", picture_crc(&capture.picture),
		       capture.picture.width, capture.picture.height);
	capture_finish(&capture);
	session_close(&session);
	return result;
}
