/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CONFORM_MODEL_H
#define CONFORM_MODEL_H

#include "viommu.h"

/**
 * model_run() - random requests, each compared with what arrays say
 * @c: context with a session that was just started
 * @seed: of everything random, printed
 * @steps: requests and looks
 *
 * Statuses are those of this project, in its order of checks.
 */
void model_run(struct ctx *c, unsigned int seed, unsigned int steps);

#endif /* CONFORM_MODEL_H */
