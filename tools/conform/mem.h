/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mem.h - the guest's memory.
 *
 * One piece of our address space, cut into zones. Where the device sees a page
 * (its IOVA) has nothing to do with where we see it: some zones lie in one
 * piece across the 4 GiB line, others have every page somewhere else with an
 * unmapped page on each side, one is the last page of the 64-bit space. So an
 * address that was not translated, was translated once for a whole buffer, or
 * wrapped is noticed.
 *
 * Where the transport cannot map (DEV_CAN_MAP), the device sees pages where the
 * machine has them: the zones before Z_BIG still lie in one piece, in a huge
 * page, the scattered ones wherever the kernel found pages; nothing is
 * protected, Z_TOP is missing.
 *
 * Memory is handed out from each zone like a stack; the runner empties all of
 * them before a case.
 */
#ifndef CONFORM_MEM_H
#define CONFORM_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dev.h"

#define MEM_PAGE	4096u

enum mem_zone {
	Z_RING,		/* in one piece across 4 GiB: rings, indirect tables */
	Z_RO,		/* the device may only read */
	Z_WO,		/* the device may only write */
	Z_TOP,		/* last page of the address space, may be missing */
	Z_BIG,		/* in one piece: large backings */
	Z_CMD,		/* scattered pages: requests and responses */
	Z_DATA,		/* scattered pages: backing of resources */
	NR_ZONES
};

struct mem {
	struct dev *dev;
	void *raw;			/* what was mapped, and how much */
	size_t raw_len;
	uint8_t *base;
	unsigned int nr_pages;
	uint64_t *iova;			/* of each page */
	bool *mapped;			/* each page, as far as we know */
	bool have_top;
	size_t used[NR_ZONES];		/* bytes handed out */
};

/**
 * mem_init() - allocate, nothing is mapped yet
 * @mem: filled
 * @dev: the open device it is for
 * @seed: shuffles the scattered zones
 */
int mem_init(struct mem *mem, struct dev *dev, unsigned int seed);
void mem_finish(struct mem *mem);

/**
 * mem_map_all() - map every page that is not mapped
 * @mem: memory
 * @dev: device to map it in
 */
int mem_map_all(struct mem *mem, struct dev *dev);

/* The device was closed: nothing is mapped any more. */
void mem_forget_maps(struct mem *mem);

/* Whether no page moved under a device that was told where they are. */
bool mem_stayed(const struct mem *mem);

/* Empty all zones and poison what was handed out. */
void mem_clear(struct mem *mem);

/**
 * mem_alloc() - take bytes from a zone
 * @mem: memory
 * @zone: where
 * @len: bytes
 * @align: power of two
 *
 * Return: address; NULL when the zone is full.
 */
void *mem_alloc(struct mem *mem, enum mem_zone zone, size_t len, size_t align);
size_t mem_mark(const struct mem *mem, enum mem_zone zone);
void mem_release(struct mem *mem, enum mem_zone zone, size_t mark);

/* The device's address of a byte of ours. */
uint64_t mem_iova(const struct mem *mem, const void *va);

/* How many of @len bytes from @va on lie in one piece for the device. */
size_t mem_run(const struct mem *mem, const void *va, size_t len);

/* All bytes of a zone, for snapshots. */
void *mem_zone_va(const struct mem *mem, enum mem_zone zone, size_t *out_len);

/**
 * mem_unmap_page() - take one page of a scattered zone from the device
 * @mem: memory
 * @va: any byte of it
 */
int mem_unmap_page(struct mem *mem, const void *va);
int mem_map_page(struct mem *mem, const void *va);

/* Take all of an unscattered zone from the device. */
int mem_unmap_zone(struct mem *mem, enum mem_zone zone);

/* Map page @other_va where the unmapped page of @va was seen. */
int mem_alias_page(struct mem *mem, const void *va, void *other_va);

/* An address with nothing behind it, also not one page before or after. */
#define MEM_HOLE	0x0000600000000000ULL

#endif /* CONFORM_MEM_H */
