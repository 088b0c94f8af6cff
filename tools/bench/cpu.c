// SPDX-License-Identifier: GPL-2.0-only
#include "cpu.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t cpu_self(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* The first line of /proc/PID/WHAT; empty if there is none. */
static void read_line(int pid, const char *what, char *line, int size)
{
	char path[64];
	FILE *file;

	line[0] = 0;
	snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
	file = fopen(path, "r");
	if (!file)
		return;
	if (!fgets(line, size, file))
		line[0] = 0;
	fclose(file);
	line[strcspn(line, "\n")] = 0;
}

int cpu_find(const char *name)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char line[128];
	int pid = 0;

	while (proc && !pid && (entry = readdir(proc))) {
		int candidate = atoi(entry->d_name);

		if (!candidate)
			continue;
		read_line(candidate, "comm", line, sizeof(line));
		if (!strcmp(line, name))
			pid = candidate;
	}
	if (proc)
		closedir(proc);
	return pid;
}

uint64_t cpu_of(int pid)
{
	char line[128];

	if (!pid)
		return 0;
	read_line(pid, "schedstat", line, sizeof(line));
	return strtoull(line, NULL, 10);
}
