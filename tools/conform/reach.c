// SPDX-License-Identifier: GPL-2.0-only
#include "reach.h"

#include <errno.h>
#include <string.h>

struct scene scene;

void leads(struct ctx *c, uint32_t endpoint, uint64_t iova, bool write,
	   uint64_t gpa)
{
	const char *what = write ? "write" : "read";
	enum testep_result result;
	uint64_t got = 0;

	if (c->testep.fd < 0)
		return;
	result = testep_translate(&c->testep, endpoint, iova, write, &got);
	must(c, result != TESTEP_ERROR, "endpoint %u cannot be looked at: %s",
	     endpoint, strerror(errno));
	if (gpa == GPA_NONE)
		must(c, result == TESTEP_BLOCKED,
		     "endpoint %u, %s at %#llx: leads to %#llx", endpoint, what,
		     (unsigned long long)iova, (unsigned long long)got);
	else
		must(c, result == TESTEP_ALLOWED && got == gpa,
		     "endpoint %u, %s at %#llx: %s %#llx, want %#llx", endpoint,
		     what, (unsigned long long)iova, result == TESTEP_BLOCKED ?
		     "blocked" : "leads to", (unsigned long long)got,
		     (unsigned long long)gpa);
}

void reaches(struct ctx *c, uint32_t endpoint, uint64_t iova, uint64_t gpa)
{
	leads(c, endpoint, iova, false, gpa);
	leads(c, endpoint, iova, true, gpa);
}

void blocked(struct ctx *c, uint32_t endpoint, uint64_t iova)
{
	reaches(c, endpoint, iova, GPA_NONE);
}

void dma_works(struct ctx *c, uint32_t endpoint, uint64_t iova, uint8_t *at)
{
	static uint8_t seed;
	uint8_t out[64], in[64];
	enum testep_result result;

	if (!c->testep.can_access)
		return;
	for (unsigned int i = 0; i < sizeof(out); i++)
		out[i] = seed + i * 7;
	seed += 31;
	result = testep_write(&c->testep, endpoint, iova, out, sizeof(out));
	must(c, result == TESTEP_ALLOWED, "writing at %#llx is blocked",
	     (unsigned long long)iova);
	must(c, !memcmp(at, out, sizeof(out)), "the bytes did not arrive");
	for (unsigned int i = 0; i < sizeof(out); i++)
		at[i] = out[i] ^ 0xff;
	result = testep_read(&c->testep, endpoint, iova, in, sizeof(in));
	must(c, result == TESTEP_ALLOWED, "reading at %#llx is blocked",
	     (unsigned long long)iova);
	must(c, !memcmp(at, in, sizeof(in)), "other bytes were read");
}

void dma_fails(struct ctx *c, uint32_t endpoint, uint64_t iova, uint8_t *at)
{
	uint8_t out[64], in[64];

	if (!c->testep.can_access)
		return;
	memset(at, POISON, sizeof(in));
	memset(out, 0x3c, sizeof(out));
	memset(in, 0x3c, sizeof(in));
	must(c, testep_write(&c->testep, endpoint, iova, out, sizeof(out)) ==
	     TESTEP_BLOCKED, "writing at %#llx is not blocked",
	     (unsigned long long)iova);
	must(c, testep_read(&c->testep, endpoint, iova, in, sizeof(in)) ==
	     TESTEP_BLOCKED, "reading at %#llx is not blocked",
	     (unsigned long long)iova);
	for (unsigned int i = 0; i < sizeof(in); i++) {
		must(c, at[i] == POISON, "byte %u of memory was written", i);
		must(c, in[i] == 0x3c, "byte %u was read nevertheless", i);
	}
}

uint8_t *guest_granules(struct ctx *c, unsigned int granules, uint64_t *out_gpa)
{
	size_t len = c->iommu.granule * granules;
	uint8_t *at = guest_alloc(c, Z_BIG, len, c->iommu.granule < MEM_PAGE ?
				  MEM_PAGE : c->iommu.granule);

	memset(at, POISON, len);
	*out_gpa = mem_iova(&c->mem, at);
	return at;
}

static const struct {
	unsigned int endpoint, first, last, at;
	uint32_t flags;
} rows[] = {
	{ 0, 0, 3, 0, F_RW },
	{ 0, 4, 7, 4, F_R },
	{ 0, 12, 15, 12, F_W },
	{ 1, 0, 3, 16, F_RW },
};

#define NR_ROWS		(sizeof(rows) / sizeof(rows[0]))

static bool is_there(const struct ctx *c, unsigned int row)
{
	return rows[row].endpoint < c->opts->nr_endpoints;
}

void scene_make(struct ctx *c)
{
	bool exact = c->exact;

	c->exact = !c->opts->foreign;
	scene.memory = guest_granules(c, SCENE_GRANULES, &scene.gpa);
	for (unsigned int i = 0; i < 2 && i < c->opts->nr_endpoints; i++)
		expect(c, viommu_attach(c, dom(c, i), ep(c, i)), S_OK);
	for (unsigned int i = 0; i < NR_ROWS; i++)
		if (is_there(c, i))
			expect(c, viommu_map(c, dom(c, rows[i].endpoint),
					     va(c, rows[i].first),
					     va_last(c, rows[i].last),
					     scene.gpa + rows[i].at *
					     c->iommu.granule, rows[i].flags),
			       S_OK);
	c->exact = exact;
}

void scene_start(struct ctx *c)
{
	viommu_start(c);
	scene_make(c);
}

/* The first and the last byte of a mapping, and that it is still in the way. */
static void verify_row(struct ctx *c, unsigned int row)
{
	uint64_t start = va(c, rows[row].first);
	uint64_t last = va_last(c, rows[row].last);
	uint64_t gpa = scene.gpa + rows[row].at * c->iommu.granule;
	uint32_t id = ep(c, rows[row].endpoint);
	uint32_t domain = dom(c, rows[row].endpoint);

	for (unsigned int write = 0; write < 2; write++) {
		bool may = rows[row].flags & (write ? F_W : F_R);

		leads(c, id, start, write, may ? gpa : GPA_NONE);
		leads(c, id, last, write, may ? gpa + (last - start) :
		      GPA_NONE);
	}
	for (unsigned int g = rows[row].first; g <= rows[row].last; g++)
		expect(c, viommu_map(c, domain, va(c, g), va_last(c, g), gpa,
				     F_R), S_INVAL);
}

void scene_verify(struct ctx *c)
{
	bool exact = c->exact;

	c->exact = !c->opts->foreign;
	for (unsigned int i = 0; i < NR_ROWS; i++)
		if (is_there(c, i))
			verify_row(c, i);
	for (unsigned int g = 8; g < 12; g++)
		blocked(c, EP_A, va(c, g));
	blocked(c, EP_A, va(c, 16));
	blocked(c, EP_A, va(c, SCENE_FREE));
	blocked(c, EP_A, va(c, 0) - 1);
	if (c->opts->nr_endpoints > 1)
		blocked(c, EP_B, va(c, 4));
	/* Nothing there that only UNMAP would meet. */
	expect(c, viommu_unmap(c, DOM_A, va(c, 8), va_last(c, 11)), S_OK);
	expect(c, viommu_unmap(c, DOM_NONE, va(c, 0), va_last(c, 3)), S_NOENT);
	c->exact = exact;
}
