// SPDX-License-Identifier: GPL-2.0-only
#include "flip.h"

#include <pthread.h>
#include <string.h>

static void *flip(void *arg)
{
	struct flipper *flipper = arg;

	while (!atomic_load(&flipper->stop)) {
		*flipper->word = flipper->bad;
		*flipper->word = flipper->good;
	}
	return NULL;
}

void flip_run(struct ctx *c, struct flipper *flipper,
	      void (*round)(struct ctx *c, void *arg), void *arg)
{
	unsigned int rounds = c->opts->quick ? 200 : 2000;
	pthread_t thread;
	jmp_buf saved;

	/* The thread must be gone before a failure leaves this function. */
	memcpy(&saved, &c->out, sizeof(saved));
	atomic_init(&flipper->stop, false);
	must(c, !pthread_create(&thread, NULL, flip, flipper), "thread");
	if (setjmp(c->out)) {
		atomic_store(&flipper->stop, true);
		pthread_join(thread, NULL);
		memcpy(&c->out, &saved, sizeof(saved));
		longjmp(c->out, 1);
	}
	for (unsigned int i = 0; i < rounds; i++)
		round(c, arg);
	atomic_store(&flipper->stop, true);
	pthread_join(thread, NULL);
	memcpy(&c->out, &saved, sizeof(saved));
}
