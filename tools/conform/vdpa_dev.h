/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vdpa_dev.h - one open /dev/vhost-vdpa-N.
 *
 * The only door of this program to vhost's ioctls. Every function returns 0 or
 * a negative errno, unless it says otherwise; none of them prints.
 */
#ifndef CONFORM_VDPA_DEV_H
#define CONFORM_VDPA_DEV_H

#include <stdbool.h>
#include <stdint.h>

/* vhost's access bits of a mapping, as the device sees it. */
enum vdpa_perm {
	VDPA_RO = 1,
	VDPA_WO = 2,
	VDPA_RW = 3,
};

struct vdpa_dev {
	int fd;
	uint64_t backend;	/* acknowledged backend features */
};

/* Where the three parts of a split ring lie, in IOVAs. */
struct vdpa_vring_addr {
	uint64_t desc;
	uint64_t avail;
	uint64_t used;
};

/**
 * vdpa_open() - open the device and become its owner
 * @dev: filled
 * @path: /dev/vhost-vdpa-N
 *
 * Acknowledges the backend features this program knows.
 */
int vdpa_open(struct vdpa_dev *dev, const char *path);
void vdpa_close(struct vdpa_dev *dev);

int vdpa_get_device_id(struct vdpa_dev *dev, uint32_t *out_id);
int vdpa_get_nvqs(struct vdpa_dev *dev, uint32_t *out_count);
int vdpa_get_vring_max(struct vdpa_dev *dev, uint16_t *out_max);
int vdpa_get_iova_range(struct vdpa_dev *dev, uint64_t *out_first,
			uint64_t *out_last);

int vdpa_get_features(struct vdpa_dev *dev, uint64_t *out_features);
int vdpa_set_features(struct vdpa_dev *dev, uint64_t features);

int vdpa_get_status(struct vdpa_dev *dev, uint8_t *out_status);
int vdpa_set_status(struct vdpa_dev *dev, uint8_t status);
int vdpa_reset(struct vdpa_dev *dev);
int vdpa_suspend(struct vdpa_dev *dev);
int vdpa_resume(struct vdpa_dev *dev);
bool vdpa_can_suspend(const struct vdpa_dev *dev);
bool vdpa_can_resume(const struct vdpa_dev *dev);

int vdpa_get_config_size(struct vdpa_dev *dev, uint32_t *out_size);
int vdpa_get_config(struct vdpa_dev *dev, uint32_t off, void *buf,
		    uint32_t len);
int vdpa_set_config(struct vdpa_dev *dev, uint32_t off, const void *buf,
		    uint32_t len);
int vdpa_set_config_call(struct vdpa_dev *dev, int fd);

int vdpa_set_vring_num(struct vdpa_dev *dev, unsigned int q, unsigned int num);
int vdpa_set_vring_addr(struct vdpa_dev *dev, unsigned int q,
			const struct vdpa_vring_addr *addr);
int vdpa_set_vring_base(struct vdpa_dev *dev, unsigned int q,
			unsigned int base);
int vdpa_get_vring_base(struct vdpa_dev *dev, unsigned int q,
			unsigned int *out_base);
int vdpa_set_vring_kick(struct vdpa_dev *dev, unsigned int q, int fd);
int vdpa_set_vring_call(struct vdpa_dev *dev, unsigned int q, int fd);
int vdpa_set_vring_enable(struct vdpa_dev *dev, unsigned int q, bool enable);

/**
 * vdpa_map() - let the device see a piece of our memory
 * @dev: an open device
 * @iova: where the device sees it, page aligned
 * @size: bytes, whole pages
 * @va: our address, page aligned
 * @perm: what the device may do
 */
int vdpa_map(struct vdpa_dev *dev, uint64_t iova, uint64_t size, void *va,
	     enum vdpa_perm perm);

/**
 * vdpa_unmap() - take it back
 * @dev: an open device
 * @iova: first byte
 * @size: bytes; vhost drops every mapping that it touches as a whole
 */
int vdpa_unmap(struct vdpa_dev *dev, uint64_t iova, uint64_t size);

#endif /* CONFORM_VDPA_DEV_H */
