// SPDX-License-Identifier: GPL-2.0-only
#include "race.h"

#include <sched.h>
#include <string.h>
#include <time.h>

static enum testep_result access_once(const struct race *race)
{
	uint8_t data[64];
	uint64_t gpa;

	if (race->only_look)
		return testep_translate(race->testep, race->endpoint,
					race->iova, false, &gpa);
	return testep_read(race->testep, race->endpoint, race->iova, data,
			   sizeof(data));
}

static void *run(void *arg)
{
	struct race *race = arg;

	while (!atomic_load(&race->stop)) {
		unsigned int before = atomic_load(&race->epoch);
		enum testep_result result = access_once(race);
		bool closed = before & 1;

		if (before != atomic_load(&race->epoch))
			continue;
		if (result == TESTEP_ERROR ||
		    (closed && result == TESTEP_ALLOWED) ||
		    (!closed && race->always && result == TESTEP_BLOCKED))
			atomic_fetch_add(&race->wrong, 1);
		if (result == TESTEP_ALLOWED)
			atomic_fetch_add(&race->allowed, 1);
		else
			atomic_fetch_add(&race->blocked, 1);
	}
	return NULL;
}

static void join(struct race *race)
{
	atomic_store(&race->stop, true);
	pthread_join(race->thread, NULL);
}

void race_run(struct ctx *c, struct race *race,
	      void (*rounds)(struct ctx *c, struct race *race))
{
	jmp_buf saved;

	race->testep = &c->testep;
	atomic_init(&race->epoch, race->always ? 0 : 1);
	atomic_init(&race->stop, false);
	atomic_init(&race->allowed, 0);
	atomic_init(&race->blocked, 0);
	atomic_init(&race->wrong, 0);
	memcpy(&saved, &c->out, sizeof(saved));
	must(c, !pthread_create(&race->thread, NULL, run, race), "thread");
	/* The thread must be gone before a failure leaves this function. */
	if (setjmp(c->out)) {
		join(race);
		memcpy(&c->out, &saved, sizeof(saved));
		longjmp(c->out, 1);
	}
	rounds(c, race);
	join(race);
	memcpy(&c->out, &saved, sizeof(saved));
	must(c, !atomic_load(&race->wrong), "%lu accesses went wrong",
	     atomic_load(&race->wrong));
}

/* Two more: the first one may have begun before we looked. */
static void wait_for(struct ctx *c, struct race *race, atomic_ulong *count,
		     const char *what)
{
	unsigned long enough = atomic_load(count) + 2;
	time_t end = time(NULL) + 2 + c->opts->timeout_ms / 1000;

	while (atomic_load(count) < enough) {
		must(c, time(NULL) < end && !atomic_load(&race->wrong),
		     "no access is %s, %lu went wrong", what,
		     atomic_load(&race->wrong));
		sched_yield();
	}
	must(c, !atomic_load(&race->wrong),
	     "an access went the wrong way until it was %s", what);
}

void race_open(struct ctx *c, struct race *race)
{
	wait_for(c, race, &race->allowed, "allowed");
}

void race_closed(struct ctx *c, struct race *race)
{
	atomic_fetch_add(&race->epoch, 1);
	wait_for(c, race, &race->blocked, "blocked");
}

void race_reopen(struct race *race)
{
	atomic_fetch_add(&race->epoch, 1);
}
