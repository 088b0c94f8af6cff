// SPDX-License-Identifier: GPL-2.0-only
#include "test.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void __attribute__((noreturn))
leave(struct ctx *c, enum verdict verdict, const char *fmt, va_list args)
{
	int at = 0;

	c->verdict = verdict;
	if (verdict == V_FAIL && c->where[0])
		at = snprintf(c->why, sizeof(c->why), "%s: ", c->where);
	vsnprintf(c->why + at, sizeof(c->why) - at, fmt, args);
	va_end(args);
	longjmp(c->out, 1);
}

void case_fail(struct ctx *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	leave(c, V_FAIL, fmt, args);
}

void case_untestable(struct ctx *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	leave(c, V_UNTESTABLE, fmt, args);
}

void note_where(struct ctx *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(c->where, sizeof(c->where), fmt, args);
	va_end(args);
}

void session_reset(struct ctx *c)
{
	int err = dev_reset(&c->dev);

	must(c, !err, "reset: %s", strerror(-err));
	must(c, status_of(c) == 0, "status is not 0 after reset");
	c->features = 0;
	ring_finish(&c->q[Q_CTRL]);
	ring_finish(&c->q[Q_CURSOR]);
	mem_clear(&c->mem);
	c->framing = (struct framing){ .mode = FRAME_DIRECT };
	config_calls(c);
}

bool session_negotiate(struct ctx *c, uint64_t features)
{
	uint8_t status = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER;
	int err;

	err = dev_set_status(&c->dev, VIRTIO_CONFIG_S_ACKNOWLEDGE);
	must(c, !err, "ACKNOWLEDGE: %s", strerror(-err));
	err = dev_set_status(&c->dev, status);
	must(c, !err, "DRIVER: %s", strerror(-err));
	if (dev_set_features(&c->dev, features))
		return false;
	if (dev_set_status(&c->dev, status | VIRTIO_CONFIG_S_FEATURES_OK))
		return false;
	if (!(status_of(c) & VIRTIO_CONFIG_S_FEATURES_OK))
		return false;
	c->features = features;
	return true;
}

void session_rings(struct ctx *c, unsigned int num, uint16_t base)
{
	bool event_idx = c->features & BIT64(VIRTIO_RING_F_EVENT_IDX);
	int err = mem_map_all(&c->mem, &c->dev);

	must(c, !err, "mapping memory: %s", strerror(-err));
	if (!(c->dev.can & DEV_CAN_BASE))
		base = 0;
	/* Small queues hold more requests that way. */
	if (num > c->ring_max &&
	    (c->features & BIT64(VIRTIO_RING_F_INDIRECT_DESC)))
		c->framing.mode = FRAME_INDIRECT;
	for (unsigned int q = 0; q < 2; q++) {
		unsigned int max = q == Q_CTRL ? c->ring_max : c->cursor_max;
		unsigned int size = num < max ? num : max;

		err = ring_init(&c->q[q], &c->dev, &c->mem, q, size,
				event_idx, base);
		must(c, !err, "queue %u of %u: %s", q, size, strerror(-err));
	}
	err = dev_set_config_call(&c->dev, c->config_fd);
	must(c, !err, "config call: %s", strerror(-err));
}

void session_driver_ok(struct ctx *c)
{
	int err = dev_set_status(&c->dev, status_of(c) |
				  VIRTIO_CONFIG_S_DRIVER_OK);

	must(c, !err, "DRIVER_OK: %s", strerror(-err));
	must(c, !(status_of(c) & VIRTIO_CONFIG_S_NEEDS_RESET),
	     "device asks for a reset at DRIVER_OK");
}

void session_start_with(struct ctx *c, uint64_t features, unsigned int num,
			uint16_t base)
{
	session_reset(c);
	must(c, session_negotiate(c, features),
	     "features %#llx are not accepted", (unsigned long long)features);
	session_rings(c, num, base);
	session_driver_ok(c);
}

void session_start(struct ctx *c)
{
	session_start_with(c, c->offered, RING_DEFAULT, 0);
}

void session_reopen(struct ctx *c)
{
	int err;

	dev_close(&c->dev);
	mem_forget_maps(&c->mem);
	err = dev_open(&c->dev, c->opts->transport, c->opts->device);
	must(c, !err, "opening the device again: %s", strerror(-err));
}

uint8_t status_of(struct ctx *c)
{
	uint8_t status = 0;
	int err = dev_get_status(&c->dev, &status);

	must(c, !err, "reading status: %s", strerror(-err));
	return status;
}

unsigned int config_calls(struct ctx *c)
{
	uint64_t count;

	dev_pump(&c->dev);
	if (read(c->config_fd, &count, sizeof(count)) != sizeof(count))
		return 0;
	return count;
}

bool config_call_comes(struct ctx *c)
{
	struct pollfd pfd = { .fd = c->config_fd, .events = POLLIN };

	for (unsigned int ms = 0; ms <= c->opts->timeout_ms; ms += 5) {
		if (config_calls(c))
			return true;
		poll(&pfd, 1, 5);
	}
	return false;
}

void linger(void)
{
	usleep(60 * 1000);
}
