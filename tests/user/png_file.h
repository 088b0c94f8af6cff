/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TESTS_PNG_FILE_H
#define TESTS_PNG_FILE_H

#include <stdbool.h>

struct picture;

/* Does the PNG file at @path hold exactly the pixels of @picture. */
bool file_shows(const char *path, const struct picture *picture);

#endif /* TESTS_PNG_FILE_H */
