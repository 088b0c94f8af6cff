/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report.h - results: TAP lines as they come, one verdict per clause at the
 * end.
 */
#ifndef CONFORM_REPORT_H
#define CONFORM_REPORT_H

#include "test.h"

struct report {
	bool foreign;
	unsigned int number;
	unsigned int passed, failed, skipped;
	struct clause {
		char id[32];
		enum verdict verdict;
		bool informational;
		char why[640];
	} clause[256];
	unsigned int nr_clauses;
};

void report_plan(struct report *report, unsigned int cases);
void report_case(struct report *report, const struct test_case *tc,
		 enum verdict verdict, const char *why);
void report_end(const struct report *report);

/* Write {"GPU2D-REQ-5.TR2": "pass", ...}. Return: 0 or a negative errno. */
int report_json(const struct report *report, const char *path);

#endif /* CONFORM_REPORT_H */
