// SPDX-License-Identifier: GPL-2.0-only
#include "format.h"

#include <linux/virtio_gpu.h>

#define NO_ALPHA (-1)

static const struct pixel_format formats[] = {
	/* id, memory order, r, g, b, a */
	{ VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, "B8G8R8A8", 2, 1, 0, 3 },
	{ VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM, "B8G8R8X8", 2, 1, 0, NO_ALPHA },
	{ VIRTIO_GPU_FORMAT_A8R8G8B8_UNORM, "A8R8G8B8", 1, 2, 3, 0 },
	{ VIRTIO_GPU_FORMAT_X8R8G8B8_UNORM, "X8R8G8B8", 1, 2, 3, NO_ALPHA },
	{ VIRTIO_GPU_FORMAT_R8G8B8A8_UNORM, "R8G8B8A8", 0, 1, 2, 3 },
	{ VIRTIO_GPU_FORMAT_X8B8G8R8_UNORM, "X8B8G8R8", 3, 2, 1, NO_ALPHA },
	{ VIRTIO_GPU_FORMAT_A8B8G8R8_UNORM, "A8B8G8R8", 3, 2, 1, 0 },
	{ VIRTIO_GPU_FORMAT_R8G8B8X8_UNORM, "R8G8B8X8", 0, 1, 2, NO_ALPHA },
};

const struct pixel_format *pixel_format_find(uint32_t id)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].id == id)
			return &formats[i];
	return NULL;
}

void pixel_format_to_rgba(const struct pixel_format *format, const uint8_t *src,
			  uint8_t *out_rgba, size_t pixels)
{
	const struct pixel_format f = *format;

	for (size_t i = 0; i < pixels; i++) {
		out_rgba[0] = src[f.red];
		out_rgba[1] = src[f.green];
		out_rgba[2] = src[f.blue];
		out_rgba[3] = f.alpha < 0 ? 255 : src[f.alpha];
		src += BYTES_PER_PIXEL;
		out_rgba += BYTES_PER_PIXEL;
	}
}
