// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void report_plan(struct report *report, unsigned int cases)
{
	(void)report;
	printf("TAP version 13\n1..%u\n", cases);
}

static struct clause *clause_of(struct report *report, const char *id)
{
	struct clause *clause;

	for (unsigned int i = 0; i < report->nr_clauses; i++)
		if (!strcmp(report->clause[i].id, id))
			return &report->clause[i];
	clause = &report->clause[report->nr_clauses];
	if (report->nr_clauses + 1 < sizeof(report->clause) /
				     sizeof(report->clause[0]))
		report->nr_clauses++;
	snprintf(clause->id, sizeof(clause->id), "%s", id);
	clause->verdict = V_UNTESTABLE;
	clause->why[0] = 0;
	return clause;
}

/* One failed case fails its clause; one that passed outweighs a blind one. */
static void add_to_clause(struct report *report, const struct test_case *tc,
			  enum verdict verdict, const char *why)
{
	struct clause *clause = clause_of(report, tc->id);
	bool worse = verdict == V_FAIL && clause->verdict != V_FAIL;
	bool better = verdict == V_PASS && clause->verdict == V_UNTESTABLE;
	bool informational = report->foreign && (tc->flags & OURS);
	bool said = clause->why[0] || clause->verdict == V_PASS;

	if (verdict == V_FAIL && clause->verdict == V_FAIL &&
	    clause->informational && !informational)
		worse = true;
	if (!worse && !better && said)
		return;
	clause->verdict = verdict;
	clause->informational = informational;
	if (verdict == V_FAIL)
		snprintf(clause->why, sizeof(clause->why), "%s: %s",
			 tc->title, why);
	else
		snprintf(clause->why, sizeof(clause->why), "%s", why);
}

void report_case(struct report *report, const struct test_case *tc,
		 enum verdict verdict, const char *why)
{
	bool informational = report->foreign && (tc->flags & OURS);
	unsigned int n = ++report->number;

	add_to_clause(report, tc, verdict, why);
	switch (verdict) {
	case V_PASS:
		report->passed++;
		printf("ok %u - %s %s\n", n, tc->id, tc->title);
		break;
	case V_FAIL:
		if (informational)
			report->skipped++;
		else
			report->failed++;
		printf("not ok %u - %s %s%s\n# %s\n", n, tc->id, tc->title,
		       informational ? " # TODO a [P] row" : "", why);
		break;
	case V_UNTESTABLE:
		report->skipped++;
		printf("ok %u - %s %s # SKIP %s\n", n, tc->id, tc->title, why);
		break;
	}
	fflush(stdout);
}

void report_end(const struct report *report)
{
	printf("# %u passed, %u failed, %u skipped\n", report->passed,
	       report->failed, report->skipped);
}

static void put_string(FILE *file, const char *prefix, const char *text)
{
	fprintf(file, "\"%s", prefix);
	for (; *text; text++)
		if (*text == '"' || *text == '\\')
			fprintf(file, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			fprintf(file, " ");
		else
			fputc(*text, file);
	fputc('"', file);
}

static void put_clause(FILE *file, const struct clause *clause)
{
	fprintf(file, "  \"%s\": ", clause->id);
	if (clause->verdict == V_PASS)
		fprintf(file, "\"pass\"");
	else if (clause->verdict == V_UNTESTABLE)
		put_string(file, "untestable: ", clause->why);
	else
		put_string(file, clause->informational ? "informational: " :
			   "fail: ", clause->why);
}

int report_json(const struct report *report, const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return -errno;
	fprintf(file, "{\n");
	for (unsigned int i = 0; i < report->nr_clauses; i++) {
		put_clause(file, &report->clause[i]);
		fprintf(file, "%s\n", i + 1 < report->nr_clauses ? "," : "");
	}
	fprintf(file, "}\n");
	return fclose(file) ? -errno : 0;
}
