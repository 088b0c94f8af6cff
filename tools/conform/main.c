// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hammer.h"
#include "report.h"
#include "runner.h"

static const char usage[] =
"usage: vdpa-conform --device /dev/vhost-vdpa-N [--view FILE] [options]\n"
"       vdpa-conform --pci 0000:00:05.0 [options]\n"
"  --device FILE    the device under test, on its host\n"
"  --pci ADDRESS    the device under test, in a guest; no driver is bound\n"
"  --view FILE      its view device, for rows that need eyes\n"
"  --profile NAME   which chapters; gpu2d is the only one\n"
"  --only GLOB      cases whose id, or id and title, match\n"
"  --json FILE      verdict of every clause\n"
"  --quick          fewer rounds\n"
"  --foreign        somebody else's device: [P] rows are informational\n"
"  --timeout MS     how long to wait for an answer (10000)\n"
"  --list           list the cases and exit\n"
"  --hammer SECONDS random requests and damage instead of cases\n"
"  --seed N         for --hammer\n";

enum { DEVICE = 256, PCI, VIEW, PROFILE, ONLY, JSON, QUICK, FOREIGN, TIMEOUT, LIST,
       HAMMER, SEED, HELP };

static const struct option options[] = {
	{ "device", required_argument, NULL, DEVICE },
	{ "pci", required_argument, NULL, PCI },
	{ "view", required_argument, NULL, VIEW },
	{ "profile", required_argument, NULL, PROFILE },
	{ "only", required_argument, NULL, ONLY },
	{ "json", required_argument, NULL, JSON },
	{ "quick", no_argument, NULL, QUICK },
	{ "foreign", no_argument, NULL, FOREIGN },
	{ "timeout", required_argument, NULL, TIMEOUT },
	{ "list", no_argument, NULL, LIST },
	{ "hammer", required_argument, NULL, HAMMER },
	{ "seed", required_argument, NULL, SEED },
	{ "help", no_argument, NULL, HELP },
	{ NULL, 0, NULL, 0 },
};

struct args {
	struct opts opts;
	bool list;
	unsigned int hammer;
	unsigned int seed;
};

static int bad_usage(void)
{
	fputs(usage, stderr);
	return -1;
}

/* Return: 1 to go on, 0 for a good end, -1 for a bad one. */
static int parse(int argc, char **argv, struct args *args)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (opt) {
		case DEVICE:
			args->opts.device = optarg;
			args->opts.transport = &vdpa_dev_ops;
			break;
		case PCI:
			args->opts.device = optarg;
			args->opts.transport = &pci_dev_ops;
			break;
		case VIEW: args->opts.view = optarg; break;
		case ONLY: args->opts.only = optarg; break;
		case JSON: args->opts.json = optarg; break;
		case QUICK: args->opts.quick = true; break;
		case FOREIGN: args->opts.foreign = true; break;
		case TIMEOUT: args->opts.timeout_ms = atoi(optarg); break;
		case LIST: args->list = true; break;
		case HAMMER: args->hammer = atoi(optarg); break;
		case SEED: args->seed = strtoul(optarg, NULL, 0); break;
		case PROFILE:
			if (strcmp(optarg, "gpu2d"))
				return bad_usage();
			break;
		case HELP:
			fputs(usage, stdout);
			return 0;
		default:
			return bad_usage();
		}
	if (optind < argc || (!args->list && !args->opts.device))
		return bad_usage();
	return 1;
}

static int run(const struct args *args)
{
	static struct report report;
	static struct ctx c;
	bool good;
	int err;

	if (runner_open(&c, &args->opts))
		return 2;
	if (args->hammer) {
		printf("TAP version 13\n1..1\n");
		good = hammer_run(&c, args->hammer, args->seed);
		runner_close(&c);
		return !good;
	}
	report.foreign = args->opts.foreign;
	runner_run(&c, &report);
	runner_close(&c);
	if (args->opts.json) {
		err = report_json(&report, args->opts.json);
		if (err) {
			fprintf(stderr, "%s: %s\n", args->opts.json,
				strerror(-err));
			return 2;
		}
	}
	return report.failed != 0;
}

int main(int argc, char **argv)
{
	struct args args = { .opts.timeout_ms = 10000, .seed = 1 };
	int go_on = parse(argc, argv, &args);

	if (go_on <= 0)
		return go_on ? 2 : 0;
	if (args.list) {
		runner_list(&args.opts);
		return 0;
	}
	return run(&args);
}
