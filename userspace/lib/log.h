/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log.h - what a program says on stderr. Errors say what happened, hints say
 * what to do next; both are for the person at the keyboard.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdbool.h>

/**
 * log_set_verbose() - show debug messages too
 * @verbose: false at first
 */
void log_set_verbose(bool verbose);

__attribute__((format(printf, 1, 2))) void log_error(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_hint(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_info(const char *format, ...);
__attribute__((format(printf, 1, 2))) void log_debug(const char *format, ...);

#endif /* LIB_LOG_H */
