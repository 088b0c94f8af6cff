/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reach.h - what endpoints reach, and an IOMMU with something in it.
 *
 * Without a test endpoint (--iommu) the looking functions say yes to all; rows
 * that are about nothing else have NEED_TESTEP or NEED_ACCESS. "Nothing
 * changed" of a refused request means: scene_verify() passes after it.
 */
#ifndef CONFORM_REACH_H
#define CONFORM_REACH_H

#include "viommu.h"

/* Both kinds of access lead to @gpa. */
void reaches(struct ctx *c, uint32_t endpoint, uint64_t iova, uint64_t gpa);
/* Neither does lead anywhere. */
void blocked(struct ctx *c, uint32_t endpoint, uint64_t iova);
/* One kind of access, to @gpa or (GPA_NONE) nowhere. */
void leads(struct ctx *c, uint32_t endpoint, uint64_t iova, bool write,
	   uint64_t gpa);
#define GPA_NONE	0x0bad0bad0bad0badULL	/* no case maps there */

/* DMA: the bytes arrive, or they do not and the memory is as it was. */
void dma_works(struct ctx *c, uint32_t endpoint, uint64_t iova, uint8_t *at);
void dma_fails(struct ctx *c, uint32_t endpoint, uint64_t iova, uint8_t *at);

/* Guest memory of @granules granules in one piece, poisoned; its gpa. */
uint8_t *guest_granules(struct ctx *c, unsigned int granules,
			uint64_t *out_gpa);

/*
 * The scene. Endpoint 0 is in domain 0, where granules 0 to 3 may be read and
 * written, 4 to 7 only read, 12 to 15 only written; each is one mapping. The
 * second endpoint, if there is one, is in domain 1, where granules 0 to 3 are
 * others. Domain 2 does not exist.
 */
struct scene {
	uint8_t *memory;	/* SCENE_GRANULES */
	uint64_t gpa;
};

#define SCENE_GRANULES	24u
#define SCENE_FREE	32u	/* first of many granules that are not mapped */
#define DOM_A		dom(c, 0)
#define DOM_B		dom(c, 1)
#define DOM_NONE	dom(c, 2)
#define EP_A		ep(c, 0)
#define EP_B		ep(c, 1)
#define EP_C		ep(c, 2)

extern struct scene scene;

void scene_make(struct ctx *c);
void scene_start(struct ctx *c);	/* session and scene */
void scene_verify(struct ctx *c);

#endif /* CONFORM_REACH_H */
