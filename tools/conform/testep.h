/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * testep.h - /dev/vdpa-iommu/NAME: looks and does DMA as an endpoint.
 *
 * The only room that knows its ioctls. A blocked access is a fault, which the
 * device reports to its driver.
 */
#ifndef CONFORM_TESTEP_H
#define CONFORM_TESTEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TESTEP_MAX	4096u	/* bytes of an access */

struct testep {
	int fd;			/* -1: not open */
	bool can_access;	/* otherwise it can only look */
};

/* What the host counts. */
struct testep_counts {
	uint32_t endpoints;
	uint64_t domains;
	uint64_t mappings;
	uint64_t faults;
	uint64_t dropped;
};

enum testep_result {
	TESTEP_ALLOWED,
	TESTEP_BLOCKED,
	TESTEP_ERROR,		/* errno says which */
};

/* 0 or a negative errno. */
int testep_open(struct testep *testep, const char *path);
void testep_close(struct testep *testep);
int testep_count(const struct testep *testep, struct testep_counts *out_counts);

enum testep_result testep_translate(const struct testep *testep,
				    uint32_t endpoint, uint64_t iova,
				    bool write, uint64_t *out_gpa);
enum testep_result testep_read(const struct testep *testep, uint32_t endpoint,
			       uint64_t iova, void *data, uint32_t len);
enum testep_result testep_write(const struct testep *testep, uint32_t endpoint,
				uint64_t iova, const void *data, uint32_t len);

#endif /* CONFORM_TESTEP_H */
