// SPDX-License-Identifier: GPL-2.0-only
#include "mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE	(2u << 20)

/*
 * Hosts from 7.x on allow 2048 IOTLB entries a device, and a page is one entry
 * in the worst case: keep the sum below that.
 */
static const struct zone_row {
	unsigned int pages;
	uint64_t iova;
	bool scattered;
	enum dev_perm perm;
} zones[NR_ZONES] = {
	[Z_RING] = { 128, 0x00000000fffc0000ULL, false, DEV_RW },
	[Z_RO]   = {  64, 0x0000008000000000ULL, false, DEV_RO },
	[Z_WO]   = {  16, 0x0000009000000000ULL, false, DEV_WO },
	[Z_TOP]  = {   1, 0xfffffffffffff000ULL, false, DEV_RW },
	[Z_BIG]  = { 768, 0x0000123456000000ULL, false, DEV_RW },
	[Z_CMD]  = { 384, 0x0000004000000000ULL, true,  DEV_RW },
	[Z_DATA] = { 320, 0x0000000010000000ULL, true,  DEV_RW },
};

static unsigned int zone_first(enum mem_zone zone)
{
	unsigned int first = 0;

	for (unsigned int z = 0; z < zone; z++)
		first += zones[z].pages;
	return first;
}

static enum mem_zone zone_of(unsigned int page)
{
	unsigned int z = 0;

	while (page >= zones[z].pages)
		page -= zones[z++].pages;
	return z;
}

static unsigned int page_of(const struct mem *mem, const void *va)
{
	return ((const uint8_t *)va - mem->base) / MEM_PAGE;
}

/* Give every page of a zone its IOVA; scattered ones have holes between. */
static void place_zone(struct mem *mem, enum mem_zone zone, unsigned int *seed)
{
	const struct zone_row *row = &zones[zone];
	uint64_t *iova = mem->iova + zone_first(zone);

	for (unsigned int i = 0; i < row->pages; i++)
		iova[i] = row->iova +
			  (uint64_t)i * MEM_PAGE * (row->scattered ? 2 : 1);
	if (!row->scattered)
		return;
	for (unsigned int i = row->pages - 1; i; i--) {
		unsigned int j = (unsigned int)rand_r(seed) % (i + 1);
		uint64_t swap = iova[i];

		iova[i] = iova[j];
		iova[j] = swap;
	}
}

/* Touch pages in a random order, or neighbours would be neighbours again. */
static void touch_shuffled(struct mem *mem, unsigned int first,
			   unsigned int *seed)
{
	uint64_t *order = mem->iova;	/* not filled yet */

	for (unsigned int i = first; i < mem->nr_pages; i++)
		order[i] = i;
	for (unsigned int i = mem->nr_pages - 1; i > first; i--) {
		unsigned int j = first + (unsigned int)rand_r(seed) %
				 (i - first + 1);
		uint64_t swap = order[i];

		order[i] = order[j];
		order[j] = swap;
	}
	for (unsigned int i = first; i < mem->nr_pages; i++)
		mem->base[order[i] * MEM_PAGE] = 0xdb;
}

/*
 * The device sees the machine's own pages. What must lie in one piece lies in
 * a huge page, which does not move; the rest is locked, and the caller has
 * seen to it that locked memory is not compacted.
 */
static int place_physical(struct mem *mem, unsigned int seed)
{
	size_t len = (size_t)mem->nr_pages * MEM_PAGE;
	uint8_t *raw;
	int err = 0;

	raw = mmap(NULL, len + HUGE_PAGE, PROT_NONE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (raw == MAP_FAILED)
		return -ENOMEM;
	mem->raw = raw;
	mem->raw_len = len + HUGE_PAGE;
	mem->base = (uint8_t *)(((uintptr_t)raw + HUGE_PAGE - 1) &
				~(uintptr_t)(HUGE_PAGE - 1));
	if (mmap(mem->base, HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_FIXED |
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_POPULATE,
		 -1, 0) == MAP_FAILED)
		return -errno;
	if (mmap(mem->base + HUGE_PAGE, len - HUGE_PAGE,
		 PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE |
		 MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		return -errno;
	madvise(mem->base + HUGE_PAGE, len - HUGE_PAGE, MADV_NOHUGEPAGE);
	touch_shuffled(mem, HUGE_PAGE / MEM_PAGE, &seed);
	if (mlock(mem->base + HUGE_PAGE, len - HUGE_PAGE))
		return -errno;
	for (unsigned int i = 0; i < mem->nr_pages && !err; i++)
		err = mem->dev->ops->locate(mem->dev, mem->base +
					    (size_t)i * MEM_PAGE,
					    &mem->iova[i]);
	return err;
}

static int place_chosen(struct mem *mem, unsigned int seed)
{
	mem->raw_len = (size_t)mem->nr_pages * MEM_PAGE;
	mem->raw = mmap(NULL, mem->raw_len, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mem->raw == MAP_FAILED)
		return -ENOMEM;
	mem->base = mem->raw;
	/* A huge page would undo the scattering on the host's side. */
	madvise(mem->base, mem->raw_len, MADV_NOHUGEPAGE);
	for (unsigned int z = 0; z < NR_ZONES; z++)
		place_zone(mem, z, &seed);
	return 0;
}

int mem_init(struct mem *mem, struct dev *dev, unsigned int seed)
{
	memset(mem, 0, sizeof(*mem));
	mem->dev = dev;
	mem->nr_pages = zone_first(NR_ZONES);
	mem->iova = calloc(mem->nr_pages, sizeof(*mem->iova));
	mem->mapped = calloc(mem->nr_pages, sizeof(*mem->mapped));
	if (!mem->iova || !mem->mapped)
		return -ENOMEM;
	return dev->can & DEV_CAN_MAP ? place_chosen(mem, seed) :
	       place_physical(mem, seed);
}

bool mem_stayed(const struct mem *mem)
{
	uint64_t now;

	for (unsigned int i = 0; i < mem->nr_pages &&
	     !(mem->dev->can & DEV_CAN_MAP); i++)
		if (mem->dev->ops->locate(mem->dev, mem->base +
					  (size_t)i * MEM_PAGE, &now) ||
		    now != mem->iova[i])
			return false;
	return true;
}

void mem_finish(struct mem *mem)
{
	if (mem->raw && mem->raw != MAP_FAILED)
		munmap(mem->raw, mem->raw_len);
	free(mem->iova);
	free(mem->mapped);
	memset(mem, 0, sizeof(*mem));
}

void mem_forget_maps(struct mem *mem)
{
	memset(mem->mapped, 0, mem->nr_pages * sizeof(*mem->mapped));
}

static int map_run(struct mem *mem, unsigned int page, unsigned int count)
{
	int err = dev_map(mem->dev, mem->iova[page],
			   (uint64_t)count * MEM_PAGE,
			   mem->base + (size_t)page * MEM_PAGE,
			   zones[zone_of(page)].perm);

	if (err)
		return err;
	for (unsigned int i = 0; i < count; i++)
		mem->mapped[page + i] = true;
	return 0;
}

static int map_zone(struct mem *mem, enum mem_zone zone)
{
	unsigned int first = zone_first(zone);
	unsigned int step = zones[zone].scattered ? 1 : zones[zone].pages;
	int err = 0;

	for (unsigned int i = 0; i < zones[zone].pages && !err; i += step)
		if (!mem->mapped[first + i])
			err = map_run(mem, first + i, step);
	return err;
}

int mem_map_all(struct mem *mem, struct dev *dev)
{
	uint64_t first, last;
	int err = 0;

	mem->dev = dev;
	if (!(dev->can & DEV_CAN_MAP))
		return 0;
	err = dev_get_iova_range(dev, &first, &last);
	if (err)
		return err;
	mem->have_top = last == UINT64_MAX;
	for (unsigned int z = 0; z < NR_ZONES && !err; z++)
		if (z != Z_TOP || mem->have_top)
			err = map_zone(mem, z);
	return err;
}

void mem_clear(struct mem *mem)
{
	for (unsigned int z = 0; z < NR_ZONES; z++) {
		memset(mem->base + (size_t)zone_first(z) * MEM_PAGE, 0xdb,
		       mem->used[z]);
		mem->used[z] = 0;
	}
}

void *mem_alloc(struct mem *mem, enum mem_zone zone, size_t len, size_t align)
{
	size_t begin = (mem->used[zone] + align - 1) & ~(align - 1);

	if (begin + len > (size_t)zones[zone].pages * MEM_PAGE)
		return NULL;
	mem->used[zone] = begin + len;
	return mem->base + (size_t)zone_first(zone) * MEM_PAGE + begin;
}

size_t mem_mark(const struct mem *mem, enum mem_zone zone)
{
	return mem->used[zone];
}

void mem_release(struct mem *mem, enum mem_zone zone, size_t mark)
{
	mem->used[zone] = mark;
}

uint64_t mem_iova(const struct mem *mem, const void *va)
{
	size_t byte = (const uint8_t *)va - mem->base;

	return mem->iova[byte / MEM_PAGE] + byte % MEM_PAGE;
}

size_t mem_run(const struct mem *mem, const void *va, size_t len)
{
	unsigned int page = page_of(mem, va);
	size_t run = MEM_PAGE - ((const uint8_t *)va - mem->base) % MEM_PAGE;

	while (run < len && page + 1 < mem->nr_pages &&
	       mem->iova[page + 1] == mem->iova[page] + MEM_PAGE) {
		run += MEM_PAGE;
		page++;
	}
	return run < len ? run : len;
}

void *mem_zone_va(const struct mem *mem, enum mem_zone zone, size_t *out_len)
{
	*out_len = (size_t)zones[zone].pages * MEM_PAGE;
	return mem->base + (size_t)zone_first(zone) * MEM_PAGE;
}

int mem_unmap_page(struct mem *mem, const void *va)
{
	unsigned int page = page_of(mem, va);

	mem->mapped[page] = false;
	return dev_unmap(mem->dev, mem->iova[page], MEM_PAGE);
}

int mem_map_page(struct mem *mem, const void *va)
{
	unsigned int page = page_of(mem, va);

	return mem->mapped[page] ? 0 : map_run(mem, page, 1);
}

int mem_unmap_zone(struct mem *mem, enum mem_zone zone)
{
	unsigned int first = zone_first(zone);

	for (unsigned int i = 0; i < zones[zone].pages; i++)
		mem->mapped[first + i] = false;
	return dev_unmap(mem->dev, zones[zone].iova,
			  (uint64_t)zones[zone].pages * MEM_PAGE);
}

int mem_alias_page(struct mem *mem, const void *va, void *other_va)
{
	return dev_map(mem->dev, mem->iova[page_of(mem, va)], MEM_PAGE,
			mem->base + (size_t)page_of(mem, other_va) * MEM_PAGE,
			DEV_RW);
}
