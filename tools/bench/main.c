// SPDX-License-Identifier: GPL-2.0-only
/*
 * gpu-bench MODE [OPTION...]: times of a virtio-gpu, or of a virtio-iommu, behind
 * /dev/vhost-vdpa-N, without a guest, or behind PCI, inside one. See
 * Documentation/benchmarks.rst.
 */
#include <getopt.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modes.h"

static const struct {
	const char *name;
	void (*run)(const struct plan *plan);
	bool makes_device;
} modes[] = {
	{ "latency", mode_latency, false },
	{ "frames", mode_frames, false },
	{ "draw", mode_draw, false },
	{ "pace", mode_pace, false },
	{ "flood", mode_flood, false },
	{ "maps", mode_maps, false },
	{ "first", mode_first, true },
};

#define NR_MODES	(sizeof(modes) / sizeof(modes[0]))

static const struct option options[] = {
	{ "device", required_argument, NULL, 'd' },
	{ "pci", required_argument, NULL, 'P' },
	{ "cost", required_argument, NULL, 'o' },
	{ "period", required_argument, NULL, 'e' },
	{ "view", required_argument, NULL, 'v' },
	{ "name", required_argument, NULL, 'n' },
	{ "tag", required_argument, NULL, 't' },
	{ "count", required_argument, NULL, 'c' },
	{ "size", required_argument, NULL, 's' },
	{ "endpoint", required_argument, NULL, 'E' },
	{ "few", required_argument, NULL, 'f' },
	{ "many", required_argument, NULL, 'm' },
	{ "spin", no_argument, NULL, 'p' },
	{ "blob", no_argument, NULL, 'b' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void usage(FILE *out)
{
	fprintf(out,
"usage: gpu-bench MODE --device /dev/vhost-vdpa-N [OPTION...]\n"
"       gpu-bench MODE --pci 0000:00:05.0 [OPTION...]    in a guest; no interrupts\n"
"  latency  kick to used of TRANSFER_TO_HOST_2D and RESOURCE_FLUSH of a square\n"
"  frames   1080p: time of a frame and of a memcpy, CPU time of a frame\n"
"  draw     1080p frames, timed and nothing else\n"
"  pace     a 1080p frame every --period, then none: what a frame costs the host\n"
"  flood    1080p frames as fast as they go, until killed\n"
"  maps     an IOMMU: MAP and UNMAP of a page among --few and --many others\n"
"  first    makes device --name, draws, waits for a viewer to see it, deletes it\n"
"options:\n"
"  --count N   samples (1000)         --size N   edge of the square (64)\n"
"  --spin      do not sleep waiting   --blob     frames: also as a blob\n"
"  --name X    vdpa device, whose thread's CPU time counts\n"
"  --tag X     put before each name   --view X   /dev/vdpa-gpu/NAME.view\n"
"  --cost X    pace: cpu.stat of the control group that serves us, on the host\n"
"  --period N  pace: microseconds (30000)\n"
"  --endpoint N  maps: that the IOMMU has; give two\n"
"  --few N     maps: mappings in one domain (1000)\n"
"  --many N    maps: in the other (1000000)\n");
}

static void add_endpoint(struct opts *opts, uint32_t id)
{
	if (opts->nr_endpoints == sizeof(opts->endpoint) / sizeof(id))
		die("too many endpoints");
	opts->endpoint[opts->nr_endpoints++] = id;
}

static void parse(struct plan *plan, int argc, char **argv)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case 'd':
			plan->opts.device = optarg;
			plan->opts.transport = &vdpa_dev_ops;
			break;
		case 'P':
			plan->opts.device = optarg;
			plan->opts.transport = &pci_dev_ops;
			break;
		case 'o': plan->cost = optarg; break;
		case 'e': plan->period_us = strtoul(optarg, NULL, 0); break;
		case 'v': plan->opts.view = optarg; break;
		case 'n': plan->name = optarg; break;
		case 't': plan->tag = optarg; break;
		case 'c': plan->count = strtoul(optarg, NULL, 0); break;
		case 's': plan->size = strtoul(optarg, NULL, 0); break;
		case 'E': add_endpoint(&plan->opts, strtoul(optarg, NULL, 0)); break;
		case 'f': plan->few = strtoul(optarg, NULL, 0); break;
		case 'm': plan->many = strtoul(optarg, NULL, 0); break;
		case 'p': plan->wait = WAIT_SPIN; break;
		case 'b': plan->blob = true; break;
		case 'h': usage(stdout); exit(0);
		default: usage(stderr); exit(2);
		}
	}
}

static struct ctx client;

int main(int argc, char **argv)
{
	struct plan plan = {
		.c = &client,
		.opts.timeout_ms = 30000,
		.opts.transport = &vdpa_dev_ops,
		.tag = "",
		.period_us = 30000,
		.count = 1000,
		.size = 64,
		.few = 1000,
		.many = 1000000,
		.wait = WAIT_CALL,
	};

	parse(&plan, argc, argv);
	for (unsigned int i = 0; i < NR_MODES; i++) {
		if (optind + 1 != argc || strcmp(argv[optind], modes[i].name))
			continue;
		if (!plan.opts.device && !modes[i].makes_device)
			break;
		if (setjmp(client.out))
			die("%s", client.why);
		modes[i].run(&plan);
		return 0;
	}
	usage(stderr);
	return 2;
}
