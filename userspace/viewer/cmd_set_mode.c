// SPDX-License-Identifier: GPL-2.0-only
#include "commands.h"

#include "../lib/log.h"
#include "../lib/view_link.h"
#include "options.h"
#include "session.h"
#include "viewer.h"

static void apply(struct vdpa_gpu_mode *mode, const struct mode_change *change)
{
	if (change->has_width)
		mode->width = change->width;
	if (change->has_height)
		mode->height = change->height;
	if (change->has_refresh)
		mode->refresh_mhz = change->refresh_mhz;
	if (change->has_x)
		mode->x = change->x;
	if (change->has_y)
		mode->y = change->y;
	if (!change->has_connected)
		return;
	mode->flags &= ~VDPA_GPU_MODE_CONNECTED;
	if (change->connected)
		mode->flags |= VDPA_GPU_MODE_CONNECTED;
}

int cmd_set_mode(const struct options *options)
{
	struct vdpa_gpu_view_scanout layout;
	struct session session;
	int result = session_open(&session, options, true);
	int err;

	if (result)
		return result;
	err = view_link_scanout(session.link, options->scanout, &layout);
	if (!err) {
		apply(&layout.mode, &options->mode);
		err = view_link_set_mode(session.link, options->scanout,
					 &layout.mode);
	}
	if (err)
		result = session_report(&session, err, "set the mode");
	else
		log_info("scanout %u: %s, %ux%u at %u,%u", options->scanout,
			 layout.mode.flags & VDPA_GPU_MODE_CONNECTED ?
			 "connected" : "disconnected",
			 layout.mode.width, layout.mode.height, layout.mode.x,
			 layout.mode.y);
	session_close(&session);
	return result;
}
