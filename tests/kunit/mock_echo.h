/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mock_echo.h - a device that writes back what it reads.
 *
 * Its first queue is served by the thread. The second one is served inside the
 * kick, four chains at most, except for requests that begin with 'D'
 * (deferred). Of those that begin with 'K' one is kept until it is told to let
 * go; one that begins with 'F' fails the device, in the middle of a kick.
 */
#ifndef _MOCK_ECHO_H
#define _MOCK_ECHO_H

#include <kunit/test.h>
#include <linux/virtio_config.h>

#include "mock_guest.h"
#include "soft/vds.h"

#define MOCK_ECHO_CONFIG	8

/* Status of a driver that has said hello. */
#define MOCK_DRIVER \
	(VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER)
#define MOCK_DRIVER_OK \
	(MOCK_DRIVER | VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK)

/**
 * struct mock_echo - the device
 * @vds: the core's part, first
 * @config: config space
 * @atomic: requests served in kicks
 * @threaded: requests served by threads
 * @resets: calls of the type's reset
 * @revokes: calls of the type's revoke
 * @kept: the request that began with 'K'
 */
struct mock_echo {
	struct vds_device vds;
	u8 config[MOCK_ECHO_CONFIG];
	unsigned int atomic;
	unsigned int threaded;
	unsigned int resets;
	unsigned int revokes;
	struct vds_chain *kept;
};

extern const struct vds_device_type mock_echo_type;
extern struct vdpa_mgmt_dev mock_echo_mgmt;

/* Calls of the type's release, of all devices. */
extern unsigned int mock_echo_releases;

/* A device that offers feature 5 beside the core's; freed with the test. */
struct mock_echo *mock_echo(struct kunit *test);

u8 mock_echo_status(struct mock_echo *echo);

/* Sends eight bytes and expects them back. */
void mock_echo_ask(struct mock_driver *driver, unsigned int queue,
		   const char *text);

/*
 * Waits until nobody serves the queue: an answer is seen before the thread
 * that gave it is done.
 */
void mock_echo_wait(struct mock_echo *echo, unsigned int queue);

#endif /* _MOCK_ECHO_H */
