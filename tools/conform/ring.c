// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything in a ring is little endian; this program runs on little endian
 * hosts only (asserted below) and uses the fields as they are.
 *
 * Barriers: the release store of avail->idx makes descriptors and ring entries
 * visible before the index; the acquire load of used->idx comes before reading
 * used elements and response buffers. A full barrier separates publishing from
 * reading what the device wants to be kicked for, and asking for interrupts
 * from looking whether one was missed.
 */
#include "ring.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <linux/virtio_config.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "rings are accessed without conversion");
_Static_assert(sizeof(struct vring_desc) == 16, "descriptor size");

void chain_clear(struct chain *chain)
{
	chain->count = 0;
	chain->limit = RING_MAX - 64;
}

void chain_add_iova(struct chain *chain, uint64_t iova, uint32_t len,
		    bool write)
{
	if (chain->count < RING_CHAIN_MAX)
		chain->piece[chain->count++] = (struct piece){
			.iova = iova, .len = len, .write = write,
		};
}

void chain_add(struct chain *chain, const struct mem *mem, const void *va,
	       size_t len, bool write, unsigned int split)
{
	const uint8_t *at = va;

	while (len) {
		size_t run = mem_run(mem, at, len);

		/* Leave room for what is still to come. */
		if (split && run > split && chain->count < chain->limit)
			run = split;
		chain_add_iova(chain, mem_iova(mem, at), run, write);
		at += run;
		len -= run;
	}
}

static uint16_t *used_event(struct ring *ring)
{
	return &ring->avail->ring[ring->num];
}

static uint16_t *avail_event(const struct ring *ring)
{
	void *at = &ring->used->ring[ring->num];

	return at;
}

static int alloc_parts(struct ring *ring)
{
	unsigned int num = ring->num;
	size_t avail = sizeof(uint16_t) * (3 + num);
	size_t used = 6 + sizeof(struct vring_used_elem) * num;

	ring->desc = mem_alloc(ring->mem, Z_RING, num * 16, 16);
	ring->avail = mem_alloc(ring->mem, Z_RING, avail, 2);
	ring->used = mem_alloc(ring->mem, Z_RING, used, 4);
	if (!ring->desc || !ring->avail || !ring->used)
		return -ENOMEM;
	memset(ring->desc, 0, num * 16);
	memset(ring->avail, 0, avail);
	memset(ring->used, 0, used);
	return 0;
}

static int tell_device(struct ring *ring, uint16_t base)
{
	const struct dev_ring_addr addr = {
		.desc = mem_iova(ring->mem, ring->desc),
		.avail = mem_iova(ring->mem, ring->avail),
		.used = mem_iova(ring->mem, ring->used),
	};
	unsigned int q = ring->index;
	int err = dev_set_vring_num(ring->dev, q, ring->num);

	if (!err)
		err = dev_set_vring_addr(ring->dev, q, &addr);
	if (!err)
		err = dev_set_vring_base(ring->dev, q, base);
	if (!err)
		err = dev_set_vring_call(ring->dev, q, ring->call_fd);
	if (!err)
		err = dev_set_vring_kick(ring->dev, q, ring->kick_fd);
	if (!err)
		err = dev_set_vring_enable(ring->dev, q, true);
	return err;
}

int ring_init(struct ring *ring, struct dev *dev, struct mem *mem,
	      unsigned int index, unsigned int num, bool event_idx,
	      uint16_t base)
{
	int err;

	memset(ring, 0, sizeof(*ring));
	ring->dev = dev;
	ring->mem = mem;
	ring->index = index;
	ring->num = num;
	ring->num_free = num;
	ring->event_idx = event_idx;
	ring->kick_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ring->call_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ring->kick_fd < 0 || ring->call_fd < 0)
		return -errno;

	err = alloc_parts(ring);
	if (err)
		return err;
	for (unsigned int i = 0; i < num; i++)
		ring->desc[i].next = i + 1;
	ring->avail_idx = base;
	ring->kicked_idx = base;
	ring->last_used = base;
	ring->avail->idx = base;
	ring->used->idx = base;
	*avail_event(ring) = base;
	ring_want_call(ring, true);
	return tell_device(ring, base);
}

void ring_finish(struct ring *ring)
{
	if (!ring->dev)
		return;
	/* The device keeps its own references until it gets other ones. */
	close(ring->kick_fd);
	close(ring->call_fd);
	memset(ring, 0, sizeof(*ring));
}

static void fill_desc(struct vring_desc *desc, const struct piece *piece)
{
	desc->addr = piece->iova;
	desc->len = piece->len;
	desc->flags = piece->write ? VRING_DESC_F_WRITE : 0;
}

/* The table must lie in one piece for the device. */
static struct vring_desc *make_table(struct ring *ring,
				     const struct piece *piece,
				     unsigned int count,
				     const struct framing *framing)
{
	enum mem_zone zone = framing->table_read_only ? Z_RO : Z_RING;
	struct vring_desc *table = mem_alloc(ring->mem, zone, count * 16, 16);

	if (!table)
		return NULL;
	for (unsigned int i = 0; i < count; i++) {
		fill_desc(&table[i], &piece[i]);
		table[i].next = i + 1;
		if (i + 1 < count)
			table[i].flags |= VRING_DESC_F_NEXT;
		else
			table[i].next = 0;
	}
	return table;
}

static unsigned int pieces_in_ring(const struct chain *chain,
				   const struct framing *framing)
{
	if (framing->mode == FRAME_INDIRECT)
		return 0;
	if (framing->mode == FRAME_MIXED && framing->direct < chain->count)
		return framing->direct;
	return chain->count;
}

int ring_add(struct ring *ring, const struct chain *chain,
	     const struct framing *framing)
{
	unsigned int direct = pieces_in_ring(chain, framing);
	unsigned int rest = chain->count - direct;
	unsigned int total = direct + !!rest;
	struct vring_desc *table = NULL, *desc = NULL;
	uint16_t head = ring->free_head, at = head;

	if (!total || total > ring->num_free)
		return -1;
	if (rest) {
		table = make_table(ring, chain->piece + direct, rest, framing);
		if (!table)
			return -1;
	}
	for (unsigned int i = 0; i < total; i++) {
		desc = &ring->desc[at];
		if (i < direct) {
			fill_desc(desc, &chain->piece[i]);
		} else {
			desc->addr = mem_iova(ring->mem, table);
			desc->len = rest * 16;
			desc->flags = VRING_DESC_F_INDIRECT;
			if (framing->write_flag)
				desc->flags |= VRING_DESC_F_WRITE;
		}
		desc->flags |= VRING_DESC_F_NEXT;
		at = desc->next;
	}
	desc->flags &= ~VRING_DESC_F_NEXT;
	ring->free_head = at;
	ring->num_free -= total;
	ring->count[head] = total;
	ring->table[head] = table;
	ring_raw_avail(ring, head);
	return head;
}

void ring_recycle(struct ring *ring, unsigned int head)
{
	uint16_t last = head;

	for (unsigned int i = 1; i < ring->count[head]; i++)
		last = ring->desc[last].next;
	ring->desc[last].next = ring->free_head;
	ring->free_head = head;
	ring->num_free += ring->count[head];
	ring->count[head] = 0;
	ring->table[head] = NULL;
}

void ring_publish(struct ring *ring)
{
	__atomic_store_n(&ring->avail->idx, ring->avail_idx, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static bool kick_is_wanted(const struct ring *ring)
{
	if (ring->event_idx)
		return vring_need_event(__atomic_load_n(avail_event(ring),
							__ATOMIC_ACQUIRE),
					ring->avail_idx, ring->kicked_idx);
	return !(__atomic_load_n(&ring->used->flags, __ATOMIC_ACQUIRE) &
		 VRING_USED_F_NO_NOTIFY);
}

void ring_kick(struct ring *ring)
{
	bool wanted = kick_is_wanted(ring);

	ring->kicked_idx = ring->avail_idx;
	if (ring->polite_kick && !wanted)
		return;
	ring->kicks++;
	dev_kick(ring->dev, ring->index, ring->kick_fd);
}

uint16_t ring_used_idx(const struct ring *ring)
{
	return __atomic_load_n(&ring->used->idx, __ATOMIC_ACQUIRE);
}

bool ring_has_used(const struct ring *ring)
{
	return ring_used_idx(ring) != ring->last_used;
}

bool ring_get(struct ring *ring, uint32_t *out_id, uint32_t *out_len)
{
	const struct vring_used_elem *elem;

	if (!ring_has_used(ring))
		return false;
	elem = &ring->used->ring[ring->last_used % ring->num];
	*out_id = elem->id;
	*out_len = elem->len;
	ring->last_used++;
	if (ring->event_idx && !ring->quiet)
		ring_set_used_event(ring, ring->last_used);
	return true;
}

static void count_calls(struct ring *ring)
{
	uint64_t count;

	if (read(ring->call_fd, &count, sizeof(count)) == sizeof(count))
		ring->calls += count;
}

void ring_drain(struct ring *ring)
{
	dev_pump(ring->dev);
	count_calls(ring);
}

static unsigned long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ul + ts.tv_nsec / 1000000;
}

/*
 * Interrupts may be suppressed: look again soon anyway. Where they must be
 * fetched, which may be expensive, look at the ring itself meanwhile.
 */
static void doze(struct ring *ring)
{
	struct pollfd pfd = { .fd = ring->call_fd, .events = POLLIN };

	if (!ring->dev->ops->pump) {
		poll(&pfd, 1, 5);
		return;
	}
	for (unsigned int i = 0; i < 20000 && !ring_has_used(ring); i++)
		__builtin_ia32_pause();
	dev_pump(ring->dev);
}

enum ring_verdict ring_wait(struct ring *ring, unsigned int timeout_ms)
{
	unsigned long end = now_ms() + timeout_ms;
	uint8_t status = 0;

	for (;;) {
		count_calls(ring);
		if (ring_has_used(ring))
			return RING_USED;
		if (dev_get_status(ring->dev, &status) ||
		    (status & VIRTIO_CONFIG_S_NEEDS_RESET))
			return RING_BROKEN;
		if (now_ms() >= end)
			return RING_TIMEOUT;
		doze(ring);
	}
}

void ring_wait_call(struct ring *ring, unsigned int timeout_ms)
{
	struct pollfd pfd = { .fd = ring->call_fd, .events = POLLIN };
	unsigned long end = now_ms() + timeout_ms;

	for (;;) {
		ring_drain(ring);
		if (ring->calls || now_ms() >= end)
			return;
		poll(&pfd, 1, 5);
	}
}

void ring_set_used_event(struct ring *ring, uint16_t event)
{
	__atomic_store_n(used_event(ring), event, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void ring_want_call(struct ring *ring, bool want)
{
	ring->quiet = !want;
	if (!ring->event_idx)
		__atomic_store_n(&ring->avail->flags,
				 want ? 0 : VRING_AVAIL_F_NO_INTERRUPT,
				 __ATOMIC_RELEASE);
	else	/* not before 32768 more requests */
		ring_set_used_event(ring, want ? ring->last_used :
				    ring->last_used + 0x8000);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void ring_raw_desc(struct ring *ring, unsigned int i, uint64_t addr,
		   uint32_t len, uint16_t flags, uint16_t next)
{
	ring->desc[i] = (struct vring_desc){
		.addr = addr, .len = len, .flags = flags, .next = next,
	};
}

void ring_raw_avail(struct ring *ring, uint16_t head)
{
	ring->avail->ring[ring->avail_idx % ring->num] = head;
	ring->avail_idx++;
}

void ring_raw_avail_idx(struct ring *ring, uint16_t idx)
{
	ring->avail_idx = idx;
	ring_publish(ring);
}
