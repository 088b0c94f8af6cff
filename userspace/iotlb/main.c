// SPDX-License-Identifier: GPL-2.0-only
/*
 * vdpa-iotlb: puts a vhost device behind an IOMMU of vdpa_iommu. Opens what it
 * was not given, shuts itself in, and carries messages until the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../lib/log.h"
#include "../lib/sandbox.h"
#include "pump.h"
#include "stream.h"

/**
 * struct options - what was said
 * @vhost: file descriptor, -1 if it was not said
 * @stream: file descriptor, -1 if it is to be opened
 * @iommu: path, or NULL
 * @endpoint: number, UINT64_MAX if it was not said
 * @regions: @count of them
 * @count: of @regions
 */
struct options {
	int vhost;
	int stream;
	const char *iommu;
	uint64_t endpoint;
	struct region regions[STREAM_MAX_REGIONS];
	unsigned int count;
};

static const struct option names[] = {
	{ "vhost", required_argument, NULL, 'd' },
	{ "stream", required_argument, NULL, 's' },
	{ "iommu", required_argument, NULL, 'i' },
	{ "endpoint", required_argument, NULL, 'e' },
	{ "memory", required_argument, NULL, 'm' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void usage(FILE *to)
{
	fputs("usage: vdpa-iotlb --vhost FD\n"
	      "                  {--stream FD | --iommu PATH --endpoint NUMBER}\n"
	      "                  [--memory GPA,SIZE,ADDRESS]... [--verbose]\n", to);
}

/* A number up to @max that ends at @end, which is moved behind it. */
static bool parse(const char **text, char end, uint64_t max, uint64_t *out)
{
	char *rest;

	errno = 0;
	*out = strtoull(*text, &rest, 0);
	if (errno || rest == *text || **text == '-' || *rest != end ||
	    *out > max)
		return false;
	*text = rest + (end != '\0');
	return true;
}

static bool parse_fd(const char *text, int *out_fd)
{
	uint64_t fd;

	if (!parse(&text, '\0', INT_MAX, &fd) || fcntl(fd, F_GETFD) < 0)
		return false;
	*out_fd = fd;
	return true;
}

static bool parse_region(const char *text, struct options *options)
{
	struct region *region = &options->regions[options->count];

	if (options->count == STREAM_MAX_REGIONS)
		return false;
	options->count++;
	return parse(&text, ',', UINT64_MAX, &region->gpa) &&
	       parse(&text, ',', UINT64_MAX, &region->size) &&
	       parse(&text, '\0', UINT64_MAX, &region->uaddr);
}

static bool take(int letter, const char *text, struct options *options)
{
	switch (letter) {
	case 'd':
		return parse_fd(text, &options->vhost);
	case 's':
		return parse_fd(text, &options->stream);
	case 'i':
		options->iommu = text;
		return true;
	case 'e':
		return parse(&text, '\0', UINT32_MAX, &options->endpoint);
	case 'm':
		return parse_region(text, options);
	case 'v':
		log_set_verbose(true);
		return true;
	case 'h':
		usage(stdout);
		exit(0);
	default:
		return false;
	}
}

/* One way to a stream, and only one. */
static bool is_complete(const struct options *options)
{
	bool to_open = options->iommu && options->endpoint != UINT64_MAX;

	if (options->vhost < 0)
		return false;
	if (options->stream >= 0)
		return !options->iommu && options->endpoint == UINT64_MAX;
	return to_open;
}

static bool parse_all(int argc, char **argv, struct options *options)
{
	int letter;

	while ((letter = getopt_long(argc, argv, "h", names, NULL)) >= 0) {
		if (take(letter, optarg, options))
			continue;
		if (letter != '?')
			log_error("bad value: %s", optarg);
		return false;
	}
	return optind == argc && is_complete(options);
}

static int get_stream(struct options *options)
{
	int err = 0;

	if (options->iommu) {
		options->stream = stream_open(options->iommu,
					      options->endpoint);
		if (options->stream < 0) {
			log_error("%s, endpoint %u: %s", options->iommu,
				  (unsigned int)options->endpoint,
				  strerror(-options->stream));
			return options->stream;
		}
	}
	if (options->count)
		err = stream_set_mem(options->stream, options->regions,
				     options->count);
	if (err)
		log_error("memory: %s", strerror(-err));
	else if (fcntl(options->stream, F_SETFL, O_NONBLOCK) < 0)
		err = -errno;
	return err;
}

/* Everything but the three usual ones and two more. */
static int close_others(int low, int high)
{
	const int keep[] = { low, high };
	int first = 3;

	for (int i = 0; i < 2; i++) {
		if (keep[i] > first && close_range(first, keep[i] - 1, 0))
			return -errno;
		if (keep[i] >= first)
			first = keep[i] + 1;
	}
	return close_range(first, ~0U, 0) ? -errno : 0;
}

/*
 * The device is not closed while we have it: so we go when the VMM does, and
 * keep nothing else open that is its.
 */
static int shut_in(const struct options *options, pid_t parent)
{
	int err;

	if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0))
		return -errno;
	if (getppid() != parent)
		return -ESRCH;
	if (options->vhost < options->stream)
		err = close_others(options->vhost, options->stream);
	else
		err = close_others(options->stream, options->vhost);
	if (!err)
		err = pump_prepare();
	return err ? err : sandbox_enter();
}

int main(int argc, char **argv)
{
	static struct options options = {
		.vhost = -1,
		.stream = -1,
		.endpoint = UINT64_MAX,
	};
	pid_t parent = getppid();
	int err;

	if (!parse_all(argc, argv, &options)) {
		usage(stderr);
		return 2;
	}
	if (get_stream(&options))
		return 1;
	err = shut_in(&options, parent);
	if (err) {
		log_error("%s", strerror(-err));
		return 1;
	}
	return pump_run(options.stream, options.vhost) ? 1 : 0;
}
