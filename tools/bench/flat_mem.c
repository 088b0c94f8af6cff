// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's memory, for speed: the runner's mem.h with other zones. What the
 * runner needs to be nasty is not here.
 *
 * On the host all of it lies in one piece for the device, as a guest's does,
 * and is mapped by one call. Inside a guest the device sees the machine's own
 * pages: huge ones, which stay where they are.
 */
#include "../conform/mem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Away from zero, where a missing translation would go unseen. */
#define IOVA_BASE	0x100000000ULL

#define HUGE_PAGE	(2u << 20)

/* Two frames of 1920x1080, one of them a blob, and a bit. */
static const unsigned int zone_pages[NR_ZONES] = {
	[Z_RING] = 64,
	[Z_CMD] = 192,
	[Z_DATA] = 256,
	[Z_BIG] = 4096,
};

static size_t zone_offset(enum mem_zone zone)
{
	size_t pages = 0;

	for (unsigned int z = 0; z < zone; z++)
		pages += zone_pages[z];
	return pages * MEM_PAGE;
}

/* Anonymous memory, huge pages if the device is told where they are. */
static int take(struct mem *mem, size_t len, bool physical)
{
	mem->raw_len = physical ? (len + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE :
		       len;
	mem->raw = mmap(NULL, mem->raw_len, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE |
			(physical ? MAP_HUGETLB : 0), -1, 0);
	if (mem->raw == MAP_FAILED)
		return -errno;
	mem->base = mem->raw;
	memset(mem->base, 0x5a, len);
	return 0;
}

/* Only the operations of @dev are looked at: it may not be there yet. */
int mem_init(struct mem *mem, struct dev *dev, unsigned int seed)
{
	(void)seed;
	memset(mem, 0, sizeof(*mem));
	mem->nr_pages = zone_offset(NR_ZONES) / MEM_PAGE;
	if (dev->ops->locate) {
		mem->iova = calloc(mem->nr_pages, sizeof(*mem->iova));
		if (!mem->iova)
			return -ENOMEM;
	}
	return take(mem, zone_offset(NR_ZONES), mem->iova);
}

void mem_finish(struct mem *mem)
{
	munmap(mem->raw, mem->raw_len);
	free(mem->iova);
	memset(mem, 0, sizeof(*mem));
}

int mem_map_all(struct mem *mem, struct dev *dev)
{
	int err = 0;

	mem->dev = dev;
	if (!mem->iova)
		return dev_map(dev, IOVA_BASE,
			       (uint64_t)mem->nr_pages * MEM_PAGE, mem->base,
			       DEV_RW);
	for (unsigned int i = 0; i < mem->nr_pages && !err; i++)
		err = dev->ops->locate(dev, mem->base + (size_t)i * MEM_PAGE,
				       &mem->iova[i]);
	return err;
}

void mem_forget_maps(struct mem *mem)
{
	(void)mem;
}

void mem_clear(struct mem *mem)
{
	memset(mem->used, 0, sizeof(mem->used));
}

void *mem_alloc(struct mem *mem, enum mem_zone zone, size_t len, size_t align)
{
	size_t begin = (mem->used[zone] + align - 1) & ~(align - 1);

	if (begin + len > (size_t)zone_pages[zone] * MEM_PAGE)
		return NULL;
	mem->used[zone] = begin + len;
	return mem->base + zone_offset(zone) + begin;
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

	if (!mem->iova)
		return IOVA_BASE + byte;
	return mem->iova[byte / MEM_PAGE] + byte % MEM_PAGE;
}

size_t mem_run(const struct mem *mem, const void *va, size_t len)
{
	size_t left = HUGE_PAGE - ((const uint8_t *)va - mem->base) % HUGE_PAGE;

	return !mem->iova || len < left ? len : left;
}
