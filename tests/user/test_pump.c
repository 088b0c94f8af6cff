// SPDX-License-Identifier: GPL-2.0-only
/* What vdpa-iotlb carries, in which order, and what it leaves behind. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/vhost_types.h>

#include "../../userspace/iotlb/pump.h"
#include "tap.h"

/* A pump in a process of its own, and what it takes for its two files. */
struct world {
	int stream;
	int vhost;
	pid_t pump;
};

static struct vhost_msg_v2 message(uint8_t type, uint64_t iova, uint64_t size)
{
	struct vhost_msg_v2 msg;

	memset(&msg, 0, sizeof(msg));
	msg.type = VHOST_IOTLB_MSG_V2;
	msg.iotlb.type = type;
	msg.iotlb.iova = iova;
	msg.iotlb.size = size;
	return msg;
}

static struct world begin(void)
{
	int stream[2], vhost[2];
	struct world world;

	/* Messages stay whole there, as in the real ones. */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, stream) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, vhost))
		abort();
	fcntl(stream[1], F_SETFL, O_NONBLOCK);
	world.stream = stream[0];
	world.vhost = vhost[0];
	world.pump = fork();
	if (!world.pump) {
		int err;

		close(stream[0]);
		close(vhost[0]);
		/* A device's file does not do that. */
		signal(SIGPIPE, SIG_IGN);
		err = pump_prepare();
		_exit(-(err ? err : pump_run(stream[1], vhost[1])));
	}
	close(stream[1]);
	close(vhost[1]);
	return world;
}

/* The errno it ended with. */
static int end_of(struct world *world)
{
	int status;

	waitpid(world->pump, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void finish(struct world *world)
{
	close(world->stream);
	close(world->vhost);
}

static bool put(int fd, const struct vhost_msg_v2 *msgs, size_t count)
{
	size_t len = count * sizeof(*msgs);

	return write(fd, msgs, len) == (ssize_t)len;
}

/* The next one there is that one. */
static bool comes(int fd, const struct vhost_msg_v2 *want)
{
	struct vhost_msg_v2 msg;

	return read(fd, &msg, sizeof(msg)) == sizeof(msg) &&
	       !memcmp(&msg, want, sizeof(msg));
}

static bool is_empty(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

static bool is_emptied(int fd)
{
	const struct vhost_msg_v2 lower = message(VHOST_IOTLB_INVALIDATE, 0,
						  1ull << 63);
	const struct vhost_msg_v2 upper = message(VHOST_IOTLB_INVALIDATE,
						  1ull << 63, 1ull << 63);

	return comes(fd, &lower) && comes(fd, &upper);
}

static void test_order(void)
{
	const struct vhost_msg_v2 down[] = {
		message(VHOST_IOTLB_INVALIDATE, 0x1000, 0x1000),
		message(VHOST_IOTLB_ACCESS_FAIL, 0x3000, 1),
		message(VHOST_IOTLB_UPDATE, 0x1000, 0x2000),
		message(VHOST_IOTLB_INVALIDATE, 0x5000, 0x1000),
	};
	const struct vhost_msg_v2 miss = message(VHOST_IOTLB_MISS, 0x7000, 0);
	struct world world = begin();

	tap_check(put(world.stream, down, 4) && comes(world.vhost, &down[0]) &&
		  comes(world.vhost, &down[2]) && comes(world.vhost, &down[3]),
		  "the device is told in order, what it understands");
	tap_check(comes(world.stream, &down[0]) &&
		  comes(world.stream, &down[3]),
		  "what it was told to forget is acknowledged");
	tap_check(put(world.vhost, &miss, 1) && comes(world.stream, &miss),
		  "what it asks is passed on");
	tap_check(is_empty(world.vhost) && is_empty(world.stream),
		  "and nothing else");
	kill(world.pump, SIGTERM);
	tap_check(is_emptied(world.vhost) && end_of(&world) == 0,
		  "a signal ends it, and the device has nothing left");
	finish(&world);
}

static void test_no_device(void)
{
	const struct vhost_msg_v2 msg = message(VHOST_IOTLB_INVALIDATE, 0, 1);
	struct world world = begin();
	char byte;

	shutdown(world.vhost, SHUT_RD);
	tap_check(put(world.stream, &msg, 1) && end_of(&world) == EPIPE,
		  "a device that does not let go ends it");
	tap_check(recv(world.stream, &byte, 1, MSG_DONTWAIT) == 0,
		  "and that is not acknowledged");
	finish(&world);
}

static void test_old_messages(void)
{
	struct vhost_msg_v2 msg = message(VHOST_IOTLB_MISS, 0, 1);
	struct world world = begin();

	msg.type = VHOST_IOTLB_MSG;
	tap_check(put(world.vhost, &msg, 1) && is_emptied(world.vhost) &&
		  end_of(&world) == EPROTO,
		  "messages of the first version end it");
	finish(&world);
}

static void test_bad_stream(void)
{
	const struct vhost_msg_v2 msg = message(VHOST_IOTLB_MISS, 0, 1);
	struct world world = begin();

	tap_check(put(world.stream, &msg, 1) && is_emptied(world.vhost) &&
		  end_of(&world) == EPROTO,
		  "a stream that says what is unknown ends it");
	finish(&world);
}

int main(void)
{
	test_order();
	test_no_device();
	test_old_messages();
	test_bad_stream();
	return tap_result();
}
