// SPDX-License-Identifier: GPL-2.0-only
#include "commands.h"

#include <inttypes.h>
#include <stdio.h>

#include "../lib/view_link.h"
#include "format.h"
#include "session.h"
#include "viewer.h"

static void print_image(const struct vdpa_gpu_view_scanout *layout)
{
	const struct pixel_format *format = pixel_format_find(layout->format);

	if (!(layout->flags & VDPA_GPU_SCANOUT_ACTIVE)) {
		printf("  shows   nothing\n");
		return;
	}
	printf("  shows   %ux%u+%u+%u of image %" PRIu64 "\n",
	       layout->shown.width, layout->shown.height, layout->shown.x,
	       layout->shown.y, (uint64_t)layout->image_id);
	printf("  image   %ux%u %s, stride %u, offset %" PRIu64 ", %" PRIu64 " bytes%s\n",
	       layout->width, layout->height, format ? format->name : "?",
	       layout->stride, (uint64_t)layout->offset,
	       (uint64_t)layout->image_size,
	       layout->flags & VDPA_GPU_SCANOUT_GUEST_MEMORY ?
	       ", guest memory" : "");
}

static void print_cursor(const struct vdpa_gpu_view_cursor *cursor)
{
	if (!(cursor->flags & VDPA_GPU_CURSOR_VISIBLE)) {
		printf("  cursor  none\n");
		return;
	}
	printf("  cursor  at %d,%d, hot spot %u,%u, image %" PRIu64 "\n",
	       cursor->x, cursor->y, cursor->hot_x, cursor->hot_y,
	       (uint64_t)cursor->serial);
}

static int print_scanout(const struct session *session, uint32_t index)
{
	struct vdpa_gpu_view_scanout layout;
	struct vdpa_gpu_view_cursor cursor;
	int err = view_link_scanout(session->link, index, &layout);

	if (!err)
		err = view_link_cursor(session->link, index, &cursor, NULL);
	if (err)
		return err;
	printf("scanout %u\n", index);
	printf("  output  %s, %ux%u at %u,%u, %u.%03u Hz\n",
	       layout.mode.flags & VDPA_GPU_MODE_CONNECTED ?
	       "connected" : "disconnected",
	       layout.mode.width, layout.mode.height, layout.mode.x,
	       layout.mode.y, layout.mode.refresh_mhz / 1000,
	       layout.mode.refresh_mhz % 1000);
	print_image(&layout);
	print_cursor(&cursor);
	printf("  frames  %" PRIu64 "\n", (uint64_t)layout.frames);
	return 0;
}

int cmd_info(const struct options *options)
{
	struct session session;
	int result = session_open(&session, options, false);
	int err = 0;

	if (result)
		return result;
	printf("%s: device %s, interface %u, %u scanout%s, driver %s\n",
	       session.path, session.info.name, session.info.version,
	       session.info.num_scanouts,
	       session.info.num_scanouts == 1 ? "" : "s",
	       session.info.flags & VDPA_GPU_INFO_DRIVER_OK ?
	       "at work" : "not there");
	for (uint32_t i = 0; i < session.info.num_scanouts && !err; i++)
		err = print_scanout(&session, i);
	if (err)
		result = session_report(&session, err, "look at a scanout");
	session_close(&session);
	return result;
}
