/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * viewer.h - vdpa-gpu-viewer: shows what a guest shows.
 *
 *   options   what the user wants; a table of commands says what each takes
 *   session   a view device is found and opened
 *   capture   the shown image is caught, converted, and the cursor drawn on it
 *   output    a picture leaves: a PNG file, a line of text
 *
 * and one file cmd_NAME.c per command that puts these together.
 */
#ifndef VIEWER_H
#define VIEWER_H

/* What the program says when it ends; part of its interface, see the manual. */
enum viewer_exit {
	VIEWER_OK = 0,
	VIEWER_FAILED = 1,
	VIEWER_USAGE = 2,
	VIEWER_GONE = 3,
	VIEWER_BLANK = 4,
};

/**
 * viewer_main() - the program
 * @argc: as main()
 * @argv: as main()
 *
 * Return: an enum viewer_exit.
 */
int viewer_main(int argc, char **argv);

#endif /* VIEWER_H */
