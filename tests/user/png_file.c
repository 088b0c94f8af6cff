// SPDX-License-Identifier: GPL-2.0-only
#include "png_file.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "../../userspace/viewer/picture.h"

bool file_shows(const char *path, const struct picture *picture)
{
	png_image image = { .version = PNG_IMAGE_VERSION };
	bool ok = false;
	uint8_t *rgba;

	if (!png_image_begin_read_from_file(&image, path))
		return false;
	image.format = PNG_FORMAT_RGBA;
	rgba = malloc(PNG_IMAGE_SIZE(image));
	if (image.width == picture->width && image.height == picture->height &&
	    png_image_finish_read(&image, NULL, rgba, 0, NULL))
		ok = !memcmp(rgba, picture->rgba, PNG_IMAGE_SIZE(image));
	png_image_free(&image);
	free(rgba);
	return ok;
}
