// SPDX-License-Identifier: GPL-2.0-only
/* See mock_guest.h. */
#include "mock_guest.h"

#include <linux/align.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include <uapi/linux/virtio_config.h>

/* How long a test waits before it gives an answer up for lost. */
#define PATIENCE	(30 * HZ)

static void free_bytes(void *bytes)
{
	vfree(bytes);
}

void mock_guest_init(struct mock_guest *guest, struct kunit *test,
		     unsigned int pages,
		     int (*map)(void *data, u64 gpa, u64 phys, u32 perm),
		     void *map_data)
{
	*guest = (struct mock_guest){
		.test = test,
		.size = pages * PAGE_SIZE,
		.map = map,
		.map_data = map_data,
	};
	guest->bytes = vzalloc(guest->size);
	KUNIT_ASSERT_NOT_NULL(test, guest->bytes);
	kunit_add_action(test, free_bytes, guest->bytes);
}

void *mock_ptr(struct mock_guest *guest, u64 gpa)
{
	return guest->bytes + (gpa - MOCK_BASE);
}

struct page *mock_page(struct mock_guest *guest, u64 gpa)
{
	return vmalloc_to_page(mock_ptr(guest, gpa));
}

void mock_map(struct mock_guest *guest, unsigned int first, unsigned int pages,
	      u32 perm)
{
	unsigned int i;

	for (i = first; i < first + pages; i++) {
		u64 gpa = MOCK_BASE + i * PAGE_SIZE;
		u64 phys = page_to_phys(mock_page(guest, gpa));

		KUNIT_ASSERT_EQ(guest->test, 0,
				guest->map(guest->map_data, gpa, phys, perm));
	}
}

u64 mock_alloc(struct mock_guest *guest, size_t size, size_t align)
{
	size_t start = ALIGN(guest->next, align);

	KUNIT_ASSERT_LE(guest->test, start + size, guest->size);
	guest->next = start + size;
	memset(guest->bytes + start, 0, size);
	return MOCK_BASE + start;
}

static int map_in_mem(void *data, u64 gpa, u64 phys, u32 perm)
{
	return vds_mem_map(data, gpa, PAGE_SIZE, phys, perm);
}

static void clear_mem(void *mem)
{
	vds_mem_unmap(mem, 0, U64_MAX, NULL, NULL);
}

struct mock_memory *mock_memory(struct kunit *test, unsigned int pages)
{
	struct mock_memory *memory;

	memory = kunit_kzalloc(test, sizeof(*memory), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, memory);
	vds_mem_init(&memory->mem);
	memory->dma.mem = &memory->mem;
	mock_guest_init(&memory->guest, test, pages, map_in_mem, &memory->mem);
	kunit_add_action(test, clear_mem, &memory->mem);
	mock_map(&memory->guest, 0, pages, VHOST_MAP_RW);
	return memory;
}

void mock_ring_init(struct mock_ring *ring, struct mock_guest *guest, u16 num,
		    bool event_idx)
{
	*ring = (struct mock_ring){
		.guest = guest,
		.num = num,
		.event_idx = event_idx,
	};
	ring->desc_gpa = mock_alloc(guest, sizeof(*ring->desc) * num, 16);
	ring->avail_gpa = mock_alloc(guest, 6 + 2 * num, 2);
	ring->used_gpa = mock_alloc(guest, 6 + 8 * num, 4);
	ring->desc = mock_ptr(guest, ring->desc_gpa);
	ring->avail = mock_ptr(guest, ring->avail_gpa);
	ring->used = mock_ptr(guest, ring->used_gpa);
}

void mock_desc(struct vring_desc *desc, u64 gpa, u32 len, u16 flags, u16 next)
{
	desc->addr = (__force __virtio64)cpu_to_le64(gpa);
	desc->len = (__force __virtio32)cpu_to_le32(len);
	desc->flags = (__force __virtio16)cpu_to_le16(flags);
	desc->next = (__force __virtio16)cpu_to_le16(next);
}

void mock_ring_publish(struct mock_ring *ring, u16 head)
{
	ring->avail->ring[ring->avail_idx++ % ring->num] =
		(__force __virtio16)cpu_to_le16(head);
	/* Partner of the device's virt_rmb() in pop. */
	virt_wmb();
	WRITE_ONCE(ring->avail->idx,
		   (__force __virtio16)cpu_to_le16(ring->avail_idx));
	/* Partner of the device's virt_mb() in arm. */
	virt_mb();
}

/* Fills a table with a chain that begins at @first and wraps at @num. */
static void fill(struct vring_desc *table, u16 num, u16 first,
		 const struct mock_buf *bufs, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		u16 flags = bufs[i].writable ? VRING_DESC_F_WRITE : 0;

		if (i + 1 < n)
			flags |= VRING_DESC_F_NEXT;
		mock_desc(&table[(first + i) % num], bufs[i].gpa, bufs[i].len,
			  flags, (first + i + 1) % num);
	}
}

u16 mock_ring_add(struct mock_ring *ring, const struct mock_buf *bufs,
		  unsigned int n)
{
	u16 head = ring->next_desc;

	fill(ring->desc, ring->num, head, bufs, n);
	ring->next_desc = (head + n) % ring->num;
	mock_ring_publish(ring, head);
	return head;
}

u16 mock_ring_add_indirect(struct mock_ring *ring, const struct mock_buf *bufs,
			   unsigned int n)
{
	u64 table = mock_alloc(ring->guest, n * sizeof(struct vring_desc), 16);
	u16 head = ring->next_desc;

	fill(mock_ptr(ring->guest, table), n, 0, bufs, n);
	mock_desc(&ring->desc[head], table, n * sizeof(struct vring_desc),
		  VRING_DESC_F_INDIRECT, 0);
	ring->next_desc = (head + 1) % ring->num;
	mock_ring_publish(ring, head);
	return head;
}

bool mock_ring_used(struct mock_ring *ring, u32 *out_id, u32 *out_len)
{
	u16 idx = le16_to_cpu((__force __le16)READ_ONCE(ring->used->idx));
	const struct vring_used_elem *elem;

	if (idx == ring->last_used)
		return false;
	/* Partner of the device's virt_wmb() in push. */
	virt_rmb();
	elem = &ring->used->ring[ring->last_used++ % ring->num];
	*out_id = le32_to_cpu((__force __le32)elem->id);
	*out_len = le32_to_cpu((__force __le32)elem->len);
	return true;
}

void mock_ring_set_used_event(struct mock_ring *ring, u16 event)
{
	ring->avail->ring[ring->num] = (__force __virtio16)cpu_to_le16(event);
}

u16 mock_ring_avail_event(const struct mock_ring *ring)
{
	const __le16 *event = (const __le16 *)&ring->used->ring[ring->num];

	return le16_to_cpu(READ_ONCE(*event));
}

static irqreturn_t on_interrupt(void *data)
{
	struct mock_driver *driver = data;

	atomic_inc(&driver->interrupts);
	complete(&driver->interrupt);
	return IRQ_HANDLED;
}

static irqreturn_t on_config(void *data)
{
	struct mock_driver *driver = data;

	complete(&driver->config_interrupt);
	return IRQ_HANDLED;
}

static int map_in_device(void *data, u64 gpa, u64 phys, u32 perm)
{
	struct vdpa_device *vdpa = data;

	return vdpa->config->dma_map(vdpa, 0, gpa, PAGE_SIZE, phys, perm,
				     NULL);
}

/* As vhost does when its file is closed. */
static void close_device(void *data)
{
	struct vdpa_device *vdpa = data;

	vdpa_reset(vdpa, 0);
	vdpa->config->reset_map(vdpa, 0);
}

struct mock_driver *mock_driver(struct kunit *test, struct vdpa_device *vdpa,
				unsigned int pages)
{
	struct mock_driver *driver;

	driver = kunit_kzalloc(test, sizeof(*driver), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, driver);
	driver->vdpa = vdpa;
	init_completion(&driver->interrupt);
	init_completion(&driver->config_interrupt);
	vdpa_reset(vdpa, 0);
	mock_guest_init(&driver->guest, test, pages, map_in_device, vdpa);
	kunit_add_action(test, close_device, vdpa);
	mock_map(&driver->guest, 0, pages, VHOST_MAP_RW);
	return driver;
}

void mock_driver_setup(struct mock_driver *driver, u64 features)
{
	const struct vdpa_config_ops *ops = driver->vdpa->config;
	struct vdpa_device *vdpa = driver->vdpa;
	const struct vdpa_vq_state zero = {};
	struct vdpa_callback cb = {
		.callback = on_config,
		.private = driver,
	};
	unsigned int i;

	vdpa_set_status(vdpa, VIRTIO_CONFIG_S_ACKNOWLEDGE |
			      VIRTIO_CONFIG_S_DRIVER);
	KUNIT_ASSERT_EQ(driver->guest.test, 0,
			vdpa_set_features(vdpa, features |
					  BIT_ULL(VIRTIO_F_VERSION_1)));
	vdpa_set_status(vdpa, VIRTIO_CONFIG_S_ACKNOWLEDGE |
			      VIRTIO_CONFIG_S_DRIVER |
			      VIRTIO_CONFIG_S_FEATURES_OK);
	ops->set_config_cb(vdpa, &cb);
	cb.callback = on_interrupt;
	for (i = 0; i < ARRAY_SIZE(driver->rings); i++) {
		struct mock_ring *ring = &driver->rings[i];

		mock_ring_init(ring, &driver->guest, 64,
			       features & BIT_ULL(VIRTIO_RING_F_EVENT_IDX));
		ops->set_vq_num(vdpa, i, ring->num);
		ops->set_vq_address(vdpa, i, ring->desc_gpa, ring->avail_gpa,
				    ring->used_gpa);
		ops->set_vq_state(vdpa, i, &zero);
		ops->set_vq_cb(vdpa, i, &cb);
		ops->set_vq_ready(vdpa, i, true);
	}
}

void mock_driver_start(struct mock_driver *driver, u64 features)
{
	mock_driver_setup(driver, features);
	vdpa_set_status(driver->vdpa, VIRTIO_CONFIG_S_ACKNOWLEDGE |
				      VIRTIO_CONFIG_S_DRIVER |
				      VIRTIO_CONFIG_S_FEATURES_OK |
				      VIRTIO_CONFIG_S_DRIVER_OK);
}

void mock_driver_kick(struct mock_driver *driver, unsigned int queue)
{
	driver->vdpa->config->kick_vq(driver->vdpa, queue);
}

void mock_driver_kick_atomic(struct mock_driver *driver, unsigned int queue)
{
	unsigned long flags;

	local_irq_save(flags);
	mock_driver_kick(driver, queue);
	local_irq_restore(flags);
}

int mock_driver_wait(struct mock_driver *driver, unsigned int queue,
		     u32 *out_id)
{
	u32 id, len;

	while (!mock_ring_used(&driver->rings[queue], &id, &len))
		if (!wait_for_completion_timeout(&driver->interrupt, PATIENCE))
			return -ETIMEDOUT;
	if (out_id)
		*out_id = id;
	return len;
}

int mock_driver_request(struct mock_driver *driver, unsigned int queue,
			const void *req, size_t req_len, void *resp,
			size_t resp_len)
{
	struct mock_guest *guest = &driver->guest;
	size_t mark = guest->next;
	struct mock_buf bufs[2];
	unsigned int n = 0;
	u64 req_gpa, resp_gpa;
	int len;

	req_gpa = mock_alloc(guest, req_len, 8);
	resp_gpa = mock_alloc(guest, resp_len, 8);
	memcpy(mock_ptr(guest, req_gpa), req, req_len);
	memset(mock_ptr(guest, resp_gpa), 0xa5, resp_len);
	if (req_len)
		bufs[n++] = (struct mock_buf){ req_gpa, req_len, false };
	if (resp_len)
		bufs[n++] = (struct mock_buf){ resp_gpa, resp_len, true };

	mock_ring_add(&driver->rings[queue], bufs, n);
	mock_driver_kick_atomic(driver, queue);
	len = mock_driver_wait(driver, queue, NULL);
	if (resp_len)
		memcpy(resp, mock_ptr(guest, resp_gpa), resp_len);
	guest->next = mark;
	return len;
}
