// SPDX-License-Identifier: GPL-2.0-only
/* Print "WxH CRC32" of a PNG's pixels, as drm-draw's step "crc" does. */
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

int main(int argc, char **argv)
{
	png_image image = { .version = PNG_IMAGE_VERSION };
	png_bytep pixels;

	if (argc != 2 || !png_image_begin_read_from_file(&image, argv[1])) {
		fprintf(stderr, "png-crc: %s\n",
			argc == 2 ? image.message : "usage: png-crc FILE");
		return 1;
	}
	image.format = PNG_FORMAT_RGB;
	pixels = malloc(PNG_IMAGE_SIZE(image));
	if (!pixels || !png_image_finish_read(&image, NULL, pixels, 0, NULL)) {
		fprintf(stderr, "png-crc: %s: %s\n", argv[1], image.message);
		return 1;
	}
	printf("%ux%u %08lx\n", image.width, image.height,
	       crc32(crc32(0, NULL, 0), pixels, PNG_IMAGE_SIZE(image)));
	free(pixels);
	return 0;
}
