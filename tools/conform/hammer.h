/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CONFORM_HAMMER_H
#define CONFORM_HAMMER_H

#include "test.h"

/**
 * hammer_run() - anything, in any order, for a while
 * @c: an open context
 * @seconds: how long
 * @seed: of everything random
 *
 * Return: whether every well-formed request was answered and the device still
 * works after a reset.
 */
bool hammer_run(struct ctx *c, unsigned int seconds, unsigned int seed);

#endif /* CONFORM_HAMMER_H */
