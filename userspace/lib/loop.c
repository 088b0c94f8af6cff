// SPDX-License-Identifier: GPL-2.0-only
#include "loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define MAX_FDS 8

struct loop {
	struct pollfd fds[MAX_FDS];
	struct {
		loop_ready ready;
		void *data;
	} handlers[MAX_FDS];
	unsigned int nr_fds;
	int signal_fd;
	sigset_t old_signals;
	int64_t deadline_ms;	/* 0 for none */
	bool stopped;
	int result;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void on_signal(void *data, short revents)
{
	struct signalfd_siginfo info;
	struct loop *loop = data;

	(void)revents;
	/* Taken off the queue, or it would kill us once it is let through. */
	if (read(loop->signal_fd, &info, sizeof(info)) == sizeof(info))
		loop_stop(loop, -EINTR);
}

struct loop *loop_create(void)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	sigset_t signals;

	if (!loop)
		return NULL;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, &loop->old_signals);
	loop->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (loop->signal_fd < 0) {
		sigprocmask(SIG_SETMASK, &loop->old_signals, NULL);
		free(loop);
		return NULL;
	}
	loop_add(loop, loop->signal_fd, POLLIN, on_signal, loop);
	return loop;
}

void loop_destroy(struct loop *loop)
{
	if (!loop)
		return;
	close(loop->signal_fd);
	sigprocmask(SIG_SETMASK, &loop->old_signals, NULL);
	free(loop);
}

int loop_add(struct loop *loop, int fd, short events, loop_ready ready,
	     void *data)
{
	unsigned int i = loop->nr_fds;

	if (i == MAX_FDS)
		return -ENOSPC;
	loop->fds[i].fd = fd;
	loop->fds[i].events = events;
	loop->handlers[i].ready = ready;
	loop->handlers[i].data = data;
	loop->nr_fds++;
	return 0;
}

void loop_set_deadline(struct loop *loop, unsigned int seconds)
{
	loop->deadline_ms = seconds ? now_ms() + (int64_t)seconds * 1000 : 0;
}

void loop_stop(struct loop *loop, int result)
{
	loop->stopped = true;
	loop->result = result;
}

/* Milliseconds that poll() may wait; -1 for ever. */
static int time_left(const struct loop *loop)
{
	int64_t left;

	if (!loop->deadline_ms)
		return -1;
	left = loop->deadline_ms - now_ms();
	if (left < 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

static void dispatch(struct loop *loop)
{
	for (unsigned int i = 0; i < loop->nr_fds && !loop->stopped; i++)
		if (loop->fds[i].revents)
			loop->handlers[i].ready(loop->handlers[i].data,
						loop->fds[i].revents);
}

int loop_run(struct loop *loop)
{
	loop->stopped = false;
	while (!loop->stopped) {
		int timeout = time_left(loop);
		int ready = poll(loop->fds, loop->nr_fds, timeout);

		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready > 0)
			dispatch(loop);
		else if (ready == 0 && time_left(loop) == 0)
			return -ETIME;
	}
	return loop->result;
}
