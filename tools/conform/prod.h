/* SPDX-License-Identifier: GPL-2.0-only */
/* prod.h - threads that access whatever they like through a test endpoint. */
#ifndef CONFORM_PROD_H
#define CONFORM_PROD_H

#include <pthread.h>
#include <stdatomic.h>

#include "test.h"

#define PRODDERS	2u

/*
 * What is asked of each of them: endpoints, one of which is none, and addresses
 * of a window and around it. Nothing is demanded but that the call returns.
 */
struct prod {
	const struct testep *testep;
	const uint32_t *endpoints;
	unsigned int nr_endpoints;
	uint64_t first, last;		/* of the window */
	bool read_only;
	unsigned int seed;
	atomic_bool stop;
	atomic_ulong calls, allowed, refused;
	pthread_t threads[PRODDERS];
	unsigned int nr_threads;
};

void prod_start(struct prod *prod);
void prod_stop(struct prod *prod);

/**
 * prod_alone() - look and read, whoever drives the IOMMU
 * @opts: iommu, endpoints, seed
 * @seconds: how long, or until SIGTERM
 *
 * Nothing is written: the memory is somebody's. Return: whether the file could
 * be opened and there was an answer.
 */
bool prod_alone(const struct opts *opts, unsigned int seconds);

#endif /* CONFORM_PROD_H */
