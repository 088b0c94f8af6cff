/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pci_fn.h - a modern virtio PCI function that no driver is bound to, its
 * registers mapped through sysfs.
 */
#ifndef CONFORM_PCI_FN_H
#define CONFORM_PCI_FN_H

#include <stddef.h>
#include <stdint.h>

#define PCI_FN_BARS	6

struct window {
	volatile uint8_t *at;
	uint32_t len;
};

struct pci_fn {
	char dir[96];
	int config;
	void *bar[PCI_FN_BARS];
	size_t bar_len[PCI_FN_BARS];
	uint16_t id;			/* virtio's */
	struct window common, notify, isr, device;
	uint32_t notify_step;
};

/**
 * pci_fn_open() - map what virtio names, switch the function on
 * @fn: filled; to be closed also after an error
 * @address: as 0000:00:05.0
 *
 * Memory decoding and bus mastering are on then, INTx is off.
 *
 * Return: 0, -EBUSY when a driver is bound, -ENODEV when it is not virtio,
 * -EPROTO when it is not modern, or another negative errno.
 */
int pci_fn_open(struct pci_fn *fn, const char *address);
void pci_fn_close(struct pci_fn *fn);

#endif /* CONFORM_PCI_FN_H */
