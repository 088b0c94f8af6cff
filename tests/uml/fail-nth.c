// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into the vdpa tool: the $FAIL_NTH-th allocation that the kernel
 * makes for the tool's request fails, none of those for starting the tool
 * itself (UML 6.12 does not survive a failing execve()). Prints what is left of
 * the count; more than 0 means that the request made fewer allocations.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void write_count(int fd, const char *count)
{
	if (write(fd, count, strlen(count)) < 0)
		perror("fail-nth");
}

ssize_t sendto(int sock, const void *data, size_t size, int flags,
	       const struct sockaddr *to, socklen_t to_size)
{
	ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *,
			socklen_t) = dlsym(RTLD_NEXT, "sendto");
	const struct nlmsghdr *header = data;
	char left[16] = "";
	ssize_t sent;
	int fd;

	/* the first message asks for the family's number */
	if (size < sizeof(*header) || header->nlmsg_type == GENL_ID_CTRL)
		return real(sock, data, size, flags, to, to_size);

	fd = open("/proc/thread-self/fail-nth", O_RDWR);
	if (fd < 0) {
		perror("fail-nth");
		exit(1);
	}
	write_count(fd, getenv("FAIL_NTH"));
	sent = real(sock, data, size, flags, to, to_size);
	if (pread(fd, left, sizeof(left) - 1, 0) < 0)
		perror("fail-nth");
	write_count(fd, "0");
	close(fd);
	printf("left %s", left);
	fflush(stdout);
	return sent;
}
