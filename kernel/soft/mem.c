// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stage 2: guest physical address -> host page.
 *
 * vhost-vdpa pins the guest's pages, tells us about them one physically
 * contiguous run at a time, and unpins them *before* it tells us that they are
 * gone; when the VMM dies it may even free them first. So each mapping holds
 * references of our own, one per folio, from the moment it is made until every
 * user has let go of it. A page that the VMM has taken back can therefore be
 * stale, but never somebody else's.
 *
 * Two locks guard a mapping. Looking one up for a short copy takes the
 * spinlock and may happen with interrupts off inside a vCPU's exit. Copying
 * much, or resolving once and copying often, takes the users semaphore.
 * Removal takes both, so it returns only after the last copy.
 *
 * Teardown neither allocates nor fails: vhost ignores what we would say.
 */
#include "mem.h"

#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/overflow.h>

#include "dma.h"

void vds_mem_init(struct vds_mem *mem)
{
	init_rwsem(&mem->users);
	rwlock_init(&mem->lock);
	/* Since 7.2 a limit of 0 refuses every range. */
	vhost_iotlb_init(&mem->iotlb, UINT_MAX, 0);
	mem->generation = 1;
	mem->identity = false;
}

static void touch_locked(struct vds_mem *mem, u64 first, u64 last)
{
	u64 generation = ++mem->generation;

	mem->removals[generation % VDS_MEM_REMOVALS] = (struct vds_removal) {
		.first = first,
		.last = last,
	};
}

void vds_mem_set_identity(struct vds_mem *mem, bool identity)
{
	down_write(&mem->users);
	write_lock_irq(&mem->lock);
	if (mem->identity != identity) {
		mem->identity = identity;
		touch_locked(mem, 0, U64_MAX);
	}
	write_unlock_irq(&mem->lock);
	up_write(&mem->users);
}

void vds_mem_touch(struct vds_mem *mem, u64 first, u64 last)
{
	unsigned long flags;

	write_lock_irqsave(&mem->lock, flags);
	touch_locked(mem, first, last);
	write_unlock_irqrestore(&mem->lock, flags);
}

bool vds_mem_unchanged(struct vds_mem *mem, u64 since, u64 first, u64 last)
{
	const struct vds_removal *removal;
	bool unchanged = true;
	unsigned long flags;
	u64 generation;

	read_lock_irqsave(&mem->lock, flags);
	if (!since || mem->generation - since > VDS_MEM_REMOVALS)
		unchanged = false;
	for (generation = mem->generation; unchanged && generation > since;
	     generation--) {
		removal = &mem->removals[generation % VDS_MEM_REMOVALS];
		unchanged = removal->last < first || removal->first > last;
	}
	read_unlock_irqrestore(&mem->lock, flags);
	return unchanged;
}

/* One reference per folio, however many of its pages are in the range. */
static void get_folios(u64 phys, u64 size)
{
	unsigned long pfn = PHYS_PFN(phys);
	unsigned long end = PHYS_PFN(phys + size);

	while (pfn < end) {
		struct folio *folio = page_folio(pfn_to_page(pfn));

		folio_get(folio);
		pfn = folio_pfn(folio) + folio_nr_pages(folio);
	}
}

/* The exact mirror: a folio cannot be split while we hold a reference. */
static void put_folios(u64 phys, u64 size)
{
	unsigned long pfn = PHYS_PFN(phys);
	unsigned long end = PHYS_PFN(phys + size);

	while (pfn < end) {
		struct folio *folio = page_folio(pfn_to_page(pfn));

		pfn = folio_pfn(folio) + folio_nr_pages(folio);
		folio_put(folio);
	}
}

static bool has_pages(u64 phys, u64 size)
{
	unsigned long end = PHYS_PFN(phys + size);
	unsigned long pfn;

	for (pfn = PHYS_PFN(phys); pfn < end; pfn++)
		if (!pfn_valid(pfn))
			return false;
	return true;
}

static int check_range(u64 gpa, u64 size, u64 phys, u32 perm)
{
	u64 last;

	if (!size || !PAGE_ALIGNED(size))
		return -EINVAL;
	if (!PAGE_ALIGNED(gpa) || !PAGE_ALIGNED(phys))
		return -EINVAL;
	if (check_add_overflow(gpa, size - 1, &last))
		return -EINVAL;
	if (check_add_overflow(phys, size, &last))
		return -EINVAL;
	if (!perm || perm & ~VHOST_MAP_RW)
		return -EINVAL;
	if (!has_pages(phys, size))
		return -EINVAL;
	return 0;
}

int vds_mem_map(struct vds_mem *mem, u64 gpa, u64 size, u64 phys, u32 perm)
{
	int ret;

	ret = check_range(gpa, size, phys, perm);
	if (ret)
		return ret;

	get_folios(phys, size);
	write_lock_irq(&mem->lock);
	if (vhost_iotlb_itree_first(&mem->iotlb, gpa, gpa + size - 1))
		ret = -EEXIST;
	else
		ret = vhost_iotlb_add_range(&mem->iotlb, gpa, gpa + size - 1,
					    phys, perm);
	write_unlock_irq(&mem->lock);
	if (ret)
		put_folios(phys, size);
	return ret;
}

/* Unlinks one mapping of the range; false when there is none left. */
static bool remove_first(struct vds_mem *mem, u64 gpa, u64 last,
			 struct vds_extent *out_extent)
{
	struct vhost_iotlb_map *map;

	write_lock_irq(&mem->lock);
	map = vhost_iotlb_itree_first(&mem->iotlb, gpa, last);
	if (map) {
		out_extent->phys = map->addr;
		out_extent->len = map->size;
		vhost_iotlb_map_free(&mem->iotlb, map);
		/* Of gpas; who is behind an IOMMU knows iovas only. */
		touch_locked(mem, 0, U64_MAX);
	}
	write_unlock_irq(&mem->lock);
	return map;
}

void vds_mem_unmap(struct vds_mem *mem, u64 gpa, u64 last,
		   void (*revoke)(void *data, u64 gpa, u64 last), void *data)
{
	struct vds_extent extent;

	/*
	 * Whoever resolved something of the range did so in a section and
	 * looks at the generation in its next one. What was handed out beyond
	 * sections, maps of guest pages, is taken back by revoke() and has
	 * page references of its own until then.
	 */
	down_write(&mem->users);
	while (remove_first(mem, gpa, last, &extent))
		put_folios(extent.phys, extent.len);
	up_write(&mem->users);

	if (revoke)
		revoke(data, gpa, last);
}

static int lookup_identity(u64 gpa, u64 len, struct vds_extent *out_extent)
{
	u64 last;

	if (check_add_overflow(gpa, len - 1, &last))
		return -EFAULT;
	if (!pfn_valid(PHYS_PFN(gpa)) || !pfn_valid(PHYS_PFN(last)))
		return -EFAULT;
	out_extent->phys = gpa;
	out_extent->len = len;
	return 0;
}

int vds_mem_lookup(struct vds_mem *mem, u64 gpa, u64 len, u32 perm,
		   struct vds_extent *out_extent)
{
	struct vhost_iotlb_map *map;

	if (mem->identity)
		return lookup_identity(gpa, len, out_extent);

	map = vhost_iotlb_itree_first(&mem->iotlb, gpa, gpa);
	if (!map || (map->perm & perm) != perm)
		return -EFAULT;
	out_extent->phys = map->addr + (gpa - map->start);
	out_extent->len = min(len, map->last - gpa + 1);
	return 0;
}
