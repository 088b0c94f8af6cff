/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * race.h - a thread that accesses one address as fast as it can.
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

struct race {
	const struct testep *testep;
	uint32_t endpoint;
	uint64_t iova;
	bool only_look;		/* TRANSLATE instead of DMA */
	bool always;		/* and begin with an open epoch */
	atomic_uint epoch;
	atomic_bool stop;
	atomic_ulong allowed, blocked;
	atomic_ulong wrong;	/* against the rule of the epoch */
	pthread_t thread;
};

/**
 * race_run() - a case with the thread at its side
 * @c: context
 * @race: endpoint, iova and flags are set
 * @rounds: the case's own doing; may fail
 *
 * The thread is gone on return and when the case fails.
 */
void race_run(struct ctx *c, struct race *race,
	      void (*rounds)(struct ctx *c, struct race *race));

/* Wait until accesses succeed, in an open epoch. */
void race_open(struct ctx *c, struct race *race);
/* The epoch is closed now; wait for accesses, and none of them succeeds. */
void race_closed(struct ctx *c, struct race *race);
/* What closed may be opened now. */
void race_reopen(struct race *race);

#endif /* CONFORM_RACE_H */
