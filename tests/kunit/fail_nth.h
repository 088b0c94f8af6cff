/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fail_nth.h - the n-th allocation of a thread fails.
 *
 * For sweeps: do a thing with the first allocation failing, then with the
 * second, until it makes fewer than that.
 */
#ifndef _FAIL_NTH_H
#define _FAIL_NTH_H

#include <kunit/test.h>
#include <linux/sched.h>

/* Rounds after which a sweep has gone astray. */
#define FAIL_NTH_MAX	500

/*
 * Until the end of the test allocations that may sleep can fail, too. Skips the
 * test where the kernel injects no faults.
 */
void fail_nth_init(struct kunit *test);

/* The @n-th allocation of @task from now on fails, a single one. 0: none. */
void fail_nth_set(struct task_struct *task, unsigned int n);

/* What is left of the count: 0 if the failure has come. None comes any more. */
unsigned int fail_nth_clear(struct task_struct *task);

#endif /* _FAIL_NTH_H */
