/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sandbox.h - a program that has opened all it needs shuts itself in.
 */
#ifndef LIB_SANDBOX_H
#define LIB_SANDBOX_H

/**
 * sandbox_enter() - only read, write and wait from now on
 *
 * No new files, processes or privileges, no debugger; another system call kills
 * the process. Signal handlers may run and the program may end. On processors
 * whose calls are not known here, calls are not limited.
 *
 * Return: 0 or a negative errno.
 */
int sandbox_enter(void);

#endif /* LIB_SANDBOX_H */
