// SPDX-License-Identifier: GPL-2.0-only
#include "guest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

uint8_t *guest_memory;

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	printf("not ok - ");
	vprintf(fmt, args);
	printf(": %m\n");
	va_end(args);
	exit(1);
}

void guest_init(void)
{
	guest_memory = mmap(NULL, GUEST_SIZE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (guest_memory == MAP_FAILED)
		die("guest memory");
}

void *guest_page(unsigned int page)
{
	return guest_memory + page * PAGE;
}

uint64_t guest_gpa(unsigned int page)
{
	return GUEST_GPA + page * PAGE;
}

void ring_init(struct ring *ring, unsigned int page)
{
	uint8_t *place = guest_page(page);

	memset(place, 0, PAGE);
	*ring = (struct ring){
		.desc = (void *)place,
		.avail = (void *)(place + RING_AVAIL),
		.used = (void *)(place + RING_USED),
		.kick = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
		.call = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
	};
	if (ring->kick < 0 || ring->call < 0)
		die("eventfd");
}

void ring_add(struct ring *ring, uint64_t addr, uint32_t len, uint16_t flags)
{
	uint16_t slot = ring->next % RING_SIZE;
	bool first = !slot || !(ring->desc[slot - 1].flags & VRING_DESC_F_NEXT);

	ring->desc[slot] = (struct vring_desc){
		.addr = addr,
		.len = len,
		.flags = flags,
		.next = (slot + 1) % RING_SIZE,
	};
	ring->next++;
	if (first)
		ring->avail->ring[ring->avail->idx % RING_SIZE] = slot;
	if (!(flags & VRING_DESC_F_NEXT))
		__atomic_store_n(&ring->avail->idx, ring->avail->idx + 1,
				 __ATOMIC_RELEASE);
}

void ring_kick(struct ring *ring)
{
	const uint64_t one = 1;

	if (write(ring->kick, &one, sizeof(one)) != sizeof(one))
		die("kick");
}

bool ring_has_used(const struct ring *ring)
{
	return __atomic_load_n(&ring->used->idx, __ATOMIC_ACQUIRE) !=
	       ring->last_used;
}

bool ring_take(struct ring *ring)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	for (int i = 0; i < LIMIT_MS && !ring_has_used(ring); i++)
		nanosleep(&pause, NULL);
	if (!ring_has_used(ring))
		return false;
	ring->last_used++;
	return true;
}
