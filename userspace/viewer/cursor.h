/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VIEWER_CURSOR_H
#define VIEWER_CURSOR_H

#include <linux/vdpa_gpu.h>

#include <stdint.h>

struct picture;

/**
 * cursor_compose() - draw the cursor over a picture
 * @picture: the shown part of a scanout
 * @cursor: from the kernel; nothing happens when it is not visible
 * @pixels: VIEW_CURSOR_BYTES in the cursor's format
 *
 * The image lies with its hot spot at (x, y) and is clipped at the edges. Its
 * colours are premultiplied with alpha, as DRM clients make them.
 *
 * Return: 0, or -EINVAL for a format that is none.
 */
int cursor_compose(struct picture *picture,
		   const struct vdpa_gpu_view_cursor *cursor,
		   const uint8_t *pixels);

#endif /* VIEWER_CURSOR_H */
