/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * client.h - a driver that does the same thing over and over.
 *
 * A script is a few requests whose descriptors and buffers are written once.
 * Running it makes them available again and kicks once, so that what is timed
 * is the device and not the making of requests. That is how drivers batch, too:
 * Linux sends TRANSFER_TO_HOST_2D and RESOURCE_FLUSH with one kick.
 */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../conform/gpu.h"

#define SCRIPT_MAX	8u

enum wait {
	WAIT_SPIN,	/* looks at the used index, wants no interrupt */
	WAIT_CALL,	/* sleeps until the interrupt for the last request */
};

struct script {
	struct ctx *c;
	size_t answer_size;
	bool (*is_good)(const void *answer);
	unsigned int count;
	uint16_t head[SCRIPT_MAX];
	void *request[SCRIPT_MAX];	/* may be changed while it does not run */
	const void *answer[SCRIPT_MAX];
};

uint64_t now_ns(void);

/* Ends the program with a message. */
void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...);

/**
 * client_open() - open a device and bring it to DRIVER_OK
 * @c: zeroed or closed but for @c->out, where the shared parts jump to when
 *	the device does what it should not
 * @opts: kept; a view is opened if it names one
 */
void client_open(struct ctx *c, const struct opts *opts);
void client_close(struct ctx *c);

/* Two halves of client_open(), to be timed: memory is there after the first. */
void client_prepare(struct ctx *c, const struct opts *opts);
void client_start(struct ctx *c);

/**
 * client_resource() - a 2D resource with backing, shown on scanout 0
 * @c: client
 * @id: resource id
 * @width: pixels, may be wider than the scanout's mode
 * @height: pixels
 *
 * Return: its backing.
 */
void *client_resource(struct ctx *c, uint32_t id, uint32_t width,
		      uint32_t height);

/* As client_resource(), a blob of guest memory. */
void *client_blob(struct ctx *c, uint32_t id, uint32_t width, uint32_t height);

/* Shows a resource or a blob that is there already. */
void client_show(struct ctx *c, uint32_t id, uint32_t width, uint32_t height);
void client_show_blob(struct ctx *c, uint32_t id, uint32_t width,
		      uint32_t height);

/* Of GPU commands whose answer has no data. */
void script_init(struct script *script, struct ctx *c);
/* Adds a request of the first queue and runs it once. */
void script_add(struct script *script, const void *request, size_t len);
void script_add_transfer(struct script *script, uint32_t id, struct rect r,
			 uint64_t offset);
void script_add_flush(struct script *script, uint32_t id, struct rect r);

/* Make the requests available and kick. */
void script_start(struct script *script);
/* Has the device used all that was made available? */
bool script_is_done(const struct script *script);
/* Take them back, all of them done. */
void script_finish(struct script *script);

/**
 * script_run() - once from kick to used
 * @script: requests
 * @wait: how to wait
 *
 * Return: nanoseconds from before the requests were made available until all
 * were seen used.
 */
uint64_t script_run(struct script *script, enum wait wait);

#endif /* BENCH_CLIENT_H */
