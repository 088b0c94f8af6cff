/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * any.h - for rows that hold for both kinds of device: a request that does no
 * harm, and a device with something in it, see fixture.h and reach.h.
 */
#ifndef CONFORM_ANY_H
#define CONFORM_ANY_H

#include "gpu.h"

#define ANY_MAX	128u

/* The harmless request. Return: its length; so much is there to be written. */
size_t any_request(struct ctx *c, uint8_t out[ANY_MAX], size_t *out_cap);

/* Put it into queue 0, no kick; take its answer, which must be good. */
void any_submit(struct ctx *c, struct gpu_job *job);
void any_finish(struct ctx *c, struct gpu_job *job);
/* All of that at once. */
void any_ping(struct ctx *c);

/* The same on queue 1, where that has requests. */
void any_ping_other(struct ctx *c);

void any_start(struct ctx *c);
void any_make(struct ctx *c);
void any_verify(struct ctx *c);

#endif /* CONFORM_ANY_H */
