// SPDX-License-Identifier: GPL-2.0-only
/*
 * The split ring (virtio 1.2, 2.7), device side.
 *
 * The driver writes descriptors, then the available entry, then avail.idx; we
 * write the used entry, then used.idx. Barriers and their partners:
 *
 *   pop:   read avail.idx -> virt_rmb -> read entry, descriptors, buffers
 *          partner: the driver's barrier before it writes avail.idx. Without
 *          ours a descriptor could be read before the driver wrote it.
 *   push:  write used entry, response -> virt_wmb -> write used.idx
 *          partner: the driver's barrier after it reads used.idx.
 *   arm:   write avail_event or flags -> virt_mb -> read avail.idx
 *          partner: the driver's full barrier between writing avail.idx and
 *          reading avail_event. Without both a kick could be lost.
 *   signal: write used.idx -> virt_mb -> read used_event or flags
 *          partner: the driver's full barrier when it enables interrupts.
 *
 * virt_*() and not smp_*(): a host kernel without SMP can have a guest on a
 * second CPU's worth of emulation, and the host's own driver in loopback.
 *
 * A ring that breaks the rules is not repaired: the caller sets
 * DEVICE_NEEDS_RESET. Any single bad buffer is no damage to the ring.
 */
#include "ring.h"

#include <linux/align.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/virtio_ring.h>
#include <asm/barrier.h>

#include "chain_private.h"
#include "dma.h"
#include "dma_private.h"

/* Descriptors fetched from a table in one go. */
#define FETCH	8

static u64 avail_flags(const struct vds_ring *ring)
{
	return ring->avail + offsetof(struct vring_avail, flags);
}

static u64 avail_idx(const struct vds_ring *ring)
{
	return ring->avail + offsetof(struct vring_avail, idx);
}

static u64 avail_entry(const struct vds_ring *ring, u16 idx)
{
	return ring->avail + offsetof(struct vring_avail, ring) +
	       sizeof(__virtio16) * (idx & (ring->num - 1));
}

/* The driver's used_event lies behind its ring. */
static u64 used_event(const struct vds_ring *ring)
{
	return ring->avail + offsetof(struct vring_avail, ring) +
	       sizeof(__virtio16) * ring->num;
}

static u64 used_flags(const struct vds_ring *ring)
{
	return ring->used + offsetof(struct vring_used, flags);
}

static u64 used_idx(const struct vds_ring *ring)
{
	return ring->used + offsetof(struct vring_used, idx);
}

static u64 used_entry(const struct vds_ring *ring, u16 idx)
{
	return ring->used + offsetof(struct vring_used, ring) +
	       sizeof(struct vring_used_elem) * (idx & (ring->num - 1));
}

/* Our avail_event lies behind our ring. */
static u64 avail_event(const struct vds_ring *ring)
{
	return ring->used + offsetof(struct vring_used, ring) +
	       sizeof(struct vring_used_elem) * ring->num;
}

int vds_ring_start(struct vds_ring *ring)
{
	u16 idx;

	if (!ring->num || ring->num > VDS_RING_MAX || !is_power_of_2(ring->num))
		return -EINVAL;
	if (!IS_ALIGNED(ring->desc, VRING_DESC_ALIGN_SIZE) ||
	    !IS_ALIGNED(ring->avail, VRING_AVAIL_ALIGN_SIZE) ||
	    !IS_ALIGNED(ring->used, VRING_USED_ALIGN_SIZE))
		return -EINVAL;
	/* A queue that is resumed goes on in its used ring. */
	if (vds_dma_load16(ring->dma, &ring->told, used_idx(ring),
			   &ring->used_idx) ||
	    vds_dma_load16(ring->dma, &ring->taken, avail_idx(ring), &idx))
		return -EFAULT;

	ring->quiet = false;
	ring->signalled_valid = false;
	/* Whatever an earlier driver left there: kicks are welcome. */
	return vds_dma_store16(ring->dma, &ring->told, used_flags(ring), 0);
}

int vds_ring_available(struct vds_ring *ring)
{
	u16 idx, n;

	if (vds_dma_load16(ring->dma, &ring->taken, avail_idx(ring), &idx))
		return -EFAULT;
	n = idx - ring->last_avail;
	return n > ring->num ? -EINVAL : n;
}

/**
 * struct walk - through one descriptor table
 * @table: iova of the table
 * @entries: entries of the table
 * @indirect: it is an indirect one
 * @first: index of the first descriptor in @descs
 * @fetched: descriptors in @descs
 * @descs: copies of neighbours, since chains mostly run straight on
 */
struct walk {
	u64 table;
	u32 entries;
	bool indirect;
	u32 first;
	u32 fetched;
	struct vring_desc descs[FETCH];
};

static int read_table(struct vds_ring *ring, struct walk *walk, u32 index,
		      u32 n)
{
	u64 iova = walk->table + (u64)index * sizeof(*walk->descs);
	size_t size = n * sizeof(*walk->descs);

	if (walk->indirect)
		return vds_dma_read(ring->dma, iova, walk->descs, size);
	return vds_dma_read_at(ring->dma, &ring->table, iova, walk->descs,
			       size);
}

/* The descriptor at @index, host order; neighbours are fetched ahead. */
static int fetch(struct vds_ring *ring, struct walk *walk, u32 index,
		 struct vring_desc *out_desc)
{
	if (index >= walk->entries)
		return -EINVAL;
	if (index < walk->first || index >= walk->first + walk->fetched) {
		u32 n = min_t(u32, walk->entries - index, FETCH);

		if (read_table(ring, walk, index, n))
			return -EFAULT;
		walk->first = index;
		walk->fetched = n;
	}
	*out_desc = walk->descs[index - walk->first];
	return 0;
}

static u64 desc_addr(const struct vring_desc *desc)
{
	return le64_to_cpu((__force __le64)desc->addr);
}

static u32 desc_len(const struct vring_desc *desc)
{
	return le32_to_cpu((__force __le32)desc->len);
}

static u16 desc_flags(const struct vring_desc *desc)
{
	return le16_to_cpu((__force __le16)desc->flags);
}

static u16 desc_next(const struct vring_desc *desc)
{
	return le16_to_cpu((__force __le16)desc->next);
}

/* Turns the walk to the table that an indirect descriptor points to. */
static int descend(struct vds_ring *ring, struct walk *walk,
		   const struct vring_desc *desc)
{
	u32 len = desc_len(desc);

	if (!ring->indirect || walk->indirect)
		return -EINVAL;
	/* The table ends the chain. Its own WRITE flag means nothing. */
	if (desc_flags(desc) & VRING_DESC_F_NEXT)
		return -EINVAL;
	if (!len || len % sizeof(*desc))
		return -EINVAL;
	*walk = (struct walk){
		.table = desc_addr(desc),
		.entries = len / sizeof(*desc),
		.indirect = true,
	};
	return 0;
}

/* Copies a chain's descriptors, from @head to the one without NEXT. */
static int walk_chain(struct vds_ring *ring, u16 head, struct vds_chain *chain)
{
	struct walk walk = { .table = ring->desc, .entries = ring->num };
	u32 index = head, visited = 0;
	struct vring_desc desc;
	int ret;

	for (;;) {
		ret = fetch(ring, &walk, index, &desc);
		if (ret)
			return ret;
		/* As many visits as entries are fine, one more is a loop. */
		if (++visited > walk.entries)
			return -EINVAL;

		if (desc_flags(&desc) & VRING_DESC_F_INDIRECT) {
			ret = descend(ring, &walk, &desc);
			if (ret)
				return ret;
			index = 0;
			visited = 0;
			continue;
		}

		ret = vds_chain_add(chain, desc_addr(&desc), desc_len(&desc),
				    desc_flags(&desc) & VRING_DESC_F_WRITE);
		if (ret)
			return ret;
		if (!(desc_flags(&desc) & VRING_DESC_F_NEXT))
			return 0;
		index = desc_next(&desc);
	}
}

int vds_ring_pop(struct vds_ring *ring, struct vds_chain *chain)
{
	u16 head;
	int ret;

	ret = vds_ring_available(ring);
	if (ret <= 0)
		return ret;
	/* Entry and descriptors only after avail.idx, see above. */
	virt_rmb();

	if (vds_dma_load16(ring->dma, &ring->taken,
			   avail_entry(ring, ring->last_avail), &head))
		return -EFAULT;
	if (head >= ring->num)
		return -EINVAL;
	ret = walk_chain(ring, head, chain);
	if (ret)
		return ret;

	chain->head = head;
	vds_chain_rewind(chain);
	ring->last_avail++;
	return 1;
}

void vds_ring_hush(struct vds_ring *ring)
{
	/* With event_idx an avail_event left behind is silence enough. */
	if (ring->event_idx || ring->quiet)
		return;
	/* Only a hint: an error shows up at the next real access. */
	vds_dma_store16(ring->dma, &ring->told, used_flags(ring),
			VRING_USED_F_NO_NOTIFY);
	ring->quiet = true;
}

int vds_ring_arm(struct vds_ring *ring)
{
	int ret;

	if (ring->event_idx)
		ret = vds_dma_store16(ring->dma, &ring->told, avail_event(ring),
				      ring->last_avail);
	else
		ret = vds_dma_store16(ring->dma, &ring->told, used_flags(ring), 0);
	if (ret)
		return ret;
	ring->quiet = false;

	/* Either the driver sees this and kicks, or we see its avail.idx. */
	virt_mb();
	ret = vds_ring_available(ring);
	return ret < 0 ? ret : ret > 0;
}

int vds_ring_push_used(struct vds_ring *ring, u16 head, u32 len)
{
	struct {
		__le32 id;
		__le32 len;
	} elem = { cpu_to_le32(head), cpu_to_le32(len) };

	if (vds_dma_write_at(ring->dma, &ring->given,
			     used_entry(ring, ring->used_idx), &elem,
			     sizeof(elem)))
		return -EFAULT;
	/* The entry and the response before the index, see above. */
	virt_wmb();
	ring->used_idx++;
	return vds_dma_store16(ring->dma, &ring->given, used_idx(ring),
			       ring->used_idx);
}

bool vds_ring_must_signal(struct vds_ring *ring)
{
	u16 event, flags, old = ring->signalled_used;
	bool valid = ring->signalled_valid;

	/* The driver's wish only after our index, see above. */
	virt_mb();

	if (!ring->event_idx) {
		if (vds_dma_load16(ring->dma, &ring->asked, avail_flags(ring),
				   &flags))
			return false;
		return !(flags & VRING_AVAIL_F_NO_INTERRUPT);
	}

	if (vds_dma_load16(ring->dma, &ring->asked, used_event(ring), &event))
		return false;
	ring->signalled_used = ring->used_idx;
	ring->signalled_valid = true;
	return !valid || vring_need_event(event, ring->used_idx, old);
}
