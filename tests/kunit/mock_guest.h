/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mock_guest.h - a guest as a library: memory, a split ring, a driver.
 *
 * The memory's pages are scattered on the host and mapped one by one, in runs
 * of consecutive guest addresses, so whatever crosses a page crosses a
 * mapping. Everything is freed with the test.
 */
#ifndef _MOCK_GUEST_H
#define _MOCK_GUEST_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/types.h>
#include <linux/vdpa.h>
#include <linux/virtio_ring.h>

#include "soft/dma_private.h"
#include "soft/mem.h"

/* Where the guest's memory begins; far from anything physical. */
#define MOCK_BASE	0x4000000000ull

/**
 * struct mock_guest - a guest's memory
 * @test: it lives as long as this
 * @bytes: kernel address of all of it
 * @size: of it, whole pages
 * @next: first byte that mock_alloc() has not given away
 * @map: maps one page of it for the device
 * @map_data: for @map
 */
struct mock_guest {
	struct kunit *test;
	u8 *bytes;
	size_t size;
	size_t next;
	int (*map)(void *data, u64 gpa, u64 phys, u32 perm);
	void *map_data;
};

/**
 * struct mock_memory - a guest whose memory is mapped in a bare struct vds_mem
 * @guest: the memory
 * @mem: stage 2
 * @dma: the door to it
 */
struct mock_memory {
	struct mock_guest guest;
	struct vds_mem mem;
	struct vds_dma dma;
};

/* A guest with @pages pages, all mapped; fails the test if it cannot. */
struct mock_memory *mock_memory(struct kunit *test, unsigned int pages);

/* The same for memory that @map maps; nothing is mapped yet. */
void mock_guest_init(struct mock_guest *guest, struct kunit *test,
		     unsigned int pages,
		     int (*map)(void *data, u64 gpa, u64 phys, u32 perm),
		     void *map_data);

/* Maps @pages pages from page @first on, with VHOST_MAP_* @perm. */
void mock_map(struct mock_guest *guest, unsigned int first, unsigned int pages,
	      u32 perm);

/* Gives away @size zeroed bytes, aligned to @align; their guest address. */
u64 mock_alloc(struct mock_guest *guest, size_t size, size_t align);

/* The bytes at a guest address. */
void *mock_ptr(struct mock_guest *guest, u64 gpa);

/* A host page of the guest's, for reference counts. */
struct page *mock_page(struct mock_guest *guest, u64 gpa);

/**
 * struct mock_buf - a piece of a request
 * @gpa: first byte
 * @len: bytes
 * @writable: for the device to write
 */
struct mock_buf {
	u64 gpa;
	u32 len;
	bool writable;
};

/**
 * struct mock_ring - the driver's side of a split ring
 * @guest: whose memory it lies in
 * @num: entries
 * @event_idx: feature
 * @desc_gpa: where
 * @avail_gpa: where
 * @used_gpa: where
 * @desc: the same as a pointer
 * @avail: the same as a pointer
 * @used: the same as a pointer
 * @next_desc: next descriptor that nobody used yet
 * @avail_idx: of the next chain
 * @last_used: used entries looked at
 */
struct mock_ring {
	struct mock_guest *guest;
	u16 num;
	bool event_idx;
	u64 desc_gpa;
	u64 avail_gpa;
	u64 used_gpa;
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	u16 next_desc;
	u16 avail_idx;
	u16 last_used;
};

void mock_ring_init(struct mock_ring *ring, struct mock_guest *guest, u16 num,
		    bool event_idx);

/* Writes one descriptor. */
void mock_desc(struct vring_desc *desc, u64 gpa, u32 len, u16 flags, u16 next);

/* Chains @n buffers and makes them available; index of the first. */
u16 mock_ring_add(struct mock_ring *ring, const struct mock_buf *bufs,
		  unsigned int n);

/* The same through an indirect table. */
u16 mock_ring_add_indirect(struct mock_ring *ring, const struct mock_buf *bufs,
			   unsigned int n);

/* Makes the chain that begins at @head available. */
void mock_ring_publish(struct mock_ring *ring, u16 head);

/* Takes the next used element; false if there is none. */
bool mock_ring_used(struct mock_ring *ring, u32 *out_id, u32 *out_len);

/* The driver's wishes. */
void mock_ring_set_used_event(struct mock_ring *ring, u16 event);
u16 mock_ring_avail_event(const struct mock_ring *ring);

/**
 * struct mock_driver - a driver at work on a whole device
 * @guest: its memory, mapped through the device's own dma_map
 * @vdpa: the device, through its public operations only
 * @rings: one per queue
 * @interrupt: completed with each queue interrupt
 * @config_interrupt: completed with each config interrupt
 * @interrupts: how many queue interrupts there were
 */
struct mock_driver {
	struct mock_guest guest;
	struct vdpa_device *vdpa;
	struct mock_ring rings[2];
	struct completion interrupt;
	struct completion config_interrupt;
	atomic_t interrupts;
};

/* A driver with @pages pages of memory, mapped; the device is reset. */
struct mock_driver *mock_driver(struct kunit *test, struct vdpa_device *vdpa,
				unsigned int pages);

/* Sets up both queues and says DRIVER_OK; @features besides VERSION_1. */
void mock_driver_start(struct mock_driver *driver, u64 features);

/* Everything but DRIVER_OK, for those who want to see it not served. */
void mock_driver_setup(struct mock_driver *driver, u64 features);

void mock_driver_kick(struct mock_driver *driver, unsigned int queue);

/* A kick as vhost makes it: interrupts off. */
void mock_driver_kick_atomic(struct mock_driver *driver, unsigned int queue);

/*
 * Sends @req and waits for the answer, which is copied to @resp; used.len, or
 * -ETIMEDOUT. The request is one readable buffer, the answer one writable.
 */
int mock_driver_request(struct mock_driver *driver, unsigned int queue,
			const void *req, size_t req_len, void *resp,
			size_t resp_len);

/* Waits until a used element is there; used.len or -ETIMEDOUT. */
int mock_driver_wait(struct mock_driver *driver, unsigned int queue,
		     u32 *out_id);

#endif /* _MOCK_GUEST_H */
