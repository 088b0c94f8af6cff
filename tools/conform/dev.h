/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dev.h - one open virtio device, whatever it is reached by.
 *
 * Two transports: /dev/vhost-vdpa-N on the host (vdpa_dev.c), a PCI function
 * from inside a guest (pci_dev.c). What a transport cannot do it does not
 * claim in @can, and rows that need it are untestable there. Every function
 * returns 0 or a negative errno, unless it says otherwise; none of them prints.
 */
#ifndef CONFORM_DEV_H
#define CONFORM_DEV_H

#include <stdbool.h>
#include <stdint.h>

/* Access bits of a mapping, as the device sees it (those of vhost). */
enum dev_perm {
	DEV_RO = 1,
	DEV_WO = 2,
	DEV_RW = 3,
};

enum dev_can {
	DEV_CAN_MAP	= 1 << 0,	/* pages come, go, are protected */
	DEV_CAN_BASE	= 1 << 1,	/* a ring may begin at any index */
	DEV_CAN_COUNT	= 1 << 2,	/* every interrupt, and whose it is */
	DEV_CAN_SIZE	= 1 << 3,	/* the size of the config space */
	DEV_CAN_OWN	= 1 << 4,	/* closing ends all that was begun */
	DEV_CAN_SUSPEND	= 1 << 5,
	DEV_CAN_RESUME	= 1 << 6,
};

/* Where the three parts of a split ring lie, as the device sees them. */
struct dev_ring_addr {
	uint64_t desc;
	uint64_t avail;
	uint64_t used;
};

struct dev;

/**
 * struct dev_ops - a transport
 * @open: fill @dev->priv and @dev->can
 * @close: undo it; @dev->priv may be half filled
 * @map: let the device see @size bytes at @va as @iova; whole pages
 * @unmap: take them back; what the range touches goes as a whole
 * @locate: address of a byte of ours, where it cannot be chosen (no @map)
 * @kick: notify queue @q; @fd is the eventfd that set_ring_kick got
 * @pump: signal the eventfds of interrupts that came; NULL: they come alone
 *
 * suspend, resume, map, unmap, locate and pump may be NULL.
 */
struct dev_ops {
	int (*open)(struct dev *dev, const char *path);
	void (*close)(struct dev *dev);
	int (*get_device_id)(struct dev *dev, uint32_t *out_id);
	int (*get_nvqs)(struct dev *dev, uint32_t *out_count);
	int (*get_vring_max)(struct dev *dev, unsigned int q,
			     uint16_t *out_max);
	int (*get_iova_range)(struct dev *dev, uint64_t *out_first,
			      uint64_t *out_last);
	int (*get_features)(struct dev *dev, uint64_t *out_features);
	int (*set_features)(struct dev *dev, uint64_t features);
	int (*get_status)(struct dev *dev, uint8_t *out_status);
	int (*set_status)(struct dev *dev, uint8_t status);
	int (*suspend)(struct dev *dev);
	int (*resume)(struct dev *dev);
	int (*get_config_size)(struct dev *dev, uint32_t *out_size);
	int (*get_config)(struct dev *dev, uint32_t off, void *buf,
			  uint32_t len);
	int (*set_config)(struct dev *dev, uint32_t off, const void *buf,
			  uint32_t len);
	int (*set_config_call)(struct dev *dev, int fd);
	int (*set_vring_num)(struct dev *dev, unsigned int q,
			     unsigned int num);
	int (*set_vring_addr)(struct dev *dev, unsigned int q,
			      const struct dev_ring_addr *addr);
	int (*set_vring_base)(struct dev *dev, unsigned int q,
			      unsigned int base);
	int (*get_vring_base)(struct dev *dev, unsigned int q,
			      unsigned int *out_base);
	int (*set_vring_kick)(struct dev *dev, unsigned int q, int fd);
	int (*set_vring_call)(struct dev *dev, unsigned int q, int fd);
	int (*set_vring_enable)(struct dev *dev, unsigned int q, bool enable);
	int (*map)(struct dev *dev, uint64_t iova, uint64_t size, void *va,
		   enum dev_perm perm);
	int (*unmap)(struct dev *dev, uint64_t iova, uint64_t size);
	int (*locate)(struct dev *dev, const void *va, uint64_t *out_iova);
	void (*kick)(struct dev *dev, unsigned int q, int fd);
	void (*pump)(struct dev *dev);
};

struct dev {
	const struct dev_ops *ops;
	void *priv;		/* NULL: not open */
	unsigned int can;	/* enum dev_can */
};

extern const struct dev_ops vdpa_dev_ops;	/* path: /dev/vhost-vdpa-N */
extern const struct dev_ops pci_dev_ops;	/* path: 0000:00:05.0 */

int dev_open(struct dev *dev, const struct dev_ops *ops, const char *path);
void dev_close(struct dev *dev);

static inline bool dev_is_open(const struct dev *dev)
{
	return dev->priv;
}

int dev_reset(struct dev *dev);
int dev_suspend(struct dev *dev);
int dev_resume(struct dev *dev);
int dev_map(struct dev *dev, uint64_t iova, uint64_t size, void *va,
	    enum dev_perm perm);
int dev_unmap(struct dev *dev, uint64_t iova, uint64_t size);

static inline int dev_get_device_id(struct dev *dev, uint32_t *out_id)
{
	return dev->ops->get_device_id(dev, out_id);
}

static inline int dev_get_nvqs(struct dev *dev, uint32_t *out_count)
{
	return dev->ops->get_nvqs(dev, out_count);
}

static inline int dev_get_vring_max(struct dev *dev, unsigned int q,
				    uint16_t *out_max)
{
	return dev->ops->get_vring_max(dev, q, out_max);
}

static inline int dev_get_iova_range(struct dev *dev, uint64_t *out_first,
				     uint64_t *out_last)
{
	return dev->ops->get_iova_range(dev, out_first, out_last);
}

static inline int dev_get_features(struct dev *dev, uint64_t *out_features)
{
	return dev->ops->get_features(dev, out_features);
}

static inline int dev_set_features(struct dev *dev, uint64_t features)
{
	return dev->ops->set_features(dev, features);
}

static inline int dev_get_status(struct dev *dev, uint8_t *out_status)
{
	return dev->ops->get_status(dev, out_status);
}

static inline int dev_set_status(struct dev *dev, uint8_t status)
{
	return dev->ops->set_status(dev, status);
}

static inline int dev_get_config_size(struct dev *dev, uint32_t *out_size)
{
	return dev->ops->get_config_size(dev, out_size);
}

static inline int dev_get_config(struct dev *dev, uint32_t off, void *buf,
				 uint32_t len)
{
	return dev->ops->get_config(dev, off, buf, len);
}

static inline int dev_set_config(struct dev *dev, uint32_t off,
				 const void *buf, uint32_t len)
{
	return dev->ops->set_config(dev, off, buf, len);
}

static inline int dev_set_config_call(struct dev *dev, int fd)
{
	return dev->ops->set_config_call(dev, fd);
}

static inline int dev_set_vring_num(struct dev *dev, unsigned int q,
				    unsigned int num)
{
	return dev->ops->set_vring_num(dev, q, num);
}

static inline int dev_set_vring_addr(struct dev *dev, unsigned int q,
				     const struct dev_ring_addr *addr)
{
	return dev->ops->set_vring_addr(dev, q, addr);
}

static inline int dev_set_vring_base(struct dev *dev, unsigned int q,
				     unsigned int base)
{
	return dev->ops->set_vring_base(dev, q, base);
}

static inline int dev_get_vring_base(struct dev *dev, unsigned int q,
				     unsigned int *out_base)
{
	return dev->ops->get_vring_base(dev, q, out_base);
}

static inline int dev_set_vring_kick(struct dev *dev, unsigned int q, int fd)
{
	return dev->ops->set_vring_kick(dev, q, fd);
}

static inline int dev_set_vring_call(struct dev *dev, unsigned int q, int fd)
{
	return dev->ops->set_vring_call(dev, q, fd);
}

static inline int dev_set_vring_enable(struct dev *dev, unsigned int q,
				       bool enable)
{
	return dev->ops->set_vring_enable(dev, q, enable);
}

static inline void dev_kick(struct dev *dev, unsigned int q, int fd)
{
	dev->ops->kick(dev, q, fd);
}

static inline void dev_pump(struct dev *dev)
{
	if (dev->ops->pump)
		dev->ops->pump(dev);
}

#endif /* CONFORM_DEV_H */
