// SPDX-License-Identifier: GPL-2.0-only
/*
 * A backing is known twice: as the entries that the guest sent, addresses that
 * may come to mean something else, and as extents, the host memory that they
 * meant at one generation of the device's memory. Extents are used only inside
 * a section in which they are still good (dma.h). When they are not, they are
 * made again from the entries before the next byte is read; if that fails,
 * nothing is read.
 *
 * So a transfer usually looks up nothing: it finds the first extent by binary
 * search and walks on from there.
 *
 * Sections are kept short, since they hold up the VMM's unmaps: at most
 * SECTION_BYTES are copied, or SECTION_LOOKUPS addresses looked up, in one.
 *
 * A hostile VMM may scatter one entry over many extents, so those are charged
 * as well: two of them count as one entry.
 */
#include "backing.h"

#include <linux/align.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/virtio_gpu.h>

#include "../soft/chain.h"
#include "../soft/dma.h"
#include "image.h"
#include "resource.h"
#include "vdgpu.h"

#define SECTION_BYTES	SZ_1M
#define SECTION_LOOKUPS	1024

/*
 * What a copy with interrupts off may cost: a cursor's worth of bytes, and as
 * much again for rows that are cut in two. A piece costs as many bytes as this
 * however few it has, because it is a cache miss or two.
 */
#define ATOMIC_BYTES	SZ_16K
#define ATOMIC_COST	(2 * ATOMIC_BYTES)
#define ATOMIC_EXTENTS	SZ_4K
#define PIECE_COST	SZ_256

/* Entries to pull before others may run. */
#define PULL_ENTRIES	SZ_16K

/* Extents to begin with, if there are entries enough. */
#define FIRST_EXTENTS	64

/* How often memory may move under us before we give up. */
#define MAX_ATTEMPTS	16

#define GFP_GUEST	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN)

static struct vds_dma *door(const struct vdgpu_backing *backing)
{
	return vds_device_dma(&backing->gpu->vds);
}

static u64 entry_addr(const struct vdgpu_backing *backing, u32 i)
{
	return le64_to_cpu(backing->entries[i].addr);
}

static u32 entry_len(const struct vdgpu_backing *backing, u32 i)
{
	return le32_to_cpu(backing->entries[i].length);
}

/*
 * Resolving
 */

/**
 * struct position - how far the entries have been resolved
 * @entry: the one to go on with
 * @done: bytes of it that are resolved
 * @offset: bytes of the backing that are resolved
 */
struct position {
	u32 entry;
	u32 done;
	u64 offset;
};

static void add_extent(struct vdgpu_backing *backing, u64 offset,
		       phys_addr_t phys)
{
	struct vdgpu_extent *extent;

	if (backing->nr_extents) {
		extent = &backing->extents[backing->nr_extents - 1];
		if (extent->phys + (offset - extent->offset) == phys)
			return;
	}
	extent = &backing->extents[backing->nr_extents++];
	extent->offset = offset;
	extent->phys = phys;
}

static int resolve_one(struct vdgpu_backing *backing, struct position *at)
{
	u32 len = entry_len(backing, at->entry);
	struct vds_extent found;
	int ret;

	if (len) {
		ret = vds_dma_resolve(door(backing),
				      entry_addr(backing, at->entry) + at->done,
				      len - at->done, false, &found);
		if (ret)
			return ret;
		add_extent(backing, at->offset, found.phys);
		at->done += found.len;
		at->offset += found.len;
	}
	if (at->done == len) {
		at->entry++;
		at->done = 0;
	}
	return 0;
}

/* What one section may do; each step adds one extent or none. */
static int resolve_some(struct vdgpu_backing *backing, struct position *at)
{
	unsigned int lookups;
	int ret;

	for (lookups = 0; lookups < SECTION_LOOKUPS; lookups++) {
		if (at->entry == backing->nr_entries ||
		    backing->nr_extents == backing->max_extents)
			return 0;
		ret = resolve_one(backing, at);
		if (ret)
			return ret;
	}
	return 0;
}

static int charge_extents(struct vdgpu_backing *backing, u32 extents)
{
	u64 entries = DIV_ROUND_UP(extents, 2);

	if (entries <= backing->charged)
		return 0;
	if (!vdgpu_quota_charge_entries(backing->gpu,
					entries - backing->charged))
		return -EDQUOT;
	backing->charged = entries;
	return 0;
}

/* Room for one more extent at least. */
static int make_room(struct vdgpu_backing *backing)
{
	u32 limit = 2 * backing->gpu->config.limits.entries;
	struct vdgpu_extent *extents;
	u32 max_extents;
	int ret;

	if (backing->nr_extents < backing->max_extents)
		return 0;
	if (backing->max_extents >= limit)
		return -EDQUOT;
	max_extents = backing->max_extents ?
		min(2 * backing->max_extents, limit) :
		min(backing->nr_entries, FIRST_EXTENTS);

	ret = charge_extents(backing, max_extents);
	if (ret)
		return ret;
	extents = kvmalloc_array(max_extents, sizeof(*extents), GFP_GUEST);
	if (!extents)
		return -ENOMEM;
	if (backing->nr_extents)
		memcpy(extents, backing->extents,
		       array_size(backing->nr_extents, sizeof(*extents)));
	kvfree(backing->extents);
	backing->extents = extents;
	backing->max_extents = max_extents;
	return 0;
}

/*
 * Are the extents good in this section? A guest behind an IOMMU unmaps all the
 * time, mostly elsewhere; that is asked about once.
 */
static bool still_good(struct vdgpu_backing *backing)
{
	struct vds_dma *dma = door(backing);
	u64 now = vds_dma_generation(dma);

	if (!vds_dma_unchanged(dma, backing->generation, backing->iova,
			       backing->last))
		return false;
	backing->generation = now;
	return true;
}

static int resolve_all(struct vdgpu_backing *backing)
{
	struct vds_dma *dma = door(backing);
	struct position at = {};
	int ret;

	backing->nr_extents = 0;
	do {
		ret = make_room(backing);
		if (ret)
			return ret;

		vds_dma_enter(dma);
		if (!at.entry && !at.done)
			backing->generation = vds_dma_generation(dma);
		ret = still_good(backing) ? resolve_some(backing, &at) : -EAGAIN;
		vds_dma_leave(dma);
		if (ret)
			return ret;
		cond_resched();
	} while (at.entry < backing->nr_entries);
	return 0;
}

/* One attempt; -EAGAIN if memory moved meanwhile. */
static int resolve(struct vdgpu_backing *backing)
{
	int ret = resolve_all(backing);

	if (ret)
		backing->generation = 0;
	return ret;
}

/* Enters a section in which the extents are good, unless it fails. */
static int enter_resolved(struct vdgpu_backing *backing)
{
	struct vds_dma *dma = door(backing);
	unsigned int i;
	int ret;

	for (i = 0; i < MAX_ATTEMPTS; i++) {
		vds_dma_enter(dma);
		if (still_good(backing))
			return 0;
		vds_dma_leave(dma);

		ret = resolve(backing);
		if (ret && ret != -EAGAIN)
			return ret;
	}
	return -EFAULT;
}

/*
 * Making
 */

static int pull_entries(struct vdgpu_backing *backing, struct vds_chain *chain)
{
	u32 done;
	int ret;

	for (done = 0; done < backing->nr_entries; done += PULL_ENTRIES) {
		u32 n = min_t(u32, backing->nr_entries - done, PULL_ENTRIES);

		ret = vds_chain_pull(chain, &backing->entries[done],
				     n * sizeof(*backing->entries));
		if (ret)
			return ret;
		cond_resched();
	}
	return 0;
}

/* Adds the entries up; -EFAULT if one wraps around the address space. */
static int measure(struct vdgpu_backing *backing)
{
	u32 i;

	backing->iova = U64_MAX;
	backing->page_aligned = true;
	for (i = 0; i < backing->nr_entries; i++) {
		u64 addr = entry_addr(backing, i);
		u32 len = entry_len(backing, i);
		u64 last;

		if (!len)
			continue;
		if (check_add_overflow(addr, (u64)len - 1, &last))
			return -EFAULT;
		/* Cannot wrap: 2^32 entries of 2^32 bytes would not. */
		backing->size += len;
		backing->iova = min(backing->iova, addr);
		backing->last = max(backing->last, last);
		if (!PAGE_ALIGNED(addr) ||
		    (!PAGE_ALIGNED(len) && i != backing->nr_entries - 1))
			backing->page_aligned = false;
	}
	return 0;
}

static int fill(struct vdgpu_backing *backing, struct vds_chain *chain,
		u32 nr_entries)
{
	int ret;

	if (!vdgpu_quota_charge_entries(backing->gpu, nr_entries))
		return -EDQUOT;
	backing->charged = nr_entries;
	backing->entries = kvmalloc_array(nr_entries, sizeof(*backing->entries),
					  GFP_GUEST);
	if (!backing->entries)
		return -ENOMEM;
	backing->nr_entries = nr_entries;

	ret = pull_entries(backing, chain);
	if (ret)
		return ret;
	ret = measure(backing);
	if (ret)
		return ret;
	ret = enter_resolved(backing);
	if (ret)
		return ret;
	vds_dma_leave(door(backing));
	return 0;
}

struct vdgpu_backing *vdgpu_backing_create(struct vdgpu_device *gpu,
					   struct vds_chain *chain,
					   u32 nr_entries)
{
	struct vdgpu_backing *backing;
	int ret;

	if (!nr_entries)
		return ERR_PTR(-EINVAL);
	if (nr_entries > vds_chain_readable(chain) /
			 sizeof(struct virtio_gpu_mem_entry))
		return ERR_PTR(-EINVAL);
	if (nr_entries > gpu->config.limits.entries)
		return ERR_PTR(-EDQUOT);

	backing = kzalloc(sizeof(*backing), GFP_KERNEL_ACCOUNT);
	if (!backing)
		return ERR_PTR(-ENOMEM);
	backing->gpu = gpu;
	ret = fill(backing, chain, nr_entries);
	if (ret) {
		vdgpu_backing_destroy(backing);
		return ERR_PTR(ret);
	}
	return backing;
}

void vdgpu_backing_destroy(struct vdgpu_backing *backing)
{
	if (!backing)
		return;
	vdgpu_quota_uncharge_entries(backing->gpu, backing->charged);
	kvfree(backing->extents);
	kvfree(backing->entries);
	kfree(backing);
}

/*
 * Using
 */

static u64 extent_end(const struct vdgpu_backing *backing, u32 i)
{
	return i + 1 < backing->nr_extents ? backing->extents[i + 1].offset :
					     backing->size;
}

/* The extent with a byte; @offset lies inside the backing. */
static u32 find_extent(const struct vdgpu_backing *backing, u64 offset)
{
	u32 low = 0, high = backing->nr_extents;

	while (high - low > 1) {
		u32 middle = low + (high - low) / 2;

		if (backing->extents[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/**
 * struct progress - how far a copy has come
 * @left: what is left: whole rows from the current one on
 * @done: bytes of the current row that are copied
 */
struct progress {
	struct vdgpu_rows left;
	u64 done;
};

static void advance(struct progress *progress, u64 n)
{
	progress->done += n;
	if (progress->done < progress->left.len)
		return;
	progress->done = 0;
	progress->left.rows--;
	progress->left.offset += progress->left.pitch;
	progress->left.dst += progress->left.pitch;
}

/*
 * What one section may do; inside one in which the extents are good. @budget
 * in bytes.
 */
static void copy_some(const struct vdgpu_backing *backing,
		      struct progress *progress, u64 budget)
{
	u32 i = find_extent(backing, progress->left.offset + progress->done);

	while (progress->left.rows && budget) {
		u64 offset = progress->left.offset + progress->done;
		const struct vdgpu_extent *extent;
		u64 n;

		while (extent_end(backing, i) <= offset)
			i++;
		extent = &backing->extents[i];
		n = min3(progress->left.len - progress->done,
			 extent_end(backing, i) - offset, budget);
		vds_dma_copy_from(progress->left.dst + progress->done,
				  extent->phys + (offset - extent->offset), n);
		advance(progress, n);
		budget -= min(budget, max_t(u64, n, PIECE_COST));
	}
}

static bool rows_fit(const struct vdgpu_rows *rows, u64 size)
{
	u64 end;

	if (check_mul_overflow((u64)rows->rows - 1, rows->pitch, &end))
		return false;
	if (check_add_overflow(end, rows->len, &end))
		return false;
	if (check_add_overflow(end, rows->offset, &end))
		return false;
	return end <= size;
}

static void begin(struct progress *progress, const struct vdgpu_rows *rows)
{
	progress->left = *rows;
	progress->done = 0;
	if (rows->len == rows->pitch) {
		progress->left.len *= rows->rows;
		progress->left.rows = 1;
	}
}

int vdgpu_backing_copy(struct vdgpu_backing *backing,
		       const struct vdgpu_rows *rows)
{
	struct progress progress;
	int ret;

	if (!rows_fit(rows, backing->size))
		return -EINVAL;
	begin(&progress, rows);

	while (progress.left.rows) {
		ret = enter_resolved(backing);
		if (ret)
			return ret;
		copy_some(backing, &progress, SECTION_BYTES);
		vds_dma_leave(door(backing));
		cond_resched();
	}
	return 0;
}

int vdgpu_backing_copy_atomic(struct vdgpu_backing *backing,
			      const struct vdgpu_rows *rows)
{
	struct vds_dma *dma = door(backing);
	struct progress progress;

	if (!rows_fit(rows, backing->size))
		return -EINVAL;
	begin(&progress, rows);
	/* No overflow: what fits a backing is counted in 64 bits. */
	if (progress.left.rows * max_t(u64, progress.left.len, PIECE_COST) >
	    ATOMIC_BYTES || backing->nr_extents > ATOMIC_EXTENTS)
		return -EAGAIN;

	if (!vds_dma_try_enter(dma))
		return -EAGAIN;
	if (still_good(backing))
		copy_some(backing, &progress, ATOMIC_COST);
	vds_dma_leave(dma);
	return progress.left.rows ? -EAGAIN : 0;
}

static bool extents_page_aligned(const struct vdgpu_backing *backing)
{
	u32 i;

	/* Their offsets are, because the entries are. */
	for (i = 0; i < backing->nr_extents; i++)
		if (!PAGE_ALIGNED(backing->extents[i].phys) ||
		    !PAGE_ALIGNED(backing->extents[i].offset))
			return false;
	return true;
}

static void collect_pages(const struct vdgpu_backing *backing,
			  struct page **pages, unsigned long nr_pages)
{
	unsigned long n;
	u32 i = 0;

	for (n = 0; n < nr_pages; n++) {
		u64 offset = (u64)n << PAGE_SHIFT;
		const struct vdgpu_extent *extent;

		while (extent_end(backing, i) <= offset)
			i++;
		extent = &backing->extents[i];
		pages[n] = pfn_to_page(PHYS_PFN(extent->phys +
						(offset - extent->offset)));
		get_page(pages[n]);
	}
}

struct page **vdgpu_backing_get_pages(struct vdgpu_backing *backing, u64 size,
				      unsigned long *out_nr_pages)
{
	unsigned long nr_pages = DIV_ROUND_UP_ULL(size, PAGE_SIZE);
	struct page **pages;
	int ret;

	lockdep_assert_held(&backing->gpu->guest_images_lock);
	if (!backing->page_aligned)
		return ERR_PTR(-EOPNOTSUPP);
	pages = kvmalloc_array(nr_pages, sizeof(*pages), GFP_GUEST);
	if (!pages)
		return ERR_PTR(-ENOMEM);

	ret = enter_resolved(backing);
	if (!ret) {
		if (extents_page_aligned(backing))
			collect_pages(backing, pages, nr_pages);
		else
			ret = -EOPNOTSUPP;
		vds_dma_leave(door(backing));
	}
	if (ret) {
		kvfree(pages);
		return ERR_PTR(ret);
	}
	*out_nr_pages = nr_pages;
	return pages;
}

bool vdgpu_backing_overlaps(const struct vdgpu_backing *backing, u64 iova,
			    u64 last)
{
	u32 i;

	if (last < backing->iova || backing->last < iova)
		return false;
	for (i = 0; i < backing->nr_entries; i++) {
		u64 addr = entry_addr(backing, i);
		u32 len = entry_len(backing, i);

		if (len && addr <= last && iova <= addr + (len - 1))
			return true;
	}
	return false;
}
