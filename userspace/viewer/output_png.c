// SPDX-License-Identifier: GPL-2.0-only
/*
 * PNG files. A picture is written beside its place and renamed into it, so
 * whoever opens the file sees a whole picture or the one before.
 */
#include "output.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <png.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/log.h"
#include "format.h"
#include "picture.h"

/* Screens compress well at any level; the guest's next frame will not wait. */
#define COMPRESSION_LEVEL 3

/**
 * struct png_output - PNG files
 * @output: what the others see
 * @path: the file, or the directory
 * @numbered: a file per frame inside @path
 */
struct png_output {
	struct output output;
	char *path;
	bool numbered;
};

static void on_png_error(png_structp png, png_const_charp message)
{
	log_error("libpng: %s", message);
	png_longjmp(png, 1);
}

static void on_png_warning(png_structp png, png_const_charp message)
{
	(void)png;
	log_debug("libpng: %s", message);
}

static void write_rows(png_structp png, png_infop info,
		       const struct picture *picture)
{
	png_set_IHDR(png, info, picture->width, picture->height, 8,
		     PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
		     PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_set_compression_level(png, COMPRESSION_LEVEL);
	png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
	png_write_info(png, info);
	/* Rows have four bytes a pixel, the file three. */
	png_set_filler(png, 0, PNG_FILLER_AFTER);
	for (uint32_t y = 0; y < picture->height; y++)
		png_write_row(png, picture_row(picture, 0, y));
	png_write_end(png, info);
}

static int encode(FILE *file, const struct picture *picture)
{
	png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL,
						  on_png_error, on_png_warning);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	int err = 0;

	if (!info) {
		png_destroy_write_struct(&png, NULL);
		return -ENOMEM;
	}
	if (setjmp(png_jmpbuf(png))) {
		png_destroy_write_struct(&png, &info);
		return -EIO;
	}
	png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
	png_init_io(png, file);
	write_rows(png, info, picture);
	png_destroy_write_struct(&png, &info);
	if (fflush(file) == EOF)
		err = -errno;
	return err;
}

/* rename() would put a file in the place of a device, or of a directory. */
static int check_target(const char *path)
{
	struct stat st;

	if (lstat(path, &st) || S_ISREG(st.st_mode) || S_ISLNK(st.st_mode))
		return 0;
	log_error("%s exists and is not a file", path);
	return -EEXIST;
}

static FILE *open_beside(const char *path, char *out_name, size_t size)
{
	mode_t mask = umask(0);
	FILE *file;
	int fd;

	umask(mask);
	if ((size_t)snprintf(out_name, size, "%s.XXXXXX", path) >= size) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	fd = mkstemp(out_name);
	if (fd < 0)
		return NULL;
	file = fchmod(fd, 0666 & ~mask) ? NULL : fdopen(fd, "wb");
	if (!file) {
		unlink(out_name);
		close(fd);
	}
	return file;
}

static int write_file(const char *path, const struct picture *picture)
{
	char name[PATH_MAX];
	FILE *file;
	int err = check_target(path);

	if (err)
		return err;
	file = open_beside(path, name, sizeof(name));
	if (!file) {
		err = -errno;
		log_error("cannot write %s: %s", path, strerror(errno));
		return err;
	}
	err = encode(file, picture);
	if (fclose(file) == EOF && !err)
		err = -errno;
	if (!err && rename(name, path))
		err = -errno;
	if (err) {
		unlink(name);
		log_error("cannot write %s: %s", path, strerror(-err));
	}
	return err;
}

static int show(struct output *output, const struct frame *frame)
{
	struct png_output *png = (struct png_output *)output;
	char path[PATH_MAX];
	int len;

	if (!png->numbered)
		return write_file(png->path, frame->picture);
	len = snprintf(path, sizeof(path), "%s/frame-%08" PRIu64 ".png",
		       png->path, frame->number);
	if ((size_t)len >= sizeof(path)) {
		log_error("the name of the directory is too long");
		return -ENAMETOOLONG;
	}
	return write_file(path, frame->picture);
}

static void destroy(struct output *output)
{
	struct png_output *png = (struct png_output *)output;

	free(png->path);
	free(png);
}

static const struct output_ops ops = { .show = show, .destroy = destroy };

static struct output *create(const char *path, bool numbered)
{
	struct png_output *png = calloc(1, sizeof(*png));

	if (!png)
		return NULL;
	png->output.ops = &ops;
	png->numbered = numbered;
	png->path = strdup(path);
	if (!png->path) {
		free(png);
		return NULL;
	}
	return &png->output;
}

struct output *output_png_file(const char *path)
{
	return create(path, false);
}

struct output *output_png_dir(const char *dir)
{
	if (mkdir(dir, 0777) && errno != EEXIST)
		return NULL;
	return create(dir, true);
}
