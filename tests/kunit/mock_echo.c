// SPDX-License-Identifier: GPL-2.0-only
/* See mock_echo.h. */
#include "mock_echo.h"

#include <linux/wait_bit.h>

#include "soft/chain.h"
#include "soft/core.h"

unsigned int mock_echo_releases;

static struct mock_echo *to_echo(struct vds_device *vds)
{
	return container_of(vds, struct mock_echo, vds);
}

static enum vds_verdict serve_echo(struct vds_device *vds,
				   struct vds_chain *chain,
				   enum vds_context context)
{
	struct mock_echo *echo = to_echo(vds);
	size_t len = min3(vds_chain_readable(chain), vds_chain_writable(chain),
			  (size_t)64);
	u8 buf[64] = {};

	vds_chain_pull(chain, buf, len);
	if (context == VDS_ATOMIC && buf[0] == 'D')
		return VDS_DEFER;
	if (context == VDS_ATOMIC)
		echo->atomic++;
	else
		echo->threaded++;
	if (buf[0] == 'F') {
		vds->vdpa.config->kick_vq(&vds->vdpa, 1);
		vds_device_fail(vds, "asked for");
	}
	if (buf[0] == 'K' && !echo->kept) {
		echo->kept = chain;
		return VDS_DONE;
	}
	vds_chain_push(chain, buf, len);
	vds_chain_complete(chain);
	return VDS_DONE;
}

static void get_config(struct vds_device *vds, unsigned int offset, void *buf,
		       unsigned int len)
{
	memcpy(buf, to_echo(vds)->config + offset, len);
}

static void set_config(struct vds_device *vds, unsigned int offset,
		       const void *buf, unsigned int len)
{
	memcpy(to_echo(vds)->config + offset, buf, len);
}

static void reset(struct vds_device *vds)
{
	struct mock_echo *echo = to_echo(vds);

	echo->resets++;
	if (echo->kept)
		vds_chain_complete(echo->kept);
	echo->kept = NULL;
}

static void revoke(struct vds_device *vds, u64 iova, u64 last)
{
	to_echo(vds)->revokes++;
}

static void release(struct vds_device *vds)
{
	mock_echo_releases++;
}

static const struct vds_queue_type queues[] = {
	{ .name = "slow", .serve = serve_echo },
	{ .name = "fast", .serve = serve_echo, .inline_budget = 4 },
};

const struct vds_device_type mock_echo_type = {
	.virtio_id = 42,
	.nvqs = ARRAY_SIZE(queues),
	.queues = queues,
	.config_size = MOCK_ECHO_CONFIG,
	.get_config = get_config,
	.set_config = set_config,
	.reset = reset,
	.revoke = revoke,
	.release = release,
};

struct vdpa_mgmt_dev mock_echo_mgmt;

static void put_echo(void *data)
{
	struct mock_echo *echo = data;

	vds_device_put(&echo->vds);
}

struct mock_echo *mock_echo(struct kunit *test)
{
	struct vds_device *vds;

	vds = vds_device_alloc(&mock_echo_type, sizeof(struct mock_echo),
			       &mock_echo_mgmt, "echo", BIT_ULL(5));
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, vds);
	kunit_add_action(test, put_echo, to_echo(vds));
	return to_echo(vds);
}

u8 mock_echo_status(struct mock_echo *echo)
{
	return echo->vds.vdpa.config->get_status(&echo->vds.vdpa);
}

void mock_echo_ask(struct mock_driver *driver, unsigned int queue,
		   const char *text)
{
	struct kunit *test = driver->guest.test;
	char answer[8] = {};

	KUNIT_EXPECT_EQ(test, 8, mock_driver_request(driver, queue, text, 8,
						     answer, 8));
	KUNIT_EXPECT_MEMEQ(test, text, answer, 8);
}

void mock_echo_wait(struct mock_echo *echo, unsigned int queue)
{
	bool *serving = &echo->vds.core->vqs[queue].serving;

	wait_var_event(serving, !READ_ONCE(*serving));
}
