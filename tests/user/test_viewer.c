// SPDX-License-Identifier: GPL-2.0-only
/*
 * The whole program against a view device without a kernel.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../userspace/viewer/format.h"
#include "../../userspace/viewer/picture.h"
#include "../../userspace/viewer/session.h"
#include "../../userspace/viewer/viewer.h"
#include "fake_view.h"
#include "png_file.h"
#include "tap.h"

static char dir[] = "/tmp/vdpa-gpu-test.XXXXXX";
static char shot[64];
static char out_text[16384];
static char err_text[16384];

/* Image A: 64x48 shown out of 80x60; image B: another size and format. */
static struct fake_image image_a, image_b;

static const struct vdpa_gpu_view_scanout layout_a = {
	.format = 2, .image_size = 8192 + 352 * 60, .offset = 8192,
	.stride = 352, .width = 80, .height = 60, .shown = { 8, 6, 64, 48 },
};

static const struct vdpa_gpu_view_scanout layout_b = {
	.format = 121, .image_size = 400 * 50, .stride = 400,
	.width = 100, .height = 50, .shown = { 0, 0, 100, 50 },
};

static void slurp(FILE *file, char *text, size_t size)
{
	size_t len;

	rewind(file);
	len = fread(text, 1, size - 1, file);
	text[len] = '\0';
	fclose(file);
}

/* Runs a command line, split at blanks, on the fake; keeps what it says. */
static int run(const char *line)
{
	char copy[256], *argv[32] = { "vdpa-gpu-viewer" }, *save;
	FILE *out = tmpfile(), *err = tmpfile();
	int argc = 1, old_out, old_err, result;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	fflush(stdout);
	fflush(stderr);
	old_out = dup(1);
	old_err = dup(2);
	dup2(fileno(out), 1);
	dup2(fileno(err), 2);
	result = viewer_main(argc, argv);
	fflush(stdout);
	fflush(stderr);
	dup2(old_out, 1);
	dup2(old_err, 2);
	close(old_out);
	close(old_err);
	slurp(out, out_text, sizeof(out_text));
	slurp(err, err_text, sizeof(err_text));
	return result;
}

static int run_shot(const char *more)
{
	char line[256];

	unlink(shot);
	snprintf(line, sizeof(line), "screenshot --device %s -o %s %s", FAKE_PATH,
		 shot, more);
	return run(line);
}

static bool exists(const char *path)
{
	struct stat st;

	return !stat(path, &st);
}

static unsigned int open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

/* What the layout shows, converted by the rooms that have tests of their own. */
static void expect(struct picture *picture, const struct vdpa_gpu_view_scanout *l,
		   const struct fake_image *image)
{
	const struct vdpa_gpu_rect all = { 0, 0, l->shown.width, l->shown.height };

	picture_resize(picture, all.width, all.height);
	picture_read_image(picture, l, image->bytes, &all);
}

static void start(void)
{
	fake_reset();
	for (size_t i = 0; i < image_a.size; i++)
		image_a.bytes[i] = tap_random();
	for (size_t i = 0; i < image_b.size; i++)
		image_b.bytes[i] = tap_random();
}

static void test_screenshot(const char *access)
{
	struct picture a = { 0 }, b = { 0 };
	unsigned int files;

	start();
	fake.num_scanouts = 2;
	fake_show(0, &layout_a, &image_a);
	fake_show(1, &layout_b, &image_b);
	expect(&a, &layout_a, &image_a);
	expect(&b, &layout_b, &image_b);
	run_shot(access);	/* libpng and stdio make their first friends */
	files = open_files();
	tap_check(run_shot(access) == VIEWER_OK && file_shows(shot, &a),
		  "screenshot%s: part of an image", access);
	{
		char more[64];

		snprintf(more, sizeof(more), "%s --scanout 1", access);
		tap_check(run_shot(more) == VIEWER_OK && file_shows(shot, &b),
			  "screenshot%s: another scanout in another format", access);
	}
	tap_check(open_files() == files, "screenshot%s: leaves no file open", access);
	tap_check(!fake.bad_requests, "screenshot%s: keeps to the contract", access);
	if (*access)
		tap_check(fake.mmaps == 3 && !fake.exports,
			  "screenshot --map: maps the device");
	else
		tap_check(fake.exports == 3 && !fake.mmaps && !fake.syncs &&
			  fake.total_syncs == 3,
			  "screenshot: reads a dma-buf between begin and end");
	picture_finish(&a);
	picture_finish(&b);
}

static void flip_once(void)
{
	fake.on_mmap = NULL;
	fake_show(0, &layout_b, &image_b);
}

static void flip_always(void)
{
	fake_show(0, &layout_a, &image_a);
}

static void blank_once(void)
{
	fake.on_mmap = NULL;
	fake_blank(0);
}

static void test_map_race(void)
{
	struct picture b = { 0 };

	start();
	fake_show(0, &layout_a, &image_a);
	expect(&b, &layout_b, &image_b);
	fake.on_mmap = flip_once;
	tap_check(run_shot("--map") == VIEWER_OK && file_shows(shot, &b) &&
		  fake.mmaps == 1,
		  "map: the guest flips before mmap(), the new image is taken");
	fake_show(0, &layout_a, &image_a);
	fake.on_mmap = flip_always;
	tap_check(run_shot("--map") == VIEWER_FAILED &&
		  strstr(err_text, "without --map") && !exists(shot),
		  "map: a guest that flips without end is given up on");
	fake.on_mmap = blank_once;
	tap_check(run_shot("--map") == VIEWER_BLANK && !exists(shot),
		  "map: the guest is reset before mmap()");
	picture_finish(&b);
}

static void test_cursor(void)
{
	struct picture a = { 0 }, with = { 0 };
	struct fake_scanout *s = &fake.scanouts[0];

	start();
	fake_show(0, &layout_a, &image_a);
	expect(&a, &layout_a, &image_a);
	picture_copy(&with, &a);
	s->cursor = (struct vdpa_gpu_view_cursor){
		.flags = VDPA_GPU_CURSOR_VISIBLE, .format = 1,
		.x = 10, .y = 12, .hot_x = 1, .hot_y = 2, .serial = 1,
	};
	/* A single opaque red pixel under the hot spot. */
	memcpy(s->cursor_pixels + (2 * 64 + 1) * 4, "\x00\x00\xff\xff", 4);
	memcpy(picture_row(&with, 10, 12), "\xff\x00\x00\xff", 4);
	tap_check(run_shot("") == VIEWER_OK && file_shows(shot, &with),
		  "cursor: drawn with its hot spot at its place on the scanout");
	tap_check(run_shot("--no-cursor") == VIEWER_OK && file_shows(shot, &a),
		  "cursor: left out when not wanted");
	picture_finish(&a);
	picture_finish(&with);
}

static void test_blank(void)
{
	start();
	tap_check(run_shot("") == VIEWER_BLANK && !exists(shot) &&
		  strstr(err_text, "nothing is shown") && strstr(err_text, "--wait"),
		  "blank: says so, says what to do, writes nothing");
	tap_check(run("crc --device " FAKE_PATH) == VIEWER_BLANK && !*out_text,
		  "blank: crc prints nothing");
	tap_check(run_shot("--wait 1") == VIEWER_BLANK && !exists(shot),
		  "blank: waits and gives up");
}

static void show_a(void)
{
	fake.on_idle = NULL;
	fake_show(0, &layout_a, &image_a);
}

static void draw_elsewhere_then_show(void)
{
	fake_flush(1, (struct vdpa_gpu_rect){ 0, 0, 1, 1 });
	fake.on_idle = show_a;
}

static void test_wait(void)
{
	struct picture a = { 0 };

	start();
	fake.num_scanouts = 2;
	expect(&a, &layout_a, &image_a);
	fake.on_idle = draw_elsewhere_then_show;
	tap_check(run_shot("--wait 60") == VIEWER_OK && file_shows(shot, &a),
		  "wait: until the guest shows something on this scanout");
	start();
	fake.on_idle = fake_remove;
	tap_check(run_shot("--wait 60") == VIEWER_GONE &&
		  strstr(err_text, "removed"),
		  "wait: ends when the device is removed");
	picture_finish(&a);
}

static void test_bad_layout(void)
{
	struct vdpa_gpu_view_scanout bad = layout_a;

	start();
	bad.stride = 1u << 31;
	fake_show(0, &bad, &image_a);
	tap_check(run_shot("") == VIEWER_FAILED && strstr(err_text, "makes no sense") &&
		  !exists(shot), "layout: one beyond its memory is not read");
}

static void test_crc(void)
{
	struct picture a = { 0 };
	char want[64];

	start();
	fake_show(0, &layout_a, &image_a);
	fake.scanouts[0].cursor.flags = VDPA_GPU_CURSOR_VISIBLE;
	fake.scanouts[0].cursor.format = 2;
	expect(&a, &layout_a, &image_a);
	snprintf(want, sizeof(want), "crc32 %08x 64x48\n", picture_crc(&a));
	tap_check(run("crc --device " FAKE_PATH) == VIEWER_OK &&
		  !strcmp(out_text, want), "crc: of the shown part, without cursor");
	tap_check(run("crc --map --device " FAKE_PATH) == VIEWER_OK &&
		  !strcmp(out_text, want), "crc: the same by --map");
	picture_finish(&a);
}

/* The pixel at column 2, row 4 of what image A shows. */
static uint8_t *drawn;

/* A story that a guest tells a watching viewer, one step each time it sleeps. */
static const char *story;

static void tell(void)
{
	switch (*story ? *story++ : '.') {
	case 'a':
		fake_show(0, &layout_a, &image_a);
		break;
	case 'b':
		fake_show(0, &layout_b, &image_b);
		break;
	case 'f':	/* two columns of this rectangle lie left of the shown part */
		*drawn += 16;
		fake_flush(0, (struct vdpa_gpu_rect){ 6, 10, 5, 4 });
		break;
	case 'p':	/* a page flip: another image, and flushed */
		fake_show(0, &layout_b, &image_b);
		fake_flush(0, (struct vdpa_gpu_rect){ 0, 0, 100, 50 });
		break;
	case 'o':	/* outside of what is shown */
		fake_flush(0, (struct vdpa_gpu_rect){ 0, 0, 4, 4 });
		break;
	case 'e':	/* elsewhere */
		fake_flush(1, (struct vdpa_gpu_rect){ 0, 0, 4, 4 });
		break;
	case '0':
		fake_blank(0);
		break;
	case 'r':
		fake_remove();
		break;
	case 'i':
		kill(getpid(), SIGINT);
		break;
	}
}

static int watch(const char *steps, const char *more)
{
	char line[256];

	start();
	fake.num_scanouts = 2;
	story = steps;
	fake.on_idle = tell;
	snprintf(line, sizeof(line), "watch --device %s %s", FAKE_PATH, more);
	return run(line);
}

static unsigned int count(const char *text, const char *word)
{
	unsigned int n = 0;

	while ((text = strstr(text, word))) {
		text++;
		n++;
	}
	return n;
}

static void test_watch_lines(const char *access)
{
	char more[64];
	struct picture a1 = { 0 }, a2 = { 0 }, b = { 0 };
	char want[256];
	int result;

	snprintf(more, sizeof(more), "--raw %s", access);
	result = watch("affpr", more);
	expect(&a2, &layout_a, &image_a);
	*drawn -= 16;
	expect(&a1, &layout_a, &image_a);
	expect(&b, &layout_b, &image_b);
	snprintf(want, sizeof(want),
		 "frame 1 rect 0,4,3,4 crc32 %08x\n"
		 "frame 2 rect 0,4,3,4 crc32 %08x\n"
		 "frame 3 rect 0,0,100,50 crc32 %08x\n",
		 picture_crc(&a1), picture_crc(&a2), picture_crc(&b));
	tap_check(result == VIEWER_GONE && !strcmp(out_text, want),
		  "watch%s: a line per flush, rectangles cut to what is shown", access);
	tap_check(!fake.bad_requests && !fake.syncs, "watch%s: keeps to the contract", access);
	picture_finish(&a1);
	picture_finish(&a2);
	picture_finish(&b);
}

static void test_watch_ends(void)
{
	tap_check(watch("affff", "--raw --frames 2") == VIEWER_OK &&
		  count(out_text, "frame ") == 2, "watch: ends after so many frames");
	tap_check(watch("afr", "--raw") == VIEWER_GONE && strstr(err_text, "removed") &&
		  strstr(err_text, "vdpa dev add"),
		  "watch: the device is removed: says so, says what to do");
	tap_check(watch("afi", "--raw") == VIEWER_OK && count(out_text, "frame ") == 1,
		  "watch: SIGINT is a good end");
	tap_check(watch("af", "--raw --wait 1") == VIEWER_BLANK &&
		  strstr(err_text, "no frame for 1 s"), "watch: gives up when asked to");
	tap_check(watch("a0ffafi", "--raw") == VIEWER_OK &&
		  count(out_text, "frame ") == 1 && count(err_text, "shows nothing") == 2,
		  "watch: survives a guest reset, says so each time");
	tap_check(watch("aeeofi", "--raw") == VIEWER_OK &&
		  count(out_text, "frame ") == 2 &&
		  strstr(out_text, "frame 1 rect 0,0,0,0"),
		  "watch: other scanouts are not its business");
}

static void test_watch_first(void)
{
	struct picture b = { 0 };
	char want[128];
	int result;

	start();
	fake_show(0, &layout_b, &image_b);
	fake_flush(0, (struct vdpa_gpu_rect){ 0, 0, 1, 1 });
	result = run("watch --raw --frames 1 --device " FAKE_PATH);
	expect(&b, &layout_b, &image_b);
	snprintf(want, sizeof(want), "frame 1 rect 0,0,100,50 crc32 %08x\n",
		 picture_crc(&b));
	tap_check(result == VIEWER_OK && !strcmp(out_text, want),
		  "watch: begins with what is shown");
	picture_finish(&b);
}

static void test_watch_files(void)
{
	char path[128], more[128], name[160];
	struct picture a = { 0 }, b = { 0 };

	snprintf(path, sizeof(path), "%s/frames", dir);
	snprintf(more, sizeof(more), "--dir %s --frames 2", path);
	tap_check(watch("afp", more) == VIEWER_OK, "watch --dir: ends well");
	expect(&a, &layout_a, &image_a);
	expect(&b, &layout_b, &image_b);
	snprintf(name, sizeof(name), "%s/frame-00000001.png", path);
	tap_check(file_shows(name, &a), "watch --dir: first frame");
	unlink(name);
	snprintf(name, sizeof(name), "%s/frame-00000002.png", path);
	tap_check(file_shows(name, &b), "watch --dir: second frame, after a flip");
	unlink(name);
	rmdir(path);
	tap_check(watch("afp", "--dir /dev/null") == VIEWER_FAILED &&
		  strstr(err_text, "/dev/null"), "watch --dir: a directory that is none");
	picture_finish(&a);
	picture_finish(&b);
}

static void test_set_mode(void)
{
	const struct vdpa_gpu_mode *mode = &fake.scanouts[0].layout.mode;
	const char *line = "set-mode --device " FAKE_PATH;
	char all[256];

	start();
	snprintf(all, sizeof(all), "%s --width 1280 --height 800 --refresh 75000 --x 5 --y 6 --disconnected", line);
	tap_check(run(all) == VIEWER_OK && mode->width == 1280 && mode->height == 800 &&
		  mode->refresh_mhz == 75000 && mode->x == 5 && mode->y == 6 && !mode->flags,
		  "set-mode: everything");
	snprintf(all, sizeof(all), "%s --connected", line);
	tap_check(run(all) == VIEWER_OK && mode->flags == VDPA_GPU_MODE_CONNECTED &&
		  mode->width == 1280 && mode->y == 6,
		  "set-mode: what is not given stays");
	tap_check(run(line) == VIEWER_USAGE, "set-mode: nothing to change is refused");
	fake.open_errno = EACCES;
	tap_check(run(all) == VIEWER_FAILED && strstr(err_text, "root"),
		  "set-mode: without permission says what to do");
}

static void test_info(void)
{
	start();
	fake.num_scanouts = 2;
	fake_show(0, &layout_a, &image_a);
	tap_check(run("info --device " FAKE_PATH) == VIEWER_OK &&
		  strstr(out_text, "device gpu0") && strstr(out_text, "2 scanouts") &&
		  strstr(out_text, "64x48+8+6") && strstr(out_text, "B8G8R8X8") &&
		  strstr(out_text, "60.000 Hz") && strstr(out_text, "nothing"),
		  "info: says what there is");
	fake_remove();
	tap_check(run("info --device " FAKE_PATH) == VIEWER_GONE, "info: of a removed device");
}

static void test_open(void)
{
	start();
	tap_check(run("info --device /nowhere") == VIEWER_FAILED &&
		  strstr(err_text, "does not exist") && strstr(err_text, "vdpa dev add"),
		  "open: no such device");
	fake.open_errno = EACCES;
	tap_check(run("info --device " FAKE_PATH) == VIEWER_FAILED &&
		  strstr(err_text, "root"), "open: no permission");
	fake.open_errno = 0;
	tap_check(run("info --device /dev/null") == VIEWER_FAILED &&
		  strstr(err_text, "no view device"), "open: another kind of file");
	tap_check(run_shot("--scanout 1") == VIEWER_USAGE &&
		  strstr(err_text, "scanouts 0 to 0"), "open: a scanout that it has not");
}

static void touch(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

static void test_find(void)
{
	char path[PATH_MAX], want[128];

	tap_check(session_find(dir, path) == 0, "find: none");
	touch("gpu0.view");
	touch("gpu0.worker");
	snprintf(want, sizeof(want), "%s/gpu0.view", dir);
	tap_check(session_find(dir, path) == 1 && !strcmp(path, want),
		  "find: the only view device");
	touch("gpu1.view");
	tap_check(session_find(dir, path) == 2, "find: two");
	unlink(want);
	snprintf(want, sizeof(want), "%s/gpu0.worker", dir);
	unlink(want);
	snprintf(want, sizeof(want), "%s/gpu1.view", dir);
	unlink(want);
}

static void test_usage(void)
{
	static const char *const lines[] = {
		"", "dance", "info --raw", "screenshot", "watch",
		"crc --no-cursor", "info extra", "info --nonsense",
		"screenshot -o", "screenshot -o a.png --scanout 16",
		"screenshot -o a.png --scanout -1", "watch --raw --frames 0",
		"watch --raw --frames 1x", "watch --raw --wait 99999999999999999999",
		"set-mode --width 0", "set-mode --width 16385",
		"set-mode --refresh 999", "set-mode --refresh 1000001",
		"set-mode --connected --disconnected", "set-mode --x",
	};

	start();
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		tap_check(run(lines[i]) == VIEWER_USAGE && *err_text,
			  "usage: \"%s\" is refused with a word", lines[i]);
	tap_check(run("--help") == VIEWER_OK && strstr(out_text, "set-mode"),
		  "usage: help");
	tap_check(run("watch --help") == VIEWER_OK, "usage: help of a command");
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	snprintf(shot, sizeof(shot), "%s/shot.png", dir);
	fake_image_init(&image_a, layout_a.image_size);
	fake_image_init(&image_b, layout_b.image_size);
	drawn = image_a.bytes + layout_a.offset + layout_a.stride * 10 + 10 * 4;
	test_screenshot("");
	test_screenshot("--map");
	test_map_race();
	test_cursor();
	test_blank();
	test_wait();
	test_bad_layout();
	test_crc();
	test_watch_lines("");
	test_watch_lines("--map");
	test_watch_ends();
	test_watch_first();
	test_watch_files();
	test_set_mode();
	test_info();
	test_open();
	unlink(shot);
	test_find();
	test_usage();
	rmdir(dir);
	return tap_result();
}
