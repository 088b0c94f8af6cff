/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * behind.h - the GPU that sits behind the IOMMU under test (--behind).
 *
 * It is the first endpoint, and a context of its own, c->behind: another
 * device, other memory, rings of its own, which the device finds only where the
 * IOMMU lets it. What fails there fails the case of the IOMMU.
 */
#ifndef CONFORM_BEHIND_H
#define CONFORM_BEHIND_H

#include "race.h"

/* Run something with the GPU's context. */
void behind_run(struct ctx *c, void (*run)(struct ctx *gpu));

/*
 * Attach it to the first domain and map what its driver needs, rings, requests
 * and backings, each to itself.
 */
void behind_admit(struct ctx *c);

/*
 * A session of the GPU, with a resource whose backing lies at @iova, one page;
 * that must be mapped now.
 */
void behind_start(struct ctx *c, uint64_t iova);
#define BEHIND_BYTES	4096u

/* Put @count reads of that backing into its queue, and kick. */
void behind_post(struct ctx *c, unsigned int count);

/* A racer: the GPU reads the backing. The race's iova is the one above. */
enum testep_result behind_read(struct racer *racer);

#endif /* CONFORM_BEHIND_H */
