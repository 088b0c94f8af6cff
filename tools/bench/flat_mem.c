// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's memory, for speed: the runner's mem.h with other zones. All of
 * it lies in one piece for the device, as a guest's does, and is mapped by one
 * call. What the runner needs to be nasty is not here.
 */
#include "../conform/mem.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/* Away from zero, where a missing translation would go unseen. */
#define IOVA_BASE	0x100000000ULL

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

int mem_init(struct mem *mem, struct dev *dev, unsigned int seed)
{
	(void)dev;
	(void)seed;
	memset(mem, 0, sizeof(*mem));
	mem->nr_pages = zone_offset(NR_ZONES) / MEM_PAGE;
	mem->base = mmap(NULL, (size_t)mem->nr_pages * MEM_PAGE,
			 PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (mem->base == MAP_FAILED)
		return -ENOMEM;
	memset(mem->base, 0x5a, (size_t)mem->nr_pages * MEM_PAGE);
	return 0;
}

void mem_finish(struct mem *mem)
{
	munmap(mem->base, (size_t)mem->nr_pages * MEM_PAGE);
	memset(mem, 0, sizeof(*mem));
}

int mem_map_all(struct mem *mem, struct dev *dev)
{
	mem->dev = dev;
	return dev_map(dev, IOVA_BASE, (uint64_t)mem->nr_pages * MEM_PAGE,
		       mem->base, DEV_RW);
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
	return IOVA_BASE + ((const uint8_t *)va - mem->base);
}

size_t mem_run(const struct mem *mem, const void *va, size_t len)
{
	(void)mem;
	(void)va;
	return len;
}
