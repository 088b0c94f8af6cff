// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams: what a device is told, and that the guest is not answered before
 * the device has let go. The test is the device and the one who carries its
 * messages; requests that wait are made by a worker.
 */
#include <kunit/static_stub.h>
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vdpa_iommu.h>
#include <linux/vhost_types.h>
#include <linux/workqueue.h>

#include "iommu/domain.h"
#include "iommu/endpoint.h"
#include "iommu/iotlb.h"
#include "iommu/iotlb_mem.h"
#include "iommu/vdiommu.h"
#include "mock_iommu.h"

#define G		MOCK_GRANULE
#define OK		VIRTIO_IOMMU_S_OK
#define R		VIRTIO_IOMMU_MAP_F_READ
#define RW		(R | VIRTIO_IOMMU_MAP_F_WRITE)

/* Where the guest's memory is, and where its VMM has it. */
#define GPA		0x100000000ull
#define UADDR		0x7f0000000000ull
#define MEM_SIZE	(16 * G)

/* Only ends a hang. */
#define LIMIT		(30 * HZ)

/**
 * struct room - a stream of endpoint 10, which is in domain 1
 * @mock: the IOMMU
 * @ep: the endpoint
 * @iotlb: the stream
 * @open: it is not closed yet
 * @work: runs @request
 * @request: of a driver, which may have to wait
 * @status: of it
 * @done: with it
 */
struct room {
	struct mock_iommu *mock;
	struct vdiommu_endpoint *ep;
	struct vdiommu_iotlb iotlb;
	bool open;
	struct work_struct work;
	int (*request)(struct mock_iommu *mock);
	int status;
	struct completion done;
};

static void close_stream(struct room *room)
{
	if (room->open)
		vdiommu_iotlb_finish(&room->iotlb);
	room->open = false;
}

static void clear_room(void *data)
{
	close_stream(data);
}

static int set_regions(struct room *room,
		       const struct vdpa_iommu_mem_region *regions, u32 count)
{
	struct vdpa_iommu_mem_region *copy;
	struct vdiommu_iotlb_mem *mem;
	int err;

	copy = kvmalloc_array(count, sizeof(*copy), GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, regions, count * sizeof(*copy));
	mem = vdiommu_iotlb_mem_create(copy, count);
	if (IS_ERR(mem))
		return PTR_ERR(mem);
	err = vdiommu_iotlb_set_mem(&room->iotlb, mem);
	if (err)
		vdiommu_iotlb_mem_destroy(mem);
	return err;
}

static void run_request(struct work_struct *work)
{
	struct room *room = container_of(work, struct room, work);

	room->status = room->request(room->mock);
	complete(&room->done);
}

static int iotlb_init(struct kunit *test)
{
	const struct vdpa_iommu_mem_region region = {
		.gpa = GPA,
		.size = MEM_SIZE,
		.uaddr = UADDR,
	};
	struct room *room = kunit_kzalloc(test, sizeof(*room), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, room);
	test->priv = room;
	room->mock = mock_iommu_default(test);
	room->ep = vdiommu_endpoint_find(room->mock->iommu, 10);
	INIT_WORK(&room->work, run_request);
	init_completion(&room->done);
	KUNIT_ASSERT_EQ(test, 0,
			vdiommu_iotlb_init(&room->iotlb, "mock-iommu", 10,
					   &room->mock->iommu->vds.vdpa.dev,
					   &room->mock->iommu->stats.unconfirmed));
	room->open = true;
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, clear_room, room));
	KUNIT_ASSERT_EQ(test, 0, set_regions(room, &region, 1));
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(room->mock, 1, 10, 0));
	return 0;
}

static int miss(struct room *room, u64 iova, u8 perm)
{
	return vdiommu_iotlb_miss(&room->iotlb, room->ep, iova, perm);
}

static int acknowledge(struct room *room, u64 iova, u64 size)
{
	return vdiommu_iotlb_acknowledge(&room->iotlb, iova, size);
}

/* The next message, which is @type about @size bytes from @iova on. */
static void expect_message(struct kunit *test, u8 type, u64 iova, u64 size,
			   u64 uaddr, u8 perm)
{
	struct room *room = test->priv;
	struct vhost_iotlb_msg msg = {};

	KUNIT_EXPECT_TRUE(test, vdiommu_iotlb_poll(&room->iotlb) & EPOLLIN);
	KUNIT_ASSERT_EQ(test, 0, vdiommu_iotlb_next(&room->iotlb, &msg));
	KUNIT_EXPECT_EQ(test, type, msg.type);
	KUNIT_EXPECT_EQ(test, iova, msg.iova);
	KUNIT_EXPECT_EQ(test, size, msg.size);
	KUNIT_EXPECT_EQ(test, uaddr, msg.uaddr);
	KUNIT_EXPECT_EQ(test, perm, msg.perm);
}

static void expect_update(struct kunit *test, u64 iova, u64 size, u64 uaddr,
			  u8 perm)
{
	expect_message(test, VHOST_IOTLB_UPDATE, iova, size, uaddr, perm);
}

static void expect_invalidate(struct kunit *test, u64 iova, u64 size)
{
	expect_message(test, VHOST_IOTLB_INVALIDATE, iova, size, 0, 0);
}

static void expect_failure(struct kunit *test, u64 iova, u8 perm)
{
	expect_message(test, VHOST_IOTLB_ACCESS_FAIL, iova, 1, 0, perm);
}

static void expect_nothing(struct kunit *test, int err)
{
	struct room *room = test->priv;
	struct vhost_iotlb_msg msg;

	KUNIT_EXPECT_EQ(test, err, vdiommu_iotlb_next(&room->iotlb, &msg));
}

static u64 faults(struct room *room)
{
	u64 met, dropped;

	vdiommu_faults_count(room->mock->iommu, &met, &dropped);
	return met;
}

/* Maps two granules from @iova on to the guest's memory, and hands them out. */
static void hand_out(struct kunit *test, u64 iova)
{
	struct room *room = test->priv;

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(room->mock, 1, iova,
						 iova + 2 * G - 1, GPA + G,
						 RW));
	KUNIT_ASSERT_EQ(test, 0, miss(room, iova, VHOST_ACCESS_RO));
	expect_update(test, iova, 2 * G, UADDR + G, VHOST_ACCESS_RW);
}

static long wait_to_read(struct room *room)
{
	return wait_event_interruptible_timeout(room->iotlb.readers,
			vdiommu_iotlb_poll(&room->iotlb) & EPOLLIN, LIMIT);
}

/* Until there is something to read; the request is not answered before. */
static void begin(struct kunit *test, int (*request)(struct mock_iommu *mock))
{
	struct room *room = test->priv;

	room->request = request;
	queue_work(system_long_wq, &room->work);
	KUNIT_ASSERT_GT(test, wait_to_read(room), 0);
	/* It would be answered inside of the kick. */
	KUNIT_EXPECT_FALSE(test, completion_done(&room->done));
}

/* Until the request is left to the thread: there may be something to read. */
static void begin_deferred(struct kunit *test,
			   int (*request)(struct mock_iommu *mock))
{
	struct room *room = test->priv;
	atomic64_t *deferred = &room->mock->iommu->stats.deferred;
	u64 before = atomic64_read(deferred);
	unsigned long until = jiffies + LIMIT;

	room->request = request;
	queue_work(system_long_wq, &room->work);
	while (atomic64_read(deferred) == before &&
	       !completion_done(&room->done) && time_before(jiffies, until))
		usleep_range(1000, 2000);
	KUNIT_EXPECT_EQ(test, before + 1, atomic64_read(deferred));
	KUNIT_EXPECT_FALSE(test, completion_done(&room->done));
}

static void end(struct kunit *test)
{
	struct room *room = test->priv;

	KUNIT_ASSERT_GT(test, wait_for_completion_timeout(&room->done, LIMIT),
			0);
	KUNIT_EXPECT_EQ(test, OK, room->status);
}

/*
 * Answers
 */

static void answers_with_the_whole_mapping(struct kunit *test)
{
	struct room *room = test->priv;

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(room->mock, 1, 4 * G,
						 7 * G - 1, GPA + 2 * G, RW));
	/* It goes on in guest memory, but is another mapping. */
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(room->mock, 1, 7 * G,
						 8 * G - 1, GPA + 5 * G, R));
	expect_nothing(test, -EAGAIN);
	KUNIT_EXPECT_EQ(test, 0, miss(room, 5 * G + 7, VHOST_ACCESS_RO));
	expect_update(test, 4 * G, 3 * G, UADDR + 2 * G, VHOST_ACCESS_RW);
	KUNIT_EXPECT_EQ(test, 0, miss(room, 8 * G - 1, VHOST_ACCESS_RO));
	expect_update(test, 7 * G, G, UADDR + 5 * G, VHOST_ACCESS_RO);
	expect_nothing(test, -EAGAIN);
	KUNIT_EXPECT_EQ(test, 0, faults(room));
	KUNIT_EXPECT_EQ(test, -EINVAL, miss(room, 5 * G, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, miss(room, 5 * G, 4));
}

static void fails_what_is_not_allowed(struct kunit *test)
{
	struct room *room = test->priv;

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(room->mock, 1, 4 * G,
						 5 * G - 1, GPA, R));
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(room->mock, 1, 8 * G,
						 9 * G - 1, GPA + MEM_SIZE,
						 RW));
	KUNIT_EXPECT_EQ(test, 0, miss(room, 3 * G, VHOST_ACCESS_RO));
	expect_failure(test, 3 * G, VHOST_ACCESS_RO);
	KUNIT_EXPECT_EQ(test, 1, faults(room));
	KUNIT_EXPECT_EQ(test, 0, miss(room, 4 * G, VHOST_ACCESS_WO));
	expect_failure(test, 4 * G, VHOST_ACCESS_WO);
	KUNIT_EXPECT_EQ(test, 2, faults(room));
	KUNIT_EXPECT_EQ(test, 0, miss(room, 4 * G, VHOST_ACCESS_RW));
	expect_failure(test, 4 * G, VHOST_ACCESS_RW);
	KUNIT_EXPECT_EQ(test, 3, faults(room));
	/* The guest may map what is no memory: that is its own business. */
	KUNIT_EXPECT_EQ(test, 0, miss(room, 8 * G, VHOST_ACCESS_RO));
	expect_failure(test, 8 * G, VHOST_ACCESS_RO);
	KUNIT_EXPECT_EQ(test, 3, faults(room));
	expect_nothing(test, -EAGAIN);
	KUNIT_EXPECT_EQ(test, 0, room->iotlb.count);
}

static void stays_within_a_region(struct kunit *test)
{
	static const struct vdpa_iommu_mem_region regions[] = {
		{ .gpa = GPA + 4 * G, .size = 2 * G, .uaddr = UADDR },
		{ .gpa = GPA, .size = 2 * G + 1, .uaddr = 5 },
	};
	struct room *room = test->priv;

	KUNIT_ASSERT_EQ(test, 0, set_regions(room, regions, 2));
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(room->mock, 1, 8 * G,
						 16 * G - 1, GPA + G, RW));
	KUNIT_EXPECT_EQ(test, 0, miss(room, 9 * G, VHOST_ACCESS_RO));
	expect_update(test, 8 * G, G + 1, 5 + G, VHOST_ACCESS_RW);
	KUNIT_EXPECT_EQ(test, 0, miss(room, 9 * G + 1, VHOST_ACCESS_RO));
	expect_failure(test, 9 * G + 1, VHOST_ACCESS_RO);
	KUNIT_EXPECT_EQ(test, 0, miss(room, 12 * G, VHOST_ACCESS_RO));
	expect_update(test, 11 * G, 2 * G, UADDR, VHOST_ACCESS_RW);
	KUNIT_EXPECT_EQ(test, 0, miss(room, 13 * G, VHOST_ACCESS_RO));
	expect_failure(test, 13 * G, VHOST_ACCESS_RO);
}

static void passes_all_but_what_is_reserved(struct kunit *test)
{
	static const struct vdpa_iommu_mem_region region = {
		.size = U64_MAX,
		.uaddr = 1,
	};
	struct room *room = test->priv;

	room->ep = vdiommu_endpoint_find(room->mock->iommu, 20);
	KUNIT_ASSERT_EQ(test, 0, set_regions(room, &region, 1));
	KUNIT_EXPECT_EQ(test, 0, miss(room, 0, VHOST_ACCESS_RO));
	expect_failure(test, 0, VHOST_ACCESS_RO);
	vdiommu_endpoints_set_bypass(room->mock->iommu, true);
	KUNIT_EXPECT_EQ(test, 0, miss(room, 0, VHOST_ACCESS_RW));
	expect_update(test, 0, MOCK_RESV_START, 1, VHOST_ACCESS_RW);
	KUNIT_EXPECT_EQ(test, 0, miss(room, MOCK_RESV_START, VHOST_ACCESS_RO));
	expect_failure(test, MOCK_RESV_START, VHOST_ACCESS_RO);
	KUNIT_EXPECT_EQ(test, 0, miss(room, 0xf0000000, VHOST_ACCESS_RO));
	expect_update(test, MOCK_RESV_LAST + 1,
		      0xfee00000 - (MOCK_RESV_LAST + 1), MOCK_RESV_LAST + 2,
		      VHOST_ACCESS_RW);
}

static void answers_once(struct kunit *test)
{
	struct room *room = test->priv;

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(room->mock, 1, 0, 2 * G - 1,
						 GPA, RW));
	KUNIT_EXPECT_EQ(test, 0, miss(room, 0, VHOST_ACCESS_RO));
	KUNIT_EXPECT_EQ(test, 0, miss(room, G, VHOST_ACCESS_WO));
	expect_update(test, 0, 2 * G, UADDR, VHOST_ACCESS_RW);
	expect_nothing(test, -EAGAIN);
	/* The device may forget by itself. */
	KUNIT_EXPECT_EQ(test, 0, miss(room, G, VHOST_ACCESS_RO));
	expect_update(test, 0, 2 * G, UADDR, VHOST_ACCESS_RW);
	expect_nothing(test, -EAGAIN);
	KUNIT_EXPECT_EQ(test, 1, room->iotlb.count);
}

/* Takes the mapping away while it is looked at. */
static int unmap_and_look(struct vdiommu_endpoint *ep, u64 iova, bool write,
			  struct vdiommu_piece *out_piece)
{
	struct kunit *test = kunit_get_current_test();
	struct room *room = test->priv;
	int reason;

	reason = vdiommu_domain_look(&ep->iommu->domains, &ep->member, iova,
				     write, out_piece);
	KUNIT_EXPECT_EQ(test, 0, reason);
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_unmap(room->mock, 1, 0, U64_MAX));
	return 0;
}

static void never_answers_with_what_is_over(struct kunit *test)
{
	struct room *room = test->priv;

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(room->mock, 1, 0, G - 1, GPA,
						 RW));
	kunit_activate_static_stub(test, vdiommu_endpoint_look,
				   unmap_and_look);
	KUNIT_EXPECT_EQ(test, -EAGAIN, miss(room, 5, VHOST_ACCESS_RO));
	kunit_deactivate_static_stub(test, vdiommu_endpoint_look);
	expect_nothing(test, -EAGAIN);
	KUNIT_EXPECT_EQ(test, 0, miss(room, 5, VHOST_ACCESS_RO));
	expect_failure(test, 5, VHOST_ACCESS_RO);
}

/*
 * Taking away
 */

static int unmap_all(struct mock_iommu *mock)
{
	return mock_iommu_unmap(mock, 1, 0, U64_MAX);
}

static int detach(struct mock_iommu *mock)
{
	return mock_iommu_detach(mock, 1, 10);
}

static int reset(struct mock_iommu *mock)
{
	vdpa_reset(&mock->iommu->vds.vdpa, 0);
	return OK;
}

static void unread_answers_are_not_waited_for(struct kunit *test)
{
	struct room *room = test->priv;
	u64 before = atomic64_read(&room->mock->iommu->stats.deferred);

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(room->mock, 1, 0, G - 1, GPA,
						 RW));
	KUNIT_EXPECT_EQ(test, 0, miss(room, 0, VHOST_ACCESS_RO));
	KUNIT_EXPECT_EQ(test, OK, unmap_all(room->mock));
	KUNIT_EXPECT_EQ(test, before,
			atomic64_read(&room->mock->iommu->stats.deferred));
	expect_nothing(test, -EAGAIN);
}

static void others_are_not_waited_for(struct kunit *test)
{
	struct room *room = test->priv;

	hand_out(test, 4 * G);
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(room->mock, 1, 0, 4 * G - 1,
						 GPA, RW));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_unmap(room->mock, 1, 0,
						   4 * G - 1));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_attach(room->mock, 2, 30, 0));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_detach(room->mock, 2, 30));
	expect_nothing(test, -EAGAIN);
}

static void unmap_waits(struct kunit *test)
{
	struct room *room = test->priv;

	hand_out(test, 4 * G);
	hand_out(test, 8 * G);
	KUNIT_EXPECT_EQ(test, -EINVAL, acknowledge(room, 4 * G, 2 * G));
	begin(test, unmap_all);
	KUNIT_EXPECT_EQ(test, -EINVAL, acknowledge(room, 4 * G, 2 * G));
	expect_invalidate(test, 4 * G, 2 * G);
	/* Nothing new comes in between. */
	KUNIT_EXPECT_EQ(test, 0, miss(room, 4 * G, VHOST_ACCESS_RO));
	KUNIT_EXPECT_EQ(test, -EINVAL, acknowledge(room, 4 * G, G));
	KUNIT_EXPECT_EQ(test, -EINVAL, acknowledge(room, 5 * G, 2 * G));
	KUNIT_EXPECT_EQ(test, 0, acknowledge(room, 4 * G, 2 * G));
	KUNIT_EXPECT_EQ(test, -EINVAL, acknowledge(room, 4 * G, 2 * G));
	expect_invalidate(test, 8 * G, 2 * G);
	KUNIT_EXPECT_FALSE(test, completion_done(&room->done));
	KUNIT_EXPECT_EQ(test, 0, acknowledge(room, 8 * G, 2 * G));
	end(test);
	expect_failure(test, 4 * G, VHOST_ACCESS_RO);
	KUNIT_EXPECT_EQ(test, 0, room->iotlb.count);
	/* And nothing is waited for twice. */
	KUNIT_EXPECT_EQ(test, OK, unmap_all(room->mock));
}

/* It was read, and nobody knows how far it got: whoever comes later waits. */
static void later_ones_wait_too(struct kunit *test)
{
	struct room *room = test->priv;

	hand_out(test, 4 * G);
	KUNIT_ASSERT_EQ(test, 0, set_regions(room, NULL, 0));
	expect_invalidate(test, 4 * G, 2 * G);
	begin_deferred(test, unmap_all);
	KUNIT_EXPECT_EQ(test, 0, acknowledge(room, 4 * G, 2 * G));
	end(test);
}

static void waits(struct kunit *test, int (*request)(struct mock_iommu *mock))
{
	hand_out(test, 4 * G);
	begin(test, request);
	expect_invalidate(test, 4 * G, 2 * G);
	KUNIT_EXPECT_EQ(test, 0, acknowledge(test->priv, 4 * G, 2 * G));
	end(test);
}

static void detach_waits(struct kunit *test)
{
	waits(test, detach);
}

static void reset_waits(struct kunit *test)
{
	waits(test, reset);
}

/* Answered again, but not read again: it still knows the first one. */
static void what_was_answered_again_is_taken_away_once(struct kunit *test)
{
	struct room *room = test->priv;

	hand_out(test, 4 * G);
	KUNIT_EXPECT_EQ(test, 0, miss(room, 4 * G, VHOST_ACCESS_RO));
	begin_deferred(test, unmap_all);
	expect_invalidate(test, 4 * G, 2 * G);
	expect_nothing(test, -EAGAIN);
	KUNIT_EXPECT_EQ(test, 0, acknowledge(room, 4 * G, 2 * G));
	end(test);
}

static void is_cut_off(struct kunit *test)
{
	struct room *room = test->priv;
	struct mock_iommu *mock = room->mock;

	hand_out(test, 4 * G);
	hand_out(test, 8 * G);
	room->iotlb.patience = 1;
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_unmap(mock, 1, 4 * G, 6 * G - 1));
	KUNIT_EXPECT_EQ(test, 1,
			atomic64_read(&mock->iommu->stats.unconfirmed));
	expect_nothing(test, -EPIPE);
	KUNIT_EXPECT_EQ(test, EPOLLERR | EPOLLIN | EPOLLOUT,
			vdiommu_iotlb_poll(&room->iotlb));
	KUNIT_EXPECT_EQ(test, -EPIPE, miss(room, 8 * G, VHOST_ACCESS_RO));
	KUNIT_EXPECT_EQ(test, -EPIPE, acknowledge(room, 4 * G, 2 * G));
	KUNIT_EXPECT_EQ(test, -EPIPE, set_regions(room, NULL, 0));
	room->iotlb.patience = VDIOMMU_IOTLB_PATIENCE;
	KUNIT_EXPECT_EQ(test, OK, unmap_all(mock));
	KUNIT_EXPECT_EQ(test, OK, detach(mock));
	close_stream(room);
	KUNIT_EXPECT_EQ(test, 1,
			atomic64_read(&mock->iommu->stats.unconfirmed));
}

static void closing_ends_the_wait(struct kunit *test)
{
	struct room *room = test->priv;
	atomic64_t *unconfirmed = &room->mock->iommu->stats.unconfirmed;

	hand_out(test, 4 * G);
	begin(test, unmap_all);
	expect_invalidate(test, 4 * G, 2 * G);
	close_stream(room);
	end(test);
	KUNIT_EXPECT_EQ(test, 1, atomic64_read(unconfirmed));
}

/* Nobody was promised anything. */
static void closing_in_peace_is_not_counted(struct kunit *test)
{
	struct room *room = test->priv;
	atomic64_t *unconfirmed = &room->mock->iommu->stats.unconfirmed;

	hand_out(test, 4 * G);
	close_stream(room);
	KUNIT_EXPECT_EQ(test, 0, atomic64_read(unconfirmed));
	KUNIT_EXPECT_EQ(test, OK, unmap_all(room->mock));
}

static void ends_with_its_iommu(struct kunit *test)
{
	struct room *room = test->priv;

	hand_out(test, 4 * G);
	vdiommu_iotlb_end(&room->iotlb);
	KUNIT_EXPECT_EQ(test, EPOLLIN, vdiommu_iotlb_poll(&room->iotlb));
	expect_invalidate(test, 4 * G, 2 * G);
	KUNIT_EXPECT_EQ(test, EPOLLHUP | EPOLLIN,
			vdiommu_iotlb_poll(&room->iotlb));
	expect_nothing(test, -ENODEV);
	KUNIT_EXPECT_EQ(test, 0, acknowledge(room, 4 * G, 2 * G));
}

/*
 * Memory
 */

static void tables_are_checked(struct kunit *test)
{
	static const struct vdpa_iommu_mem_region bad[][2] = {
		{ { .gpa = 0, .size = 0 }, { .gpa = G, .size = G } },
		{ { .gpa = 2, .size = U64_MAX }, { .gpa = 0, .size = 1 } },
		{ { .uaddr = U64_MAX, .size = 2 }, { .gpa = G, .size = G } },
		{ { .gpa = G, .size = G }, { .gpa = 0, .size = G + 1 } },
		{ { .gpa = G, .size = G }, { .gpa = G, .size = 1 } },
		{ { .size = 1, .reserved = 1 }, { .gpa = G, .size = G } },
	};
	static const struct vdpa_iommu_mem_region good[] = {
		{ .gpa = U64_MAX, .size = 1, .uaddr = U64_MAX },
		{ .gpa = G, .size = G },
		{ .gpa = 0, .size = G },
	};
	struct room *room = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    set_regions(room, bad[i], 2), "row %u", i);
	KUNIT_EXPECT_EQ(test, 0, set_regions(room, good, ARRAY_SIZE(good)));
	KUNIT_EXPECT_PTR_EQ(test, &room->iotlb.mem->regions[0],
			    vdiommu_iotlb_mem_find(room->iotlb.mem, G - 1));
	KUNIT_EXPECT_PTR_EQ(test, &room->iotlb.mem->regions[1],
			    vdiommu_iotlb_mem_find(room->iotlb.mem, G));
	KUNIT_EXPECT_NULL(test, vdiommu_iotlb_mem_find(room->iotlb.mem,
						       2 * G));
	KUNIT_EXPECT_PTR_EQ(test, &room->iotlb.mem->regions[2],
			    vdiommu_iotlb_mem_find(room->iotlb.mem, U64_MAX));
	KUNIT_EXPECT_EQ(test, 0, set_regions(room, NULL, 0));
	KUNIT_EXPECT_NULL(test, vdiommu_iotlb_mem_find(room->iotlb.mem, 0));
}

static void memory_may_move(struct kunit *test)
{
	static const struct vdpa_iommu_mem_region moved = {
		.gpa = GPA,
		.size = MEM_SIZE,
		.uaddr = 2 * UADDR,
	};
	struct room *room = test->priv;

	hand_out(test, 4 * G);
	KUNIT_EXPECT_EQ(test, 0, miss(room, 4 * G, VHOST_ACCESS_RO));
	KUNIT_EXPECT_EQ(test, -EBUSY, set_regions(room, &moved, 1));
	expect_update(test, 4 * G, 2 * G, UADDR + G, VHOST_ACCESS_RW);
	KUNIT_EXPECT_EQ(test, 0, set_regions(room, &moved, 1));
	KUNIT_EXPECT_EQ(test, 0, miss(room, 4 * G, VHOST_ACCESS_RO));
	expect_invalidate(test, 4 * G, 2 * G);
	expect_update(test, 4 * G, 2 * G, 2 * UADDR + G, VHOST_ACCESS_RW);
	KUNIT_EXPECT_EQ(test, 0, acknowledge(room, 4 * G, 2 * G));
}

/* Many regions make many pieces of few mappings. */
static void makes_room(struct kunit *test)
{
	const u64 size = VDPA_IOMMU_MAX_REGIONS * G;
	struct vdpa_iommu_mem_region *regions;
	struct room *room = test->priv;
	struct vhost_iotlb_msg msg;
	u64 i;

	regions = kunit_kcalloc(test, VDPA_IOMMU_MAX_REGIONS, sizeof(*regions),
				GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, regions);
	for (i = 0; i < VDPA_IOMMU_MAX_REGIONS; i++) {
		regions[i].gpa = i * G;
		regions[i].size = G;
		regions[i].uaddr = UADDR - i * G;
	}
	KUNIT_ASSERT_EQ(test, 0, set_regions(room, regions,
					     VDPA_IOMMU_MAX_REGIONS));
	for (i = 0; i * VDPA_IOMMU_MAX_REGIONS <= VDIOMMU_IOTLB_MAX; i++)
		KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(room->mock, 1,
							 i * size,
							 (i + 1) * size - 1,
							 0, RW));
	for (i = 0; i < VDIOMMU_IOTLB_MAX; i++) {
		KUNIT_EXPECT_TRUE(test, vdiommu_iotlb_poll(&room->iotlb) &
				  EPOLLOUT);
		KUNIT_ASSERT_EQ(test, 0, miss(room, i * G, VHOST_ACCESS_RO));
	}
	/* All is to be read: nothing can be taken back. */
	KUNIT_EXPECT_EQ(test, -EAGAIN, miss(room, i * G, VHOST_ACCESS_RO));
	KUNIT_EXPECT_EQ(test, EPOLLIN, vdiommu_iotlb_poll(&room->iotlb));
	for (i = 0; i < VDIOMMU_IOTLB_MAX; i++)
		KUNIT_ASSERT_EQ(test, 0, vdiommu_iotlb_next(&room->iotlb,
							    &msg));
	expect_nothing(test, -EAGAIN);
	KUNIT_EXPECT_EQ(test, -EAGAIN, miss(room, i * G, VHOST_ACCESS_RO));
	KUNIT_EXPECT_EQ(test, -EAGAIN, miss(room, i * G, VHOST_ACCESS_RO));
	expect_invalidate(test, 0, G);
	expect_nothing(test, -EAGAIN);
	KUNIT_EXPECT_EQ(test, -EAGAIN, miss(room, i * G, VHOST_ACCESS_RO));
	KUNIT_EXPECT_EQ(test, 0, acknowledge(room, 0, G));
	KUNIT_EXPECT_EQ(test, 0, miss(room, i * G, VHOST_ACCESS_RO));
	expect_update(test, i * G, G, UADDR, VHOST_ACCESS_RW);
}

static struct kunit_case iotlb_cases[] = {
	KUNIT_CASE(answers_with_the_whole_mapping),
	KUNIT_CASE(fails_what_is_not_allowed),
	KUNIT_CASE(stays_within_a_region),
	KUNIT_CASE(passes_all_but_what_is_reserved),
	KUNIT_CASE(answers_once),
	KUNIT_CASE(never_answers_with_what_is_over),
	KUNIT_CASE(unread_answers_are_not_waited_for),
	KUNIT_CASE(others_are_not_waited_for),
	KUNIT_CASE(unmap_waits),
	KUNIT_CASE(later_ones_wait_too),
	KUNIT_CASE(detach_waits),
	KUNIT_CASE(reset_waits),
	KUNIT_CASE(what_was_answered_again_is_taken_away_once),
	KUNIT_CASE(is_cut_off),
	KUNIT_CASE(closing_ends_the_wait),
	KUNIT_CASE(closing_in_peace_is_not_counted),
	KUNIT_CASE(ends_with_its_iommu),
	KUNIT_CASE(tables_are_checked),
	KUNIT_CASE(memory_may_move),
	KUNIT_CASE(makes_room),
	{}
};

static struct kunit_suite iotlb_suite = {
	.name = "viommu_iotlb",
	.init = iotlb_init,
	.test_cases = iotlb_cases,
};

kunit_test_suite(iotlb_suite);
