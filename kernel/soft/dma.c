// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one door to guest memory, and the only place that maps guest pages into
 * the kernel. On machines without high memory the mapping is arithmetic and
 * runs of pages are copied in one piece.
 */
#include "dma.h"

#include <linux/highmem.h>
#include <linux/io.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include "dma_private.h"
#include "mem.h"

/* Longest copy with interrupts off; some 10 us on a slow machine. */
#define COPY_CHUNK	(16 * 1024)

enum direction {
	FROM_GUEST,
	TO_GUEST,
};

static void copy_bytes(void *ours, void *guest, size_t len,
		       enum direction direction)
{
	if (direction == FROM_GUEST)
		memcpy(ours, guest, len);
	else
		memcpy(guest, ours, len);
}

static void copy_extent(void *buf, phys_addr_t phys, size_t len,
			enum direction direction)
{
	if (!IS_ENABLED(CONFIG_HIGHMEM)) {
		copy_bytes(buf, phys_to_virt(phys), len, direction);
		return;
	}

	while (len) {
		size_t n = min_t(size_t, len, PAGE_SIZE - offset_in_page(phys));
		void *page = kmap_local_page(pfn_to_page(PHYS_PFN(phys)));

		copy_bytes(buf, page + offset_in_page(phys), n, direction);
		kunmap_local(page);
		buf += n;
		phys += n;
		len -= n;
	}
}

/* Copies the front of a range under the lock; how much, or -EFAULT. */
static ssize_t copy_front(struct vds_dma *dma, u64 iova, void *buf, size_t len,
			  enum direction direction)
{
	u32 perm = direction == FROM_GUEST ? VHOST_MAP_RO : VHOST_MAP_WO;
	struct vds_extent extent;
	unsigned long flags;
	int ret;

	read_lock_irqsave(&dma->mem->lock, flags);
	ret = vds_mem_lookup(dma->mem, iova, min_t(size_t, len, COPY_CHUNK),
			     perm, &extent);
	if (!ret)
		copy_extent(buf, extent.phys, extent.len, direction);
	read_unlock_irqrestore(&dma->mem->lock, flags);
	return ret ? ret : extent.len;
}

static int copy_range(struct vds_dma *dma, u64 iova, void *buf, size_t len,
		      enum direction direction)
{
	while (len) {
		ssize_t n = copy_front(dma, iova, buf, len, direction);

		if (n < 0)
			return n;
		buf += n;
		iova += n;
		len -= n;
	}
	return 0;
}

int vds_dma_read(struct vds_dma *dma, u64 iova, void *buf, size_t len)
{
	return copy_range(dma, iova, buf, len, FROM_GUEST);
}
EXPORT_SYMBOL_GPL(vds_dma_read);

int vds_dma_write(struct vds_dma *dma, u64 iova, const void *buf, size_t len)
{
	return copy_range(dma, iova, (void *)buf, len, TO_GUEST);
}
EXPORT_SYMBOL_GPL(vds_dma_write);

/* Maps one aligned ring word; the caller holds the memory's lock. */
static __le16 *map_word(struct vds_dma *dma, u64 iova, u32 perm)
{
	struct vds_extent extent;
	void *page;

	if (!IS_ALIGNED(iova, sizeof(__le16)) ||
	    vds_mem_lookup(dma->mem, iova, sizeof(__le16), perm, &extent))
		return NULL;
	page = kmap_local_page(pfn_to_page(PHYS_PFN(extent.phys)));
	return page + offset_in_page(extent.phys);
}

int vds_dma_load16(struct vds_dma *dma, u64 iova, u16 *out_value)
{
	unsigned long flags;
	__le16 *word;

	read_lock_irqsave(&dma->mem->lock, flags);
	word = map_word(dma, iova, VHOST_MAP_RO);
	if (word) {
		*out_value = le16_to_cpu(READ_ONCE(*word));
		kunmap_local(word);
	}
	read_unlock_irqrestore(&dma->mem->lock, flags);
	return word ? 0 : -EFAULT;
}

int vds_dma_store16(struct vds_dma *dma, u64 iova, u16 value)
{
	unsigned long flags;
	__le16 *word;

	read_lock_irqsave(&dma->mem->lock, flags);
	word = map_word(dma, iova, VHOST_MAP_WO);
	if (word) {
		WRITE_ONCE(*word, cpu_to_le16(value));
		kunmap_local(word);
	}
	read_unlock_irqrestore(&dma->mem->lock, flags);
	return word ? 0 : -EFAULT;
}

void vds_dma_enter(struct vds_dma *dma)
{
	down_read(&dma->mem->users);
}
EXPORT_SYMBOL_GPL(vds_dma_enter);

bool vds_dma_try_enter(struct vds_dma *dma)
{
	return down_read_trylock(&dma->mem->users);
}
EXPORT_SYMBOL_GPL(vds_dma_try_enter);

void vds_dma_leave(struct vds_dma *dma)
{
	up_read(&dma->mem->users);
}
EXPORT_SYMBOL_GPL(vds_dma_leave);

u64 vds_dma_generation(const struct vds_dma *dma)
{
	lockdep_assert_held(&dma->mem->users);
	return dma->mem->generation;
}
EXPORT_SYMBOL_GPL(vds_dma_generation);

int vds_dma_resolve(struct vds_dma *dma, u64 iova, u64 len, bool write,
		    struct vds_extent *out_extent)
{
	unsigned long flags;
	int ret;

	lockdep_assert_held(&dma->mem->users);
	/* A section keeps mappings from going, not from coming. */
	read_lock_irqsave(&dma->mem->lock, flags);
	ret = vds_mem_lookup(dma->mem, iova, len,
			     write ? VHOST_MAP_WO : VHOST_MAP_RO, out_extent);
	read_unlock_irqrestore(&dma->mem->lock, flags);
	return ret;
}
EXPORT_SYMBOL_GPL(vds_dma_resolve);

void vds_dma_copy_from(void *buf, phys_addr_t phys, size_t len)
{
	copy_extent(buf, phys, len, FROM_GUEST);
}
EXPORT_SYMBOL_GPL(vds_dma_copy_from);
