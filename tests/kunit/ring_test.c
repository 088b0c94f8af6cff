// SPDX-License-Identifier: GPL-2.0-only
/* The split ring: what a driver may do, what it may not, when it is told. */
#include <kunit/test.h>

#include "mock_guest.h"
#include "soft/chain_private.h"
#include "soft/ring.h"

#define NUM	8

struct world {
	struct mock_memory *memory;
	struct mock_ring driver;
	struct vds_ring ring;
	struct vds_chain *chain;
};

static void free_chain(void *data)
{
	struct world *world = data;

	vds_chain_free(world->chain);
}

static struct world *world_create(struct kunit *test, bool event_idx)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, world);
	world->memory = mock_memory(test, 16);
	mock_ring_init(&world->driver, &world->memory->guest, NUM, event_idx);
	world->ring = (struct vds_ring){
		.dma = &world->memory->dma,
		.desc = world->driver.desc_gpa,
		.avail = world->driver.avail_gpa,
		.used = world->driver.used_gpa,
		.num = NUM,
		.event_idx = event_idx,
		.indirect = true,
	};
	KUNIT_ASSERT_EQ(test, 0, vds_ring_start(&world->ring));
	kunit_add_action(test, free_chain, world);
	return world;
}

static int pop(struct kunit *test, struct world *world)
{
	vds_chain_free(world->chain);
	world->chain = vds_chain_alloc(&world->memory->dma, VDS_THREAD);
	KUNIT_ASSERT_NOT_NULL(test, world->chain);
	return vds_ring_pop(&world->ring, world->chain);
}

static void takes_in_order(struct kunit *test)
{
	struct world *world = world_create(test, false);
	u64 gpa = mock_alloc(&world->memory->guest, 64, 8);
	const struct mock_buf bufs[] = {
		{ gpa, 16, false }, { gpa + 16, 8, false }, { gpa + 24, 24, true },
	};
	u16 first, second;

	KUNIT_EXPECT_EQ(test, 0, pop(test, world));
	first = mock_ring_add(&world->driver, bufs, 3);
	second = mock_ring_add(&world->driver, bufs, 2);
	KUNIT_EXPECT_EQ(test, 2, vds_ring_available(&world->ring));
	KUNIT_EXPECT_EQ(test, 1, pop(test, world));
	KUNIT_EXPECT_EQ(test, first, world->chain->head);
	KUNIT_EXPECT_EQ(test, 24, vds_chain_readable(world->chain));
	KUNIT_EXPECT_EQ(test, 24, vds_chain_writable(world->chain));
	KUNIT_EXPECT_EQ(test, 1, pop(test, world));
	KUNIT_EXPECT_EQ(test, second, world->chain->head);
	KUNIT_EXPECT_EQ(test, 0, vds_chain_writable(world->chain));
	KUNIT_EXPECT_EQ(test, 0, pop(test, world));
}

/* Indices are free-running 16-bit counters. */
static void survives_wrap_around(struct kunit *test)
{
	struct world *world = world_create(test, true);
	u64 gpa = mock_alloc(&world->memory->guest, 64, 8);
	const struct mock_buf buf = { gpa, 16, false };
	u32 i, id, len;

	for (i = 0; i < 70000; i++) {
		u16 head = mock_ring_add(&world->driver, &buf, 1);

		KUNIT_ASSERT_EQ(test, 1, pop(test, world));
		KUNIT_ASSERT_EQ(test, head, world->chain->head);
		KUNIT_ASSERT_EQ(test, 0,
				vds_ring_push_used(&world->ring, head, i));
		KUNIT_ASSERT_TRUE(test, mock_ring_used(&world->driver, &id,
						       &len));
		KUNIT_ASSERT_EQ(test, head, id);
		KUNIT_ASSERT_EQ(test, i, len);
	}
}

/* BASE-12: tables longer than the ring, behind ordinary descriptors, WRITE. */
static void follows_indirect_tables(struct kunit *test)
{
	static const unsigned int lengths[] = { 1, NUM + 1, 1024 };
	struct world *world = world_create(test, false);
	struct mock_guest *guest = &world->memory->guest;
	u64 gpa = mock_alloc(guest, 64, 8);
	struct mock_buf *bufs;
	struct vring_desc *desc = world->driver.desc;
	unsigned int i, j;
	size_t mark;

	bufs = kunit_kcalloc(test, 1024, sizeof(*bufs), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bufs);
	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		for (j = 0; j < lengths[i]; j++)
			bufs[j] = (struct mock_buf){ gpa, 3, false };
		mark = guest->next;
		mock_ring_add_indirect(&world->driver, bufs, lengths[i]);
		KUNIT_EXPECT_EQ(test, 1, pop(test, world));
		KUNIT_EXPECT_EQ(test, 3 * lengths[i],
				vds_chain_readable(world->chain));
		guest->next = mark;
	}

	bufs[0].writable = true;
	mock_ring_add_indirect(&world->driver, bufs, 1);
	mock_desc(&desc[world->driver.next_desc], gpa, 5, VRING_DESC_F_NEXT,
		  world->driver.next_desc - 1);
	/* Its own WRITE flag is to be ignored. */
	desc[world->driver.next_desc - 1].flags |=
		(__force __virtio16)cpu_to_le16(VRING_DESC_F_WRITE);
	KUNIT_EXPECT_EQ(test, 1, pop(test, world));
	mock_ring_publish(&world->driver, world->driver.next_desc);
	KUNIT_EXPECT_EQ(test, 1, pop(test, world));
	KUNIT_EXPECT_EQ(test, 5, vds_chain_readable(world->chain));
	KUNIT_EXPECT_EQ(test, 3, vds_chain_writable(world->chain));
}

struct damage {
	const char *name;
	void (*cause)(struct world *world, u64 gpa);
	int result;
};

static void avail_jumps(struct world *world, u64 gpa)
{
	world->driver.avail_idx = NUM;
	mock_ring_publish(&world->driver, 0);
}

static void head_too_big(struct world *world, u64 gpa)
{
	mock_ring_publish(&world->driver, NUM);
}

static void next_too_big(struct world *world, u64 gpa)
{
	mock_desc(&world->driver.desc[0], gpa, 8, VRING_DESC_F_NEXT, NUM);
	mock_ring_publish(&world->driver, 0);
}

/* What lies behind the table is memory as well, and no descriptor. */
static void next_far_too_big(struct world *world, u64 gpa)
{
	mock_desc(&world->driver.desc[0], gpa, 8, VRING_DESC_F_NEXT, NUM + 1);
	mock_ring_publish(&world->driver, 0);
}

static void loops(struct world *world, u64 gpa)
{
	mock_desc(&world->driver.desc[0], gpa, 8, VRING_DESC_F_NEXT, 1);
	mock_desc(&world->driver.desc[1], gpa, 8, VRING_DESC_F_NEXT, 0);
	mock_ring_publish(&world->driver, 0);
}

static void readable_last(struct world *world, u64 gpa)
{
	mock_desc(&world->driver.desc[0], gpa, 8,
		  VRING_DESC_F_NEXT | VRING_DESC_F_WRITE, 1);
	mock_desc(&world->driver.desc[1], gpa, 8, 0, 0);
	mock_ring_publish(&world->driver, 0);
}

static void length_wraps(struct world *world, u64 gpa)
{
	mock_desc(&world->driver.desc[0], U64_MAX - 3, 8, 0, 0);
	mock_ring_publish(&world->driver, 0);
}

static void table_is_empty(struct world *world, u64 gpa)
{
	mock_desc(&world->driver.desc[0], gpa, 0, VRING_DESC_F_INDIRECT, 0);
	mock_ring_publish(&world->driver, 0);
}

static void table_is_ragged(struct world *world, u64 gpa)
{
	mock_desc(&world->driver.desc[0], gpa, 24, VRING_DESC_F_INDIRECT, 0);
	mock_ring_publish(&world->driver, 0);
}

static void table_goes_on(struct world *world, u64 gpa)
{
	mock_desc(&world->driver.desc[0], gpa, 16,
		  VRING_DESC_F_INDIRECT | VRING_DESC_F_NEXT, 1);
	mock_ring_publish(&world->driver, 0);
}

static void table_in_table(struct world *world, u64 gpa)
{
	mock_desc(mock_ptr(&world->memory->guest, gpa), gpa, 16,
		  VRING_DESC_F_INDIRECT, 0);
	mock_desc(&world->driver.desc[0], gpa, 16, VRING_DESC_F_INDIRECT, 0);
	mock_ring_publish(&world->driver, 0);
}

static void table_loops(struct world *world, u64 gpa)
{
	mock_desc(mock_ptr(&world->memory->guest, gpa), gpa, 8,
		  VRING_DESC_F_NEXT, 0);
	mock_desc(&world->driver.desc[0], gpa, 16, VRING_DESC_F_INDIRECT, 0);
	mock_ring_publish(&world->driver, 0);
}

static void table_not_negotiated(struct world *world, u64 gpa)
{
	world->ring.indirect = false;
	mock_desc(&world->driver.desc[0], gpa, 16, VRING_DESC_F_INDIRECT, 0);
	mock_ring_publish(&world->driver, 0);
}

static void table_is_nowhere(struct world *world, u64 gpa)
{
	mock_desc(&world->driver.desc[0], 16, 16, VRING_DESC_F_INDIRECT, 0);
	mock_ring_publish(&world->driver, 0);
}

static void table_too_long(struct world *world, u64 gpa)
{
	struct vring_desc *table;
	u64 where;
	int i;

	/* One more than a chain may have; the memory behind it is not asked. */
	where = mock_alloc(&world->memory->guest, 16 * 1024, 16);
	table = mock_ptr(&world->memory->guest, where);
	for (i = 0; i < 1024; i++)
		mock_desc(&table[i], gpa, 1, VRING_DESC_F_NEXT, (i + 1) % 1024);
	mock_desc(&world->driver.desc[0], where, 16 * 1024,
		  VRING_DESC_F_INDIRECT, 0);
	mock_ring_publish(&world->driver, 0);
}

static void ring_is_gone(struct world *world, u64 gpa)
{
	vds_mem_unmap(&world->memory->mem, 0, U64_MAX, NULL, NULL);
}

static const struct damage damages[] = {
	{ "avail.idx jumps", avail_jumps, -EINVAL },
	{ "head out of range", head_too_big, -EINVAL },
	{ "next out of range", next_too_big, -EINVAL },
	{ "next far out of range", next_far_too_big, -EINVAL },
	{ "loop", loops, -EINVAL },
	{ "readable after writable", readable_last, -EINVAL },
	{ "length wraps", length_wraps, -EINVAL },
	{ "empty table", table_is_empty, -EINVAL },
	{ "ragged table", table_is_ragged, -EINVAL },
	{ "chain goes on after table", table_goes_on, -EINVAL },
	{ "table in table", table_in_table, -EINVAL },
	{ "loop in table", table_loops, -EINVAL },
	{ "long loop in table", table_too_long, -EINVAL },
	{ "table not negotiated", table_not_negotiated, -EINVAL },
	{ "table not mapped", table_is_nowhere, -EFAULT },
	{ "ring not mapped", ring_is_gone, -EFAULT },
};

KUNIT_ARRAY_PARAM_DESC(damage, damages, name);

static void sees_damage(struct kunit *test)
{
	const struct damage *row = test->param_value;
	struct world *world = world_create(test, false);
	u64 gpa = mock_alloc(&world->memory->guest, 64, 16);

	row->cause(world, gpa);
	KUNIT_EXPECT_EQ(test, row->result, pop(test, world));
}

/* BASE-14 without event index. */
static void honours_flags(struct kunit *test)
{
	struct world *world = world_create(test, false);
	__virtio16 *flags = &world->driver.avail->flags;

	vds_ring_push_used(&world->ring, 0, 0);
	KUNIT_EXPECT_TRUE(test, vds_ring_must_signal(&world->ring));
	*flags = (__force __virtio16)cpu_to_le16(VRING_AVAIL_F_NO_INTERRUPT);
	vds_ring_push_used(&world->ring, 0, 0);
	KUNIT_EXPECT_FALSE(test, vds_ring_must_signal(&world->ring));

	vds_ring_hush(&world->ring);
	KUNIT_EXPECT_EQ(test, VRING_USED_F_NO_NOTIFY,
			le16_to_cpu((__force __le16)world->driver.used->flags));
	KUNIT_EXPECT_EQ(test, 0, vds_ring_arm(&world->ring));
	KUNIT_EXPECT_EQ(test, 0,
			le16_to_cpu((__force __le16)world->driver.used->flags));
	vds_ring_hush(&world->ring);
	KUNIT_EXPECT_EQ(test, VRING_USED_F_NO_NOTIFY,
			le16_to_cpu((__force __le16)world->driver.used->flags));
	/* Whoever comes next finds kicks welcome. */
	KUNIT_EXPECT_EQ(test, 0, vds_ring_start(&world->ring));
	KUNIT_EXPECT_EQ(test, 0,
			le16_to_cpu((__force __le16)world->driver.used->flags));
}

/* A full ring is no damage, and each size that is allowed works. */
static void takes_a_full_ring(struct kunit *test)
{
	static const u16 sizes[] = { 1, 2, NUM, VDS_RING_MAX };
	struct world *world = world_create(test, false);
	struct mock_guest *guest = &world->memory->guest;
	const struct mock_buf buf = { mock_alloc(guest, 16, 8), 16, false };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t mark = guest->next;

		mock_ring_init(&world->driver, guest, sizes[i], false);
		world->ring = (struct vds_ring){
			.dma = &world->memory->dma,
			.desc = world->driver.desc_gpa,
			.avail = world->driver.avail_gpa,
			.used = world->driver.used_gpa,
			.num = sizes[i],
		};
		KUNIT_ASSERT_EQ(test, 0, vds_ring_start(&world->ring));
		for (j = 0; j < sizes[i]; j++)
			mock_ring_add(&world->driver, &buf, 1);
		KUNIT_EXPECT_EQ(test, sizes[i],
				vds_ring_available(&world->ring));
		for (j = 0; j < sizes[i]; j++)
			KUNIT_ASSERT_EQ(test, 1, pop(test, world));
		KUNIT_EXPECT_EQ(test, 0, pop(test, world));
		guest->next = mark;
	}
}

/* Descriptors are fetched ahead, but never from behind the table. */
static void reads_no_further_than_the_table(struct kunit *test)
{
	struct world *world = world_create(test, false);
	struct mock_guest *guest = &world->memory->guest;
	u64 end = MOCK_BASE + guest->size;

	mock_desc(mock_ptr(guest, end - 16), MOCK_BASE, 7, 0, 0);
	mock_desc(&world->driver.desc[0], end - 16, 16, VRING_DESC_F_INDIRECT,
		  0);
	mock_ring_publish(&world->driver, 0);
	KUNIT_EXPECT_EQ(test, 1, pop(test, world));
	KUNIT_EXPECT_EQ(test, 7, vds_chain_readable(world->chain));
}

/* BASE-14 with event index: signal when used_event is passed, not before. */
static void honours_event_index(struct kunit *test)
{
	struct world *world = world_create(test, true);
	u64 gpa = mock_alloc(&world->memory->guest, 64, 8);
	const struct mock_buf buf = { gpa, 16, false };

	mock_ring_set_used_event(&world->driver, 2);
	vds_ring_push_used(&world->ring, 0, 0);
	/* The first one is always told: nobody knows where the driver is. */
	KUNIT_EXPECT_TRUE(test, vds_ring_must_signal(&world->ring));
	vds_ring_push_used(&world->ring, 0, 0);
	KUNIT_EXPECT_FALSE(test, vds_ring_must_signal(&world->ring));
	vds_ring_push_used(&world->ring, 0, 0);
	KUNIT_EXPECT_TRUE(test, vds_ring_must_signal(&world->ring));
	vds_ring_push_used(&world->ring, 0, 0);
	KUNIT_EXPECT_FALSE(test, vds_ring_must_signal(&world->ring));

	mock_ring_add(&world->driver, &buf, 1);
	KUNIT_EXPECT_EQ(test, 1, pop(test, world));
	KUNIT_EXPECT_EQ(test, 0, vds_ring_arm(&world->ring));
	KUNIT_EXPECT_EQ(test, 1, mock_ring_avail_event(&world->driver));
	/* The flags are not in use then and must be zero. */
	vds_ring_hush(&world->ring);
	KUNIT_EXPECT_EQ(test, 0,
			le16_to_cpu((__force __le16)world->driver.used->flags));
}

static void arm_sees_what_came_meanwhile(struct kunit *test)
{
	struct world *world = world_create(test, true);
	u64 gpa = mock_alloc(&world->memory->guest, 64, 8);
	const struct mock_buf buf = { gpa, 16, false };

	mock_ring_add(&world->driver, &buf, 1);
	KUNIT_EXPECT_EQ(test, 1, vds_ring_arm(&world->ring));
}

struct bad_start {
	const char *name;
	u16 num;
	u64 desc;
	u64 avail;
	u64 used;
	int result;
};

static const struct bad_start bad_starts[] = {
	{ "no entries", 0, MOCK_BASE, MOCK_BASE, MOCK_BASE, -EINVAL },
	{ "no power of two", 6, MOCK_BASE, MOCK_BASE, MOCK_BASE, -EINVAL },
	{ "too many", 2048, MOCK_BASE, MOCK_BASE, MOCK_BASE, -EINVAL },
	{ "desc unaligned", 8, MOCK_BASE + 8, MOCK_BASE, MOCK_BASE, -EINVAL },
	{ "avail unaligned", 8, MOCK_BASE, MOCK_BASE + 1, MOCK_BASE, -EINVAL },
	{ "used unaligned", 8, MOCK_BASE, MOCK_BASE, MOCK_BASE + 2, -EINVAL },
	{ "avail nowhere", 8, MOCK_BASE, 16, MOCK_BASE, -EFAULT },
	{ "used nowhere", 8, MOCK_BASE, MOCK_BASE, 16, -EFAULT },
};

KUNIT_ARRAY_PARAM_DESC(bad_start, bad_starts, name);

static void refuses_to_start(struct kunit *test)
{
	const struct bad_start *row = test->param_value;
	struct mock_memory *memory = mock_memory(test, 1);
	struct vds_ring ring = {
		.dma = &memory->dma,
		.num = row->num,
		.desc = row->desc,
		.avail = row->avail,
		.used = row->used,
	};

	KUNIT_EXPECT_EQ(test, row->result, vds_ring_start(&ring));
}

static struct kunit_case ring_cases[] = {
	KUNIT_CASE(takes_in_order),
	KUNIT_CASE(survives_wrap_around),
	KUNIT_CASE(follows_indirect_tables),
	KUNIT_CASE_PARAM(sees_damage, damage_gen_params),
	KUNIT_CASE(honours_flags),
	KUNIT_CASE(honours_event_index),
	KUNIT_CASE(arm_sees_what_came_meanwhile),
	KUNIT_CASE(takes_a_full_ring),
	KUNIT_CASE(reads_no_further_than_the_table),
	KUNIT_CASE_PARAM(refuses_to_start, bad_start_gen_params),
	{}
};

static struct kunit_suite ring_suite = {
	.name = "vds_ring",
	.test_cases = ring_cases,
};

kunit_test_suite(ring_suite);
