// SPDX-License-Identifier: GPL-2.0-only
#include "race.h"

#include <sched.h>
#include <string.h>
#include <time.h>

void race_join(struct race *race,
	       enum testep_result (*access)(struct racer *racer))
{
	struct racer *racer = &race->racers[race->nr_racers++];

	memset(racer, 0, sizeof(*racer));
	racer->access = access;
	racer->race = race;
}

enum testep_result race_look(struct racer *racer)
{
	const struct race *race = racer->race;
	uint64_t gpa;

	return testep_translate(&race->c->testep, race->endpoint, race->iova,
				false, &gpa);
}

enum testep_result race_read(struct racer *racer)
{
	const struct race *race = racer->race;
	uint8_t data[64];

	return testep_read(&race->c->testep, race->endpoint, race->iova, data,
			   sizeof(data));
}

static void *run(void *arg)
{
	struct racer *racer = arg;
	struct race *race = racer->race;

	while (!atomic_load(&race->stop)) {
		unsigned int before = atomic_load(&race->epoch);
		enum testep_result result = racer->access(racer);
		bool closed = before & 1;

		if (result == TESTEP_ERROR) {
			atomic_fetch_add(&racer->wrong, 1);
			break;
		}
		if (before != atomic_load(&race->epoch))
			continue;
		if ((closed && result == TESTEP_ALLOWED) ||
		    (!closed && race->always && result == TESTEP_BLOCKED))
			atomic_fetch_add(&racer->wrong, 1);
		if (result == TESTEP_ALLOWED)
			atomic_fetch_add(&racer->allowed, 1);
		else
			atomic_fetch_add(&racer->blocked, 1);
	}
	return NULL;
}

static void begin(struct ctx *c, struct race *race)
{
	race->c = c;
	atomic_init(&race->epoch, race->open ? 0 : 1);
	atomic_init(&race->stop, false);
}

/* Those that were started. */
static void join(struct race *races, unsigned int count, unsigned int started)
{
	for (unsigned int i = 0; i < count; i++)
		atomic_store(&races[i].stop, true);
	for (unsigned int i = 0; i < count; i++)
		for (unsigned int k = 0; k < races[i].nr_racers && started;
		     k++, started--)
			pthread_join(races[i].racers[k].thread, NULL);
}

static unsigned int start(struct race *races, unsigned int count)
{
	unsigned int started = 0;

	for (unsigned int i = 0; i < count; i++)
		for (unsigned int k = 0; k < races[i].nr_racers; k++) {
			struct racer *racer = &races[i].racers[k];

			if (pthread_create(&racer->thread, NULL, run, racer))
				return started;
			started++;
		}
	return started;
}

static unsigned int all_racers(const struct race *races, unsigned int count)
{
	unsigned int all = 0;

	for (unsigned int i = 0; i < count; i++)
		all += races[i].nr_racers;
	return all;
}

static void must_be_right(struct ctx *c, struct race *race, const char *when)
{
	for (unsigned int i = 0; i < race->nr_racers; i++) {
		unsigned long wrong = atomic_load(&race->racers[i].wrong);

		must(c, !wrong, "%s, %lu accesses of racer %u went wrong%s%s",
		     when, wrong, i, c->behind ? ": " : "",
		     c->behind ? c->behind->why : "");
	}
}

void race_run(struct ctx *c, struct race *races, unsigned int count,
	      void (*rounds)(struct ctx *c, struct race *races))
{
	volatile unsigned int started = 0;
	jmp_buf saved;

	for (unsigned int i = 0; i < count; i++)
		begin(c, &races[i]);
	memcpy(&saved, &c->out, sizeof(saved));
	/* The threads must be gone before a failure leaves this function. */
	if (setjmp(c->out)) {
		join(races, count, started);
		memcpy(&c->out, &saved, sizeof(saved));
		longjmp(c->out, 1);
	}
	started = start(races, count);
	must(c, started == all_racers(races, count), "a thread is missing");
	rounds(c, races);
	join(races, count, started);
	memcpy(&c->out, &saved, sizeof(saved));
	for (unsigned int i = 0; i < count; i++)
		must_be_right(c, &races[i], "in the end");
}

static atomic_ulong *count_of(struct racer *racer, bool allowed)
{
	return allowed ? &racer->allowed : &racer->blocked;
}

/* Two more: the first one may have begun before we looked. */
static void wait_for(struct ctx *c, struct race *race, bool allowed)
{
	const char *what = allowed ? "allowed" : "blocked";
	time_t end = time(NULL) + 2 + c->opts->timeout_ms / 1000;
	unsigned long enough[RACERS];

	for (unsigned int i = 0; i < race->nr_racers; i++)
		enough[i] = 2 + atomic_load(count_of(&race->racers[i],
						     allowed));
	for (unsigned int i = 0; i < race->nr_racers; i++)
		while (atomic_load(count_of(&race->racers[i], allowed)) <
		       enough[i]) {
			must_be_right(c, race, what);
			must(c, time(NULL) < end,
			     "no access of racer %u is %s", i, what);
			sched_yield();
		}
	must_be_right(c, race, what);
}

void race_open(struct ctx *c, struct race *race)
{
	wait_for(c, race, true);
}

void race_closed(struct ctx *c, struct race *race)
{
	atomic_fetch_add(&race->epoch, 1);
	wait_for(c, race, false);
}

void race_reopen(struct race *race)
{
	atomic_fetch_add(&race->epoch, 1);
}
