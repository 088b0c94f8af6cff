/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tap.h - a line per check on stdout. run.sh puts numbers on them.
 */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdbool.h>
#include <stdint.h>

/**
 * tap_check() - one check
 * @ok: did it hold
 * @format: its name
 *
 * Return: @ok.
 */
__attribute__((format(printf, 2, 3)))
bool tap_check(bool ok, const char *format, ...);

/**
 * tap_result() - for main() to return
 */
int tap_result(void);

/**
 * tap_random() - the same numbers in every run
 */
uint32_t tap_random(void);

#endif /* TESTS_TAP_H */
