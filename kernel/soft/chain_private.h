/* SPDX-License-Identifier: GPL-2.0-only */
/* A chain from the core's side: its descriptors, copied and checked. */
#ifndef _VDS_CHAIN_PRIVATE_H
#define _VDS_CHAIN_PRIVATE_H

#include <linux/types.h>

#include "chain.h"
#include "vds.h"

struct vds_dma;
struct vds_vq;

/* Segments that need no allocation, enough for a page of scattered bytes. */
#define VDS_CHAIN_INLINE_SEGS	16

/*
 * Most descriptors one chain may have, the entry that points to an indirect
 * table not counted. Linux sends one descriptor per page of a vmalloc'ed
 * payload, 257 for the 65,536 backing entries that GPU2D-REQ-5.1.c asks for.
 */
#define VDS_CHAIN_MAX_SEGS	4096

/**
 * struct vds_seg - one descriptor of a chain
 * @iova: first byte
 * @len: bytes, may be 0
 */
struct vds_seg {
	u64 iova;
	u32 len;
};

/**
 * struct vds_cursor - a place in one half of a chain
 * @seg: index of the segment that the next byte lies in
 * @offset: of that byte in the segment
 * @left: bytes from here to the end of the half
 */
struct vds_cursor {
	u32 seg;
	u32 offset;
	u64 left;
};

/**
 * struct vds_chain - one request
 * @vq: queue it came from; NULL in tests of this room
 * @dma: the door its addresses go through
 * @epoch: of @vq when the chain was taken; another one now means a reset
 * @context: that the handler runs in
 * @head: index of the first descriptor, its name in the used ring
 * @kick_ns: when its kick came, monotonic
 * @nr_segs: segments in use
 * @nr_readable: how many of them, the first ones, are readable
 * @max_segs: room in @segs
 * @readable: total bytes we may read
 * @writable: total bytes we may write
 * @in: next byte to pull
 * @out: next byte to push
 * @pushed: bytes written in one piece from the first writable one
 * @torn: a push failed, @pushed stays where it is
 * @segs: @inline_segs or allocated
 * @inline_segs: for short chains
 *
 * Belongs to one context at a time, no lock.
 */
struct vds_chain {
	struct vds_vq *vq;
	struct vds_dma *dma;
	u32 epoch;
	enum vds_context context;
	u16 head;
	u64 kick_ns;
	u32 nr_segs;
	u32 nr_readable;
	u32 max_segs;
	u64 readable;
	u64 writable;
	struct vds_cursor in;
	struct vds_cursor out;
	u32 pushed;
	bool torn;
	struct vds_seg *segs;
	struct vds_seg inline_segs[VDS_CHAIN_INLINE_SEGS];
};

int vds_chain_cache_init(void);
void vds_chain_cache_exit(void);

/**
 * vds_chain_alloc() - an empty chain
 * @dma: the door its addresses will go through
 * @context: who asks
 *
 * Return: NULL when out of memory.
 */
struct vds_chain *vds_chain_alloc(struct vds_dma *dma,
				  enum vds_context context);

/**
 * vds_chain_free() - forget a chain without telling the driver
 * @chain: NULL is fine
 *
 * Any context.
 */
void vds_chain_free(struct vds_chain *chain);

/**
 * vds_chain_add() - append a descriptor
 * @chain: not yet closed
 * @iova: first byte
 * @len: bytes
 * @writable: for us to write
 *
 * Return: 0; -EINVAL for a readable one after a writable one, one that wraps
 * around the end of addresses, or one too many; -EAGAIN if it takes an
 * allocation that VDS_ATOMIC cannot make; -ENOMEM.
 */
int vds_chain_add(struct vds_chain *chain, u64 iova, u32 len, bool writable);

/**
 * vds_chain_rewind() - all bytes are unpulled and unpushed again
 * @chain: all descriptors added
 */
void vds_chain_rewind(struct vds_chain *chain);

#endif /* _VDS_CHAIN_PRIVATE_H */
