// SPDX-License-Identifier: GPL-2.0-only
#include "mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * Hosts from 7.x on allow 2048 IOTLB entries a device, and a page is one entry
 * in the worst case: keep the sum below that.
 */
static const struct zone_row {
	unsigned int pages;
	uint64_t iova;
	bool scattered;
	enum vdpa_perm perm;
} zones[NR_ZONES] = {
	[Z_RING] = { 128, 0x00000000fffc0000ULL, false, VDPA_RW },
	[Z_CMD]  = { 384, 0x0000004000000000ULL, true,  VDPA_RW },
	[Z_DATA] = { 320, 0x0000000010000000ULL, true,  VDPA_RW },
	[Z_BIG]  = { 768, 0x0000123456000000ULL, false, VDPA_RW },
	[Z_RO]   = {  64, 0x0000008000000000ULL, false, VDPA_RO },
	[Z_WO]   = {  16, 0x0000009000000000ULL, false, VDPA_WO },
	[Z_TOP]  = {   1, 0xfffffffffffff000ULL, false, VDPA_RW },
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

int mem_init(struct mem *mem, unsigned int seed)
{
	memset(mem, 0, sizeof(*mem));
	mem->nr_pages = zone_first(NR_ZONES);
	mem->iova = calloc(mem->nr_pages, sizeof(*mem->iova));
	mem->mapped = calloc(mem->nr_pages, sizeof(*mem->mapped));
	mem->base = mmap(NULL, (size_t)mem->nr_pages * MEM_PAGE,
			 PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!mem->iova || !mem->mapped || mem->base == MAP_FAILED)
		return -ENOMEM;
	/* A huge page would undo the scattering on the host's side. */
	madvise(mem->base, (size_t)mem->nr_pages * MEM_PAGE, MADV_NOHUGEPAGE);
	for (unsigned int z = 0; z < NR_ZONES; z++)
		place_zone(mem, z, &seed);
	return 0;
}

void mem_finish(struct mem *mem)
{
	if (mem->base && mem->base != MAP_FAILED)
		munmap(mem->base, (size_t)mem->nr_pages * MEM_PAGE);
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
	int err = vdpa_map(mem->dev, mem->iova[page],
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

int mem_map_all(struct mem *mem, struct vdpa_dev *dev)
{
	uint64_t first, last;
	int err = 0;

	mem->dev = dev;
	err = vdpa_get_iova_range(dev, &first, &last);
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
	return vdpa_unmap(mem->dev, mem->iova[page], MEM_PAGE);
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
	return vdpa_unmap(mem->dev, zones[zone].iova,
			  (uint64_t)zones[zone].pages * MEM_PAGE);
}

int mem_alias_page(struct mem *mem, const void *va, void *other_va)
{
	return vdpa_map(mem->dev, mem->iova[page_of(mem, va)], MEM_PAGE,
			mem->base + (size_t)page_of(mem, other_va) * MEM_PAGE,
			VDPA_RW);
}
