// SPDX-License-Identifier: GPL-2.0-only
/*
 * An IOMMU as dumb as can be: for every domain the list of its mappings, for
 * every endpoint its domain. No tree, no cache, nothing to invalidate.
 */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reach.h"
#include "resv.h"

#define MODEL_DOMAINS	4u
#define ENDPOINTS	3u
#define WIDTH		48u	/* granules that are played with */
#define NOWHERE		(-1)

struct mapping {
	bool used;
	uint64_t start, last, gpa;
	uint32_t flags;
};

struct domain {
	bool bypass;
	struct mapping mappings[WIDTH];
};

struct model {
	struct domain domains[MODEL_DOMAINS];
	int where[ENDPOINTS];
	unsigned int nr_endpoints;
	unsigned int seed;
	uint64_t gpa;
};

static unsigned int below(struct model *m, unsigned int n)
{
	return (unsigned int)rand_r(&m->seed) % n;
}

static bool exists(const struct model *m, unsigned int domain)
{
	for (unsigned int i = 0; i < m->nr_endpoints; i++)
		if (m->where[i] == (int)domain)
			return true;
	return false;
}

static void leave(struct model *m, unsigned int endpoint)
{
	int domain = m->where[endpoint];

	m->where[endpoint] = NOWHERE;
	if (domain != NOWHERE && !exists(m, domain))
		memset(&m->domains[domain], 0, sizeof(m->domains[domain]));
}

static uint32_t attach(struct model *m, unsigned int domain,
		       unsigned int endpoint, bool bypass)
{
	if (exists(m, domain) && m->domains[domain].bypass != bypass)
		return S_INVAL;
	if (m->where[endpoint] == (int)domain)
		return S_OK;
	leave(m, endpoint);
	m->where[endpoint] = domain;
	m->domains[domain].bypass = bypass;
	return S_OK;
}

static uint32_t detach(struct model *m, unsigned int domain,
		       unsigned int endpoint)
{
	if (m->where[endpoint] != (int)domain)
		return S_INVAL;
	leave(m, endpoint);
	return S_OK;
}

static uint32_t map(struct model *m, uint64_t granule, unsigned int domain,
		    const struct mapping *new)
{
	struct mapping *free = NULL;

	if (new->flags & 8)
		return S_INVAL;
	if (!exists(m, domain))
		return S_NOENT;
	if (m->domains[domain].bypass || new->last < new->start)
		return S_INVAL;
	if ((new->start | (new->last + 1) | new->gpa) & (granule - 1))
		return S_RANGE;
	for (unsigned int i = 0; i < WIDTH; i++) {
		struct mapping *old = &m->domains[domain].mappings[i];

		if (!old->used)
			free = old;
		else if (old->start <= new->last && new->start <= old->last)
			return S_INVAL;
	}
	/* As many mappings as granules, so there is one. */
	*free = *new;
	free->used = true;
	return S_OK;
}

static uint32_t unmap(struct model *m, unsigned int domain, uint64_t start,
		      uint64_t last)
{
	struct mapping *mappings = m->domains[domain].mappings;

	if (!exists(m, domain))
		return S_NOENT;
	if (m->domains[domain].bypass || last < start)
		return S_INVAL;
	for (unsigned int i = 0; i < WIDTH; i++)
		if (mappings[i].used && mappings[i].start <= last &&
		    start <= mappings[i].last && (mappings[i].start < start ||
						  last < mappings[i].last))
			return S_RANGE;
	for (unsigned int i = 0; i < WIDTH; i++)
		if (mappings[i].used && start <= mappings[i].start &&
		    mappings[i].last <= last)
			mappings[i].used = false;
	return S_OK;
}

static uint64_t translate(const struct model *m, unsigned int endpoint,
			  uint64_t iova, bool write)
{
	const struct domain *domain;

	if (m->where[endpoint] == NOWHERE)
		return GPA_NONE;
	domain = &m->domains[m->where[endpoint]];
	if (domain->bypass)
		return iova;
	for (unsigned int i = 0; i < WIDTH; i++) {
		const struct mapping *at = &domain->mappings[i];

		if (at->used && at->start <= iova && iova <= at->last)
			return at->flags & (write ? F_W : F_R) ?
			       at->gpa + (iova - at->start) : GPA_NONE;
	}
	return GPA_NONE;
}

/* Mostly whole granules, sometimes a byte less or more, or the wrong way. */
static void random_range(struct ctx *c, struct model *m, uint64_t *out_start,
			 uint64_t *out_last)
{
	unsigned int first = below(m, WIDTH);
	unsigned int length = below(m, below(m, 4) ? 5 : WIDTH);
	unsigned int last = first + length < WIDTH ? first + length : WIDTH - 1;

	*out_start = va(c, first);
	*out_last = va_last(c, last);
	if (!below(m, 20))
		*out_start += 1 + below(m, 3) * 100;
	if (!below(m, 20))
		*out_last -= 1 + below(m, 3) * 100;
	if (!below(m, 40)) {
		*out_start = va(c, last + 1);
		*out_last = va_last(c, first);
	}
}

static void step_attach(struct ctx *c, struct model *m)
{
	unsigned int domain = below(m, MODEL_DOMAINS);
	unsigned int endpoint = below(m, m->nr_endpoints);
	bool bypass = viommu_has(c, VIRTIO_IOMMU_F_BYPASS_CONFIG) &&
		      !below(m, 6);

	if (!below(m, 3))
		expect(c, viommu_detach(c, dom(c, domain), ep(c, endpoint)),
		       detach(m, domain, endpoint));
	else
		expect(c, viommu_attach_flags(c, dom(c, domain),
					      ep(c, endpoint),
					      bypass ? F_BYPASS : 0),
		       attach(m, domain, endpoint, bypass));
}

static void step_map(struct ctx *c, struct model *m)
{
	unsigned int domain = below(m, MODEL_DOMAINS);
	struct mapping new = {
		.gpa = m->gpa + below(m, 256) * c->iommu.granule,
		.flags = below(m, 8) ? F_RW : below(m, 4),
	};

	random_range(c, m, &new.start, &new.last);
	if (!below(m, 40))
		new.gpa += 1;
	if (!below(m, 40))
		new.flags |= 8;
	expect(c, viommu_map(c, dom(c, domain), new.start, new.last, new.gpa,
			     new.flags), map(m, c->iommu.granule, domain,
					     &new));
}

static void step_unmap(struct ctx *c, struct model *m)
{
	unsigned int domain = below(m, MODEL_DOMAINS);
	uint64_t start, last;

	random_range(c, m, &start, &last);
	if (!below(m, 30)) {
		start = va(c, 0);
		last = va_last(c, WIDTH - 1);
	}
	expect(c, viommu_unmap(c, dom(c, domain), start, last),
	       unmap(m, domain, start, last));
}

static void step_look(struct ctx *c, struct model *m)
{
	unsigned int endpoint = below(m, m->nr_endpoints);
	uint64_t iova = va(c, below(m, WIDTH));
	bool write = below(m, 2);

	if (below(m, 2))
		iova += below(m, c->iommu.granule);
	else if (below(m, 2))
		iova--;
	leads(c, ep(c, endpoint), iova, write,
	      translate(m, endpoint, iova, write));
}

static void look_at_all(struct ctx *c, struct model *m)
{
	for (unsigned int endpoint = 0; endpoint < m->nr_endpoints; endpoint++)
		for (unsigned int g = 0; g < WIDTH; g++)
			for (unsigned int write = 0; write < 2; write++)
				leads(c, ep(c, endpoint), va_last(c, g), write,
				      translate(m, endpoint, va_last(c, g),
						write));
}

/* As many as may be in domains of their own: the model has no quota. */
static unsigned int endpoints(struct ctx *c)
{
	unsigned int n = 0;

	while (n < ENDPOINTS && n < c->opts->nr_endpoints &&
	       viommu_attach(c, dom(c, n), ep(c, n)) == S_OK)
		n++;
	must(c, n, "not one endpoint can be attached");
	for (unsigned int i = 0; i < n; i++)
		expect(c, viommu_detach(c, dom(c, i), ep(c, i)), S_OK);
	return n;
}

void model_run(struct ctx *c, unsigned int seed, unsigned int steps)
{
	static struct model model;
	struct model *m = &model;

	printf("# model: seed %u, %u steps\n", seed, steps);
	fflush(stdout);
	memset(m, 0, sizeof(*m));
	m->seed = seed;
	m->nr_endpoints = endpoints(c);
	/* Never accessed, so it need not be memory. */
	m->gpa = 1ULL << 32;
	for (unsigned int i = 0; i < ENDPOINTS; i++)
		m->where[i] = NOWHERE;
	for (unsigned int i = 0; i < steps; i++) {
		unsigned int dice = below(m, 100);

		note_where(c, "seed %u, step %u", seed, i);
		if (dice < 8)
			step_attach(c, m);
		else if (dice < 40)
			step_map(c, m);
		else if (dice < 55)
			step_unmap(c, m);
		else
			step_look(c, m);
		if (!(i % 1000))
			look_at_all(c, m);
	}
	look_at_all(c, m);
}
