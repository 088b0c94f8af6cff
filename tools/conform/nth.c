// SPDX-License-Identifier: GPL-2.0-only
#include "nth.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Open for good: to open it takes allocations. Only one thread counts. */
static int file(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	return fd;
}

bool nth_works(void)
{
	return file() >= 0;
}

void nth_set(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(file(), text, len, 0) != len)
		perror("fail-nth");
}

unsigned int nth_clear(void)
{
	char text[16] = "";

	if (pread(file(), text, sizeof(text) - 1, 0) < 0)
		perror("fail-nth");
	nth_set(0);
	return strtoul(text, NULL, 10);
}
