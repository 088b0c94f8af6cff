/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * net.h - a network card that vhost serves, with a transmit ring only. What it
 * sends is seen on a tap.
 */
#ifndef IOTLB_NET_H
#define IOTLB_NET_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of a frame and of the header before it. */
#define FRAME_SIZE	64u
#define HEADER_SIZE	12u

/**
 * net_open() - a card that translates, whose rings are not there yet
 *
 * Return: its vhost file, which children inherit.
 */
int net_open(void);

/**
 * net_start() - give it its ring
 * @page: of guest memory where the ring is
 * @iova: of that page, as the card sees it
 */
void net_start(unsigned int page, uint64_t iova);

/* Writes a frame full of @mark, with its header, to a page of guest memory. */
void net_write_frame(unsigned int page, uint8_t mark);

/* Sends what is at @iova. */
void net_send(uint64_t iova);

/* Looks at the ring again. */
void net_kick(void);

/* What the next frame is full of; -1 if none comes. */
int net_receive(void);
/* The same, if it is there already. */
int net_received(void);

#endif /* IOTLB_NET_H */
