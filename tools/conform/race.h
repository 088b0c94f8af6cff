/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * race.h - threads that access an address as fast as they can.
 *
 * Each access falls into an epoch, if that did not end meanwhile. Even epochs
 * are "open": an access may succeed; odd ones are "closed": none may that began
 * in them. With @always those of open epochs must. The case ends an open epoch
 * after the request that closes it was returned, and a closed one before it
 * sends the request that opens it.
 */
#ifndef CONFORM_RACE_H
#define CONFORM_RACE_H

#include <pthread.h>
#include <stdatomic.h>

#include "viommu.h"

struct race;

/* One thread. */
struct racer {
	/* Does it once; see race_look(), race_read(), behind_read(). */
	enum testep_result (*access)(struct racer *racer);
	struct race *race;
	atomic_ulong allowed, blocked;
	atomic_ulong wrong;	/* against the rule of the epoch */
	pthread_t thread;
};

#define RACERS	2u

struct race {
	struct ctx *c;
	uint32_t endpoint;
	uint64_t iova;
	bool open;		/* begin with an open epoch */
	bool always;		/* all accesses of open epochs succeed */
	struct racer racers[RACERS];
	unsigned int nr_racers;
	atomic_uint epoch;
	atomic_bool stop;
};

/* One more thread for a race that has not begun. */
void race_join(struct race *race,
	       enum testep_result (*access)(struct racer *racer));

/* Where does the address lead; DMA by the test endpoint. */
enum testep_result race_look(struct racer *racer);
enum testep_result race_read(struct racer *racer);

/**
 * race_run() - a case with threads at its side
 * @c: context
 * @races: endpoint, iova, flags and racers are set
 * @count: how many races, each with an epoch of its own
 * @rounds: the case's own doing; may fail
 *
 * The threads are gone on return and when the case fails.
 */
void race_run(struct ctx *c, struct race *races, unsigned int count,
	      void (*rounds)(struct ctx *c, struct race *races));

/* Wait until accesses of all racers succeed, in an open epoch. */
void race_open(struct ctx *c, struct race *race);
/* The epoch is closed now; wait for accesses, and none of them succeeds. */
void race_closed(struct ctx *c, struct race *race);
/* What closed may be opened now. */
void race_reopen(struct race *race);

#endif /* CONFORM_RACE_H */
