// SPDX-License-Identifier: GPL-2.0-only
#include "pci_fn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/pci_regs.h>
#include <linux/virtio_pci.h>

static int open_file(const struct pci_fn *fn, const char *name, int flags)
{
	char path[160];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", fn->dir, name);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int map_bar(struct pci_fn *fn, unsigned int bar)
{
	struct stat st;
	char name[16];
	int fd, err = 0;

	if (bar >= PCI_FN_BARS)
		return -EPROTO;
	if (fn->bar[bar])
		return 0;
	snprintf(name, sizeof(name), "resource%u", bar);
	fd = open_file(fn, name, O_RDWR | O_SYNC);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st)) {
		err = -errno;
	} else {
		void *at = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE,
				MAP_SHARED, fd, 0);

		if (at == MAP_FAILED) {
			err = -errno;
		} else {
			fn->bar[bar] = at;
			fn->bar_len[bar] = st.st_size;
		}
	}
	close(fd);
	return err;
}

static int set_window(struct pci_fn *fn, const struct virtio_pci_cap *cap,
		      struct window *window)
{
	int err = map_bar(fn, cap->bar);

	if (err || window->at)		/* the first of a kind counts */
		return err;
	if (cap->offset > fn->bar_len[cap->bar] ||
	    cap->length > fn->bar_len[cap->bar] - cap->offset)
		return -EPROTO;
	window->at = (volatile uint8_t *)fn->bar[cap->bar] + cap->offset;
	window->len = cap->length;
	return 0;
}

static int use_cap(struct pci_fn *fn, const struct virtio_pci_notify_cap *cap)
{
	switch (cap->cap.cfg_type) {
	case VIRTIO_PCI_CAP_COMMON_CFG:
		return set_window(fn, &cap->cap, &fn->common);
	case VIRTIO_PCI_CAP_NOTIFY_CFG:
		if (!fn->notify.at)
			fn->notify_step = cap->notify_off_multiplier;
		return set_window(fn, &cap->cap, &fn->notify);
	case VIRTIO_PCI_CAP_ISR_CFG:
		return set_window(fn, &cap->cap, &fn->isr);
	case VIRTIO_PCI_CAP_DEVICE_CFG:
		return set_window(fn, &cap->cap, &fn->device);
	}
	return 0;
}

static int walk_caps(struct pci_fn *fn, const uint8_t *space)
{
	struct virtio_pci_notify_cap cap;
	uint8_t at = space[PCI_CAPABILITY_LIST] & ~3;
	int err = 0;

	for (unsigned int n = 0; at && n < 64 && !err; n++) {
		if (at > 256 - sizeof(cap))
			break;
		memcpy(&cap, space + at, sizeof(cap));
		if (cap.cap.cap_vndr == PCI_CAP_ID_VNDR)
			err = use_cap(fn, &cap);
		at = cap.cap.cap_next & ~3;
	}
	if (err)
		return err;
	if (fn->common.len < sizeof(struct virtio_pci_common_cfg) ||
	    !fn->notify.at || !fn->isr.at || !fn->device.at)
		return -EPROTO;		/* no modern device */
	return 0;
}

/* Memory decoding and bus mastering on, INTx off. */
static int enable(struct pci_fn *fn)
{
	uint16_t command;
	int fd = open_file(fn, "enable", O_WRONLY);

	if (fd < 0)
		return fd;
	if (write(fd, "1", 1) != 1) {
		close(fd);
		return -EIO;
	}
	close(fd);
	if (pread(fn->config, &command, 2, PCI_COMMAND) != 2)
		return -EIO;
	command |= PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER |
		   PCI_COMMAND_INTX_DISABLE;
	return pwrite(fn->config, &command, 2, PCI_COMMAND) == 2 ? 0 : -EIO;
}

int pci_fn_open(struct pci_fn *fn, const char *address)
{
	uint8_t space[256];
	uint16_t vendor, device;
	int err;

	memset(fn, 0, sizeof(*fn));
	snprintf(fn->dir, sizeof(fn->dir), "/sys/bus/pci/devices/%s", address);
	fn->config = open_file(fn, "driver/uevent", O_WRONLY);
	if (fn->config >= 0)
		return -EBUSY;
	fn->config = open_file(fn, "config", O_RDWR);
	if (fn->config < 0)
		return fn->config;
	if (pread(fn->config, space, sizeof(space), 0) != sizeof(space))
		return -EIO;
	memcpy(&vendor, space + PCI_VENDOR_ID, 2);
	memcpy(&device, space + PCI_DEVICE_ID, 2);
	if (vendor != 0x1af4 || device < 0x1040 || device > 0x107f)
		return -ENODEV;
	fn->id = device - 0x1040;
	err = enable(fn);
	return err ? err : walk_caps(fn, space);
}

void pci_fn_close(struct pci_fn *fn)
{
	for (unsigned int i = 0; i < PCI_FN_BARS; i++)
		if (fn->bar[i])
			munmap(fn->bar[i], fn->bar_len[i]);
	if (fn->config >= 0)
		close(fn->config);
	memset(fn, 0, sizeof(*fn));
	fn->config = -1;
}
