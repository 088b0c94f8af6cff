// SPDX-License-Identifier: GPL-2.0-only
#include "prod.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where guests map, if nothing is known of them. */
#define LOW_LAST	0x1fffffffULL

/* The generator's state, shared with nobody. */
static uint32_t below(unsigned int *seed, uint32_t n)
{
	return (((uint32_t)rand_r(seed) << 16) ^ (uint32_t)rand_r(seed)) % n;
}

static uint64_t some_address(const struct prod *prod, unsigned int *seed)
{
	uint64_t span = prod->last - prod->first;
	uint64_t at = (uint64_t)below(seed, UINT32_MAX) << 24 ^
		      below(seed, UINT32_MAX);

	switch (below(seed, 16)) {
	case 0:
		return at << below(seed, 24);
	case 1:
		return UINT64_MAX - below(seed, 8192);
	default:
		return prod->first + (span + 1 ? at % (span + 1) : at);
	}
}

static void prod_once(struct prod *prod, unsigned int *seed)
{
	uint32_t which = below(seed, 8), len = 1 + below(seed, TESTEP_MAX);
	uint32_t endpoint = which < prod->nr_endpoints ?
			    prod->endpoints[which] : prod->endpoints[0];
	uint64_t at = some_address(prod, seed), gpa;
	uint8_t data[TESTEP_MAX];
	enum testep_result result;

	if (!below(seed, 64))
		endpoint = 0x5eed0001;
	switch (below(seed, prod->read_only ? 2 : 3)) {
	case 0:
		result = testep_translate(prod->testep, endpoint, at,
					  below(seed, 2), &gpa);
		break;
	case 1:
		result = testep_read(prod->testep, endpoint, at, data, len);
		break;
	default:
		memset(data, (int)at, len);
		result = testep_write(prod->testep, endpoint, at, data, len);
		break;
	}
	atomic_fetch_add(&prod->calls, 1);
	if (result == TESTEP_ALLOWED)
		atomic_fetch_add(&prod->allowed, 1);
	else if (result == TESTEP_ERROR)
		atomic_fetch_add(&prod->refused, 1);
}

static void *run(void *arg)
{
	struct prod *prod = arg;
	unsigned int seed = prod->seed ^ (unsigned int)(uintptr_t)&seed;

	while (!atomic_load(&prod->stop))
		prod_once(prod, &seed);
	return NULL;
}

void prod_start(struct prod *prod)
{
	atomic_init(&prod->stop, false);
	atomic_init(&prod->calls, 0);
	atomic_init(&prod->allowed, 0);
	atomic_init(&prod->refused, 0);
	prod->nr_threads = 0;
	while (prod->nr_threads < PRODDERS &&
	       !pthread_create(&prod->threads[prod->nr_threads], NULL, run,
			       prod))
		prod->nr_threads++;
}

void prod_stop(struct prod *prod)
{
	atomic_store(&prod->stop, true);
	while (prod->nr_threads)
		pthread_join(prod->threads[--prod->nr_threads], NULL);
}

static void end_early(int signal)
{
	(void)signal;
}

bool prod_alone(const struct opts *opts, unsigned int seconds)
{
	static struct prod prod;
	struct testep testep;
	int err = testep_open(&testep, opts->iommu);

	if (err) {
		fprintf(stderr, "%s: %s\n", opts->iommu, strerror(-err));
		return false;
	}
	printf("TAP version 13\n1..1\n# hammer: seed %u, %u seconds\n",
	       opts->seed, seconds);
	fflush(stdout);
	prod = (struct prod){
		.testep = &testep,
		.endpoints = opts->endpoint,
		.nr_endpoints = opts->nr_endpoints,
		.last = LOW_LAST,
		.read_only = true,
		.seed = opts->seed,
	};
	signal(SIGTERM, end_early);
	prod_start(&prod);
	sleep(seconds);
	prod_stop(&prod);
	testep_close(&testep);
	printf("%s 1 - looks and reads\n# %lu %lu allowed, %lu errors\n",
	       atomic_load(&prod.calls) ? "ok" : "not ok",
	       atomic_load(&prod.calls), atomic_load(&prod.allowed),
	       atomic_load(&prod.refused));
	return atomic_load(&prod.calls);
}
