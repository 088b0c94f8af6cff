// SPDX-License-Identifier: GPL-2.0-only
/* A request as a stream of bytes, however it was cut. */
#include <kunit/test.h>

#include "mock_guest.h"
#include "soft/chain_private.h"

static void free_chain(void *chain)
{
	vds_chain_free(chain);
}

static struct vds_chain *new_chain(struct kunit *test, struct vds_dma *dma,
				   enum vds_context context)
{
	struct vds_chain *chain = vds_chain_alloc(dma, context);

	KUNIT_ASSERT_NOT_NULL(test, chain);
	kunit_add_action(test, free_chain, chain);
	return chain;
}

/* BASE-10: the same bytes in pieces of every size. */
static void framing_cannot_be_seen(struct kunit *test)
{
	static const unsigned int pieces[] = { 1, 3, 7, 16, 100, 300 };
	struct mock_memory *memory = mock_memory(test, 2);
	u8 in[300], out[300];
	unsigned int i, j;

	for (i = 0; i < sizeof(in); i++)
		memory->guest.bytes[i] = i;

	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		struct vds_chain *chain = new_chain(test, &memory->dma,
						    VDS_THREAD);
		u8 *dest = memory->guest.bytes + 1000;

		for (j = 0; j < 300; j += pieces[i])
			KUNIT_ASSERT_EQ(test, 0,
					vds_chain_add(chain, MOCK_BASE + j,
						      min(pieces[i], 300 - j),
						      false));
		for (j = 0; j < 300; j += pieces[i])
			KUNIT_ASSERT_EQ(test, 0,
					vds_chain_add(chain,
						      MOCK_BASE + 1000 + j,
						      min(pieces[i], 300 - j),
						      true));
		vds_chain_rewind(chain);
		KUNIT_EXPECT_EQ(test, 300, vds_chain_readable(chain));
		KUNIT_EXPECT_EQ(test, 300, vds_chain_writable(chain));
		KUNIT_EXPECT_EQ(test, 0, vds_chain_pull(chain, in, 24));
		KUNIT_EXPECT_EQ(test, 0, vds_chain_pull(chain, in + 24, 276));
		KUNIT_EXPECT_MEMEQ(test, in, memory->guest.bytes, 300);
		KUNIT_EXPECT_EQ(test, 0, vds_chain_readable(chain));

		memset(dest, 0, 300);
		memset(out, 0x5a, sizeof(out));
		KUNIT_EXPECT_EQ(test, 0, vds_chain_push(chain, out, 24));
		KUNIT_EXPECT_EQ(test, 24, chain->pushed);
		KUNIT_EXPECT_EQ(test, 0x5a, dest[23]);
		KUNIT_EXPECT_EQ(test, 0, dest[24]);
	}
}

static void says_when_it_is_too_short(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 1);
	struct vds_chain *chain = new_chain(test, &memory->dma, VDS_ATOMIC);
	u8 buf[16];

	vds_chain_add(chain, MOCK_BASE, 8, false);
	vds_chain_add(chain, MOCK_BASE, 0, true);
	vds_chain_add(chain, MOCK_BASE + 8, 8, true);
	vds_chain_rewind(chain);
	KUNIT_EXPECT_EQ(test, -EMSGSIZE, vds_chain_pull(chain, buf, 9));
	KUNIT_EXPECT_EQ(test, 8, vds_chain_readable(chain));
	KUNIT_EXPECT_EQ(test, 0, vds_chain_pull(chain, buf, 8));
	KUNIT_EXPECT_EQ(test, -EMSGSIZE, vds_chain_push(chain, buf, 9));
	KUNIT_EXPECT_EQ(test, 0, chain->pushed);
	KUNIT_EXPECT_EQ(test, 0, vds_chain_push(chain, buf, 8));
	KUNIT_EXPECT_EQ(test, 8, chain->pushed);
}

/* BASE-13: what used.len counts has really been written. */
static void counts_nothing_behind_a_hole(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 2);
	struct vds_chain *chain = new_chain(test, &memory->dma, VDS_ATOMIC);
	u8 buf[24] = {};

	vds_mem_unmap(&memory->mem, MOCK_BASE + PAGE_SIZE, U64_MAX, NULL, NULL);

	vds_chain_add(chain, MOCK_BASE, 8, true);
	vds_chain_add(chain, MOCK_BASE + PAGE_SIZE, 8, true);
	vds_chain_add(chain, MOCK_BASE + 16, 8, true);
	vds_chain_rewind(chain);
	KUNIT_EXPECT_EQ(test, -EFAULT, vds_chain_push(chain, buf, 24));
	KUNIT_EXPECT_EQ(test, 8, chain->pushed);
	KUNIT_EXPECT_EQ(test, -EFAULT, vds_chain_push(chain, buf, 1));
	KUNIT_EXPECT_EQ(test, 8, chain->pushed);
	/* Not even if the hole is filled, unless all is begun again. */
	mock_map(&memory->guest, 1, 1, VHOST_MAP_RW);
	KUNIT_EXPECT_EQ(test, -EFAULT, vds_chain_push(chain, buf, 1));
	vds_chain_rewind(chain);
	KUNIT_EXPECT_EQ(test, 0, vds_chain_push(chain, buf, 1));
}

static void refuses_bad_descriptors(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 1);
	struct vds_chain *chain = new_chain(test, &memory->dma, VDS_THREAD);

	KUNIT_EXPECT_EQ(test, -EINVAL, vds_chain_add(chain, U64_MAX, 2, false));
	KUNIT_EXPECT_EQ(test, 0, vds_chain_add(chain, U64_MAX, 1, false));
	/* Nothing is nowhere. */
	KUNIT_EXPECT_EQ(test, 0, vds_chain_add(chain, U64_MAX, 0, false));
	KUNIT_EXPECT_EQ(test, 0, vds_chain_add(chain, MOCK_BASE, 8, true));
	/* Readable ones come first (virtio 1.2, 2.7.4.2). */
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vds_chain_add(chain, MOCK_BASE, 8, false));
}

static void is_bounded(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 1);
	struct vds_chain *chain = new_chain(test, &memory->dma, VDS_THREAD);
	unsigned int i;

	for (i = 0; i < VDS_CHAIN_MAX_SEGS; i++)
		KUNIT_ASSERT_EQ(test, 0,
				vds_chain_add(chain, MOCK_BASE, 1, true));
	KUNIT_EXPECT_EQ(test, -EINVAL, vds_chain_add(chain, MOCK_BASE, 1, true));
}

static void leaves_long_ones_to_the_thread(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 1);
	struct vds_chain *chain = new_chain(test, &memory->dma, VDS_ATOMIC);
	unsigned int i;

	for (i = 0; i < VDS_CHAIN_INLINE_SEGS; i++)
		KUNIT_ASSERT_EQ(test, 0,
				vds_chain_add(chain, MOCK_BASE, 1, true));
	KUNIT_EXPECT_EQ(test, -EAGAIN, vds_chain_add(chain, MOCK_BASE, 1, true));
}

static void rewinds(struct kunit *test)
{
	struct mock_memory *memory = mock_memory(test, 1);
	struct vds_chain *chain = new_chain(test, &memory->dma, VDS_ATOMIC);
	u8 buf[8] = {};

	memory->guest.bytes[0] = 42;
	vds_chain_add(chain, MOCK_BASE, 8, false);
	vds_chain_add(chain, MOCK_BASE + 8, 8, true);
	vds_chain_rewind(chain);
	vds_chain_pull(chain, buf, 8);
	vds_chain_push(chain, buf, 8);
	vds_chain_rewind(chain);
	KUNIT_EXPECT_EQ(test, 8, vds_chain_readable(chain));
	KUNIT_EXPECT_EQ(test, 8, vds_chain_writable(chain));
	KUNIT_EXPECT_EQ(test, 0, chain->pushed);
	memset(buf, 0, sizeof(buf));
	KUNIT_EXPECT_EQ(test, 0, vds_chain_pull(chain, buf, 1));
	KUNIT_EXPECT_EQ(test, 42, buf[0]);
}

static struct kunit_case chain_cases[] = {
	KUNIT_CASE(framing_cannot_be_seen),
	KUNIT_CASE(says_when_it_is_too_short),
	KUNIT_CASE(counts_nothing_behind_a_hole),
	KUNIT_CASE(refuses_bad_descriptors),
	KUNIT_CASE(is_bounded),
	KUNIT_CASE(leaves_long_ones_to_the_thread),
	KUNIT_CASE(rewinds),
	{}
};

static struct kunit_suite chain_suite = {
	.name = "vds_chain",
	.test_cases = chain_cases,
};

kunit_test_suite(chain_suite);
