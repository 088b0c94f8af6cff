// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pictures through a PNG file and back; what is left when writing fails.
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../userspace/viewer/output.h"
#include "../../userspace/viewer/picture.h"
#include "png_file.h"
#include "tap.h"

static char dir[] = "/tmp/vdpa-gpu-test.XXXXXX";

static void make_picture(struct picture *picture, uint32_t width, uint32_t height)
{
	picture_resize(picture, width, height);
	for (size_t i = 0; i < (size_t)width * height * 4; i++)
		picture->rgba[i] = i % 4 == 3 ? 255 : tap_random();
}

static unsigned int files_in(const char *path)
{
	DIR *d = opendir(path);
	unsigned int n = 0;
	struct dirent *entry;

	while (d && (entry = readdir(d)))
		n += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(d);
	return n;
}

static int save(struct output *output, const struct picture *picture, uint64_t n)
{
	struct frame frame = { .number = n, .picture = picture };

	return output_show(output, &frame);
}

static void test_round_trip(void)
{
	static const struct { uint32_t width, height; } sizes[] = {
		{ 1, 1 }, { 1, 300 }, { 300, 1 }, { 641, 479 },
	};
	char path[100];

	snprintf(path, sizeof(path), "%s/a.png", dir);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct output *output = output_png_file(path);
		struct picture picture = { 0 };

		make_picture(&picture, sizes[i].width, sizes[i].height);
		tap_check(!save(output, &picture, 0) && file_shows(path, &picture),
			  "png: %ux%u there and back", picture.width,
			  picture.height);
		output_destroy(output);
		picture_finish(&picture);
	}
	tap_check(files_in(dir) == 1, "png: written over, nothing left beside it");
}

static void test_mode(void)
{
	struct picture picture = { 0 };
	mode_t old = umask(027);
	struct output *output;
	char path[100];
	struct stat st;

	snprintf(path, sizeof(path), "%s/m.png", dir);
	output = output_png_file(path);
	make_picture(&picture, 2, 2);
	save(output, &picture, 0);
	tap_check(!stat(path, &st) && (st.st_mode & 0777) == 0640,
		  "png: permissions follow the umask");
	umask(old);
	unlink(path);
	output_destroy(output);
	picture_finish(&picture);
}

static void test_failure(void)
{
	struct rlimit old, small = { 1000, RLIM_INFINITY };
	struct picture good = { 0 }, big = { 0 };
	struct output *output;
	char path[100];
	int err;

	snprintf(path, sizeof(path), "%s/a.png", dir);
	output = output_png_file(path);
	make_picture(&good, 10, 10);
	make_picture(&big, 500, 500);
	save(output, &good, 0);
	getrlimit(RLIMIT_FSIZE, &old);
	small.rlim_max = old.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &small);
	err = save(output, &big, 0);
	setrlimit(RLIMIT_FSIZE, &old);
	tap_check(err < 0, "png: a full disk is an error");
	tap_check(file_shows(path, &good), "png: the old picture stays then");
	tap_check(files_in(dir) == 1, "png: and no half one lies beside it");
	output_destroy(output);
	picture_finish(&good);
	picture_finish(&big);
}

static void test_targets(void)
{
	struct picture picture = { 0 };
	struct output *output = output_png_file("/dev/null");
	struct stat st;

	make_picture(&picture, 3, 3);
	tap_check(save(output, &picture, 0) < 0 && !stat("/dev/null", &st) &&
		  S_ISCHR(st.st_mode), "png: a device is not replaced by a file");
	output_destroy(output);
	output = output_png_file(dir);
	tap_check(save(output, &picture, 0) < 0, "png: a directory is no file");
	output_destroy(output);
	output = output_png_file("/nowhere/a.png");
	tap_check(save(output, &picture, 0) == -ENOENT, "png: a missing directory is an error");
	output_destroy(output);
	picture_finish(&picture);
}

static void test_dir(void)
{
	struct picture a = { 0 }, b = { 0 };
	struct output *output;
	char path[100], name[150];
	bool ok;

	snprintf(path, sizeof(path), "%s/frames", dir);
	output = output_png_dir(path);
	make_picture(&a, 5, 4);
	make_picture(&b, 6, 7);
	save(output, &a, 1);
	save(output, &b, 12345678901);
	snprintf(name, sizeof(name), "%s/frame-00000001.png", path);
	ok = file_shows(name, &a);
	unlink(name);
	snprintf(name, sizeof(name), "%s/frame-12345678901.png", path);
	ok &= file_shows(name, &b);
	unlink(name);
	tap_check(ok && files_in(path) == 0, "png: a file per frame, named by its number");
	rmdir(path);
	output_destroy(output);
	picture_finish(&a);
	picture_finish(&b);
}

int main(void)
{
	char path[100];

	if (!mkdtemp(dir))
		return 1;
	test_round_trip();
	test_mode();
	test_failure();
	test_targets();
	test_dir();
	snprintf(path, sizeof(path), "%s/a.png", dir);
	unlink(path);
	rmdir(dir);
	return tap_result();
}
