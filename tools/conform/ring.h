/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring.h - the driver's side of a split virtqueue, with every way to frame a
 * request and every way to break a ring.
 *
 * A chain is a list of pieces; a framing says how it becomes descriptors. The
 * raw accessors at the end write whatever one likes into the ring.
 */
#ifndef CONFORM_RING_H
#define CONFORM_RING_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/virtio_ring.h>

#include "mem.h"
#include "dev.h"

#define RING_MAX	1024u
#define RING_CHAIN_MAX	4096u	/* pieces of a chain, entries of a table */

enum frame_mode {
	FRAME_DIRECT,		/* every piece is a descriptor of the ring */
	FRAME_INDIRECT,		/* every piece is in one indirect table */
	FRAME_MIXED,		/* some in the ring, then an indirect table */
};

struct framing {
	enum frame_mode mode;
	unsigned int split;	/* longest piece in bytes, 0: as long as may be */
	unsigned int direct;	/* FRAME_MIXED: pieces in the ring */
	bool write_flag;	/* set WRITE on the indirect descriptor itself */
	bool table_read_only;	/* table in memory the device cannot write */
};

struct piece {
	uint64_t iova;
	uint32_t len;
	bool write;
};

struct chain {
	unsigned int count;
	unsigned int limit;	/* split no more when it has so many pieces */
	struct piece piece[RING_CHAIN_MAX];
};

void chain_clear(struct chain *chain);
void chain_add_iova(struct chain *chain, uint64_t iova, uint32_t len,
		    bool write);

/**
 * chain_add() - append a buffer
 * @chain: what to append to
 * @mem: memory that @va lies in
 * @va: first byte, in the guest's memory
 * @len: bytes
 * @write: may the device write it
 * @split: longest piece; when the chain gets full the rest is one piece (per
 *	page where pages are scattered)
 */
void chain_add(struct chain *chain, const struct mem *mem, const void *va,
	       size_t len, bool write, unsigned int split);

enum ring_verdict {
	RING_USED,		/* there is a used element */
	RING_TIMEOUT,
	RING_BROKEN,		/* the device asks for a reset */
};

struct ring {
	struct dev *dev;
	struct mem *mem;
	unsigned int index;
	unsigned int num;
	bool event_idx;
	bool polite_kick;	/* kick only when the device asks for it */
	bool quiet;		/* interrupts are not wanted now */
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	int kick_fd;
	int call_fd;
	unsigned int calls;	/* interrupts counted by ring_drain() */
	unsigned int kicks;
	uint16_t avail_idx;
	uint16_t kicked_idx;
	uint16_t last_used;
	uint16_t free_head;
	unsigned int num_free;
	uint16_t count[RING_MAX];	/* descriptors of the chain at a head */
	struct vring_desc *table[RING_MAX];
};

/**
 * ring_init() - lay out an empty ring and tell the device
 * @ring: filled
 * @dev: device
 * @mem: memory; the ring is taken from Z_RING
 * @index: number of the queue
 * @num: size, a power of two
 * @event_idx: was EVENT_IDX negotiated
 * @base: index to begin with
 *
 * Return: 0 or a negative errno.
 */
int ring_init(struct ring *ring, struct dev *dev, struct mem *mem,
	      unsigned int index, unsigned int num, bool event_idx,
	      uint16_t base);
void ring_finish(struct ring *ring);

/**
 * ring_add() - put a chain into the ring
 * @ring: ring
 * @chain: what
 * @framing: how
 *
 * The device sees it after ring_publish().
 *
 * Return: its head, or -1 if there is no room.
 */
int ring_add(struct ring *ring, const struct chain *chain,
	     const struct framing *framing);
void ring_publish(struct ring *ring);
void ring_kick(struct ring *ring);

/**
 * ring_get() - take a used element
 * @ring: ring
 * @out_id: head
 * @out_len: bytes written, as the device says
 *
 * Return: whether there was one.
 */
bool ring_get(struct ring *ring, uint32_t *out_id, uint32_t *out_len);

/* Give the descriptors of @head back; the chain must be the device's no more. */
void ring_recycle(struct ring *ring, unsigned int head);

/* Is there a used element, wait up to @timeout_ms for one. */
enum ring_verdict ring_wait(struct ring *ring, unsigned int timeout_ms);
bool ring_has_used(const struct ring *ring);
uint16_t ring_used_idx(const struct ring *ring);

/* Count and clear the interrupts that came. */
void ring_drain(struct ring *ring);

/* Wait until @ring->calls is not 0, up to @timeout_ms. */
void ring_wait_call(struct ring *ring, unsigned int timeout_ms);

/* Interrupt suppression: flags or used_event, whichever was negotiated. */
void ring_want_call(struct ring *ring, bool want);
void ring_set_used_event(struct ring *ring, uint16_t event);

/* Whatever one likes. */
void ring_raw_desc(struct ring *ring, unsigned int i, uint64_t addr,
		   uint32_t len, uint16_t flags, uint16_t next);
void ring_raw_avail(struct ring *ring, uint16_t head);
void ring_raw_avail_idx(struct ring *ring, uint16_t idx);

#endif /* CONFORM_RING_H */
