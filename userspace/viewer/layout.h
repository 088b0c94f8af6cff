/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VIEWER_LAYOUT_H
#define VIEWER_LAYOUT_H

#include <linux/vdpa_gpu.h>

/**
 * layout_check() - may pixels be read as a layout says
 * @layout: from the kernel, not yet believed
 *
 * Return: NULL when every pixel of the image lies inside image_size and the
 * shown part inside the image; otherwise what is wrong, for the log.
 */
const char *layout_check(const struct vdpa_gpu_view_scanout *layout);

#endif /* VIEWER_LAYOUT_H */
