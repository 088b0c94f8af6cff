// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/log.h"
#include "commands.h"
#include "viewer.h"

#define MAX_SIDE	16384
#define MIN_REFRESH	1000
#define MAX_REFRESH	1000000
#define MAX_WAIT	86400

enum option_id {
	OPT_DEVICE,
	OPT_SCANOUT,
	OPT_MAP,
	OPT_NO_CURSOR,
	OPT_VERBOSE,
	OPT_HELP,
	OPT_OUTPUT,
	OPT_DIR,
	OPT_FRAMES,
	OPT_RAW,
	OPT_WAIT,
	OPT_WIDTH,
	OPT_HEIGHT,
	OPT_REFRESH,
	OPT_X,
	OPT_Y,
	OPT_CONNECTED,
	OPT_DISCONNECTED,
};

#define BIT(id) (1u << (id))

/* Above every character, so that '?' and ':' are not taken for an option. */
#define LONG(id) (256 + (id))

static const struct option long_options[] = {
	{ "device", required_argument, NULL, LONG(OPT_DEVICE) },
	{ "scanout", required_argument, NULL, LONG(OPT_SCANOUT) },
	{ "map", no_argument, NULL, LONG(OPT_MAP) },
	{ "no-cursor", no_argument, NULL, LONG(OPT_NO_CURSOR) },
	{ "verbose", no_argument, NULL, LONG(OPT_VERBOSE) },
	{ "help", no_argument, NULL, LONG(OPT_HELP) },
	{ "output", required_argument, NULL, LONG(OPT_OUTPUT) },
	{ "dir", required_argument, NULL, LONG(OPT_DIR) },
	{ "frames", required_argument, NULL, LONG(OPT_FRAMES) },
	{ "raw", no_argument, NULL, LONG(OPT_RAW) },
	{ "wait", required_argument, NULL, LONG(OPT_WAIT) },
	{ "width", required_argument, NULL, LONG(OPT_WIDTH) },
	{ "height", required_argument, NULL, LONG(OPT_HEIGHT) },
	{ "refresh", required_argument, NULL, LONG(OPT_REFRESH) },
	{ "x", required_argument, NULL, LONG(OPT_X) },
	{ "y", required_argument, NULL, LONG(OPT_Y) },
	{ "connected", no_argument, NULL, LONG(OPT_CONNECTED) },
	{ "disconnected", no_argument, NULL, LONG(OPT_DISCONNECTED) },
	{ NULL, 0, NULL, 0 },
};

#define ANY	(BIT(OPT_DEVICE) | BIT(OPT_VERBOSE) | BIT(OPT_HELP))
#define PIXELS	(ANY | BIT(OPT_SCANOUT) | BIT(OPT_MAP) | BIT(OPT_WAIT))
#define MODE	(BIT(OPT_WIDTH) | BIT(OPT_HEIGHT) | BIT(OPT_REFRESH) |	\
		 BIT(OPT_X) | BIT(OPT_Y) | BIT(OPT_CONNECTED) |		\
		 BIT(OPT_DISCONNECTED))

static const struct command commands[] = {
	{
		.name = "info",
		.synopsis = "",
		.about = "say what the device is and what it shows",
		.run = cmd_info,
		.takes = ANY,
	}, {
		.name = "screenshot",
		.synopsis = "-o FILE.png [--scanout N] [--no-cursor] [--map] [--wait SECONDS]",
		.about = "save what a scanout shows",
		.run = cmd_screenshot,
		.takes = PIXELS | BIT(OPT_NO_CURSOR) | BIT(OPT_OUTPUT),
		.needs = BIT(OPT_OUTPUT),
		.needs_text = "screenshot needs -o FILE.png",
	}, {
		.name = "watch",
		.synopsis = "--dir DIR | --raw [--scanout N] [--frames N] [--no-cursor] [--map] [--wait SECONDS]",
		.about = "save every frame, or print a line for each",
		.run = cmd_watch,
		.takes = PIXELS | BIT(OPT_NO_CURSOR) | BIT(OPT_DIR) |
			 BIT(OPT_FRAMES) | BIT(OPT_RAW),
		.needs = BIT(OPT_DIR) | BIT(OPT_RAW),
		.needs_text = "watch needs --dir DIR for pictures or --raw for lines",
	}, {
		.name = "crc",
		.synopsis = "[--scanout N] [--map] [--wait SECONDS]",
		.about = "print a checksum of what a scanout shows",
		.run = cmd_crc,
		.takes = PIXELS,
	}, {
		.name = "set-mode",
		.synopsis = "[--scanout N] [--width W] [--height H] [--refresh MILLIHERTZ] [--x X] [--y Y] [--connected | --disconnected]",
		.about = "plug, unplug, resize or move an output",
		.run = cmd_set_mode,
		.takes = ANY | BIT(OPT_SCANOUT) | MODE,
		.needs = MODE,
		.needs_text = "set-mode needs something to change, for instance --width 1280 --height 800",
	},
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *file)
{
	fprintf(file, "usage: vdpa-gpu-viewer COMMAND [--device PATH] [--verbose] ...\n\n");
	for (size_t i = 0; i < NR_COMMANDS; i++)
		fprintf(file, "  %s %s\n      %s\n", commands[i].name,
			commands[i].synopsis, commands[i].about);
	fprintf(file, "\nWithout --device the only /dev/vdpa-gpu/*.view is taken. See vdpa-gpu-viewer(1).\n");
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static bool parse_number(const char *name, const char *text, uint64_t min,
			 uint64_t max, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	/* strtoull() takes "-1" for a large number. */
	if (text[0] >= '0' && text[0] <= '9' && !*end && !errno &&
	    *out >= min && *out <= max)
		return true;
	log_error("--%s %s: not a number from %llu to %llu", name, text,
		  (unsigned long long)min, (unsigned long long)max);
	return false;
}

/* A number from the table below goes where the option says. */
static bool parse_numeric(struct options *options, enum option_id id)
{
	struct mode_change *mode = &options->mode;
	const struct {
		const char *name;
		uint64_t min, max;
		uint32_t *to;
		bool *has;
	} rows[] = {
		[OPT_SCANOUT] = { "scanout", 0, VDPA_GPU_MAX_SCANOUTS - 1,
				  &options->scanout, NULL },
		[OPT_WAIT] = { "wait", 0, MAX_WAIT, &options->wait, NULL },
		[OPT_WIDTH] = { "width", 1, MAX_SIDE, &mode->width,
				&mode->has_width },
		[OPT_HEIGHT] = { "height", 1, MAX_SIDE, &mode->height,
				 &mode->has_height },
		[OPT_REFRESH] = { "refresh", MIN_REFRESH, MAX_REFRESH,
				  &mode->refresh_mhz, &mode->has_refresh },
		[OPT_X] = { "x", 0, INT32_MAX, &mode->x, &mode->has_x },
		[OPT_Y] = { "y", 0, INT32_MAX, &mode->y, &mode->has_y },
	};
	uint64_t number;

	if (!parse_number(rows[id].name, optarg, rows[id].min, rows[id].max,
			  &number))
		return false;
	*rows[id].to = number;
	if (rows[id].has)
		*rows[id].has = true;
	return true;
}

static bool parse_option(struct options *options, enum option_id id)
{
	switch (id) {
	case OPT_DEVICE:
		options->device = optarg;
		return true;
	case OPT_MAP:
		options->access = VIEW_ACCESS_MAP;
		return true;
	case OPT_NO_CURSOR:
		options->cursor = false;
		return true;
	case OPT_VERBOSE:
		options->verbose = true;
		return true;
	case OPT_OUTPUT:
		options->file = optarg;
		return true;
	case OPT_DIR:
		options->dir = optarg;
		return true;
	case OPT_RAW:
		options->raw = true;
		return true;
	case OPT_FRAMES:
		return parse_number("frames", optarg, 1, UINT32_MAX,
				    &options->frames);
	case OPT_CONNECTED:
	case OPT_DISCONNECTED:
		options->mode.has_connected = true;
		options->mode.connected = id == OPT_CONNECTED;
		return true;
	case OPT_HELP:
		return true;
	default:
		return parse_numeric(options, id);
	}
}

/* Return: bits of the options that were given, or 0 with *out_error set. */
static uint32_t parse_all(int argc, char **argv, struct options *options,
			  bool *out_error)
{
	uint32_t given = 0;
	int c;

	optind = 0;
	*out_error = true;
	while ((c = getopt_long(argc, argv, "+o:vh", long_options, NULL)) != -1) {
		if (c == '?')
			return 0;
		if (c == 'o')
			c = LONG(OPT_OUTPUT);
		else if (c == 'v')
			c = LONG(OPT_VERBOSE);
		else if (c == 'h')
			c = LONG(OPT_HELP);
		given |= BIT(c - 256);
		if (!parse_option(options, c - 256))
			return 0;
	}
	if (optind < argc) {
		log_error("%s: what is that?", argv[optind]);
		return 0;
	}
	*out_error = false;
	return given;
}

static const char *option_name(uint32_t bits)
{
	for (size_t i = 0; long_options[i].name; i++)
		if (bits & BIT(long_options[i].val - 256))
			return long_options[i].name;
	return "?";
}

static bool check_command(const struct command *command, uint32_t given)
{
	const uint32_t both = BIT(OPT_CONNECTED) | BIT(OPT_DISCONNECTED);

	if (given & ~command->takes) {
		log_error("%s does not take --%s", command->name,
			  option_name(given & ~command->takes));
		return false;
	}
	if ((given & both) == both) {
		log_error("--connected and --disconnected exclude each other");
		return false;
	}
	if (command->needs && !(given & command->needs)) {
		log_error("%s", command->needs_text);
		return false;
	}
	return true;
}

bool options_parse(int argc, char **argv, struct options *out_options,
		   int *out_result)
{
	const char *name = argc > 1 ? argv[1] : "";
	uint32_t given;
	bool error;

	*out_options = (struct options){ .cursor = true };
	*out_result = VIEWER_USAGE;
	if (!strcmp(name, "--help") || !strcmp(name, "-h")) {
		print_help(stdout);
		*out_result = VIEWER_OK;
		return false;
	}
	out_options->command = find_command(name);
	if (!out_options->command) {
		if (*name)
			log_error("%s: no such command", name);
		print_help(stderr);
		return false;
	}
	given = parse_all(argc - 1, argv + 1, out_options, &error);
	if (error)
		return false;
	if (given & BIT(OPT_HELP)) {
		print_help(stdout);
		*out_result = VIEWER_OK;
		return false;
	}
	return check_command(out_options->command, given);
}
