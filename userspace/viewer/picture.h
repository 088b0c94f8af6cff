/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * picture.h - pixels of our own, ready to be shown: bytes R, G, B, A, rows
 * without gaps, upper left first.
 */
#ifndef VIEWER_PICTURE_H
#define VIEWER_PICTURE_H

#include <stdint.h>

#include <linux/vdpa_gpu.h>

/**
 * struct picture - an image in memory
 * @width: columns
 * @height: rows
 * @rgba: @width * @height * 4 bytes, owned; NULL when empty
 *
 * Zeroed, it is an empty picture.
 */
struct picture {
	uint32_t width;
	uint32_t height;
	uint8_t *rgba;
};

/**
 * picture_resize() - make room
 * @picture: keeps its size or becomes black
 * @width: columns, not 0
 * @height: rows, not 0
 *
 * Return: 0, or -ENOMEM; the picture is empty then.
 */
int picture_resize(struct picture *picture, uint32_t width, uint32_t height);

/**
 * picture_copy() - make one picture like another
 * @to: resized
 * @from: not empty
 *
 * Return: as picture_resize().
 */
int picture_copy(struct picture *to, const struct picture *from);

/**
 * picture_finish() - free the pixels
 * @picture: empty afterwards
 */
void picture_finish(struct picture *picture);

/**
 * picture_row() - address of a pixel
 * @picture: not empty
 * @x: below width
 * @y: below height
 */
uint8_t *picture_row(const struct picture *picture, uint32_t x, uint32_t y);

/**
 * picture_read_image() - convert a piece of a guest's image
 * @picture: as large as the shown part of the image; opaque afterwards
 * @layout: one that layout_check() accepted
 * @bytes: of that image
 * @rect: which piece, in coordinates of the shown part and inside it
 */
void picture_read_image(struct picture *picture,
			const struct vdpa_gpu_view_scanout *layout,
			const uint8_t *bytes, const struct vdpa_gpu_rect *rect);

/**
 * picture_crc() - a number that two equal pictures share
 * @picture: not empty
 *
 * CRC-32 (that of zlib and PNG) over all pixels as bytes B, G, R, 0. This is
 * what a guest that draws in XRGB8888 finds in its own buffer, row by row with
 * the unused byte cleared.
 */
uint32_t picture_crc(const struct picture *picture);

#endif /* VIEWER_PICTURE_H */
