// SPDX-License-Identifier: GPL-2.0-only
#include "output.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "../lib/log.h"
#include "picture.h"

static int show(struct output *output, const struct frame *frame)
{
	const struct vdpa_gpu_rect *rect = &frame->damage;

	(void)output;
	printf("frame %" PRIu64 " rect %u,%u,%u,%u crc32 %08x\n", frame->number,
	       rect->x, rect->y, rect->width, rect->height,
	       picture_crc(frame->picture));
	if (fflush(stdout) == EOF) {
		log_error("cannot write to stdout");
		return -EIO;
	}
	return 0;
}

static void destroy(struct output *output)
{
	free(output);
}

static const struct output_ops ops = { .show = show, .destroy = destroy };

struct output *output_lines(void)
{
	struct output *output = calloc(1, sizeof(*output));

	if (output)
		output->ops = &ops;
	return output;
}
