// SPDX-License-Identifier: GPL-2.0-only
#include "iommu.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/vhost.h>
#include <linux/virtio_config.h>

#include "guest.h"

#define BIT64(n)	(1ull << (n))
#define DOMAIN		1

/* Pages of guest memory. */
#define REQUEST_RING	0
#define EVENT_RING	1
#define BUFFERS		2
#define EVENTS		1024u	/* within BUFFERS */
#define ANSWER		512u

static int device;
static struct ring requests, events;

static void call(const char *what, unsigned long request, void *arg)
{
	if (ioctl(device, request, arg) < 0)
		die("IOMMU: %s", what);
}

static void set_status(uint8_t status)
{
	call("status", VHOST_VDPA_SET_STATUS, &status);
}

static void map_memory(void)
{
	struct vhost_msg_v2 msg;

	memset(&msg, 0, sizeof(msg));
	msg.type = VHOST_IOTLB_MSG_V2;
	msg.iotlb.type = VHOST_IOTLB_UPDATE;
	msg.iotlb.iova = GUEST_GPA;
	msg.iotlb.size = GUEST_SIZE;
	msg.iotlb.uaddr = (uintptr_t)guest_memory;
	msg.iotlb.perm = VHOST_ACCESS_RW;
	if (write(device, &msg, sizeof(msg)) != sizeof(msg))
		die("IOMMU: memory");
}

static void start_ring(struct ring *ring, unsigned int index,
		       unsigned int page)
{
	struct vhost_vring_state num = { .index = index, .num = RING_SIZE };
	struct vhost_vring_state zero = { .index = index };
	struct vhost_vring_state enable = { .index = index, .num = 1 };
	struct vhost_vring_file kick = { .index = index };
	struct vhost_vring_addr addr = {
		.index = index,
		.desc_user_addr = guest_gpa(page),
		.avail_user_addr = guest_gpa(page) + RING_AVAIL,
		.used_user_addr = guest_gpa(page) + RING_USED,
	};

	ring_init(ring, page);
	kick.fd = ring->kick;
	call("ring size", VHOST_SET_VRING_NUM, &num);
	call("ring base", VHOST_SET_VRING_BASE, &zero);
	call("ring address", VHOST_SET_VRING_ADDR, &addr);
	call("kick", VHOST_SET_VRING_KICK, &kick);
	call("enable", VHOST_VDPA_SET_VRING_ENABLE, &enable);
}

static void add_event_buffer(unsigned int n)
{
	ring_add(&events, guest_gpa(BUFFERS) + EVENTS +
		 n * sizeof(struct virtio_iommu_fault),
		 sizeof(struct virtio_iommu_fault), VRING_DESC_F_WRITE);
}

void iommu_set_up(void)
{
	uint64_t features = BIT64(VIRTIO_F_VERSION_1) |
			    BIT64(VIRTIO_IOMMU_F_MAP_UNMAP) |
			    BIT64(VIRTIO_IOMMU_F_BYPASS_CONFIG);
	const uint8_t status = VIRTIO_CONFIG_S_ACKNOWLEDGE |
			       VIRTIO_CONFIG_S_DRIVER;

	set_status(status);
	call("features", VHOST_SET_FEATURES, &features);
	set_status(status | VIRTIO_CONFIG_S_FEATURES_OK);
	start_ring(&requests, 0, REQUEST_RING);
	start_ring(&events, 1, EVENT_RING);
	for (unsigned int i = 0; i < RING_SIZE / 2; i++)
		add_event_buffer(i);
	set_status(status | VIRTIO_CONFIG_S_FEATURES_OK |
		   VIRTIO_CONFIG_S_DRIVER_OK);
}

void iommu_start(const char *path)
{
	uint64_t backend = 1ull << VHOST_BACKEND_F_IOTLB_MSG_V2 | 1ull << 8;

	device = open(path, O_RDWR | O_CLOEXEC);
	if (device < 0)
		die("%s", path);
	call("owner", VHOST_SET_OWNER, NULL);
	call("backend", VHOST_SET_BACKEND_FEATURES, &backend);
	set_status(0);
	map_memory();
	iommu_set_up();
}

void iommu_reset(void)
{
	set_status(0);
}

void iommu_set_bypass(uint8_t bypass)
{
	struct vhost_vdpa_config *config = calloc(1, sizeof(*config) + 1);

	if (!config)
		die("memory");
	config->off = offsetof(struct virtio_iommu_config, bypass);
	config->len = 1;
	config->buf[0] = bypass;
	call("bypass", VHOST_VDPA_SET_CONFIG, config);
	free(config);
}

/* @len bytes of @request, all but its tail. */
static int ask(const void *request, uint32_t len)
{
	uint8_t *page = guest_page(BUFFERS);
	const struct virtio_iommu_req_tail *tail = (void *)(page + ANSWER);

	memcpy(page, request, len);
	memset(page + ANSWER, 0xff, sizeof(*tail));
	ring_add(&requests, guest_gpa(BUFFERS), len, VRING_DESC_F_NEXT);
	ring_add(&requests, guest_gpa(BUFFERS) + ANSWER, sizeof(*tail),
		 VRING_DESC_F_WRITE);
	ring_kick(&requests);
	return ring_take(&requests) ? tail->status : -1;
}

int iommu_attach(uint32_t endpoint)
{
	const struct virtio_iommu_req_attach request = {
		.head.type = VIRTIO_IOMMU_T_ATTACH,
		.domain = DOMAIN,
		.endpoint = endpoint,
	};

	return ask(&request, offsetof(struct virtio_iommu_req_attach, tail));
}

int iommu_detach(uint32_t endpoint)
{
	const struct virtio_iommu_req_detach request = {
		.head.type = VIRTIO_IOMMU_T_DETACH,
		.domain = DOMAIN,
		.endpoint = endpoint,
	};

	return ask(&request, offsetof(struct virtio_iommu_req_detach, tail));
}

int iommu_map(uint64_t iova, uint64_t gpa, uint32_t flags)
{
	const struct virtio_iommu_req_map request = {
		.head.type = VIRTIO_IOMMU_T_MAP,
		.domain = DOMAIN,
		.virt_start = iova,
		.virt_end = iova + PAGE - 1,
		.phys_start = gpa,
		.flags = flags,
	};

	return ask(&request, offsetof(struct virtio_iommu_req_map, tail));
}

int iommu_unmap(uint64_t iova)
{
	const struct virtio_iommu_req_unmap request = {
		.head.type = VIRTIO_IOMMU_T_UNMAP,
		.domain = DOMAIN,
		.virt_start = iova,
		.virt_end = iova + PAGE - 1,
	};

	return ask(&request, offsetof(struct virtio_iommu_req_unmap, tail));
}

bool iommu_has_fault(void)
{
	return ring_has_used(&events);
}

bool iommu_fault(struct virtio_iommu_fault *out_fault)
{
	uint32_t slot;

	if (!ring_take(&events))
		return false;
	slot = events.used->ring[(events.last_used - 1) % RING_SIZE].id;
	memcpy(out_fault, (uint8_t *)guest_page(BUFFERS) +
	       (events.desc[slot].addr - guest_gpa(BUFFERS)),
	       sizeof(*out_fault));
	return true;
}
