/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CONFORM_RUNNER_H
#define CONFORM_RUNNER_H

#include "report.h"
#include "test.h"

/**
 * runner_open() - open the device and the view, look what is offered
 * @c: filled
 * @opts: kept
 *
 * Return: 0, or a negative errno with a message on stderr.
 */
int runner_open(struct ctx *c, const struct opts *opts);
void runner_close(struct ctx *c);

/* Run all cases that match; returns after the last one. */
void runner_run(struct ctx *c, struct report *report);
void runner_list(const struct opts *opts);

#endif /* CONFORM_RUNNER_H */
