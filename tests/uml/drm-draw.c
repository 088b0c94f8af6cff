// SPDX-License-Identifier: GPL-2.0-only
/*
 * Draw a known picture through a DRM card's dumb buffers, and say its CRC.
 *
 *   drm-draw CARD STEP...
 *
 *   output N     use the Nth connected connector (0, the default, is the first)
 *   mode WxH     size of what follows; the connector's preferred one at first
 *   draw SEED    new buffers, filled, on the screen by SETCRTC
 *   flip N       N page flips between two buffers, a new picture each
 *   dirty N      N rectangles redrawn in place, DIRTYFB for each
 *   cursor X,Y   a cursor image with its upper left corner there
 *   move X,Y     the same image elsewhere
 *   uncursor     no cursor
 *   crc          print "WxH CRC32" of what the screen must show now
 *   off          nothing on the screen
 *   loop         draw and flip until killed; errors end it silently
 *   hold         print "holding" and sleep until killed
 *
 * The CRC is over R, G, B of every pixel, row by row: what png-crc says of a
 * correct screenshot. All cursor pixels are opaque or clear, so composing is
 * exact. Pictures follow from the seed only.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xf86drm.h>
#include <xf86drmMode.h>
#include <zlib.h>

#define CURSOR_SIZE 64

struct buffer {
	uint32_t handle, fb, width, height, pitch;
	uint64_t size;
	uint8_t *pixels;
};

static struct {
	int fd;
	int wanted;
	drmModeConnector *connector;
	uint32_t crtc;
	drmModeModeInfo mode;
	struct buffer buffers[2];
	int front;
	bool on;
	uint32_t seed;
	struct buffer cursor;
	bool cursor_on;
	int cursor_x, cursor_y;
} card;

static void die(const char *what)
{
	fprintf(stderr, "drm-draw: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint32_t next_random(void)
{
	card.seed = card.seed * 1664525u + 1013904223u;
	return card.seed >> 8;
}

static uint32_t *pixel(const struct buffer *buf, uint32_t x, uint32_t y)
{
	return (uint32_t *)(buf->pixels + (size_t)y * buf->pitch) + x;
}

static void buffer_destroy(struct buffer *buf)
{
	if (!buf->handle)
		return;
	if (buf->fb)
		drmModeRmFB(card.fd, buf->fb);
	munmap(buf->pixels, buf->size);
	drmModeDestroyDumbBuffer(card.fd, buf->handle);
	memset(buf, 0, sizeof(*buf));
}

static int buffer_create(struct buffer *buf, uint32_t width, uint32_t height)
{
	uint64_t offset;

	buffer_destroy(buf);
	if (drmModeCreateDumbBuffer(card.fd, width, height, 32, 0,
				    &buf->handle, &buf->pitch, &buf->size))
		return -1;
	buf->width = width;
	buf->height = height;
	if (drmModeMapDumbBuffer(card.fd, buf->handle, &offset))
		return -1;
	buf->pixels = mmap(NULL, buf->size, PROT_READ | PROT_WRITE, MAP_SHARED,
			   card.fd, offset);
	return buf->pixels == MAP_FAILED ? -1 : 0;
}

/* Gradients show a wrong stride or offset, the noise in blue a stale row. */
static void fill(struct buffer *buf, uint32_t x0, uint32_t y0, uint32_t width,
		 uint32_t height)
{
	uint32_t salt = next_random();

	for (uint32_t y = y0; y < y0 + height; y++)
		for (uint32_t x = x0; x < x0 + width; x++)
			*pixel(buf, x, y) = 0xff000000 |
				((x * 255 / buf->width) & 0xff) << 16 |
				((y * 255 / buf->height) & 0xff) << 8 |
				(((x ^ y) * 7 + salt) & 0xff);
}

static void find_output(void)
{
	drmModeRes *res = drmModeGetResources(card.fd);
	drmModeEncoder *encoder;
	int seen = 0;

	if (!res)
		die("GETRESOURCES");
	drmModeFreeConnector(card.connector);
	card.connector = NULL;
	for (int i = 0; i < res->count_connectors; i++) {
		drmModeConnector *c = drmModeGetConnector(card.fd,
							  res->connectors[i]);

		if (c && c->connection == DRM_MODE_CONNECTED && c->count_modes &&
		    seen++ == card.wanted) {
			card.connector = c;
			break;
		}
		drmModeFreeConnector(c);
	}
	errno = ENODEV;
	if (!card.connector)
		die("no such connected output");
	card.mode = card.connector->modes[0];
	for (int i = 0; i < card.connector->count_modes; i++)
		if (card.connector->modes[i].type & DRM_MODE_TYPE_PREFERRED) {
			card.mode = card.connector->modes[i];
			break;
		}
	encoder = drmModeGetEncoder(card.fd, card.connector->encoders[0]);
	for (int i = 0; i < res->count_crtcs; i++)
		if (encoder->possible_crtcs & (1 << i)) {
			card.crtc = res->crtcs[i];
			break;
		}
	drmModeFreeEncoder(encoder);
	drmModeFreeResources(res);
}

/* The driver asks for no real timings: any that are in order will do. */
static void set_mode(uint32_t width, uint32_t height)
{
	drmModeModeInfo *m = &card.mode;

	memset(m, 0, sizeof(*m));
	m->hdisplay = width;
	m->hsync_start = width + 16;
	m->hsync_end = width + 32;
	m->htotal = width + 64;
	m->vdisplay = height;
	m->vsync_start = height + 4;
	m->vsync_end = height + 8;
	m->vtotal = height + 16;
	m->vrefresh = 60;
	m->clock = m->htotal * m->vtotal / 1000 * 60;
	snprintf(m->name, sizeof(m->name), "%ux%u", width, height);
}

static int draw(uint32_t seed)
{
	struct buffer old[2] = { card.buffers[0], card.buffers[1] };

	card.seed = seed;
	memset(card.buffers, 0, sizeof(card.buffers));
	for (int i = 0; i < 2; i++) {
		struct buffer *buf = &card.buffers[i];

		if (buffer_create(buf, card.mode.hdisplay, card.mode.vdisplay) ||
		    drmModeAddFB(card.fd, buf->width, buf->height, 24, 32,
				 buf->pitch, buf->handle, &buf->fb))
			return -1;
		fill(buf, 0, 0, buf->width, buf->height);
	}
	card.front = 0;
	if (drmModeSetCrtc(card.fd, card.crtc, card.buffers[0].fb, 0, 0,
			   &card.connector->connector_id, 1, &card.mode))
		return -1;
	card.on = true;
	/* shown until now: RMFB of a shown framebuffer would blank the screen */
	buffer_destroy(&old[0]);
	buffer_destroy(&old[1]);
	return 0;
}

static void flipped(int fd, unsigned int frame, unsigned int sec,
		    unsigned int usec, void *data)
{
	(void)fd, (void)frame, (void)sec, (void)usec;
	*(bool *)data = true;
}

static int flip(void)
{
	drmEventContext events = {
		.version = 2,
		.page_flip_handler = flipped,
	};
	struct pollfd poller = { .fd = card.fd, .events = POLLIN };
	struct buffer *back = &card.buffers[!card.front];
	bool done = false;

	fill(back, 0, 0, back->width, back->height);
	if (drmModePageFlip(card.fd, card.crtc, back->fb,
			    DRM_MODE_PAGE_FLIP_EVENT, &done))
		return -1;
	while (!done) {
		errno = ETIMEDOUT;
		if (poll(&poller, 1, 10000) != 1 || poller.revents & POLLHUP)
			return -1;
		drmHandleEvent(card.fd, &events);
	}
	card.front = !card.front;
	return 0;
}

static int dirty(void)
{
	struct buffer *buf = &card.buffers[card.front];
	uint32_t x = next_random() % buf->width, y = next_random() % buf->height;
	uint32_t w = 1 + next_random() % (buf->width - x);
	uint32_t h = 1 + next_random() % (buf->height - y);
	drmModeClip clip = { .x1 = x, .y1 = y, .x2 = x + w, .y2 = y + h };

	fill(buf, x, y, w, h);
	return drmModeDirtyFB(card.fd, buf->fb, &clip, 1);
}

/* A disc with a hole: corners and centre are clear. */
static int cursor(int x, int y)
{
	struct buffer *buf = &card.cursor;

	if (buffer_create(buf, CURSOR_SIZE, CURSOR_SIZE))
		return -1;
	for (int j = 0; j < CURSOR_SIZE; j++)
		for (int i = 0; i < CURSOR_SIZE; i++) {
			int r = (i - 32) * (i - 32) + (j - 32) * (j - 32);

			*pixel(buf, i, j) = r < 30 * 30 && r > 10 * 10 ?
				0xff000000 | i << 18 | j << 10 | 0x55 : 0;
		}
	card.cursor_on = true;
	card.cursor_x = x;
	card.cursor_y = y;
	if (drmModeMoveCursor(card.fd, card.crtc, x, y))
		return -1;
	return drmModeSetCursor(card.fd, card.crtc, buf->handle, CURSOR_SIZE,
				CURSOR_SIZE);
}

static uint32_t shown(uint32_t x, uint32_t y)
{
	int i = (int)x - card.cursor_x, j = (int)y - card.cursor_y;

	if (card.cursor_on && i >= 0 && i < CURSOR_SIZE && j >= 0 &&
	    j < CURSOR_SIZE && *pixel(&card.cursor, i, j) >> 24)
		return *pixel(&card.cursor, i, j);
	return *pixel(&card.buffers[card.front], x, y);
}

static void print_crc(void)
{
	const struct buffer *buf = &card.buffers[card.front];
	uint8_t *row = malloc(buf->width * 3);
	uLong crc = crc32(0, NULL, 0);

	for (uint32_t y = 0; y < buf->height; y++) {
		for (uint32_t x = 0; x < buf->width; x++) {
			uint32_t p = shown(x, y);

			row[x * 3] = p >> 16;
			row[x * 3 + 1] = p >> 8;
			row[x * 3 + 2] = p;
		}
		crc = crc32(crc, row, buf->width * 3);
	}
	printf("%ux%u %08lx\n", buf->width, buf->height, crc);
	fflush(stdout);
	free(row);
}

static int repeat(int count, int (*step)(void))
{
	while (count-- > 0)
		if (step())
			return -1;
	return 0;
}

/* Device and driver may go at any moment here: that is what it is for. */
static void loop(void)
{
	for (uint32_t seed = 1;; seed++)
		if (draw(seed) || repeat(3, flip) || repeat(3, dirty) ||
		    cursor(seed % 200, seed % 100))
			exit(0);
}

static int off(void)
{
	card.on = false;
	return drmModeSetCrtc(card.fd, card.crtc, 0, 0, 0, NULL, 0, NULL);
}

static int parse_pair(const char *arg, const char *format, int *a, int *b)
{
	errno = EINVAL;
	return arg && sscanf(arg, format, a, b) == 2 ? 0 : -1;
}

/* Returns how many words the step took, or -1. */
static int run_step(char **step)
{
	const char *arg = step[1];
	int n = arg ? atoi(arg) : 0, a, b;

	if (!strcmp(step[0], "output")) {
		card.wanted = n;
		find_output();
		return 2;
	}
	if (!card.connector)
		find_output();
	if (!strcmp(step[0], "mode")) {
		if (parse_pair(arg, "%dx%d", &a, &b))
			return -1;
		set_mode(a, b);
		return 2;
	}
	if (!strcmp(step[0], "draw"))
		return draw(n) ? -1 : 2;
	if (!strcmp(step[0], "flip"))
		return repeat(n, flip) ? -1 : 2;
	if (!strcmp(step[0], "dirty"))
		return repeat(n, dirty) ? -1 : 2;
	if (!strcmp(step[0], "cursor"))
		return parse_pair(arg, "%d,%d", &a, &b) || cursor(a, b) ? -1 : 2;
	if (!strcmp(step[0], "move")) {
		if (parse_pair(arg, "%d,%d", &a, &b) ||
		    drmModeMoveCursor(card.fd, card.crtc, a, b))
			return -1;
		card.cursor_x = a;
		card.cursor_y = b;
		return 2;
	}
	if (!strcmp(step[0], "uncursor")) {
		card.cursor_on = false;
		return drmModeSetCursor(card.fd, card.crtc, 0, 0, 0) ? -1 : 1;
	}
	if (!strcmp(step[0], "crc")) {
		print_crc();
		return 1;
	}
	if (!strcmp(step[0], "off"))
		return off() ? -1 : 1;
	if (!strcmp(step[0], "loop"))
		loop();
	if (!strcmp(step[0], "hold")) {
		puts("holding");
		fflush(stdout);
		for (;;)
			pause();
	}
	errno = EINVAL;
	return -1;
}

int main(int argc, char **argv)
{
	char **step = argv + 2;

	if (argc < 3) {
		fprintf(stderr, "usage: drm-draw CARD STEP...\n");
		return 2;
	}
	card.fd = open(argv[1], O_RDWR | O_CLOEXEC);
	if (card.fd < 0)
		die(argv[1]);
	while (*step) {
		int words = run_step(step);

		if (words < 0)
			die(*step);
		step += words;
	}
	return 0;
}
