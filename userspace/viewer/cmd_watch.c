// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every frame that the guest flushes, one after the other. The guest does not
 * wait for us: flushes that come while a picture is being written are one
 * frame then, with the number of the last of them. To a new viewer everything
 * is new, so the first frame is what is shown when we come, if anything is.
 */
#include "commands.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>

#include "../lib/log.h"
#include "../lib/loop.h"
#include "capture.h"
#include "options.h"
#include "output.h"
#include "session.h"
#include "viewer.h"

/**
 * struct watch - a stream of frames
 * @options: what the user wants
 * @session: the device
 * @capture: what is shown
 * @output: where it goes
 * @loop: what waits
 * @shown: frames that were shown
 * @blank: the user knows that nothing is shown
 * @output_failed: the output has told the user why
 */
struct watch {
	const struct options *options;
	const struct session *session;
	struct capture capture;
	struct output *output;
	struct loop *loop;
	uint64_t shown;
	bool blank;
	bool output_failed;
};

/* Return: 0, also when nothing is shown; or a negative errno. */
static int turn_to_new_image(struct watch *watch)
{
	int err = capture_catch(&watch->capture);

	if (err == -ENOENT) {
		if (!watch->blank)
			log_info("scanout %u shows nothing: not drawn yet, reset, or off; waiting",
				 watch->options->scanout);
		watch->blank = true;
		return 0;
	}
	if (!err) {
		watch->blank = false;
		log_debug("image %" PRIu64 ", %ux%u",
			  (uint64_t)watch->capture.image.layout.image_id,
			  watch->capture.picture.width,
			  watch->capture.picture.height);
	}
	return err;
}

/* @frame: number and damage are filled. */
static int show_frame(struct watch *watch, struct frame *frame)
{
	int err = capture_picture(&watch->capture, &frame->picture);

	if (err)
		return err;
	if (output_show(watch->output, frame)) {
		watch->output_failed = true;
		return -EIO;
	}
	watch->shown++;
	if (watch->shown == watch->options->frames)
		loop_stop(watch->loop, 0);
	loop_set_deadline(watch->loop, watch->options->wait);
	return 0;
}

static int fetch(struct watch *watch)
{
	struct vdpa_gpu_view_damage damage;
	struct frame frame = { 0 };
	bool new_image;
	int err = capture_damage(&watch->capture,
				 watch->session->info.num_scanouts, &damage);

	if (err)
		return err;
	new_image = damage.flags & VDPA_GPU_DAMAGE_LAYOUT;
	if (new_image)
		err = turn_to_new_image(watch);
	if (err || !watch->capture.image.bytes ||
	    !(damage.flags & VDPA_GPU_DAMAGE_PIXELS))
		return err;

	frame.number = damage.frames;
	if (new_image) {
		/* Whatever was flushed, the image before it is not known. */
		frame.damage.width = watch->capture.picture.width;
		frame.damage.height = watch->capture.picture.height;
	} else {
		err = capture_read(&watch->capture, &damage.rect,
				   &frame.damage);
	}
	return err ? err : show_frame(watch, &frame);
}

static void on_event(void *data, short revents)
{
	struct watch *watch = data;
	int err = -ENODEV;

	if (!(revents & (POLLHUP | POLLERR | POLLNVAL)))
		err = fetch(watch);
	if (err)
		loop_stop(watch->loop, err);
}

static int conclude(const struct watch *watch, int err)
{
	log_info("%" PRIu64 " frames", watch->shown);
	if (watch->output_failed)
		return VIEWER_FAILED;
	switch (err) {
	case 0:
	case -EINTR:
		return VIEWER_OK;
	case -ETIME:
		log_error("no frame for %u s", watch->options->wait);
		log_hint("the guest draws nothing; 'info' shows all scanouts");
		return VIEWER_BLANK;
	default:
		return session_report(watch->session, err, "look at the scanout");
	}
}

static int run(struct watch *watch)
{
	int err = turn_to_new_image(watch);

	if (err)
		return err;
	loop_add(watch->loop, view_link_fd(watch->session->link), POLLIN,
		 on_event, watch);
	loop_set_deadline(watch->loop, watch->options->wait);
	return loop_run(watch->loop);
}

static struct output *create_output(const struct options *options)
{
	return options->raw ? output_lines() : output_png_dir(options->dir);
}

int cmd_watch(const struct options *options)
{
	struct session session;
	struct watch watch = { .options = options, .session = &session };
	int result = session_open(&session, options, false);

	if (result)
		return result;
	capture_init(&watch.capture, &session, options);
	/* Lines carry the checksum that 'crc' prints. */
	watch.capture.cursor = options->cursor && !options->raw;
	watch.output = create_output(options);
	watch.loop = loop_create();
	if (watch.output && watch.loop) {
		result = conclude(&watch, run(&watch));
	} else {
		log_error("cannot write to %s: %s",
			  options->raw ? "stdout" : options->dir,
			  strerror(errno));
		result = VIEWER_FAILED;
	}
	loop_destroy(watch.loop);
	output_destroy(watch.output);
	capture_finish(&watch.capture);
	session_close(&session);
	return result;
}
