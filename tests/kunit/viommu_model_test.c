// SPDX-License-Identifier: GPL-2.0-only
/*
 * A long run of random requests against a model that is too dumb to be wrong:
 * an array of mappings, searched from end to end. The seed is printed, and
 * vdpa_soft_kunit.viommu_seed= on the kernel's command line repeats a run.
 */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <linux/virtio_iommu.h>

#include "iommu/config.h"
#include "iommu/domain.h"

#define G		4096ull
#define GRANULES	48
#define DOMAINS		2
#define ROUNDS		100000

static unsigned int viommu_seed;
module_param(viommu_seed, uint, 0444);

/**
 * struct entry - a mapping, in granules
 * @used: there is one
 * @first: granule
 * @last: granule
 * @phys: where the first one leads
 * @flags: VIRTIO_IOMMU_MAP_F_*
 */
struct entry {
	bool used;
	u64 first;
	u64 last;
	u64 phys;
	u32 flags;
};

/**
 * struct model - two domains, twice
 * @base: address of granule 0
 * @entries: what should be mapped
 * @domains: what is
 * @members: one in each domain
 * @shape: of both: nothing reserved
 * @random: where choices come from
 */
struct model {
	u64 base;
	struct entry entries[DOMAINS][GRANULES];
	struct vdiommu_domains domains;
	struct vdiommu_member members[DOMAINS];
	struct vdiommu_endpoint_config shape;
	struct rnd_state random;
};

static u32 below(struct model *model, u32 end)
{
	return prandom_u32_state(&model->random) % end;
}

static u64 start_of(const struct model *model, u64 granule)
{
	return model->base + granule * G;
}

static u64 last_of(const struct model *model, u64 granule)
{
	return model->base + granule * G + (G - 1);
}

static struct entry *entry_at(struct model *model, u32 domain, u64 granule)
{
	unsigned int i;

	for (i = 0; i < GRANULES; i++) {
		struct entry *entry = &model->entries[domain][i];

		if (entry->used && entry->first <= granule &&
		    granule <= entry->last)
			return entry;
	}
	return NULL;
}

static void pick_range(struct model *model, u64 *out_first, u64 *out_last)
{
	*out_first = below(model, GRANULES);
	*out_last = *out_first + below(model, min(GRANULES - *out_first, 8ull));
}

static int expect_map(struct model *model, u32 domain, const struct entry *wish)
{
	unsigned int i;
	u64 granule;

	for (granule = wish->first; granule <= wish->last; granule++)
		if (entry_at(model, domain, granule))
			return VIRTIO_IOMMU_S_INVAL;
	for (i = 0; model->entries[domain][i].used; i++)
		;
	model->entries[domain][i] = *wish;
	return VIRTIO_IOMMU_S_OK;
}

static void try_map(struct kunit *test, struct model *model, u32 domain)
{
	struct vdiommu_mapping *spare = vdiommu_mapping_alloc(GFP_KERNEL);
	struct entry wish = {
		.used = true,
		/* Often enough what goes on where a neighbour ends. */
		.phys = below(model, 2) * GRANULES,
		.flags = below(model, 4),
	};
	struct vdiommu_map map;

	pick_range(model, &wish.first, &wish.last);
	wish.phys += wish.first;
	map = (struct vdiommu_map) {
		.domain = domain,
		.start = start_of(model, wish.first),
		.last = last_of(model, wish.last),
		.phys = wish.phys * G,
		.flags = wish.flags,
		.known_flags = 3,
	};
	KUNIT_ASSERT_EQ(test, expect_map(model, domain, &wish),
			vdiommu_domain_map(&model->domains, &map, &spare));
	vdiommu_mapping_free(spare);
}

static int expect_unmap(struct model *model, u32 domain, u64 first, u64 last)
{
	struct entry *entry;
	unsigned int i;

	for (i = 0; i < GRANULES; i++) {
		entry = &model->entries[domain][i];
		if (entry->used && entry->first <= last &&
		    first <= entry->last &&
		    (entry->first < first || entry->last > last))
			return VIRTIO_IOMMU_S_RANGE;
	}
	for (i = 0; i < GRANULES; i++) {
		entry = &model->entries[domain][i];
		if (entry->first >= first && entry->last <= last)
			entry->used = false;
	}
	return VIRTIO_IOMMU_S_OK;
}

static void try_unmap(struct kunit *test, struct model *model, u32 domain)
{
	struct vdiommu_domain *found;
	struct vdiommu_range range;
	u64 first, last;
	int status;

	pick_range(model, &first, &last);
	range.start = start_of(model, first);
	range.last = last_of(model, last);
	status = vdiommu_domain_unmap_begin(&model->domains, domain, range,
					    U64_MAX, &found);
	KUNIT_ASSERT_EQ(test, expect_unmap(model, domain, first, last), status);
	while (!status && !vdiommu_domain_unmap_some(&model->domains, found))
		;
}

/* Granules from @granule on that lead on without a break; 0 if none. */
static u64 expect_span(struct model *model, u32 domain, u64 granule,
		       u64 last, u32 needed, u64 *out_phys)
{
	struct entry *entry;
	u64 n, phys;

	for (n = 0; granule + n <= last; n++) {
		entry = entry_at(model, domain, granule + n);
		if (!entry || !(entry->flags & needed))
			break;
		phys = entry->phys + (granule + n - entry->first);
		if (!n)
			*out_phys = phys;
		if (phys != *out_phys + n)
			break;
	}
	return n;
}

static void try_translate(struct kunit *test, struct model *model, u32 domain)
{
	bool write = below(model, 2);
	struct vdiommu_range range;
	struct vds_span span = {};
	u64 first, last, n, phys;
	u32 offset = below(model, G);
	int fault;

	pick_range(model, &first, &last);
	range.start = start_of(model, first) + offset;
	range.last = last_of(model, last);
	n = expect_span(model, domain, first, last,
			write ? VIRTIO_IOMMU_MAP_F_WRITE :
				VIRTIO_IOMMU_MAP_F_READ, &phys);
	fault = vdiommu_domain_translate(&model->domains,
					 &model->members[domain], range, write,
					 &span);
	KUNIT_ASSERT_EQ(test, n ? 0 : VIRTIO_IOMMU_FAULT_R_MAPPING, fault);
	if (!n)
		return;
	KUNIT_ASSERT_EQ(test, phys * G + offset, span.gpa);
	KUNIT_ASSERT_EQ(test, last_of(model, first + n - 1), span.last);
}

static void attach(struct kunit *test, struct model *model, u32 domain)
{
	struct vdiommu_domain *spare = vdiommu_domain_alloc(GFP_KERNEL), *dead;
	const struct vdiommu_attach req = { .domain = domain };

	KUNIT_ASSERT_EQ(test, 0,
			vdiommu_domain_attach(&model->domains,
					      &model->members[domain], &req,
					      U64_MAX, &spare, &dead));
	KUNIT_ASSERT_NULL(test, spare);
	KUNIT_ASSERT_NULL(test, dead);
}

/* Takes all mappings with it. */
static void try_detach(struct kunit *test, struct model *model, u32 domain)
{
	struct vdiommu_domain *dead;

	KUNIT_ASSERT_EQ(test, 0,
			vdiommu_domain_detach(&model->domains,
					      &model->members[domain], domain,
					      U64_MAX, &dead));
	KUNIT_ASSERT_NOT_NULL(test, dead);
	vdiommu_domain_free(dead);
	memset(model->entries[domain], 0, sizeof(model->entries[domain]));
	attach(test, model, domain);
}

static void check_count(struct kunit *test, struct model *model)
{
	u64 expected = 0, mappings;
	u32 domains, i, k;

	for (i = 0; i < DOMAINS; i++)
		for (k = 0; k < GRANULES; k++)
			expected += model->entries[i][k].used;
	vdiommu_domains_count(&model->domains, &domains, &mappings);
	KUNIT_ASSERT_EQ(test, expected, mappings);
	KUNIT_ASSERT_EQ(test, DOMAINS, domains);
}

static void clear_model(void *data)
{
	vdiommu_domains_clear(&((struct model *)data)->domains);
}

static struct model *new_model(struct kunit *test, u64 base, u32 seed)
{
	static const struct vdiommu_bounds bounds = {
		.granule = G,
		.input_last = U64_MAX,
		.domain_last = U32_MAX,
		.max_domains = DOMAINS,
		.max_mappings = DOMAINS * GRANULES,
	};
	struct model *model = kunit_kzalloc(test, sizeof(*model), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, model);
	model->base = base;
	prandom_seed_state(&model->random, seed);
	vdiommu_domains_init(&model->domains, &bounds);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, clear_model, model));
	for (i = 0; i < DOMAINS; i++) {
		model->members[i].shape = &model->shape;
		model->members[i].index = i;
		attach(test, model, i);
	}
	return model;
}

static void run(struct kunit *test, u64 base)
{
	u32 seed = viommu_seed ?: get_random_u32();
	struct model *model = new_model(test, base, seed);
	unsigned int i;

	kunit_info(test, "vdpa_soft_kunit.viommu_seed=%u\n", seed);
	for (i = 0; i < ROUNDS; i++) {
		u32 domain = below(model, DOMAINS);
		u32 choice = below(model, 1000);

		if (choice < 350)
			try_map(test, model, domain);
		else if (choice < 600)
			try_unmap(test, model, domain);
		else if (choice < 998)
			try_translate(test, model, domain);
		else
			try_detach(test, model, domain);
		if (i % 64 == 0)
			check_count(test, model);
		cond_resched();
	}
}

static void agrees_at_the_bottom(struct kunit *test)
{
	run(test, 0);
}

/* The last address is 2^64 - 1. */
static void agrees_at_the_top(struct kunit *test)
{
	run(test, -GRANULES * G);
}

static struct kunit_case model_cases[] = {
	KUNIT_CASE(agrees_at_the_bottom),
	KUNIT_CASE(agrees_at_the_top),
	{}
};

static struct kunit_suite model_suite = {
	.name = "viommu_model",
	.test_cases = model_cases,
};

kunit_test_suite(model_suite);
