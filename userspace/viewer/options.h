/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VIEWER_OPTIONS_H
#define VIEWER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "../lib/view_link.h"

struct options;

/**
 * struct command - a row of the table of commands
 * @name: what the user types
 * @synopsis: its options, for the help
 * @about: what it does, for the help
 * @run: returns an enum viewer_exit
 * @takes: bits of the options that it knows
 * @needs: bits of the options that must be there; any one of them is enough
 * @needs_text: what to say if none is
 */
struct command {
	const char *name;
	const char *synopsis;
	const char *about;
	int (*run)(const struct options *options);
	uint32_t takes;
	uint32_t needs;
	const char *needs_text;
};

/**
 * struct mode_change - which parts of a mode the user wants other than they are
 * @has_width: @width was given; likewise the others
 * @has_connected: @connected was given
 */
struct mode_change {
	bool has_width;
	bool has_height;
	bool has_refresh;
	bool has_x;
	bool has_y;
	bool has_connected;
	bool connected;
	uint32_t width;
	uint32_t height;
	uint32_t refresh_mhz;
	uint32_t x;
	uint32_t y;
};

/**
 * struct options - what the user wants
 * @command: a row
 * @device: path of the view device; NULL for the only one there is
 * @scanout: which output of it
 * @access: way to the pixels
 * @cursor: draw the cursor
 * @verbose: debug messages
 * @raw: lines instead of pictures
 * @file: picture to write
 * @dir: directory for pictures
 * @frames: how many, 0 for no end
 * @wait: seconds to wait for something to be shown; 0 means not at all for one
 *	picture, and for ever for a stream of them
 * @mode: for set-mode
 */
struct options {
	const struct command *command;
	const char *device;
	uint32_t scanout;
	enum view_access access;
	bool cursor;
	bool verbose;
	bool raw;
	const char *file;
	const char *dir;
	uint64_t frames;
	unsigned int wait;
	struct mode_change mode;
};

/**
 * options_parse() - read the command line
 * @argc: as main()
 * @argv: as main()
 * @out_options: filled
 * @out_result: an enum viewer_exit when there is nothing left to do
 *
 * Return: whether to go on.
 */
bool options_parse(int argc, char **argv, struct options *out_options,
		   int *out_result);

#endif /* VIEWER_OPTIONS_H */
