// SPDX-License-Identifier: GPL-2.0-only
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/vdpa_iommu.h>

_Static_assert(STREAM_MAX_REGIONS == VDPA_IOMMU_MAX_REGIONS, "regions");

int stream_open(const char *path, uint32_t endpoint)
{
	struct vdpa_iommu_iotlb arg = {
		.size = sizeof(arg),
		.flags = O_CLOEXEC | O_NONBLOCK,
		.endpoint = endpoint,
	};
	int fd = open(path, O_RDWR | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = ioctl(fd, VDPA_IOMMU_IOTLB, &arg) < 0 ? -errno : arg.fd;
	close(fd);
	return ret;
}

int stream_set_mem(int fd, const struct region *regions, unsigned int count)
{
	struct vdpa_iommu_mem_region *table;
	struct vdpa_iommu_set_mem arg = { .size = sizeof(arg), .count = count };
	int ret;

	table = calloc(count, sizeof(*table));
	if (!table)
		return -ENOMEM;
	for (unsigned int i = 0; i < count; i++) {
		table[i].gpa = regions[i].gpa;
		table[i].size = regions[i].size;
		table[i].uaddr = regions[i].uaddr;
	}
	arg.regions = (uintptr_t)table;
	ret = ioctl(fd, VDPA_IOMMU_IOTLB_SET_MEM, &arg) < 0 ? -errno : 0;
	free(table);
	return ret;
}
