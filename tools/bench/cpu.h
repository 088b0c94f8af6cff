/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpu.h - who spent how much CPU time.
 */
#ifndef BENCH_CPU_H
#define BENCH_CPU_H

#include <stdint.h>

/* Nanoseconds of CPU time of this process so far. */
uint64_t cpu_self(void);

/**
 * cpu_find() - a task by its name
 * @name: as in /proc/PID/comm
 *
 * Return: its PID, or 0.
 */
int cpu_find(const char *name);

/* Nanoseconds that a task without threads has run; 0 if there is none. */
uint64_t cpu_of(int pid);

#endif /* BENCH_CPU_H */
