// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drivers and VMMs that do not keep to the rules, or to the usual order: what
 * the core refuses, what it forgets, what it hands from kick to thread.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/virtio_config.h>

#include "mock_echo.h"
#include "soft/chain.h"
#include "soft/core.h"

#define INDIRECT	BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC)
#define VERSION_1	BIT_ULL(VIRTIO_F_VERSION_1)

struct world {
	struct mock_echo *echo;
	struct mock_driver *driver;
	struct vdpa_device *vdpa;
	const struct vdpa_config_ops *ops;
	struct vds_core *core;
};

static struct world new_world(struct kunit *test)
{
	struct mock_echo *echo = mock_echo(test);

	return (struct world) {
		.echo = echo,
		.driver = mock_driver(test, &echo->vds.vdpa, 8),
		.vdpa = &echo->vds.vdpa,
		.ops = echo->vds.vdpa.config,
		.core = echo->vds.core,
	};
}

static void start(struct world *world, u64 features)
{
	mock_driver_start(world->driver, features);
	mock_echo_wait(world->echo, 0);
	mock_echo_wait(world->echo, 1);
}

/* A second queue with one entry; its chains need indirect tables. */
static void start_short(struct world *world)
{
	world->driver->guest.next = 0;
	mock_driver_setup(world->driver, INDIRECT);
	world->ops->set_vq_num(world->vdpa, 1, 1);
	world->driver->rings[1].num = 1;
	vdpa_set_status(world->vdpa, MOCK_DRIVER_OK);
	mock_echo_wait(world->echo, 1);
}

/* Puts eight bytes into the second queue. */
static void add(struct world *world, const char *text)
{
	u64 gpa = mock_alloc(&world->driver->guest, 16, 8);
	const struct mock_buf bufs[] = {
		{ gpa, 8, false }, { gpa + 8, 8, true },
	};

	memcpy(mock_ptr(&world->driver->guest, gpa), text, 8);
	mock_ring_add_indirect(&world->driver->rings[1], bufs, 2);
}

static void ask(struct kunit *test, struct world *world, const char *text)
{
	add(world, text);
	mock_driver_kick_atomic(world->driver, 1);
	KUNIT_EXPECT_EQ(test, 8, mock_driver_wait(world->driver, 1, NULL));
	mock_echo_wait(world->echo, 1);
}

static unsigned int served(const struct world *world)
{
	return world->echo->atomic + world->echo->threaded;
}

static bool needs_reset(const struct world *world)
{
	return mock_echo_status(world->echo) & VIRTIO_CONFIG_S_NEEDS_RESET;
}

/* Inside a kick eventfd_signal() would drop it. */
static void interrupts_leave_after_the_kick(struct kunit *test)
{
	struct world world = new_world(test);
	unsigned long flags;
	int before, during;

	start(&world, INDIRECT);
	before = atomic_read(&world.driver->interrupts);
	add(&world, "inline..");
	local_irq_save(flags);
	mock_driver_kick(world.driver, 1);
	during = atomic_read(&world.driver->interrupts);
	local_irq_restore(flags);
	KUNIT_EXPECT_EQ(test, before, during);
	KUNIT_EXPECT_EQ(test, 1, served(&world));
	KUNIT_EXPECT_NE(test, 0,
			wait_for_completion_timeout(&world.driver->interrupt,
						    30 * HZ));
}

static u64 timed_kicks(const struct world *world)
{
	const struct vds_vq_stats *stats = &world->core->vqs[1].stats;
	u64 kicks = 0;
	unsigned int i;

	for (i = 0; i < VDS_TIME_BUCKETS; i++)
		kicks += stats->kick_time[i];
	return kicks;
}

/* All that keep interrupts off and reach a live queue, if somebody asks. */
static void kicks_are_timed_on_demand(struct kunit *test)
{
	struct world world = new_world(test);

	start(&world, INDIRECT);
	ask(test, &world, "untimed.");
	KUNIT_EXPECT_EQ(test, 0, timed_kicks(&world));
	world.core->kick_times = true;
	ask(test, &world, "inline..");
	KUNIT_EXPECT_EQ(test, 1, timed_kicks(&world));
	ask(test, &world, "Deferred");
	KUNIT_EXPECT_EQ(test, 2, timed_kicks(&world));
	mock_driver_kick_atomic(world.driver, 1);
	KUNIT_EXPECT_EQ(test, 3, timed_kicks(&world));
	mock_driver_kick(world.driver, 1);
	KUNIT_EXPECT_EQ(test, 3, timed_kicks(&world));
	vdpa_reset(world.vdpa, 0);
	mock_driver_kick_atomic(world.driver, 1);
	KUNIT_EXPECT_EQ(test, 3, timed_kicks(&world));
}

/* It took no longer than it seems from outside. */
static void kick_time_finds_its_bucket(struct kunit *test)
{
	struct world world = new_world(test);
	const struct vds_vq *vq = &world.core->vqs[1];
	u64 begin, took;
	unsigned int i;

	start(&world, INDIRECT);
	world.core->kick_times = true;
	begin = ktime_get_ns();
	mock_driver_kick_atomic(world.driver, 1);
	took = ktime_get_ns() - begin;
	for (i = 0; i < VDS_TIME_BUCKETS && !vq->stats.kick_time[i]; i++)
		;
	KUNIT_EXPECT_EQ(test, 1, timed_kicks(&world));
	KUNIT_EXPECT_LE(test, BIT_ULL(i), took);
}

/* BASE-06: more chains than the ring has entries were lent before. */
static void lends_no_chain_twice(struct kunit *test)
{
	struct world world = new_world(test);

	start_short(&world);
	add(&world, "Kept....");
	mock_driver_kick_atomic(world.driver, 1);
	mock_echo_wait(world.echo, 1);
	KUNIT_ASSERT_NOT_NULL(test, world.echo->kept);
	KUNIT_EXPECT_FALSE(test, needs_reset(&world));
	add(&world, "again...");
	mock_driver_kick_atomic(world.driver, 1);
	mock_echo_wait(world.echo, 1);
	KUNIT_EXPECT_TRUE(test, needs_reset(&world));
	KUNIT_EXPECT_EQ(test, 1, served(&world));

	/* What was lent before a reset does not count after it. */
	vdpa_reset(world.vdpa, 0);
	start_short(&world);
	ask(test, &world, "recovers");
	ask(test, &world, "twice...");
	KUNIT_EXPECT_FALSE(test, needs_reset(&world));
}

static void damage_stops_all_queues(struct kunit *test)
{
	struct world world = new_world(test);

	start(&world, INDIRECT);
	mock_ring_publish(&world.driver->rings[0], 1000);
	mock_driver_kick_atomic(world.driver, 0);
	mock_echo_wait(world.echo, 0);
	KUNIT_EXPECT_TRUE(test, needs_reset(&world));
	add(&world, "no more.");
	mock_driver_kick_atomic(world.driver, 1);
	mock_echo_wait(world.echo, 1);
	KUNIT_EXPECT_EQ(test, 0, served(&world));
}

/* Not even if a kick came while the last one was served. */
static void serves_nothing_once_failed(struct kunit *test)
{
	struct world world = new_world(test);

	start(&world, INDIRECT);
	add(&world, "Fails...");
	add(&world, "behind..");
	mock_driver_kick_atomic(world.driver, 1);
	mock_echo_wait(world.echo, 1);
	KUNIT_EXPECT_TRUE(test, needs_reset(&world));
	KUNIT_EXPECT_EQ(test, 1, served(&world));
}

/* 65,600 is 64 in 16 bits. */
static void size_is_not_cut_off(struct kunit *test)
{
	struct world world = new_world(test);

	mock_driver_setup(world.driver, 0);
	world.ops->set_vq_num(world.vdpa, 0, 65536 + 64);
	vdpa_set_status(world.vdpa, MOCK_DRIVER_OK);
	KUNIT_EXPECT_TRUE(test, needs_reset(&world));
}

static void features_reach_the_rings(struct kunit *test)
{
	struct world world = new_world(test);
	struct mock_ring *ring = &world.driver->rings[1];

	start(&world, INDIRECT | BIT_ULL(VIRTIO_RING_F_EVENT_IDX));
	ask(test, &world, "event...");
	KUNIT_EXPECT_EQ(test, 1, mock_ring_avail_event(ring));

	vdpa_reset(world.vdpa, 0);
	world.driver->guest.next = 0;
	start(&world, INDIRECT);
	ask(test, &world, "flags...");
	KUNIT_EXPECT_EQ(test, 0, mock_ring_avail_event(ring));

	vdpa_reset(world.vdpa, 0);
	world.driver->guest.next = 0;
	start(&world, 0);
	add(&world, "refused.");
	mock_driver_kick_atomic(world.driver, 1);
	mock_echo_wait(world.echo, 1);
	KUNIT_EXPECT_TRUE(test, needs_reset(&world));
}

static void goes_on_where_it_is_told(struct kunit *test)
{
	const struct vdpa_vq_state state = { .split.avail_index = 5 };
	struct world world = new_world(test);
	struct mock_ring *ring = &world.driver->rings[1];

	mock_driver_setup(world.driver, 0);
	KUNIT_EXPECT_EQ(test, 0, world.ops->set_vq_state(world.vdpa, 1, &state));
	ring->avail_idx = 5;
	ring->avail->idx = (__force __virtio16)cpu_to_le16(5);
	ring->last_used = 5;
	ring->used->idx = (__force __virtio16)cpu_to_le16(5);
	vdpa_set_status(world.vdpa, MOCK_DRIVER_OK);
	mock_echo_wait(world.echo, 1);
	KUNIT_EXPECT_EQ(test, 0, served(&world));
	mock_echo_ask(world.driver, 1, "the 6th.");
	KUNIT_EXPECT_EQ(test, 1, served(&world));
}

/* Keeps the thread of a queue busy until the queue is stopped. */
struct blocker {
	struct kthread_work work;
	struct vds_vq *vq;
};

static void block(struct kthread_work *work)
{
	struct blocker *blocker = container_of(work, struct blocker, work);
	unsigned int i;

	for (i = 0; i < 30000 && READ_ONCE(blocker->vq->live); i++)
		usleep_range(1000, 2000);
}

/* What was passed on to the thread, but not begun, goes back to the ring. */
static void suspends_with_work_for_the_thread(struct kunit *test)
{
	struct world world = new_world(test);
	struct blocker blocker = { .vq = &world.core->vqs[1] };
	struct vdpa_vq_state state;
	u32 id, len;

	start_short(&world);
	kthread_init_work(&blocker.work, block);
	kthread_queue_work(blocker.vq->worker, &blocker.work);
	add(&world, "Deferred");
	mock_driver_kick_atomic(world.driver, 1);
	KUNIT_EXPECT_EQ(test, 0, served(&world));
	KUNIT_EXPECT_EQ(test, 0, world.ops->suspend(world.vdpa));
	KUNIT_EXPECT_EQ(test, 0, served(&world));
	KUNIT_EXPECT_FALSE(test, mock_ring_used(&world.driver->rings[1], &id,
						&len));
	KUNIT_EXPECT_EQ(test, 0, world.ops->get_vq_state(world.vdpa, 1, &state));
	KUNIT_EXPECT_EQ(test, 0, state.split.avail_index);

	KUNIT_EXPECT_EQ(test, 0, world.ops->resume(world.vdpa));
	KUNIT_EXPECT_EQ(test, 8, mock_driver_wait(world.driver, 1, NULL));
	mock_echo_wait(world.echo, 1);
	KUNIT_EXPECT_EQ(test, 1, served(&world));
	KUNIT_EXPECT_FALSE(test, needs_reset(&world));
}

/* A chain that is out when the device is suspended comes back all the same. */
static void suspends_with_work_in_flight(struct kunit *test)
{
	struct world world = new_world(test);
	u32 id, len;

	KUNIT_EXPECT_EQ(test, -EINVAL, world.ops->suspend(world.vdpa));
	mock_driver_setup(world.driver, INDIRECT);
	KUNIT_EXPECT_EQ(test, -EINVAL, world.ops->suspend(world.vdpa));
	vdpa_set_status(world.vdpa, MOCK_DRIVER_OK);
	KUNIT_EXPECT_EQ(test, -EINVAL, world.ops->resume(world.vdpa));
	mock_echo_wait(world.echo, 1);

	add(&world, "Kept....");
	mock_driver_kick_atomic(world.driver, 1);
	mock_echo_wait(world.echo, 1);
	KUNIT_ASSERT_NOT_NULL(test, world.echo->kept);
	KUNIT_EXPECT_EQ(test, 0, world.ops->suspend(world.vdpa));
	vds_chain_complete(world.echo->kept);
	world.echo->kept = NULL;
	KUNIT_EXPECT_TRUE(test, mock_ring_used(&world.driver->rings[1], &id,
					       &len));

	/* A queue is not woken by being made ready then. */
	world.ops->set_vq_ready(world.vdpa, 1, false);
	world.ops->set_vq_ready(world.vdpa, 1, true);
	KUNIT_EXPECT_FALSE(test, world.core->vqs[1].live);
	KUNIT_EXPECT_EQ(test, 0, world.ops->resume(world.vdpa));
	KUNIT_EXPECT_TRUE(test, world.core->vqs[1].live);
	mock_echo_wait(world.echo, 1);

	/* Reset ends a suspension as well. */
	KUNIT_EXPECT_EQ(test, 0, world.ops->suspend(world.vdpa));
	vdpa_reset(world.vdpa, 0);
	KUNIT_EXPECT_EQ(test, -EINVAL, world.ops->resume(world.vdpa));
}

static void readiness_starts_and_stops(struct kunit *test)
{
	struct world world = new_world(test);

	mock_driver_setup(world.driver, INDIRECT);
	world.ops->set_vq_ready(world.vdpa, 1, false);
	vdpa_set_status(world.vdpa, MOCK_DRIVER_OK);
	KUNIT_EXPECT_TRUE(test, world.core->vqs[0].live);
	KUNIT_EXPECT_FALSE(test, world.core->vqs[1].live);

	/* As VHOST_BACKEND_F_ENABLE_AFTER_DRIVER_OK promises. */
	world.ops->set_vq_ready(world.vdpa, 1, true);
	KUNIT_EXPECT_TRUE(test, world.core->vqs[1].live);
	mock_echo_wait(world.echo, 1);
	ask(test, &world, "once....");
	/* Saying it again is not starting again. */
	world.ops->set_vq_ready(world.vdpa, 1, true);
	vdpa_set_status(world.vdpa, MOCK_DRIVER_OK);
	mock_echo_wait(world.echo, 1);
	KUNIT_EXPECT_EQ(test, 1, served(&world));

	world.ops->set_vq_ready(world.vdpa, 1, false);
	KUNIT_EXPECT_FALSE(test, world.core->vqs[1].live);
	KUNIT_EXPECT_FALSE(test, world.ops->get_vq_ready(world.vdpa, 1));
	add(&world, "nobody..");
	mock_driver_kick_atomic(world.driver, 1);
	KUNIT_EXPECT_EQ(test, 1, served(&world));
}

/* BASE-05: nothing of one driver is left to the next one. */
static void reset_forgets_the_driver(struct kunit *test)
{
	const struct vdpa_vq_state seven = { .split.avail_index = 7 };
	struct world world = new_world(test);
	const struct vds_vq *vq = &world.core->vqs[1];
	struct vdpa_vq_state state;

	mock_driver_setup(world.driver, 0);
	world.ops->set_vq_state(world.vdpa, 1, &seven);
	KUNIT_EXPECT_NOT_NULL(test, vq->cb.callback);
	vdpa_reset(world.vdpa, 0);
	KUNIT_EXPECT_NULL(test, vq->cb.callback);
	KUNIT_EXPECT_NULL(test, world.core->config_cb.callback);
	KUNIT_EXPECT_FALSE(test, world.ops->get_vq_ready(world.vdpa, 1));
	KUNIT_EXPECT_EQ(test, 0, world.ops->get_vq_state(world.vdpa, 1, &state));
	KUNIT_EXPECT_EQ(test, 0, state.split.avail_index);
	KUNIT_EXPECT_EQ(test, 0, world.ops->get_driver_features(world.vdpa));

	/* A queue that was given no address now has none. */
	KUNIT_EXPECT_EQ(test, 0, vdpa_set_features(world.vdpa, VERSION_1));
	world.ops->set_vq_ready(world.vdpa, 1, true);
	vdpa_set_status(world.vdpa, MOCK_DRIVER_OK);
	KUNIT_EXPECT_TRUE(test, needs_reset(&world));
}

/* BASE-01, BASE-02: bits of status and features in any order. */
static void status_keeps_to_the_rules(struct kunit *test)
{
	const u8 features_ok = MOCK_DRIVER | VIRTIO_CONFIG_S_FEATURES_OK;
	struct world world = new_world(test);

	vdpa_set_status(world.vdpa, MOCK_DRIVER | VIRTIO_CONFIG_S_DRIVER_OK);
	KUNIT_EXPECT_EQ(test, MOCK_DRIVER, mock_echo_status(world.echo));
	vdpa_set_status(world.vdpa, MOCK_DRIVER | VIRTIO_CONFIG_S_NEEDS_RESET);
	KUNIT_EXPECT_EQ(test, MOCK_DRIVER, mock_echo_status(world.echo));

	/* What was accepted before does not stand in for what is refused. */
	KUNIT_EXPECT_EQ(test, 0, vdpa_set_features(world.vdpa, VERSION_1));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vdpa_set_features(world.vdpa, VERSION_1 | BIT_ULL(6)));
	vdpa_set_status(world.vdpa, features_ok);
	KUNIT_EXPECT_EQ(test, MOCK_DRIVER, mock_echo_status(world.echo));

	KUNIT_EXPECT_EQ(test, 0, vdpa_set_features(world.vdpa, VERSION_1));
	vdpa_set_status(world.vdpa, features_ok);
	KUNIT_EXPECT_EQ(test, features_ok, mock_echo_status(world.echo));
	KUNIT_EXPECT_EQ(test, 0, vdpa_set_features(world.vdpa, VERSION_1));
	KUNIT_EXPECT_EQ(test, -EBUSY,
			vdpa_set_features(world.vdpa, VERSION_1 | BIT_ULL(5)));
	KUNIT_EXPECT_EQ(test, VERSION_1,
			world.ops->get_driver_features(world.vdpa));
}

/* vhost passes on the index that an ioctl named. */
static void indices_are_checked(struct kunit *test)
{
	static const u16 indices[] = { 2, 3, U16_MAX };
	struct world world = new_world(test);
	struct vdpa_vq_state state = {};
	struct vdpa_callback cb = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(indices); i++) {
		u16 at = indices[i];

		KUNIT_EXPECT_EQ(test, -EINVAL,
				world.ops->set_vq_address(world.vdpa, at,
							  MOCK_BASE, MOCK_BASE,
							  MOCK_BASE));
		KUNIT_EXPECT_EQ(test, -EINVAL,
				world.ops->set_vq_state(world.vdpa, at, &state));
		KUNIT_EXPECT_EQ(test, -EINVAL,
				world.ops->get_vq_state(world.vdpa, at, &state));
		KUNIT_EXPECT_FALSE(test,
				   world.ops->get_vq_ready(world.vdpa, at));
		world.ops->set_vq_num(world.vdpa, at, 8);
		world.ops->set_vq_cb(world.vdpa, at, &cb);
		world.ops->set_vq_ready(world.vdpa, at, true);
		world.ops->kick_vq(world.vdpa, at);
	}
}

static void live_queues_are_not_changed(struct kunit *test)
{
	const struct vdpa_vq_state state = { .split.avail_index = 7 };
	struct world world = new_world(test);

	start(&world, INDIRECT);
	KUNIT_EXPECT_EQ(test, -EBUSY,
			world.ops->set_vq_address(world.vdpa, 1, MOCK_BASE,
						  MOCK_BASE, MOCK_BASE));
	KUNIT_EXPECT_EQ(test, -EBUSY,
			world.ops->set_vq_state(world.vdpa, 1, &state));
	world.ops->set_vq_num(world.vdpa, 1, 8);
	KUNIT_EXPECT_EQ(test, 64, world.core->vqs[1].num);
	ask(test, &world, "as ever.");
}

/* Before DRIVER_OK nobody wants to know. */
static void is_quiet_before_driver_ok(struct kunit *test)
{
	struct world world = new_world(test);

	mock_driver_setup(world.driver, 0);
	vds_device_config_changed(&world.echo->vds);
	irq_work_sync(&world.core->config_work);
	KUNIT_EXPECT_FALSE(test,
			   try_wait_for_completion(&world.driver->config_interrupt));
}

static void unmaps_from_nothing_to_all(struct kunit *test)
{
	struct world world = new_world(test);
	unsigned int maps = world.core->mem.iotlb.nmaps;

	KUNIT_EXPECT_EQ(test, 0,
			world.ops->dma_unmap(world.vdpa, 0, MOCK_BASE, 0));
	KUNIT_EXPECT_EQ(test, maps, world.core->mem.iotlb.nmaps);
	KUNIT_EXPECT_EQ(test, 0, world.echo->revokes);
	KUNIT_EXPECT_EQ(test, 0,
			world.ops->dma_unmap(world.vdpa, 0,
					     MOCK_BASE + PAGE_SIZE, U64_MAX));
	KUNIT_EXPECT_EQ(test, 1, world.core->mem.iotlb.nmaps);
	KUNIT_EXPECT_EQ(test, 1, world.echo->revokes);
	KUNIT_EXPECT_EQ(test, 0, world.ops->reset_map(world.vdpa, 0));
	KUNIT_EXPECT_EQ(test, 0, world.core->mem.iotlb.nmaps);
	KUNIT_EXPECT_EQ(test, 2, world.echo->revokes);
}

static struct kunit_case service_cases[] = {
	KUNIT_CASE(interrupts_leave_after_the_kick),
	KUNIT_CASE(kicks_are_timed_on_demand),
	KUNIT_CASE(kick_time_finds_its_bucket),
	KUNIT_CASE(lends_no_chain_twice),
	KUNIT_CASE(damage_stops_all_queues),
	KUNIT_CASE(serves_nothing_once_failed),
	KUNIT_CASE(size_is_not_cut_off),
	KUNIT_CASE(features_reach_the_rings),
	KUNIT_CASE(goes_on_where_it_is_told),
	KUNIT_CASE(suspends_with_work_for_the_thread),
	KUNIT_CASE(suspends_with_work_in_flight),
	KUNIT_CASE(readiness_starts_and_stops),
	KUNIT_CASE(reset_forgets_the_driver),
	KUNIT_CASE(status_keeps_to_the_rules),
	KUNIT_CASE(indices_are_checked),
	KUNIT_CASE(live_queues_are_not_changed),
	KUNIT_CASE(is_quiet_before_driver_ok),
	KUNIT_CASE(unmaps_from_nothing_to_all),
	{}
};

static struct kunit_suite service_suite = {
	.name = "vds_service",
	.test_cases = service_cases,
};

kunit_test_suite(service_suite);
