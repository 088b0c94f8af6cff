// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hammer.h"
#include "prod.h"
#include "report.h"
#include "runner.h"

static const char usage[] =
"usage: vdpa-conform --device /dev/vhost-vdpa-N [--view FILE] [options]\n"
"       vdpa-conform --device /dev/vhost-vdpa-N [--iommu FILE] [options]\n"
"       vdpa-conform --pci 0000:00:05.0 [options]\n"
"       vdpa-conform --iommu FILE --hammer SECONDS\n"
"  --device FILE    the device under test, on its host\n"
"  --pci ADDRESS    the device under test, in a guest; no driver is bound\n"
"  --view FILE      its view device, for rows that need eyes\n"
"  --iommu FILE     test endpoint of an IOMMU, for rows about access\n"
"  --endpoint ID    an endpoint of an IOMMU, up to 8 times (8, 9, 10)\n"
"  --behind FILE    a GPU that is the first endpoint, as --device or --pci\n"
"  --gpa-limit ADDR the highest address that may be mapped to\n"
"  --profile NAME   refuse a device that is not gpu2d, or iommu\n"
"  --only GLOB      cases whose id, or id and title, match\n"
"  --json FILE      verdict of every clause\n"
"  --quick          fewer rounds\n"
"  --foreign        somebody else's device: [P] rows are informational\n"
"  --timeout MS     how long to wait for an answer (10000)\n"
"  --list           list the cases and exit\n"
"  --hammer SECONDS random requests and damage instead of cases\n"
"  --seed N         of what is random: --hammer, and an IOMMU's model\n";

enum { DEVICE = 256, PCI, VIEW, IOMMU, ENDPOINT, BEHIND, LIMIT, PROFILE, ONLY,
       JSON, QUICK, FOREIGN, TIMEOUT, LIST, HAMMER, SEED, HELP };

static const struct option options[] = {
	{ "device", required_argument, NULL, DEVICE },
	{ "pci", required_argument, NULL, PCI },
	{ "view", required_argument, NULL, VIEW },
	{ "iommu", required_argument, NULL, IOMMU },
	{ "endpoint", required_argument, NULL, ENDPOINT },
	{ "behind", required_argument, NULL, BEHIND },
	{ "gpa-limit", required_argument, NULL, LIMIT },
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
};

/* What the bench configures. */
static const uint32_t default_endpoints[] = { 8, 9, 10 };

static int bad_usage(void)
{
	fputs(usage, stderr);
	return -1;
}

static int add_endpoint(struct opts *opts, const char *text)
{
	char *end;
	unsigned long id = strtoul(text, &end, 0);

	if (*end || end == text || id > UINT32_MAX || opts->nr_endpoints ==
	    sizeof(opts->endpoint) / sizeof(opts->endpoint[0]))
		return bad_usage();
	opts->endpoint[opts->nr_endpoints++] = id;
	return 0;
}

static int finish(struct args *args)
{
	struct opts *opts = &args->opts;

	if (!args->list && !opts->device && !(opts->iommu && args->hammer))
		return bad_usage();
	if (!opts->nr_endpoints) {
		memcpy(opts->endpoint, default_endpoints,
		       sizeof(default_endpoints));
		opts->nr_endpoints = sizeof(default_endpoints) /
				     sizeof(default_endpoints[0]);
	}
	return 1;
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
		case IOMMU: args->opts.iommu = optarg; break;
		case ENDPOINT:
			if (add_endpoint(&args->opts, optarg))
				return -1;
			break;
		case BEHIND: args->opts.behind = optarg; break;
		case LIMIT:
			args->opts.gpa_limit = strtoull(optarg, NULL, 0);
			break;
		case ONLY: args->opts.only = optarg; break;
		case JSON: args->opts.json = optarg; break;
		case QUICK: args->opts.quick = true; break;
		case FOREIGN: args->opts.foreign = true; break;
		case TIMEOUT: args->opts.timeout_ms = atoi(optarg); break;
		case LIST: args->list = true; break;
		case HAMMER: args->hammer = atoi(optarg); break;
		case SEED: args->opts.seed = strtoul(optarg, NULL, 0); break;
		case PROFILE:
			if (strcmp(optarg, "gpu2d") && strcmp(optarg, "iommu"))
				return bad_usage();
			args->opts.profile = optarg;
			break;
		case HELP:
			fputs(usage, stdout);
			return 0;
		default:
			return bad_usage();
		}
	if (optind < argc)
		return bad_usage();
	return finish(args);
}

static int run(const struct args *args)
{
	static struct report report;
	static struct ctx c;
	bool good;
	int err;

	if (!args->opts.device)
		return !prod_alone(&args->opts, args->hammer);
	if (runner_open(&c, &args->opts))
		return 2;
	if (args->hammer) {
		printf("TAP version 13\n1..1\n");
		good = hammer_run(&c, args->hammer, args->opts.seed);
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
	struct args args = { .opts.timeout_ms = 10000, .opts.seed = 1 };
	int go_on = parse(argc, argv, &args);

	if (go_on <= 0)
		return go_on ? 2 : 0;
	if (args.list) {
		runner_list(&args.opts);
		return 0;
	}
	return run(&args);
}
