// SPDX-License-Identifier: GPL-2.0-only
/*
 * The transport of a guest: a modern virtio PCI function that no driver is
 * bound to, through sysfs.
 *
 * The function's BARs are mapped as they are. There is no IOMMU that would be
 * ours: the device sees physical addresses, which /proc/self/pagemap tells of
 * memory that cannot move (see mem.c). There are no interrupts either, MSI-X
 * stays off and INTx is disabled; what would have been one is found in the ISR
 * register, which says "some queue" and "config", once for any number of them.
 */
#include "dev.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/virtio_pci.h>

#include "pci_fn.h"

#define NR_QUEUES	2
#define PAGE		4096u

struct pci {
	struct pci_fn fn;
	int pagemap;
	uint32_t doorbell[NR_QUEUES];	/* offset in @fn.notify */
	int call[NR_QUEUES];
	int config_call;
};

#define REG(pci, field)							\
	((volatile void *)((pci)->fn.common.at +				\
			   offsetof(struct virtio_pci_common_cfg, field)))

static void put8(volatile void *at, uint8_t value)
{
	*(volatile uint8_t *)at = value;
}

static void put16(volatile void *at, uint16_t value)
{
	*(volatile uint16_t *)at = value;
}

static void put32(volatile void *at, uint32_t value)
{
	*(volatile uint32_t *)at = value;
}

static uint16_t get16(volatile void *at)
{
	return *(volatile uint16_t *)at;
}

static uint32_t get32(volatile void *at)
{
	return *(volatile uint32_t *)at;
}

/* Two words, the lower one first, as the driver of every guest does it. */
static void put64(volatile void *at, uint64_t value)
{
	put32(at, (uint32_t)value);
	put32((volatile uint8_t *)at + 4, value >> 32);
}

static int pci_open(struct dev *dev, const char *path)
{
	struct pci *pci = calloc(1, sizeof(*pci));
	int err;

	if (!pci)
		return -ENOMEM;
	dev->priv = pci;
	pci->config_call = -1;
	for (unsigned int q = 0; q < NR_QUEUES; q++)
		pci->call[q] = -1;
	pci->pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	err = pci_fn_open(&pci->fn, path);
	if (!err && pci->pagemap < 0)
		err = -EACCES;
	return err ? err : dev_reset(dev);
}

static void pci_close(struct dev *dev)
{
	struct pci *pci = dev->priv;

	if (pci->fn.common.at)
		dev_reset(dev);
	pci_fn_close(&pci->fn);
	if (pci->pagemap >= 0)
		close(pci->pagemap);
	free(pci);
}

static int pci_get_device_id(struct dev *dev, uint32_t *out_id)
{
	const struct pci *pci = dev->priv;

	*out_id = pci->fn.id;
	return 0;
}

static int pci_get_nvqs(struct dev *dev, uint32_t *out_count)
{
	struct pci *pci = dev->priv;
	uint32_t count = 0, all = get16(REG(pci, num_queues));

	/* The register is a limit: a queue that is there has a size. */
	for (uint32_t q = 0; q < all; q++) {
		put16(REG(pci, queue_select), q);
		count += get16(REG(pci, queue_size)) != 0;
	}
	*out_count = count;
	return 0;
}

static int pci_get_vring_max(struct dev *dev, unsigned int q,
			     uint16_t *out_max)
{
	struct pci *pci = dev->priv;

	put16(REG(pci, queue_select), q);
	*out_max = get16(REG(pci, queue_size));
	return *out_max ? 0 : -ENXIO;
}

static int pci_get_iova_range(struct dev *dev, uint64_t *out_first,
			      uint64_t *out_last)
{
	(void)dev;
	*out_first = 0;
	*out_last = UINT64_MAX >> 12;
	return 0;
}

static int pci_get_features(struct dev *dev, uint64_t *out_features)
{
	struct pci *pci = dev->priv;

	*out_features = 0;
	for (unsigned int i = 0; i < 2; i++) {
		put32(REG(pci, device_feature_select), i);
		*out_features |= (uint64_t)get32(REG(pci, device_feature)) <<
				 (32 * i);
	}
	return 0;
}

static int pci_set_features(struct dev *dev, uint64_t features)
{
	struct pci *pci = dev->priv;

	for (unsigned int i = 0; i < 2; i++) {
		put32(REG(pci, guest_feature_select), i);
		put32(REG(pci, guest_feature), features >> (32 * i));
	}
	return 0;
}

static int pci_get_status(struct dev *dev, uint8_t *out_status)
{
	struct pci *pci = dev->priv;

	*out_status = *(volatile uint8_t *)REG(pci, device_status);
	return 0;
}

static int pci_set_status(struct dev *dev, uint8_t status)
{
	time_t end = time(NULL) + 30;
	struct pci *pci = dev->priv;
	uint8_t now;

	put8(REG(pci, device_status), status);
	/* A reset is over when 0 is read back. */
	for (;;) {
		pci_get_status(dev, &now);
		if (status || !now)
			break;
		if (time(NULL) > end)
			return -ETIMEDOUT;
		usleep(1000);
	}
	if (!status) {
		/* The rings' eventfds are closed next. */
		for (unsigned int q = 0; q < NR_QUEUES; q++)
			pci->call[q] = -1;
		(void)*pci->fn.isr.at;
	}
	return 0;
}

static int pci_get_config_size(struct dev *dev, uint32_t *out_size)
{
	const struct pci *pci = dev->priv;

	*out_size = pci->fn.device.len;
	return 0;
}

static bool config_has(const struct pci *pci, uint32_t off, uint32_t len)
{
	return off <= pci->fn.device.len && len <= pci->fn.device.len - off;
}

static int pci_get_config(struct dev *dev, uint32_t off, void *buf,
			  uint32_t len)
{
	const struct pci *pci = dev->priv;
	volatile uint8_t *at = pci->fn.device.at + off;

	if (!config_has(pci, off, len))
		return -EINVAL;
	if (off % 4 || len % 4) {
		for (uint32_t i = 0; i < len; i++)
			((uint8_t *)buf)[i] = at[i];
		return 0;
	}
	for (uint32_t i = 0; i < len; i += 4) {
		uint32_t word = get32(at + i);

		memcpy((uint8_t *)buf + i, &word, 4);
	}
	return 0;
}

static int pci_set_config(struct dev *dev, uint32_t off, const void *buf,
			  uint32_t len)
{
	const struct pci *pci = dev->priv;
	volatile uint8_t *at = pci->fn.device.at + off;

	if (!config_has(pci, off, len))
		return -EINVAL;
	if (off % 4 || len % 4) {
		for (uint32_t i = 0; i < len; i++)
			at[i] = ((const uint8_t *)buf)[i];
		return 0;
	}
	for (uint32_t i = 0; i < len; i += 4) {
		uint32_t word;

		memcpy(&word, (const uint8_t *)buf + i, 4);
		put32(at + i, word);
	}
	return 0;
}

static int pci_set_config_call(struct dev *dev, int fd)
{
	struct pci *pci = dev->priv;

	pci->config_call = fd;
	return 0;
}

static int pci_set_vring_num(struct dev *dev, unsigned int q,
			     unsigned int num)
{
	struct pci *pci = dev->priv;

	if (num > 0xffff)
		return -EINVAL;
	put16(REG(pci, queue_select), q);
	put16(REG(pci, queue_size), num);
	return 0;
}

static int pci_set_vring_addr(struct dev *dev, unsigned int q,
			      const struct dev_ring_addr *addr)
{
	struct pci *pci = dev->priv;

	put16(REG(pci, queue_select), q);
	put64(REG(pci, queue_desc_lo), addr->desc);
	put64(REG(pci, queue_avail_lo), addr->avail);
	put64(REG(pci, queue_used_lo), addr->used);
	return 0;
}

static int pci_set_vring_base(struct dev *dev, unsigned int q,
			      unsigned int base)
{
	(void)dev;
	(void)q;
	return base ? -EOPNOTSUPP : 0;
}

static int pci_get_vring_base(struct dev *dev, unsigned int q,
			      unsigned int *out_base)
{
	(void)dev;
	(void)q;
	*out_base = 0;
	return -EOPNOTSUPP;
}

static int pci_set_vring_kick(struct dev *dev, unsigned int q, int fd)
{
	(void)dev;
	(void)q;
	(void)fd;
	return 0;
}

static int pci_set_vring_call(struct dev *dev, unsigned int q, int fd)
{
	struct pci *pci = dev->priv;

	if (q >= NR_QUEUES)
		return -EINVAL;
	pci->call[q] = fd;
	return 0;
}

static int pci_set_vring_enable(struct dev *dev, unsigned int q, bool on)
{
	struct pci *pci = dev->priv;
	uint32_t off;

	if (q >= NR_QUEUES)
		return -EINVAL;
	if (!on)
		return -EOPNOTSUPP;	/* only a reset stops a queue */
	put16(REG(pci, queue_select), q);
	off = get16(REG(pci, queue_notify_off)) * pci->fn.notify_step;
	if (off > pci->fn.notify.len - 2)
		return -EPROTO;
	pci->doorbell[q] = off;
	put16(REG(pci, queue_enable), 1);
	return 0;
}

static int pci_locate(struct dev *dev, const void *va, uint64_t *out_iova)
{
	const struct pci *pci = dev->priv;
	uint64_t at = (uintptr_t)va, entry;

	if (pread(pci->pagemap, &entry, 8, at / PAGE * 8) != 8)
		return -EIO;
	if (!(entry >> 63))
		return -EFAULT;
	entry &= (1ULL << 55) - 1;
	if (!entry)
		return -EPERM;		/* hidden from all but root */
	*out_iova = entry * PAGE + at % PAGE;
	return 0;
}

static void pci_kick(struct dev *dev, unsigned int q, int fd)
{
	const struct pci *pci = dev->priv;

	(void)fd;
	put16(pci->fn.notify.at + pci->doorbell[q], q);
}

static void signal_fd(int fd)
{
	const uint64_t one = 1;

	if (fd >= 0 && write(fd, &one, sizeof(one)) < 0)
		return;		/* the counter is full: it is signalled */
}

static void pci_pump(struct dev *dev)
{
	const struct pci *pci = dev->priv;
	uint8_t isr = *pci->fn.isr.at;	/* reading clears it */

	if (isr & 1)
		for (unsigned int q = 0; q < NR_QUEUES; q++)
			signal_fd(pci->call[q]);
	if (isr & VIRTIO_PCI_ISR_CONFIG)
		signal_fd(pci->config_call);
}

const struct dev_ops pci_dev_ops = {
	.open = pci_open,
	.close = pci_close,
	.get_device_id = pci_get_device_id,
	.get_nvqs = pci_get_nvqs,
	.get_vring_max = pci_get_vring_max,
	.get_iova_range = pci_get_iova_range,
	.get_features = pci_get_features,
	.set_features = pci_set_features,
	.get_status = pci_get_status,
	.set_status = pci_set_status,
	.get_config_size = pci_get_config_size,
	.get_config = pci_get_config,
	.set_config = pci_set_config,
	.set_config_call = pci_set_config_call,
	.set_vring_num = pci_set_vring_num,
	.set_vring_addr = pci_set_vring_addr,
	.set_vring_base = pci_set_vring_base,
	.get_vring_base = pci_get_vring_base,
	.set_vring_kick = pci_set_vring_kick,
	.set_vring_call = pci_set_vring_call,
	.set_vring_enable = pci_set_vring_enable,
	.locate = pci_locate,
	.kick = pci_kick,
	.pump = pci_pump,
};
