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
#include <linux/overflow.h>
#include <linux/slab.h>

#include "core.h"
#include "dma_private.h"
#include "endpoint.h"
#include "endpoint_private.h"
#include "mem.h"

/* Longest copy with interrupts off; some 10 us on a slow machine. */
#define COPY_CHUNK	(16 * 1024)

/* A spot is not looked for beyond that; the largest descriptor table. */
#define SPOT_SIZE	(16 * 1024)

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

/**
 * struct grip - what lock() holds
 * @translating: the endpoint's lock is held, too
 * @endpoint: interrupt state before that
 * @mem: interrupt state before the memory's lock
 */
struct grip {
	bool translating;
	unsigned long endpoint;
	unsigned long mem;
};

/* Translations and mappings stay as they are until unlock(). */
static struct grip lock(struct vds_dma *dma)
	__acquires(&dma->mem->lock)
{
	struct grip grip = { .translating = dma->endpoint };

	if (grip.translating)
		grip.endpoint = vds_endpoint_lock(dma->endpoint);
	read_lock_irqsave(&dma->mem->lock, grip.mem);
	return grip;
}

static void unlock(struct vds_dma *dma, struct grip grip)
	__releases(&dma->mem->lock)
{
	read_unlock_irqrestore(&dma->mem->lock, grip.mem);
	if (grip.translating)
		vds_endpoint_unlock(dma->endpoint, grip.endpoint);
}

/* What the front of a range leads to; the caller has locked. */
static int lookup(struct vds_dma *dma, u64 iova, u64 len, bool write,
		  struct vds_extent *out_extent)
{
	u32 perm = write ? VHOST_MAP_WO : VHOST_MAP_RO;
	struct vds_span span;
	u64 last;
	int ret;

	if (!dma->endpoint)
		return vds_mem_lookup(dma->mem, iova, len, perm, out_extent);

	if (check_add_overflow(iova, len - 1, &last))
		return -EFAULT;
	ret = vds_endpoint_translate_locked(dma->endpoint, iova, last, write,
					    &span);
	if (ret)
		return ret;
	return vds_mem_lookup(dma->mem, span.gpa, span.last - iova + 1, perm,
			      out_extent);
}

/* Copies the front of a range under the locks; how much, or -EFAULT. */
static ssize_t copy_front(struct vds_dma *dma, u64 iova, void *buf, size_t len,
			  enum direction direction)
{
	struct grip grip = lock(dma);
	struct vds_extent extent;
	int ret;

	ret = lookup(dma, iova, min_t(size_t, len, COPY_CHUNK),
		     direction == TO_GUEST, &extent);
	if (!ret)
		copy_extent(buf, extent.phys, extent.len, direction);
	unlock(dma, grip);
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

/*
 * Spots: what was found at one generation is there while that lasts, and it
 * lasts under the memory's lock. Whoever takes something away moves the
 * generation under it and then waits for nobody here.
 */

static bool spot_has(const struct vds_spot *spot, const struct vds_dma *dma,
		     u64 iova, u64 len, bool write)
{
	return spot->generation == dma->mem->generation &&
	       spot->write == write && iova >= spot->iova &&
	       len <= spot->len && iova - spot->iova <= spot->len - len;
}

/* Looks the spot up anew, beginning at @iova; the caller has locked. */
static int move_spot(struct vds_spot *spot, struct vds_dma *dma, u64 iova,
		     u64 len, bool write)
{
	struct vds_extent extent;
	u64 room;
	int ret;

	/* Nobody says where memory that a driver of the host knows ends. */
	room = dma->mem->identity ? PAGE_SIZE - offset_in_page(iova) :
				    SPOT_SIZE;
	room = min(room, U64_MAX - iova);
	spot->generation = 0;
	ret = lookup(dma, iova, max(len, room), write, &extent);
	if (ret)
		return ret;
	*spot = (struct vds_spot) {
		.iova = iova,
		.len = extent.len,
		.phys = extent.phys,
		.write = write,
		.generation = dma->mem->generation,
	};
	return 0;
}

/* Locks, and finds the whole range in one piece: 0, or -EFAULT if it is none. */
static int lock_spot(struct vds_dma *dma, struct vds_spot *spot, u64 iova,
		     u64 len, bool write, struct grip *out_grip,
		     phys_addr_t *out_phys)
	__acquires(&dma->mem->lock)
{
	int ret = 0;

	*out_grip = (struct grip) {};
	read_lock_irqsave(&dma->mem->lock, out_grip->mem);
	if (!spot_has(spot, dma, iova, len, write)) {
		read_unlock_irqrestore(&dma->mem->lock, out_grip->mem);
		*out_grip = lock(dma);
		ret = move_spot(spot, dma, iova, len, write);
		if (!ret && spot->len < len)
			ret = -EFAULT;
	}
	*out_phys = spot->phys + (iova - spot->iova);
	return ret;
}

/* Maps one aligned ring word, locked whatever it returns. */
static __le16 *map_word(struct vds_dma *dma, struct vds_spot *spot, u64 iova,
			bool write, struct grip *out_grip)
	__acquires(&dma->mem->lock)
{
	phys_addr_t phys;
	void *page;
	int ret;

	ret = lock_spot(dma, spot, iova, sizeof(__le16), write, out_grip,
			&phys);
	if (ret || !IS_ALIGNED(iova, sizeof(__le16)))
		return NULL;
	page = kmap_local_page(pfn_to_page(PHYS_PFN(phys)));
	return page + offset_in_page(phys);
}

int vds_dma_load16(struct vds_dma *dma, struct vds_spot *spot, u64 iova,
		   u16 *out_value)
{
	struct grip grip;
	__le16 *word;

	word = map_word(dma, spot, iova, false, &grip);
	if (word) {
		*out_value = le16_to_cpu(READ_ONCE(*word));
		kunmap_local(word);
	}
	unlock(dma, grip);
	return word ? 0 : -EFAULT;
}

int vds_dma_store16(struct vds_dma *dma, struct vds_spot *spot, u64 iova,
		    u16 value)
{
	struct grip grip;
	__le16 *word;

	word = map_word(dma, spot, iova, true, &grip);
	if (word) {
		WRITE_ONCE(*word, cpu_to_le16(value));
		kunmap_local(word);
	}
	unlock(dma, grip);
	return word ? 0 : -EFAULT;
}

static int copy_at(struct vds_dma *dma, struct vds_spot *spot, u64 iova,
		   void *buf, size_t len, enum direction direction)
{
	struct grip grip;
	phys_addr_t phys;
	int ret;

	ret = lock_spot(dma, spot, iova, len, direction == TO_GUEST, &grip,
			&phys);
	if (!ret)
		copy_extent(buf, phys, len, direction);
	unlock(dma, grip);
	/* It may still be there in several pieces. */
	return ret ? copy_range(dma, iova, buf, len, direction) : 0;
}

int vds_dma_read_at(struct vds_dma *dma, struct vds_spot *spot, u64 iova,
		    void *buf, size_t len)
{
	return copy_at(dma, spot, iova, buf, len, FROM_GUEST);
}

int vds_dma_write_at(struct vds_dma *dma, struct vds_spot *spot, u64 iova,
		     const void *buf, size_t len)
{
	return copy_at(dma, spot, iova, (void *)buf, len, TO_GUEST);
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

/*
 * Who goes on using what was resolved before? One in a section that is still
 * open; later ones ask vds_dma_unchanged(). And one who holds: it said so
 * before it entered the section in which it resolved, so either it is counted
 * here or it is told of the removal, too.
 */
bool vds_dma_try_forget(struct vds_dma *dma, u64 iova, u64 last)
{
	vds_mem_touch(dma->mem, iova, last);
	if (atomic_read(&dma->held))
		return false;
	if (!down_write_trylock(&dma->mem->users))
		return false;
	up_write(&dma->mem->users);
	return true;
}

void vds_dma_forget(struct vds_dma *dma, u64 iova, u64 last)
{
	vds_mem_touch(dma->mem, iova, last);
	down_write(&dma->mem->users);
	up_write(&dma->mem->users);
}

void vds_dma_hold(struct vds_dma *dma)
{
	atomic_inc(&dma->held);
	/* Counted before the generation is looked at, see above. */
	smp_mb__after_atomic();
}
EXPORT_SYMBOL_GPL(vds_dma_hold);

void vds_dma_unhold(struct vds_dma *dma)
{
	atomic_dec(&dma->held);
}
EXPORT_SYMBOL_GPL(vds_dma_unhold);

struct vds_dma *vds_dma_create_behind(struct vds_device *vds,
				      struct vds_endpoint *ep)
{
	struct vds_dma *dma = kzalloc(sizeof(*dma), GFP_KERNEL);

	if (dma) {
		dma->mem = &vds->core->mem;
		dma->endpoint = ep;
	}
	return dma;
}
EXPORT_SYMBOL_GPL(vds_dma_create_behind);

void vds_dma_destroy(struct vds_dma *dma)
{
	kfree(dma);
}
EXPORT_SYMBOL_GPL(vds_dma_destroy);

u64 vds_dma_generation(const struct vds_dma *dma)
{
	lockdep_assert_held(&dma->mem->users);
	return dma->mem->generation;
}
EXPORT_SYMBOL_GPL(vds_dma_generation);

bool vds_dma_unchanged(const struct vds_dma *dma, u64 generation, u64 iova,
		       u64 last)
{
	lockdep_assert_held(&dma->mem->users);
	return vds_mem_unchanged(dma->mem, generation, iova, last);
}
EXPORT_SYMBOL_GPL(vds_dma_unchanged);

int vds_dma_resolve(struct vds_dma *dma, u64 iova, u64 len, bool write,
		    struct vds_extent *out_extent)
{
	struct grip grip;
	int ret;

	lockdep_assert_held(&dma->mem->users);
	/* A section keeps mappings from going, not from coming. */
	grip = lock(dma);
	ret = lookup(dma, iova, len, write, out_extent);
	unlock(dma, grip);
	return ret;
}
EXPORT_SYMBOL_GPL(vds_dma_resolve);

void vds_dma_copy_from(void *buf, phys_addr_t phys, size_t len)
{
	copy_extent(buf, phys, len, FROM_GUEST);
}
EXPORT_SYMBOL_GPL(vds_dma_copy_from);
