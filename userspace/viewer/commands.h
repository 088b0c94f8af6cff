/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * commands.h - one function per command. Each returns an enum viewer_exit and
 * has told the user why when that is not VIEWER_OK.
 */
#ifndef VIEWER_COMMANDS_H
#define VIEWER_COMMANDS_H

struct options;

int cmd_info(const struct options *options);
int cmd_screenshot(const struct options *options);
int cmd_watch(const struct options *options);
int cmd_crc(const struct options *options);
int cmd_set_mode(const struct options *options);

#endif /* VIEWER_COMMANDS_H */
