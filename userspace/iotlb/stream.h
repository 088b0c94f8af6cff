/* SPDX-License-Identifier: GPL-2.0-only */
/* stream.h - the way to a stream of vdpa_iommu; the only room with its ioctls. */
#ifndef IOTLB_STREAM_H
#define IOTLB_STREAM_H

#include <stdint.h>

#define STREAM_MAX_REGIONS	512u

/* A piece of guest memory, and where the owner of the device has it. */
struct region {
	uint64_t gpa;
	uint64_t size;
	uint64_t uaddr;
};

/**
 * stream_open() - make the stream of an endpoint
 * @path: device file of the IOMMU
 * @endpoint: number
 *
 * Return: a file descriptor or a negative errno.
 */
int stream_open(const char *path, uint32_t endpoint);

/**
 * stream_set_mem() - say where the guest's memory is
 * @fd: stream
 * @regions: table
 * @count: of them, at most STREAM_MAX_REGIONS
 *
 * Return: 0 or a negative errno.
 */
int stream_set_mem(int fd, const struct region *regions, unsigned int count);

#endif /* IOTLB_STREAM_H */
