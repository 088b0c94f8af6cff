/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nth.h - the n-th allocation that the kernel makes for this thread fails.
 *
 * The kernel must have been built for that. Allocations that may sleep fail
 * only where failslab/ignore-gfp-wait in debugfs is N.
 */
#ifndef CONFORM_NTH_H
#define CONFORM_NTH_H

#include <stdbool.h>

bool nth_works(void);
void nth_set(unsigned int n);
/* What is left of the count, 0 if the failure has come; none comes any more. */
unsigned int nth_clear(void);

#endif /* CONFORM_NTH_H */
