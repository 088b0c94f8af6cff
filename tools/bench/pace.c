// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a frame costs the host of the guest we run in.
 *
 * One frame is drawn every period, and we sleep in between; then nothing is
 * drawn for as many periods. Both halves wake up equally often, so the guest's
 * own share goes out with the difference. What is left is the kick, the device
 * and whatever the VMM does about both.
 *
 * The VMM and the kernel threads of its devices are in one control group of
 * the host, whose cpu.stat is exported to us: one read tells of all of them.
 */
#include "modes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Periods between two looks: a look costs the host something, too. */
#define BATCH		32u

/* Between two looks at a frame that is not done when its period is over. */
#define LATE_US		1000u

static uint64_t cost_ns(int fd)
{
	static const char key[] = "usage_usec ";
	char text[512];
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
	const char *at;

	if (len < 0)
		die("cpu.stat: %s", strerror(errno));
	text[len] = 0;
	at = strstr(text, key);
	if (!at)
		die("there is no %s in cpu.stat", key);
	return strtoull(at + sizeof(key) - 1, NULL, 10) * 1000;
}

static void sleep_until(uint64_t ns)
{
	const struct timespec at = { ns / 1000000000, ns % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL))
		;
}

/*
 * As many periods as a batch has, with a frame in each if there is a script.
 * Return: what one cost.
 */
static uint64_t batch(const struct plan *plan, int fd, struct script *script)
{
	uint64_t before = cost_ns(fd), next = now_ns();

	for (unsigned int i = 0; i < BATCH; i++) {
		if (script)
			script_start(script);
		next += plan->period_us * 1000ull;
		sleep_until(next);
		if (!script)
			continue;
		while (!script_is_done(script))
			usleep(LATE_US);
		script_finish(script);
	}
	return (cost_ns(fd) - before) / BATCH;
}

void mode_pace(const struct plan *plan)
{
	struct ctx *c = plan->c;
	struct script script;
	int fd;

	if (!plan->cost)
		die("--cost is missing");
	fd = open(plan->cost, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", plan->cost, strerror(errno));
	client_open(c, &plan->opts);
	client_resource(c, RES_FRAME, FRAME_WIDTH, FRAME_HEIGHT);
	frame_script(&script, c);
	ring_want_call(&c->q[Q_CTRL], false);
	batch(plan, fd, &script);
	for (unsigned int i = 0; i < plan->count; i++) {
		uint64_t still = batch(plan, fd, NULL);
		uint64_t drawn = batch(plan, fd, &script);

		sample(plan, "cpu", drawn > still ? drawn - still : 0);
		sample(plan, "cpu.still", still);
	}
	client_close(c);
	close(fd);
}
