// SPDX-License-Identifier: GPL-2.0-only
/* Domains and mappings, clause by clause, without a device. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/virtio_iommu.h>

#include "iommu/config.h"
#include "iommu/domain.h"

#define G	4096ull
#define MEMBERS	3

#define OK	VIRTIO_IOMMU_S_OK
#define UNSUPP	VIRTIO_IOMMU_S_UNSUPP
#define INVAL	VIRTIO_IOMMU_S_INVAL
#define RANGE	VIRTIO_IOMMU_S_RANGE
#define NOENT	VIRTIO_IOMMU_S_NOENT
#define FAULT	VIRTIO_IOMMU_S_FAULT
#define NOMEM	VIRTIO_IOMMU_S_NOMEM

#define R	VIRTIO_IOMMU_MAP_F_READ
#define W	VIRTIO_IOMMU_MAP_F_WRITE
#define RW	(R | W)

/**
 * struct world - an IOMMU's memory
 * @domains: numbers 1..99, addresses from granule 16 on or all, 8 mappings
 * @members: nobody is attached; the last one cannot have granules 100..109
 * @shapes: of @members
 */
struct world {
	struct vdiommu_domains domains;
	struct vdiommu_member members[MEMBERS];
	struct vdiommu_endpoint_config shapes[MEMBERS];
};

static const struct vdiommu_bounds bounds = {
	.granule = G,
	.input_last = U64_MAX,
	.domain_first = 1,
	.domain_last = 99,
	.max_domains = 2,
	.max_mappings = 8,
};

static void clear_world(void *data)
{
	vdiommu_domains_clear(&((struct world *)data)->domains);
}

static struct world *new_world(struct kunit *test)
{
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, world);
	vdiommu_domains_init(&world->domains, &bounds);
	for (i = 0; i < MEMBERS; i++) {
		world->shapes[i].id = 10 + i;
		world->members[i].shape = &world->shapes[i];
		world->members[i].index = i;
	}
	world->shapes[2].num_regions = 1;
	world->shapes[2].regions[0] = (struct vdiommu_region) {
		.start = 100 * G,
		.last = 110 * G - 1,
	};
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, clear_world, world));
	return world;
}

static int attach(struct world *world, u32 member, u32 id, bool bypass)
{
	struct vdiommu_domain *spare = vdiommu_domain_alloc(GFP_KERNEL), *dead;
	const struct vdiommu_attach req = { .domain = id, .bypass = bypass };
	int status;

	status = vdiommu_domain_attach(&world->domains, &world->members[member],
				       &req, U64_MAX, &spare, &dead);
	vdiommu_domain_free(spare);
	vdiommu_domain_free(dead);
	return status;
}

static int detach(struct world *world, u32 member, u32 id)
{
	struct vdiommu_domain *dead;
	int status;

	status = vdiommu_domain_detach(&world->domains, &world->members[member],
				       id, U64_MAX, &dead);
	vdiommu_domain_free(dead);
	return status;
}

static int map_exactly(struct world *world, const struct vdiommu_map *map)
{
	struct vdiommu_mapping *spare = vdiommu_mapping_alloc(GFP_KERNEL);
	int status = vdiommu_domain_map(&world->domains, map, &spare);

	vdiommu_mapping_free(spare);
	return status;
}

/* Granules @first to @last of domain 1, to twice their address. */
static int map(struct world *world, u64 first, u64 last)
{
	const struct vdiommu_map req = {
		.domain = 1,
		.start = first * G,
		.last = (last + 1) * G - 1,
		.phys = 2 * first * G,
		.flags = RW,
		.known_flags = RW,
	};

	return map_exactly(world, &req);
}

static int unmap_exactly(struct world *world, u32 id, u64 start, u64 last)
{
	const struct vdiommu_range range = { .start = start, .last = last };
	struct vdiommu_domain *domain;
	int status;

	status = vdiommu_domain_unmap_begin(&world->domains, id, range, U64_MAX,
					    &domain);
	while (!status && !vdiommu_domain_unmap_some(&world->domains, domain))
		;
	return status;
}

static int unmap(struct world *world, u64 first, u64 last)
{
	return unmap_exactly(world, 1, first * G, (last + 1) * G - 1);
}

static int look(struct world *world, u32 member, u64 iova, u64 last, bool write,
		struct vds_span *out_span)
{
	const struct vdiommu_range range = { .start = iova, .last = last };

	return vdiommu_domain_translate(&world->domains,
					&world->members[member], range, write,
					out_span);
}

/* Can member 0 read an address? */
static bool reads(struct world *world, u64 iova)
{
	struct vds_span span;

	return !look(world, 0, iova, iova, false, &span);
}

static u64 mappings(struct world *world)
{
	u32 domains;
	u64 n;

	vdiommu_domains_count(&world->domains, &domains, &n);
	return n;
}

/*
 * MAP
 */

/**
 * struct map_row - one faulty MAP of a world with granules 20..29 mapped
 * @name: of the row
 * @map: the request
 * @status: expected
 */
struct map_row {
	const char *name;
	struct vdiommu_map map;
	int status;
};

#define MAP(_domain, _start, _last, _phys, _flags) {			\
	.domain = _domain, .start = _start, .last = _last, .phys = _phys, \
	.flags = _flags, .known_flags = RW				\
}

static const struct map_row map_rows[] = {
	{ "good", MAP(1, 40 * G, 41 * G - 1, 0, RW), OK },
	{ "no access", MAP(1, 40 * G, 41 * G - 1, 0, 0), OK },
	{ "three granules", MAP(1, 40 * G, 43 * G - 1, G, R), OK },
	{ "flag 4", MAP(1, 40 * G, 41 * G - 1, 0, 4), INVAL },
	{ "flag 8", MAP(1, 40 * G, 41 * G - 1, 0, 8 | RW), INVAL },
	{ "flag 31", MAP(1, 40 * G, 41 * G - 1, 0, BIT(31)), INVAL },
	{ "domain below", MAP(0, 40 * G, 41 * G - 1, 0, RW), RANGE },
	{ "domain above", MAP(100, 40 * G, 41 * G - 1, 0, RW), RANGE },
	{ "domain unknown", MAP(99, 40 * G, 41 * G - 1, 0, RW), NOENT },
	{ "domain bypasses", MAP(2, 40 * G, 41 * G - 1, 0, RW), INVAL },
	{ "ends swapped", MAP(1, 41 * G, 40 * G - 1, 0, RW), INVAL },
	{ "empty", MAP(1, 40 * G, 40 * G - 1, 0, RW), INVAL },
	{ "start askew", MAP(1, 40 * G + 1, 41 * G - 1, 0, RW), RANGE },
	{ "end askew", MAP(1, 40 * G, 41 * G, 0, RW), RANGE },
	{ "end short", MAP(1, 40 * G, 41 * G - 2, 0, RW), RANGE },
	{ "phys askew", MAP(1, 40 * G, 41 * G - 1, 1, RW), RANGE },
	{ "before input", MAP(1, 15 * G, 16 * G - 1, 0, RW), RANGE },
	{ "into input", MAP(1, 15 * G, 17 * G - 1, 0, RW), RANGE },
	{ "input begins", MAP(1, 16 * G, 17 * G - 1, 0, RW), OK },
	{ "input ends", MAP(1, 999 * G, 1000 * G - 1, 0, RW), OK },
	{ "beyond input", MAP(1, 999 * G, 1001 * G - 1, 0, RW), RANGE },
	{ "end of all", MAP(1, -G, U64_MAX, 0, RW), RANGE },
	{ "phys wraps", MAP(1, 40 * G, 42 * G - 1, -G, RW), RANGE },
	{ "phys wraps not", MAP(1, 40 * G, 41 * G - 1, -G, RW), FAULT },
	{ "phys limit", MAP(1, 40 * G, 42 * G - 1, 1998 * G, RW), OK },
	{ "phys above", MAP(1, 40 * G, 42 * G - 1, 1999 * G, RW), FAULT },
	{ "same", MAP(1, 20 * G, 30 * G - 1, 0, RW), INVAL },
	{ "inside", MAP(1, 22 * G, 23 * G - 1, 0, RW), INVAL },
	{ "around", MAP(1, 19 * G, 31 * G - 1, 0, RW), INVAL },
	{ "its front", MAP(1, 19 * G, 21 * G - 1, 0, RW), INVAL },
	{ "its back", MAP(1, 29 * G, 31 * G - 1, 0, RW), INVAL },
	{ "just before", MAP(1, 19 * G, 20 * G - 1, 0, RW), OK },
	{ "just after", MAP(1, 30 * G, 31 * G - 1, 0, RW), OK },
	{ "front of region", MAP(1, 99 * G, 101 * G - 1, 0, RW), INVAL },
	{ "back of region", MAP(1, 109 * G, 111 * G - 1, 0, RW), INVAL },
	{ "in region", MAP(1, 104 * G, 105 * G - 1, 0, RW), INVAL },
	{ "around region", MAP(1, 90 * G, 120 * G - 1, 0, RW), INVAL },
	{ "before region", MAP(1, 99 * G, 100 * G - 1, 0, RW), OK },
	{ "after region", MAP(1, 110 * G, 111 * G - 1, 0, RW), OK },
	/* Two faults: the order of the requirements. */
	{ "flags, domain", MAP(0, 40 * G, 41 * G - 1, 0, 8), INVAL },
	{ "range, order", MAP(100, 41 * G, 40 * G - 1, 0, RW), RANGE },
	{ "noent, order", MAP(99, 41 * G, 40 * G - 1, 0, RW), NOENT },
	{ "bypass, align", MAP(2, 40 * G + 1, 41 * G - 1, 0, RW), INVAL },
	{ "order, align", MAP(1, 41 * G + 1, 40 * G, 0, RW), INVAL },
	{ "limit, overlap", MAP(1, 20 * G, 30 * G - 1, 1999 * G, RW), FAULT },
	{ "input, overlap", MAP(1, 15 * G, 30 * G - 1, 0, RW), RANGE },
};

static void map_row_desc(const struct map_row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(map_row, map_rows, map_row_desc);

static void maps(struct kunit *test)
{
	const struct map_row *row = test->param_value;
	struct world *world = new_world(test);

	world->domains.bounds.input_start = 16 * G;
	world->domains.bounds.input_last = 1000 * G - 1;
	world->domains.bounds.gpa_limit = 2000 * G - 1;
	KUNIT_ASSERT_EQ(test, OK, attach(world, 0, 1, false));
	KUNIT_ASSERT_EQ(test, OK, attach(world, 2, 1, false));
	KUNIT_ASSERT_EQ(test, OK, attach(world, 1, 2, true));
	KUNIT_ASSERT_EQ(test, OK, map(world, 20, 29));

	KUNIT_EXPECT_EQ(test, row->status, map_exactly(world, &row->map));
	KUNIT_EXPECT_EQ(test, row->status ? 1 : 2, mappings(world));
	KUNIT_EXPECT_TRUE(test, reads(world, 20 * G));
	KUNIT_EXPECT_TRUE(test, reads(world, 30 * G - 1));
}

/* Size 2^64 fits nowhere (IOMMU-REQ-6.4.i). */
static void maps_everything(struct kunit *test)
{
	const struct vdiommu_map all = MAP(1, 0, U64_MAX, 0, RW);
	const struct vdiommu_map top = MAP(1, -G, U64_MAX, -G, RW);
	struct world *world = new_world(test);
	struct vds_span span;

	KUNIT_ASSERT_EQ(test, OK, attach(world, 0, 1, false));
	KUNIT_EXPECT_EQ(test, OK, map_exactly(world, &all));
	KUNIT_EXPECT_EQ(test, INVAL, map_exactly(world, &top));
	KUNIT_EXPECT_EQ(test, 0, look(world, 0, 0, U64_MAX, true, &span));
	KUNIT_EXPECT_EQ(test, 0, span.gpa);
	KUNIT_EXPECT_EQ(test, U64_MAX, span.last);
	KUNIT_EXPECT_EQ(test, RANGE, unmap_exactly(world, 1, 1, U64_MAX));
	KUNIT_EXPECT_EQ(test, RANGE, unmap_exactly(world, 1, 0, U64_MAX - 1));
	KUNIT_EXPECT_EQ(test, OK, unmap_exactly(world, 1, 0, U64_MAX));
	KUNIT_EXPECT_FALSE(test, reads(world, 0));

	KUNIT_EXPECT_EQ(test, OK, map_exactly(world, &top));
	KUNIT_EXPECT_EQ(test, 0, look(world, 0, U64_MAX, U64_MAX, true, &span));
	KUNIT_EXPECT_EQ(test, U64_MAX, span.gpa);
	KUNIT_EXPECT_FALSE(test, reads(world, -G - 1));
	KUNIT_EXPECT_FALSE(test, reads(world, 0));
	KUNIT_EXPECT_EQ(test, OK, unmap_exactly(world, 1, 0, U64_MAX));
	KUNIT_EXPECT_EQ(test, 0, mappings(world));
}

/* IOMMU-REQ-6.4.j: what was there before stays. */
static void maps_up_to_the_quota(struct kunit *test)
{
	struct world *world = new_world(test);
	struct vdiommu_mapping *none = NULL;
	const struct vdiommu_map more = MAP(1, 0, G - 1, 0, RW);
	u64 i;

	KUNIT_ASSERT_EQ(test, OK, attach(world, 0, 1, false));
	for (i = 0; i < bounds.max_mappings; i++)
		KUNIT_EXPECT_EQ(test, OK, map(world, i, i));
	KUNIT_EXPECT_EQ(test, NOMEM, map(world, i, i));
	/* A fault of the request is told first. */
	KUNIT_EXPECT_EQ(test, INVAL, map(world, 0, 0));
	for (i = 0; i < bounds.max_mappings; i++)
		KUNIT_EXPECT_TRUE(test, reads(world, i * G));
	KUNIT_EXPECT_EQ(test, OK, unmap(world, 0, 0));
	KUNIT_EXPECT_EQ(test, NOMEM,
			vdiommu_domain_map(&world->domains, &more, &none));
	KUNIT_EXPECT_EQ(test, OK, map(world, i, i));
}

/*
 * UNMAP
 */

/**
 * struct unmap_row - what an UNMAP leaves of up to two mappings
 * @name: of the row
 * @maps: first and last granule of each
 * @n: how many
 * @start: first address to be unmapped
 * @last: last one
 * @status: expected
 * @left: bit for each mapping that stays
 */
struct unmap_row {
	const char *name;
	u64 maps[2][2];
	unsigned int n;
	u64 start;
	u64 last;
	int status;
	unsigned int left;
};

#define TO(_granule)	(((_granule) + 1) * G - 1)

static const struct unmap_row unmap_rows[] = {
	{ "nothing", {}, 0, 0, TO(4), OK, 0 },
	{ "exactly", { { 0, 9 } }, 1, 0, TO(9), OK, 0 },
	{ "both", { { 0, 4 }, { 5, 9 } }, 2, 0, TO(9), OK, 0 },
	{ "a part", { { 0, 9 } }, 1, 0, TO(4), RANGE, 1 },
	{ "the first", { { 0, 4 }, { 5, 9 } }, 2, 0, TO(4), OK, 2 },
	{ "the second", { { 0, 4 }, { 5, 9 } }, 2, 5 * G, TO(9), OK, 1 },
	{ "more", { { 0, 4 } }, 1, 0, TO(9), OK, 0 },
	{ "a hole", { { 0, 4 }, { 10, 14 } }, 2, 0, TO(14), OK, 0 },
	{ "only the hole", { { 0, 4 }, { 10, 14 } }, 2, 5 * G, TO(9), OK, 3 },
	{ "one and a half", { { 0, 9 }, { 10, 19 } }, 2, 0, TO(14), RANGE, 3 },
	{ "half and one", { { 0, 9 }, { 10, 19 } }, 2, G, TO(19), RANGE, 3 },
	{ "the middle", { { 0, 9 } }, 1, G, TO(8), RANGE, 1 },
	{ "the back", { { 0, 9 } }, 1, 9 * G, TO(12), RANGE, 1 },
	{ "one address", { { 0, 9 } }, 1, G, G, RANGE, 1 },
	{ "askew in a hole", { { 0, 4 } }, 1, 5 * G + 1, 7 * G, OK, 1 },
	{ "askew around", { { 1, 4 } }, 1, 5, TO(4) + 3, OK, 0 },
	{ "askew in one", { { 0, 4 } }, 1, 0, 4 * G + 5, RANGE, 1 },
	{ "short by one", { { 0, 4 } }, 1, 0, TO(4) - 1, RANGE, 1 },
	{ "late by one", { { 0, 4 } }, 1, 1, TO(4), RANGE, 1 },
	{ "everything", { { 0, 4 }, { 7, 8 } }, 2, 0, U64_MAX, OK, 0 },
	{ "swapped", { { 0, 4 } }, 1, TO(4), 0, INVAL, 1 },
};

static void unmap_row_desc(const struct unmap_row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(unmap_row, unmap_rows, unmap_row_desc);

static void unmaps(struct kunit *test)
{
	const struct unmap_row *row = test->param_value;
	struct world *world = new_world(test);
	unsigned int i;

	KUNIT_ASSERT_EQ(test, OK, attach(world, 0, 1, false));
	for (i = 0; i < row->n; i++)
		KUNIT_ASSERT_EQ(test, OK,
				map(world, row->maps[i][0], row->maps[i][1]));
	KUNIT_EXPECT_EQ(test, row->status,
			unmap_exactly(world, 1, row->start, row->last));
	for (i = 0; i < row->n; i++) {
		bool left = row->left & BIT(i);

		KUNIT_EXPECT_EQ(test, left, reads(world, row->maps[i][0] * G));
		KUNIT_EXPECT_EQ(test, left, reads(world, TO(row->maps[i][1])));
	}
	KUNIT_EXPECT_EQ(test, hweight32(row->left), mappings(world));
}

static void unmaps_of_good_domains_only(struct kunit *test)
{
	struct world *world = new_world(test);

	KUNIT_ASSERT_EQ(test, OK, attach(world, 0, 1, false));
	KUNIT_ASSERT_EQ(test, OK, attach(world, 1, 2, true));
	world->domains.bounds.input_start = 16 * G;
	world->domains.bounds.input_last = 1000 * G - 1;
	KUNIT_EXPECT_EQ(test, RANGE, unmap_exactly(world, 0, 20 * G, 21 * G));
	KUNIT_EXPECT_EQ(test, RANGE, unmap_exactly(world, 100, 20 * G, 21 * G));
	KUNIT_EXPECT_EQ(test, NOENT, unmap_exactly(world, 3, 20 * G, 21 * G));
	KUNIT_EXPECT_EQ(test, INVAL, unmap_exactly(world, 2, 20 * G, 21 * G));
	KUNIT_EXPECT_EQ(test, INVAL, unmap_exactly(world, 2, 0, U64_MAX));
	KUNIT_EXPECT_EQ(test, RANGE,
			unmap_exactly(world, 1, 16 * G - 1, 21 * G));
	KUNIT_EXPECT_EQ(test, RANGE, unmap_exactly(world, 1, 20 * G, 1000 * G));
	KUNIT_EXPECT_EQ(test, OK,
			unmap_exactly(world, 1, 16 * G, 1000 * G - 1));
	/* Once destroyed it is unknown. */
	KUNIT_EXPECT_EQ(test, OK, detach(world, 0, 1));
	KUNIT_EXPECT_EQ(test, NOENT, unmap_exactly(world, 1, 20 * G, 21 * G));
	KUNIT_EXPECT_EQ(test, NOENT, map(world, 20, 20));
}

/* IOMMU-REQ-X1: gone for all at once, however long it takes. */
static void unmaps_many_in_batches(struct kunit *test)
{
	const u64 n = 2 * VDIOMMU_BATCH + 1;
	const struct vdiommu_range range = { .start = 0, .last = TO(n - 1) };
	struct world *world = new_world(test);
	struct vdiommu_domain *domain;
	u64 i;

	world->domains.bounds.max_mappings = n + 1;
	KUNIT_ASSERT_EQ(test, OK, attach(world, 0, 1, false));
	for (i = 0; i <= n; i++)
		KUNIT_ASSERT_EQ(test, OK, map(world, i, i));
	KUNIT_EXPECT_EQ(test, VDIOMMU_TOO_MUCH,
			vdiommu_domain_unmap_begin(&world->domains, 1, range,
						   n - 1, &domain));
	KUNIT_EXPECT_TRUE(test, reads(world, 0));

	KUNIT_ASSERT_EQ(test, OK,
			vdiommu_domain_unmap_begin(&world->domains, 1, range, n,
						   &domain));
	KUNIT_EXPECT_EQ(test, n + 1, mappings(world));
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_FALSE(test, reads(world, i * G));
	KUNIT_EXPECT_TRUE(test, reads(world, n * G));
	KUNIT_EXPECT_FALSE(test, vdiommu_domain_unmap_some(&world->domains,
							   domain));
	KUNIT_EXPECT_FALSE(test, vdiommu_domain_unmap_some(&world->domains,
							   domain));
	KUNIT_EXPECT_TRUE(test, vdiommu_domain_unmap_some(&world->domains,
							  domain));
	KUNIT_EXPECT_EQ(test, 1, mappings(world));
	/* Nothing is leaving any more. */
	KUNIT_EXPECT_EQ(test, OK, map(world, 0, 0));
	KUNIT_EXPECT_TRUE(test, reads(world, 0));
}

/*
 * Translation
 */

static void permissions_are_exact(struct kunit *test)
{
	struct world *world = new_world(test);
	struct vds_span span;
	u32 flags;

	KUNIT_ASSERT_EQ(test, OK, attach(world, 0, 1, false));
	for (flags = 0; flags <= RW; flags++) {
		const struct vdiommu_map req = MAP(1, flags * G,
						   (flags + 1) * G - 1,
						   0, flags);

		KUNIT_EXPECT_EQ(test, OK, map_exactly(world, &req));
		KUNIT_EXPECT_EQ(test,
				flags & R ? 0 : VIRTIO_IOMMU_FAULT_R_MAPPING,
				look(world, 0, flags * G, flags * G, false,
				     &span));
		KUNIT_EXPECT_EQ(test,
				flags & W ? 0 : VIRTIO_IOMMU_FAULT_R_MAPPING,
				look(world, 0, flags * G, flags * G, true,
				     &span));
	}
}

static void spans_what_is_contiguous(struct kunit *test)
{
	static const struct vdiommu_map pieces[] = {
		MAP(1, 0, 2 * G - 1, 100 * G, RW),
		MAP(1, 2 * G, 3 * G - 1, 102 * G, RW),
		/* Less may be done with it. */
		MAP(1, 3 * G, 4 * G - 1, 103 * G, R),
		/* It leads elsewhere. */
		MAP(1, 4 * G, 5 * G - 1, 105 * G, RW),
		/* There is a hole. */
		MAP(1, 6 * G, 7 * G - 1, 107 * G, RW),
	};
	struct world *world = new_world(test);
	struct vds_span span;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, OK, attach(world, 0, 1, false));
	for (i = 0; i < ARRAY_SIZE(pieces); i++)
		KUNIT_ASSERT_EQ(test, OK, map_exactly(world, &pieces[i]));
	KUNIT_EXPECT_EQ(test, 0, look(world, 0, 5, U64_MAX, true, &span));
	KUNIT_EXPECT_EQ(test, 100 * G + 5, span.gpa);
	KUNIT_EXPECT_EQ(test, 3 * G - 1, span.last);
	KUNIT_EXPECT_EQ(test, 0, look(world, 0, 5, U64_MAX, false, &span));
	KUNIT_EXPECT_EQ(test, 4 * G - 1, span.last);
	KUNIT_EXPECT_EQ(test, 0, look(world, 0, 5, 2 * G + 7, false, &span));
	KUNIT_EXPECT_EQ(test, 2 * G + 7, span.last);
	KUNIT_EXPECT_EQ(test, 0, look(world, 0, 4 * G, U64_MAX, true, &span));
	KUNIT_EXPECT_EQ(test, 105 * G, span.gpa);
	KUNIT_EXPECT_EQ(test, 5 * G - 1, span.last);
	KUNIT_EXPECT_EQ(test, VIRTIO_IOMMU_FAULT_R_MAPPING,
			look(world, 0, 5 * G, U64_MAX, true, &span));
}

/* IOMMU-REQ-6.7.e: whatever is attached, and how. */
static void keeps_out_of_regions(struct kunit *test)
{
	struct world *world = new_world(test);
	struct vds_span span;

	KUNIT_EXPECT_EQ(test, VIRTIO_IOMMU_FAULT_R_MAPPING,
			look(world, 2, 100 * G, 100 * G, false, &span));
	KUNIT_EXPECT_EQ(test, VIRTIO_IOMMU_FAULT_R_DOMAIN,
			look(world, 2, 99 * G, 99 * G, false, &span));

	world->domains.bypass = true;
	KUNIT_EXPECT_EQ(test, VIRTIO_IOMMU_FAULT_R_MAPPING,
			look(world, 2, 110 * G - 1, U64_MAX, true, &span));
	KUNIT_EXPECT_EQ(test, 0, look(world, 2, 5, U64_MAX, true, &span));
	KUNIT_EXPECT_EQ(test, 5, span.gpa);
	KUNIT_EXPECT_EQ(test, 100 * G - 1, span.last);
	KUNIT_EXPECT_EQ(test, 0, look(world, 2, 110 * G, U64_MAX, true, &span));
	KUNIT_EXPECT_EQ(test, U64_MAX, span.last);

	KUNIT_ASSERT_EQ(test, OK, attach(world, 2, 1, true));
	KUNIT_EXPECT_EQ(test, VIRTIO_IOMMU_FAULT_R_MAPPING,
			look(world, 2, 100 * G, 100 * G, true, &span));
	KUNIT_EXPECT_EQ(test, 0, look(world, 2, 99 * G, 200 * G, true, &span));
	KUNIT_EXPECT_EQ(test, 100 * G - 1, span.last);
}

/*
 * ATTACH and DETACH
 */

static void attaches_and_detaches(struct kunit *test)
{
	struct world *world = new_world(test);
	struct vds_span span;

	KUNIT_EXPECT_EQ(test, RANGE, attach(world, 0, 0, false));
	KUNIT_EXPECT_EQ(test, RANGE, attach(world, 0, 100, false));
	KUNIT_EXPECT_EQ(test, RANGE, detach(world, 0, 0));
	KUNIT_EXPECT_EQ(test, RANGE, detach(world, 0, 100));
	KUNIT_EXPECT_EQ(test, INVAL, detach(world, 0, 1));
	KUNIT_EXPECT_EQ(test, NOENT, map(world, 0, 0));

	KUNIT_EXPECT_EQ(test, OK, attach(world, 0, 1, false));
	KUNIT_EXPECT_FALSE(test, reads(world, 0));
	KUNIT_EXPECT_EQ(test, OK, map(world, 0, 9));
	/* Those who come later see it, those elsewhere do not. */
	KUNIT_EXPECT_EQ(test, OK, attach(world, 1, 1, false));
	KUNIT_EXPECT_EQ(test, 0, look(world, 1, 0, 0, true, &span));
	KUNIT_EXPECT_EQ(test, OK, attach(world, 2, 2, false));
	KUNIT_EXPECT_NE(test, 0, look(world, 2, 0, 0, true, &span));
	KUNIT_EXPECT_EQ(test, INVAL, detach(world, 0, 2));
	KUNIT_EXPECT_EQ(test, INVAL, detach(world, 0, 3));
	KUNIT_EXPECT_TRUE(test, reads(world, 0));

	KUNIT_EXPECT_EQ(test, OK, detach(world, 0, 1));
	KUNIT_EXPECT_FALSE(test, reads(world, 0));
	KUNIT_EXPECT_EQ(test, 0, look(world, 1, 0, 0, true, &span));
	KUNIT_EXPECT_EQ(test, OK, detach(world, 1, 1));
	KUNIT_EXPECT_EQ(test, 0, mappings(world));
	KUNIT_EXPECT_EQ(test, NOENT, map(world, 0, 9));
	KUNIT_EXPECT_EQ(test, OK, attach(world, 0, 1, false));
	KUNIT_EXPECT_FALSE(test, reads(world, 0));
}

static void moves(struct kunit *test)
{
	struct world *world = new_world(test);

	KUNIT_ASSERT_EQ(test, OK, attach(world, 0, 1, false));
	KUNIT_ASSERT_EQ(test, OK, map(world, 0, 9));
	KUNIT_ASSERT_EQ(test, OK, attach(world, 1, 2, true));
	/* IOMMU-REQ-6.2.e, IOMMU-REQ-6.2.f1 */
	KUNIT_EXPECT_EQ(test, INVAL, attach(world, 0, 2, false));
	KUNIT_EXPECT_EQ(test, INVAL, attach(world, 0, 1, true));
	KUNIT_EXPECT_EQ(test, INVAL, attach(world, 1, 1, true));
	KUNIT_EXPECT_TRUE(test, reads(world, 0));
	/* IOMMU-REQ-6.2.f2 */
	KUNIT_EXPECT_EQ(test, OK, attach(world, 0, 1, false));
	KUNIT_EXPECT_TRUE(test, reads(world, 0));
	/* IOMMU-REQ-6.2.f: as one dies, the quota of two suffices. */
	KUNIT_EXPECT_EQ(test, OK, attach(world, 0, 3, false));
	KUNIT_EXPECT_FALSE(test, reads(world, 0));
	KUNIT_EXPECT_EQ(test, NOENT, map(world, 0, 0));
	KUNIT_EXPECT_EQ(test, 0, mappings(world));
	/* IOMMU-REQ-6.2.j: a third one does not. */
	KUNIT_EXPECT_EQ(test, NOMEM, attach(world, 2, 4, false));
	KUNIT_EXPECT_EQ(test, OK, attach(world, 2, 3, false));
	KUNIT_EXPECT_EQ(test, NOMEM, attach(world, 2, 4, false));
	KUNIT_EXPECT_PTR_EQ(test, world->members[0].domain,
			    world->members[2].domain);
}

/* IOMMU-REQ-6.2.g */
static void refuses_the_incompatible(struct kunit *test)
{
	struct world *world = new_world(test);

	KUNIT_ASSERT_EQ(test, OK, attach(world, 0, 1, false));
	KUNIT_ASSERT_EQ(test, OK, attach(world, 2, 2, false));
	KUNIT_ASSERT_EQ(test, OK, map(world, 105, 105));
	KUNIT_EXPECT_EQ(test, UNSUPP, attach(world, 2, 1, false));
	KUNIT_EXPECT_EQ(test, 2, world->members[2].domain->id);
	KUNIT_ASSERT_EQ(test, OK, unmap(world, 105, 105));
	KUNIT_ASSERT_EQ(test, OK, map(world, 99, 99));
	KUNIT_ASSERT_EQ(test, OK, map(world, 110, 110));
	KUNIT_EXPECT_EQ(test, OK, attach(world, 2, 1, false));
	/* From now on its region counts for the domain. */
	KUNIT_EXPECT_EQ(test, INVAL, map(world, 105, 105));
	KUNIT_EXPECT_EQ(test, OK, detach(world, 2, 1));
	KUNIT_EXPECT_EQ(test, OK, map(world, 105, 105));
}

/* What cannot be freed at once is left as it is. */
static void leaves_no_large_domain_at_once(struct kunit *test)
{
	const struct vdiommu_attach elsewhere = { .domain = 2 };
	struct world *world = new_world(test);
	struct vdiommu_domain *spare, *dead;

	KUNIT_ASSERT_EQ(test, OK, attach(world, 0, 1, false));
	KUNIT_ASSERT_EQ(test, OK, map(world, 0, 0));
	KUNIT_ASSERT_EQ(test, OK, map(world, 1, 1));
	spare = vdiommu_domain_alloc(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, VDIOMMU_TOO_MUCH,
			vdiommu_domain_detach(&world->domains,
					      &world->members[0], 1, 1, &dead));
	KUNIT_EXPECT_NULL(test, dead);
	KUNIT_EXPECT_EQ(test, VDIOMMU_TOO_MUCH,
			vdiommu_domain_attach(&world->domains,
					      &world->members[0], &elsewhere, 1,
					      &spare, &dead));
	KUNIT_EXPECT_NULL(test, dead);
	KUNIT_EXPECT_TRUE(test, reads(world, 0));
	/* It does not die of that if it is not alone. */
	KUNIT_ASSERT_EQ(test, OK, attach(world, 1, 1, false));
	KUNIT_EXPECT_EQ(test, OK,
			vdiommu_domain_attach(&world->domains,
					      &world->members[0], &elsewhere, 1,
					      &spare, &dead));
	KUNIT_EXPECT_NULL(test, dead);
	KUNIT_EXPECT_NULL(test, spare);
}

static void clears(struct kunit *test)
{
	struct world *world = new_world(test);
	u32 domains;
	u64 n;
	u32 i;

	KUNIT_ASSERT_EQ(test, OK, attach(world, 0, 1, false));
	KUNIT_ASSERT_EQ(test, OK, attach(world, 1, 1, false));
	KUNIT_ASSERT_EQ(test, OK, attach(world, 2, 2, true));
	KUNIT_ASSERT_EQ(test, OK, map(world, 0, 0));
	vdiommu_domains_clear(&world->domains);
	vdiommu_domains_count(&world->domains, &domains, &n);
	KUNIT_EXPECT_EQ(test, 0, domains);
	KUNIT_EXPECT_EQ(test, 0, n);
	for (i = 0; i < MEMBERS; i++)
		KUNIT_EXPECT_NULL(test, world->members[i].domain);
	KUNIT_EXPECT_EQ(test, NOENT, map(world, 0, 0));
	KUNIT_EXPECT_EQ(test, OK, attach(world, 0, 2, false));
}

static void reports(struct kunit *test)
{
	struct vdiommu_mapping mapping;
	struct vdiommu_domain domain;
	struct world *world = new_world(test);

	KUNIT_EXPECT_FALSE(test, vdiommu_domain_next(&world->domains, 0,
						     &domain));
	KUNIT_ASSERT_EQ(test, OK, attach(world, 0, 1, false));
	KUNIT_ASSERT_EQ(test, OK, attach(world, 2, 7, true));
	KUNIT_ASSERT_EQ(test, OK, map(world, 3, 4));
	KUNIT_EXPECT_TRUE(test, vdiommu_domain_next(&world->domains, 2,
						    &domain));
	KUNIT_EXPECT_EQ(test, 7, domain.id);
	KUNIT_EXPECT_EQ(test, BIT_ULL(2), domain.users);
	KUNIT_EXPECT_FALSE(test, vdiommu_domain_next(&world->domains, 8,
						     &domain));
	KUNIT_EXPECT_TRUE(test, vdiommu_mapping_next(&world->domains, 1, 0,
						     &mapping));
	KUNIT_EXPECT_EQ(test, 3 * G, mapping.start);
	KUNIT_EXPECT_FALSE(test, vdiommu_mapping_next(&world->domains, 1, 5 * G,
						      &mapping));
	KUNIT_EXPECT_FALSE(test, vdiommu_mapping_next(&world->domains, 5, 0,
						      &mapping));
}

static struct kunit_case domain_cases[] = {
	KUNIT_CASE_PARAM(maps, map_row_gen_params),
	KUNIT_CASE(maps_everything),
	KUNIT_CASE(maps_up_to_the_quota),
	KUNIT_CASE_PARAM(unmaps, unmap_row_gen_params),
	KUNIT_CASE(unmaps_of_good_domains_only),
	KUNIT_CASE(unmaps_many_in_batches),
	KUNIT_CASE(permissions_are_exact),
	KUNIT_CASE(spans_what_is_contiguous),
	KUNIT_CASE(keeps_out_of_regions),
	KUNIT_CASE(attaches_and_detaches),
	KUNIT_CASE(moves),
	KUNIT_CASE(refuses_the_incompatible),
	KUNIT_CASE(leaves_no_large_domain_at_once),
	KUNIT_CASE(clears),
	KUNIT_CASE(reports),
	{}
};

static struct kunit_suite domain_suite = {
	.name = "viommu_domain",
	.test_cases = domain_cases,
};

kunit_test_suite(domain_suite);
