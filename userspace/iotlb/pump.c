// SPDX-License-Identifier: GPL-2.0-only
#include "pump.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <linux/vhost_types.h>

#include "../lib/log.h"

#define BATCH	16

/**
 * struct pump - both ends
 * @stream: of the IOMMU
 * @vhost: of the device
 * @miss: what the device asks, if @holding
 * @holding: the stream had no room for it
 */
struct pump {
	int stream;
	int vhost;
	struct vhost_msg_v2 miss;
	bool holding;
};

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static int send(int fd, const struct vhost_msg_v2 *msg)
{
	ssize_t done = write(fd, msg, sizeof(*msg));

	if (done < 0)
		return -errno;
	return done == sizeof(*msg) ? 0 : -EIO;
}

/* Not acknowledged unless the device has taken it. */
static int invalidate(const struct pump *pump, const struct vhost_msg_v2 *msg)
{
	int err = send(pump->vhost, msg);

	if (err) {
		log_error("the device does not let go of %#" PRIx64 ": %s",
			  (uint64_t)msg->iotlb.iova, strerror(-err));
		return err;
	}
	return send(pump->stream, msg);
}

static int carry_down(const struct pump *pump, const struct vhost_msg_v2 *msg)
{
	int err;

	switch (msg->iotlb.type) {
	case VHOST_IOTLB_UPDATE:
		err = send(pump->vhost, msg);
		/* It will go on asking; the others need not suffer. */
		if (err)
			log_error("the device does not take %#" PRIx64 ": %s",
				  (uint64_t)msg->iotlb.iova, strerror(-err));
		return 0;
	case VHOST_IOTLB_INVALIDATE:
		return invalidate(pump, msg);
	case VHOST_IOTLB_ACCESS_FAIL:
		log_debug("nothing is mapped at %#" PRIx64,
			  (uint64_t)msg->iotlb.iova);
		return 0;
	default:
		return -EPROTO;
	}
}

static int read_stream(const struct pump *pump)
{
	struct vhost_msg_v2 msgs[BATCH];
	ssize_t len = read(pump->stream, msgs, sizeof(msgs));
	int err = 0;

	if (len < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (len % (ssize_t)sizeof(msgs[0]))
		return -EPROTO;
	for (size_t i = 0; !err && i < len / sizeof(msgs[0]); i++)
		err = carry_down(pump, &msgs[i]);
	return err;
}

static int carry_up(struct pump *pump)
{
	int err = send(pump->stream, &pump->miss);

	pump->holding = err == -EAGAIN;
	return pump->holding ? 0 : err;
}

static int read_vhost(struct pump *pump)
{
	ssize_t len = read(pump->vhost, &pump->miss, sizeof(pump->miss));

	if (len < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (len != sizeof(pump->miss) || pump->miss.type != VHOST_IOTLB_MSG_V2) {
		log_error("the device does not speak struct vhost_msg_v2");
		log_hint("set VHOST_BACKEND_F_IOTLB_MSG_V2 before its rings");
		return -EPROTO;
	}
	return pump->miss.iotlb.type == VHOST_IOTLB_MISS ? carry_up(pump) : 0;
}

static int step(struct pump *pump, const sigset_t *mask)
{
	struct pollfd fds[] = {
		{ .fd = pump->stream,
		  .events = pump->holding ? POLLIN | POLLOUT : POLLIN },
		{ .fd = pump->holding ? -1 : pump->vhost, .events = POLLIN },
	};
	int err = 0;

	if (ppoll(fds, 2, NULL, mask) < 0)
		return errno == EINTR ? 0 : -errno;
	/* What is taken away comes before what is asked for. */
	if (fds[0].revents & (POLLIN | POLLERR | POLLHUP))
		err = read_stream(pump);
	if (!err && fds[0].revents & POLLOUT)
		err = carry_up(pump);
	if (!err && fds[1].revents)
		err = read_vhost(pump);
	return err;
}

/* In two halves: a size of 2^64 fits nowhere. */
static void invalidate_all(const struct pump *pump)
{
	const uint64_t half = UINT64_C(1) << 63;
	struct vhost_msg_v2 msg;

	memset(&msg, 0, sizeof(msg));
	msg.type = VHOST_IOTLB_MSG_V2;
	msg.iotlb.type = VHOST_IOTLB_INVALIDATE;
	msg.iotlb.size = half;
	/* A device that translates no longer takes none and has none. */
	send(pump->vhost, &msg);
	msg.iotlb.iova = half;
	send(pump->vhost, &msg);
}

int pump_prepare(void)
{
	const struct sigaction action = { .sa_handler = on_signal };
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &held, NULL) ||
	    sigaction(SIGINT, &action, NULL) ||
	    sigaction(SIGTERM, &action, NULL))
		return -errno;
	return 0;
}

int pump_run(int stream, int vhost)
{
	struct pump pump = { .stream = stream, .vhost = vhost };
	sigset_t none;
	int err = 0;

	sigemptyset(&none);
	while (!err && !stop)
		err = step(&pump, &none);
	invalidate_all(&pump);
	if (err == -ENODEV) {
		log_debug("the IOMMU is gone");
		return 0;
	}
	if (err)
		log_error("%s", err == -EPIPE ? "cut off by the IOMMU" :
			  strerror(-err));
	return err;
}
