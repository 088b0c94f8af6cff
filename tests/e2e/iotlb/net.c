// SPDX-License-Identifier: GPL-2.0-only
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/vhost.h>
#include <linux/virtio_config.h>

#include "guest.h"

#define BIT64(n)	(1ull << (n))
#define TX		1
#define PROTOCOL	0x88b5	/* for experiments */
#define NAME		"iotlb0"

static int vhost, tap, sniffer;
static struct ring tx;

static void call(int fd, const char *what, unsigned long request, void *arg)
{
	if (ioctl(fd, request, arg) < 0)
		die("network: %s", what);
}

static void open_tap(void)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int header = HEADER_SIZE;

	tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	if (tap < 0)
		die("/dev/net/tun");
	strcpy(ifr.ifr_name, NAME);
	call(tap, "tap", TUNSETIFF, &ifr);
	call(tap, "header", TUNSETVNETHDRSZ, &header);
}

static void open_sniffer(void)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(PROTOCOL),
		.sll_ifindex = if_nametoindex(NAME),
	};
	struct ifreq ifr = { .ifr_flags = IFF_UP };

	/* Deaf until it is bound, and in error when that is down. */
	sniffer = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (sniffer < 0)
		die("packet socket");
	strcpy(ifr.ifr_name, NAME);
	call(sniffer, "up", SIOCSIFFLAGS, &ifr);
	if (bind(sniffer, (void *)&addr, sizeof(addr)) < 0)
		die("packet socket");
}

/* It wants to know, but does not use it where it translates. */
static void set_memory(void)
{
	struct vhost_memory *table = calloc(1, sizeof(*table) +
					       sizeof(table->regions[0]));

	if (!table)
		die("memory");
	table->nregions = 1;
	table->regions[0] = (struct vhost_memory_region){
		.guest_phys_addr = GUEST_GPA,
		.memory_size = GUEST_SIZE,
		.userspace_addr = (uintptr_t)guest_memory,
	};
	call(vhost, "memory", VHOST_SET_MEM_TABLE, table);
	free(table);
}

int net_open(void)
{
	uint64_t features = BIT64(VIRTIO_F_VERSION_1) |
			    BIT64(VIRTIO_F_ACCESS_PLATFORM);
	uint64_t backend = 1ull << VHOST_BACKEND_F_IOTLB_MSG_V2;

	open_tap();
	open_sniffer();
	vhost = open("/dev/vhost-net", O_RDWR);
	if (vhost < 0)
		die("/dev/vhost-net");
	call(vhost, "owner", VHOST_SET_OWNER, NULL);
	call(vhost, "backend", VHOST_SET_BACKEND_FEATURES, &backend);
	call(vhost, "features", VHOST_SET_FEATURES, &features);
	set_memory();
	return vhost;
}

static void set_backend(void)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	struct vhost_vring_file backend = { .index = TX, .fd = tap };

	/* It looks at the ring, which it does not find before it has asked. */
	for (int i = 0; i < LIMIT_MS / 10; i++) {
		if (!ioctl(vhost, VHOST_NET_SET_BACKEND, &backend))
			return;
		if (errno != EFAULT)
			break;
		nanosleep(&pause, NULL);
	}
	die("network: backend");
}

void net_start(unsigned int page, uint64_t iova)
{
	struct vhost_vring_state num = { .index = TX, .num = RING_SIZE };
	struct vhost_vring_state zero = { .index = TX };
	struct vhost_vring_file kick = { .index = TX };
	struct vhost_vring_addr addr = {
		.index = TX,
		.desc_user_addr = iova,
		.avail_user_addr = iova + RING_AVAIL,
		.used_user_addr = iova + RING_USED,
	};

	ring_init(&tx, page);
	kick.fd = tx.kick;
	call(vhost, "ring size", VHOST_SET_VRING_NUM, &num);
	call(vhost, "ring base", VHOST_SET_VRING_BASE, &zero);
	call(vhost, "ring address", VHOST_SET_VRING_ADDR, &addr);
	call(vhost, "kick", VHOST_SET_VRING_KICK, &kick);
	set_backend();
}

void net_write_frame(unsigned int page, uint8_t mark)
{
	uint8_t *frame = (uint8_t *)guest_page(page) + HEADER_SIZE;
	struct ethhdr *header = (void *)frame;

	memset(guest_page(page), 0, HEADER_SIZE);
	memset(frame, mark, FRAME_SIZE);
	memset(header->h_dest, 0xff, ETH_ALEN);
	memset(header->h_source, 0x02, ETH_ALEN);
	header->h_proto = htons(PROTOCOL);
}

void net_send(uint64_t iova)
{
	ring_add(&tx, iova, HEADER_SIZE + FRAME_SIZE, 0);
	ring_kick(&tx);
}

void net_kick(void)
{
	ring_kick(&tx);
}

int net_received(void)
{
	uint8_t frame[FRAME_SIZE];
	ssize_t len = recv(sniffer, frame, sizeof(frame), MSG_DONTWAIT);

	if (len != sizeof(frame))
		return -1;
	for (unsigned int i = ETH_HLEN; i < FRAME_SIZE; i++)
		if (frame[i] != frame[ETH_HLEN])
			return -2;
	return frame[ETH_HLEN];
}

int net_receive(void)
{
	struct pollfd pfd = { .fd = sniffer, .events = POLLIN };

	poll(&pfd, 1, LIMIT_MS);
	return net_received();
}
