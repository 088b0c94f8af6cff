/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * loop.h - the one poll loop of a program.
 *
 * File descriptors stay the caller's. A callback ends the loop with
 * loop_stop(); SIGINT and SIGTERM and the deadline end it by themselves.
 */
#ifndef LIB_LOOP_H
#define LIB_LOOP_H

struct loop;

/**
 * typedef loop_ready - something happened to a file descriptor
 * @data: what was given to loop_add()
 * @revents: what poll() said
 */
typedef void (*loop_ready)(void *data, short revents);

/**
 * loop_create() - make a loop; SIGINT and SIGTERM are held back for it
 *
 * Return: a loop for loop_destroy(), or NULL with errno set.
 */
struct loop *loop_create(void);

/**
 * loop_destroy() - free a loop, let signals through again
 * @loop: NULL is fine
 */
void loop_destroy(struct loop *loop);

/**
 * loop_add() - watch a file descriptor
 * @loop: a loop
 * @fd: open until the loop is destroyed; stays the caller's
 * @events: POLL* bits
 * @ready: called with @data
 * @data: the caller's
 *
 * Return: 0, or -ENOSPC (a loop has a handful of places).
 */
int loop_add(struct loop *loop, int fd, short events, loop_ready ready,
	     void *data);

/**
 * loop_set_deadline() - end the loop after a while
 * @loop: a loop
 * @seconds: counted from now; 0 for no deadline
 */
void loop_set_deadline(struct loop *loop, unsigned int seconds);

/**
 * loop_stop() - end the loop after this callback
 * @loop: a running loop
 * @result: what loop_run() returns
 */
void loop_stop(struct loop *loop, int result);

/**
 * loop_run() - poll and call back until something ends it
 * @loop: a loop
 *
 * Return: the result of loop_stop(), -ETIME after the deadline, -EINTR after
 * SIGINT or SIGTERM, or another negative errno.
 */
int loop_run(struct loop *loop);

#endif /* LIB_LOOP_H */
