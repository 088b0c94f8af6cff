// SPDX-License-Identifier: GPL-2.0-only
/* The core as a whole: status machine, kicks, thread, interrupts, reset. */
#include <kunit/test.h>
#include <linux/virtio_config.h>

#include "mock_echo.h"
#include "soft/vds.h"

/* BASE-01, BASE-02 */
static void latches_features_only_if_ok(struct kunit *test)
{
	struct mock_echo *echo = mock_echo(test);
	struct vdpa_device *vdpa = &echo->vds.vdpa;
	const u8 ok = MOCK_DRIVER | VIRTIO_CONFIG_S_FEATURES_OK;

	KUNIT_EXPECT_EQ(test, 0, vdpa_set_features(vdpa, 0));
	vdpa_set_status(vdpa, ok);
	KUNIT_EXPECT_EQ(test, MOCK_DRIVER, mock_echo_status(echo));

	vdpa_reset(vdpa, 0);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vdpa_set_features(vdpa, BIT_ULL(VIRTIO_F_VERSION_1) |
						BIT_ULL(6)));
	vdpa_set_status(vdpa, ok);
	KUNIT_EXPECT_EQ(test, MOCK_DRIVER, mock_echo_status(echo));

	vdpa_reset(vdpa, 0);
	KUNIT_EXPECT_EQ(test, 0,
			vdpa_set_features(vdpa, BIT_ULL(VIRTIO_F_VERSION_1) |
						BIT_ULL(5)));
	vdpa_set_status(vdpa, ok);
	KUNIT_EXPECT_EQ(test, ok, mock_echo_status(echo));
	KUNIT_EXPECT_EQ(test, BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(5),
			vds_device_features(&echo->vds));
}

static void offers_core_features(struct kunit *test)
{
	struct mock_echo *echo = mock_echo(test);
	u64 offered = echo->vds.vdpa.config->get_device_features(&echo->vds.vdpa);

	KUNIT_EXPECT_EQ(test, VDS_CORE_FEATURES | BIT_ULL(5), offered);
}

static void serves_in_the_thread(struct kunit *test)
{
	struct mock_echo *echo = mock_echo(test);
	struct mock_driver *driver = mock_driver(test, &echo->vds.vdpa, 16);

	mock_driver_start(driver, BIT_ULL(VIRTIO_RING_F_EVENT_IDX));
	mock_echo_ask(driver, 0, "thread..");
	KUNIT_EXPECT_EQ(test, 0, echo->atomic);
	KUNIT_EXPECT_EQ(test, 1, echo->threaded);
}

static void serves_in_the_kick(struct kunit *test)
{
	struct mock_echo *echo = mock_echo(test);
	struct mock_driver *driver = mock_driver(test, &echo->vds.vdpa, 16);

	mock_driver_start(driver, 0);
	mock_echo_wait(echo, 1);
	mock_echo_ask(driver, 1, "inline..");
	KUNIT_EXPECT_EQ(test, 1, echo->atomic);
	KUNIT_EXPECT_EQ(test, 0, echo->threaded);

	mock_echo_wait(echo, 1);
	mock_echo_ask(driver, 1, "Deferred");
	KUNIT_EXPECT_EQ(test, 1, echo->atomic);
	KUNIT_EXPECT_EQ(test, 1, echo->threaded);
}

/* What is more than the budget goes to the thread, and nothing is lost. */
static void keeps_to_the_budget(struct kunit *test)
{
	struct mock_echo *echo = mock_echo(test);
	struct mock_driver *driver = mock_driver(test, &echo->vds.vdpa, 16);
	struct mock_buf bufs[2];
	unsigned int i;
	u64 gpa;

	mock_driver_start(driver, 0);
	mock_echo_wait(echo, 1);
	gpa = mock_alloc(&driver->guest, 16, 8);
	bufs[0] = (struct mock_buf){ gpa, 8, false };
	bufs[1] = (struct mock_buf){ gpa + 8, 8, true };
	for (i = 0; i < 6; i++)
		mock_ring_add(&driver->rings[1], bufs, 2);
	mock_driver_kick_atomic(driver, 1);
	for (i = 0; i < 6; i++)
		KUNIT_EXPECT_EQ(test, 8, mock_driver_wait(driver, 1, NULL));
	KUNIT_EXPECT_EQ(test, 4, echo->atomic);
	KUNIT_EXPECT_EQ(test, 2, echo->threaded);
}

/* BASE-04 */
static void serves_nothing_before_driver_ok(struct kunit *test)
{
	struct mock_echo *echo = mock_echo(test);
	struct mock_driver *driver = mock_driver(test, &echo->vds.vdpa, 16);
	u64 gpa;
	struct mock_buf bufs[2];

	mock_driver_setup(driver, 0);
	gpa = mock_alloc(&driver->guest, 16, 8);
	bufs[0] = (struct mock_buf){ gpa, 8, false };
	bufs[1] = (struct mock_buf){ gpa + 8, 8, true };
	mock_ring_add(&driver->rings[1], bufs, 2);
	mock_driver_kick(driver, 1);
	KUNIT_EXPECT_EQ(test, 0, echo->atomic + echo->threaded);

	/* On DRIVER_OK it is found without another kick. */
	vdpa_set_status(driver->vdpa, MOCK_DRIVER |
			VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK);
	KUNIT_EXPECT_EQ(test, 8, mock_driver_wait(driver, 1, NULL));
}

/* BASE-05: a chain that is completed after reset leaves no trace. */
static void forgets_on_reset(struct kunit *test)
{
	struct mock_echo *echo = mock_echo(test);
	struct mock_driver *driver = mock_driver(test, &echo->vds.vdpa, 16);
	u64 gpa;
	struct mock_buf bufs[2];
	u32 id, len;
	int before;

	mock_driver_start(driver, 0);
	gpa = mock_alloc(&driver->guest, 16, 8);
	bufs[0] = (struct mock_buf){ gpa, 8, false };
	bufs[1] = (struct mock_buf){ gpa + 8, 8, true };
	*(char *)mock_ptr(&driver->guest, gpa) = 'K';
	mock_ring_add(&driver->rings[1], bufs, 2);
	mock_driver_kick_atomic(driver, 1);
	/* Whoever serves it, another request behind it says when it is done. */
	mock_echo_ask(driver, 1, "behind..");
	KUNIT_ASSERT_NOT_NULL(test, echo->kept);

	/* Its interrupt may be on its way still; the kept one has none. */
	while (!(before = atomic_read(&driver->interrupts)))
		KUNIT_ASSERT_NE(test, 0,
				wait_for_completion_timeout(&driver->interrupt,
							    30 * HZ));
	vdpa_reset(driver->vdpa, 0);
	KUNIT_EXPECT_EQ(test, 0, mock_echo_status(echo));
	KUNIT_EXPECT_NULL(test, echo->kept);
	KUNIT_EXPECT_FALSE(test, mock_ring_used(&driver->rings[1], &id, &len));
	KUNIT_EXPECT_EQ(test, before, atomic_read(&driver->interrupts));
	mock_driver_kick_atomic(driver, 1);
	KUNIT_EXPECT_FALSE(test, mock_ring_used(&driver->rings[1], &id, &len));
}

/* BASE-03, and rings start from zero each time. */
static void renegotiates(struct kunit *test)
{
	struct mock_echo *echo = mock_echo(test);
	struct mock_driver *driver = mock_driver(test, &echo->vds.vdpa, 4);
	unsigned int i;

	for (i = 0; i < 100; i++) {
		driver->guest.next = 0;
		mock_driver_start(driver, BIT_ULL(5));
		mock_echo_ask(driver, i % 2, "again...");
		vdpa_reset(driver->vdpa, 0);
	}
	KUNIT_EXPECT_GE(test, echo->resets, 100);
}

/* BASE-06 */
static void needs_reset_when_a_ring_is_damaged(struct kunit *test)
{
	struct mock_echo *echo = mock_echo(test);
	struct mock_driver *driver = mock_driver(test, &echo->vds.vdpa, 8);

	mock_driver_start(driver, 0);
	mock_ring_publish(&driver->rings[0], 1000);
	mock_driver_kick_atomic(driver, 0);
	KUNIT_ASSERT_NE(test, 0,
			wait_for_completion_timeout(&driver->config_interrupt,
						    30 * HZ));
	KUNIT_EXPECT_TRUE(test, mock_echo_status(echo) & VIRTIO_CONFIG_S_NEEDS_RESET);
	/* The other queue has stopped as well. */
	mock_driver_kick_atomic(driver, 1);

	vdpa_reset(driver->vdpa, 0);
	KUNIT_EXPECT_EQ(test, 0, mock_echo_status(echo));
	driver->guest.next = 0;
	mock_driver_start(driver, 0);
	mock_echo_ask(driver, 0, "recovers");
}

static void needs_reset_when_a_ring_is_not_mapped(struct kunit *test)
{
	struct mock_echo *echo = mock_echo(test);
	struct mock_driver *driver = mock_driver(test, &echo->vds.vdpa, 8);

	mock_driver_setup(driver, 0);
	driver->vdpa->config->dma_unmap(driver->vdpa, 0, MOCK_BASE, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, 1, echo->revokes);
	vdpa_set_status(driver->vdpa, MOCK_DRIVER |
			VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK);
	KUNIT_EXPECT_TRUE(test, mock_echo_status(echo) & VIRTIO_CONFIG_S_NEEDS_RESET);
}

static void suspends_and_resumes(struct kunit *test)
{
	struct mock_echo *echo = mock_echo(test);
	struct mock_driver *driver = mock_driver(test, &echo->vds.vdpa, 8);
	const struct vdpa_config_ops *ops = driver->vdpa->config;
	struct vdpa_vq_state state;
	struct mock_buf bufs[2];
	u32 id, len;
	u64 gpa;

	mock_driver_start(driver, 0);
	mock_echo_ask(driver, 0, "before..");
	KUNIT_EXPECT_EQ(test, -EBUSY, ops->get_vq_state(driver->vdpa, 0, &state));
	KUNIT_ASSERT_EQ(test, 0, ops->suspend(driver->vdpa));
	KUNIT_EXPECT_EQ(test, 0, ops->get_vq_state(driver->vdpa, 0, &state));
	KUNIT_EXPECT_EQ(test, 1, state.split.avail_index);

	gpa = mock_alloc(&driver->guest, 16, 8);
	bufs[0] = (struct mock_buf){ gpa, 8, false };
	bufs[1] = (struct mock_buf){ gpa + 8, 8, true };
	mock_ring_add(&driver->rings[0], bufs, 2);
	mock_driver_kick_atomic(driver, 0);
	KUNIT_EXPECT_FALSE(test, mock_ring_used(&driver->rings[0], &id, &len));
	KUNIT_ASSERT_EQ(test, 0, ops->resume(driver->vdpa));
	KUNIT_EXPECT_EQ(test, 8, mock_driver_wait(driver, 0, NULL));
}

/* BASE-08, BASE-09 */
static void config_space_is_bounded(struct kunit *test)
{
	struct mock_echo *echo = mock_echo(test);
	const struct vdpa_config_ops *ops = echo->vds.vdpa.config;
	u8 buf[16];
	u32 generation;

	memset(echo->config, 7, sizeof(echo->config));
	memset(buf, 0xa5, sizeof(buf));
	ops->get_config(&echo->vds.vdpa, 4, buf, 8);
	KUNIT_EXPECT_EQ(test, 7, buf[3]);
	KUNIT_EXPECT_EQ(test, 0, buf[4]);
	ops->get_config(&echo->vds.vdpa, UINT_MAX, buf, 8);
	KUNIT_EXPECT_EQ(test, 0, buf[0]);
	memset(buf, 9, sizeof(buf));
	ops->set_config(&echo->vds.vdpa, 6, buf, 16);
	ops->set_config(&echo->vds.vdpa, 100, buf, 16);
	KUNIT_EXPECT_EQ(test, 7, echo->config[5]);
	KUNIT_EXPECT_EQ(test, 9, echo->config[7]);

	generation = ops->get_generation(&echo->vds.vdpa);
	vds_device_config_changed(&echo->vds);
	KUNIT_EXPECT_NE(test, generation, ops->get_generation(&echo->vds.vdpa));
}

static void tells_of_config_changes(struct kunit *test)
{
	struct mock_echo *echo = mock_echo(test);
	struct mock_driver *driver = mock_driver(test, &echo->vds.vdpa, 8);

	mock_driver_start(driver, 0);
	vds_device_config_changed(&echo->vds);
	KUNIT_EXPECT_NE(test, 0,
			wait_for_completion_timeout(&driver->config_interrupt,
						    30 * HZ));
}

static void releases_the_type(struct kunit *test)
{
	unsigned int before = mock_echo_releases;
	struct vds_device *vds;

	vds = vds_device_alloc(&mock_echo_type, sizeof(struct mock_echo),
			       &mock_echo_mgmt, "gone", 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, vds);
	vds_device_put(vds);
	KUNIT_EXPECT_EQ(test, before + 1, mock_echo_releases);
}

static struct kunit_case device_cases[] = {
	KUNIT_CASE(latches_features_only_if_ok),
	KUNIT_CASE(offers_core_features),
	KUNIT_CASE(serves_in_the_thread),
	KUNIT_CASE(serves_in_the_kick),
	KUNIT_CASE(keeps_to_the_budget),
	KUNIT_CASE(serves_nothing_before_driver_ok),
	KUNIT_CASE(forgets_on_reset),
	KUNIT_CASE(renegotiates),
	KUNIT_CASE(needs_reset_when_a_ring_is_damaged),
	KUNIT_CASE(needs_reset_when_a_ring_is_not_mapped),
	KUNIT_CASE(suspends_and_resumes),
	KUNIT_CASE(config_space_is_bounded),
	KUNIT_CASE(tells_of_config_changes),
	KUNIT_CASE(releases_the_type),
	{}
};

static struct kunit_suite device_suite = {
	.name = "vds_device",
	.test_cases = device_cases,
};

kunit_test_suite(device_suite);
