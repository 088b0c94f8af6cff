/* SPDX-License-Identifier: GPL-2.0-only */
/* flip.h - a word of a request that changes while the device reads it. */
#ifndef CONFORM_FLIP_H
#define CONFORM_FLIP_H

#include <stdatomic.h>

#include "test.h"

/* Set all but @stop. */
struct flipper {
	volatile uint32_t *word;	/* in guest memory */
	uint32_t good, bad;
	atomic_bool stop;
};

/**
 * flip_run() - many rounds, while a thread flips the word
 * @c: context
 * @flipper: word and values
 * @round: sends the request once; may fail
 * @arg: for @round
 *
 * The thread is gone on return and when the case fails.
 */
void flip_run(struct ctx *c, struct flipper *flipper,
	      void (*round)(struct ctx *c, void *arg), void *arg);

#endif /* CONFORM_FLIP_H */
