/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * output.h - where pictures go. A tenant is one file output_NAME.c that embeds
 * struct output as the first member of its own struct; adding one is a file
 * and a creating function here.
 */
#ifndef VIEWER_OUTPUT_H
#define VIEWER_OUTPUT_H

#include <stdint.h>

#include <linux/vdpa_gpu.h>

struct output;
struct picture;

/**
 * struct frame - one picture to show
 * @number: flushes that reached the scanout so far
 * @picture: all of it, with the cursor where the output wants one
 * @damage: what is new in it, inside the picture; may be empty
 */
struct frame {
	uint64_t number;
	const struct picture *picture;
	struct vdpa_gpu_rect damage;
};

/**
 * struct output_ops - what an output can do
 * @show: take a frame, which is the caller's again afterwards. Returns 0 or a
 *	negative errno; it has told the user then
 * @destroy: free the output
 */
struct output_ops {
	int (*show)(struct output *output, const struct frame *frame);
	void (*destroy)(struct output *output);
};

struct output {
	const struct output_ops *ops;
};

static inline int output_show(struct output *output, const struct frame *frame)
{
	return output->ops->show(output, frame);
}

static inline void output_destroy(struct output *output)
{
	if (output)
		output->ops->destroy(output);
}

/**
 * output_png_file() - every frame into the same file
 * @path: replaced as a whole, so that a reader never sees half a picture
 *
 * Return: an output, or NULL with errno set.
 */
struct output *output_png_file(const char *path);

/**
 * output_png_dir() - every frame into a file of its own
 * @dir: gets frame-NUMBER.png; made when missing
 *
 * Return: an output, or NULL with errno set.
 */
struct output *output_png_dir(const char *dir);

/**
 * output_lines() - every frame as a line on stdout
 *
 * "frame NUMBER rect X,Y,WIDTH,HEIGHT crc32 HEX", see picture_crc().
 *
 * Return: an output, or NULL with errno set.
 */
struct output *output_lines(void);

#endif /* VIEWER_OUTPUT_H */
