/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dma.h - the one door to guest memory.
 *
 * Addresses that a guest driver writes are IOVAs. The door turns an IOVA into
 * a guest physical address, if the device sits behind an IOMMU (endpoint.h),
 * and that into a page that is certainly there (mem.c holds a reference from
 * map to unmap), and copies. There are two ways through it:
 *
 * - vds_dma_read(), vds_dma_write(): look up and copy, any context;
 * - a section: vds_dma_enter(), then as many vds_dma_resolve() and
 *   vds_dma_copy_from() as it takes, vds_dma_leave(). Inside a section no
 *   mapping goes away, so what was resolved stays good; it also stays good in
 *   later sections as long as vds_dma_unchanged() says so.
 *   Sections may sleep and must be short: an unmap waits for them, and with
 *   it the VMM.
 *
 * Lock order of the project, outermost first; what a level holds is said
 * above the struct that owns the lock:
 *
 *   vdpa core's cf_lock, vhost's device mutex (held by our callers)
 *     vds_core.lock (mutex)			soft/device.c
 *       vds_endpoint.users_lock (mutex)	soft/endpoint.c
 *         GPU locks, see gpu/vdgpu.h
 *           vds_mem.users (section)		soft/mem.c
 *             vds_vq.lock (irq)		soft/vq.c
 *               vds_endpoint.lock (irq)	soft/endpoint.c
 *                 vds_mem.lock (irq)		soft/mem.c
 *                 IOMMU locks, see iommu/vdiommu.h
 *   vds_vq.cb_lock, vds_core.config_cb_lock (irq): held around a callback
 *     into vhost or virtio, which may come back to kick_vq and take
 *     vds_vq.lock; so nobody takes them while holding anything of ours.
 */
#ifndef _VDS_DMA_H
#define _VDS_DMA_H

#include <linux/types.h>

struct vds_dma;

/**
 * vds_dma_read() - copy from guest memory
 * @dma: the device's door
 * @iova: first byte
 * @buf: kernel memory for @len bytes
 * @len: how many bytes, may cross any number of mappings
 *
 * Any context. Return: 0, or -EFAULT if a byte is not mapped for reading.
 */
int vds_dma_read(struct vds_dma *dma, u64 iova, void *buf, size_t len);

/**
 * vds_dma_write() - copy to guest memory
 * @dma: the device's door
 * @iova: first byte
 * @buf: kernel memory
 * @len: how many bytes, may cross any number of mappings
 *
 * Any context. Return: 0, or -EFAULT if a byte is not mapped for writing;
 * bytes before it may have been written then.
 */
int vds_dma_write(struct vds_dma *dma, u64 iova, const void *buf, size_t len);

/**
 * vds_dma_enter() - begin a section in which no mapping goes away
 * @dma: the device's door
 *
 * May sleep. Sections do not nest.
 */
void vds_dma_enter(struct vds_dma *dma);

/**
 * vds_dma_try_enter() - begin a section if that needs no waiting
 * @dma: the device's door
 *
 * Any context. A section that was begun with interrupts off must end so, and
 * be as short as anything there. Return: false if the VMM is taking memory
 * away just now.
 */
bool vds_dma_try_enter(struct vds_dma *dma);

/**
 * vds_dma_leave() - end a section
 * @dma: the device's door
 */
void vds_dma_leave(struct vds_dma *dma);

/**
 * vds_dma_generation() - when is it
 * @dma: the device's door
 *
 * Inside a section. Return: a number, never 0, that changes whenever addresses
 * change their meaning.
 */
u64 vds_dma_generation(const struct vds_dma *dma);

/**
 * vds_dma_unchanged() - is what was resolved before still good?
 * @dma: the device's door
 * @generation: from vds_dma_generation() in the section in which it was
 *	resolved; 0: nothing was
 * @iova: lowest address of it
 * @last: highest address
 *
 * Inside a section. A mapping elsewhere that went away does not matter, as long
 * as these were not too many: ask again now and then, and remember when.
 *
 * Return: true if it is good in this section, too.
 */
bool vds_dma_unchanged(const struct vds_dma *dma, u64 generation, u64 iova,
		       u64 last);

/**
 * vds_dma_hold() - what will be resolved is to live on beyond its section
 * @dma: the device's door
 *
 * Before the section, and until the device type has let go of it, by itself or
 * in its revoke(). Any context.
 */
void vds_dma_hold(struct vds_dma *dma);

/**
 * vds_dma_unhold() - one thing less that is held
 * @dma: the device's door
 *
 * Any context.
 */
void vds_dma_unhold(struct vds_dma *dma);

/**
 * struct vds_extent - a piece of contiguous memory of the host
 * @phys: physical address of the first byte
 * @len: bytes, not 0
 */
struct vds_extent {
	phys_addr_t phys;
	u64 len;
};

/**
 * vds_dma_resolve() - find the memory behind the front of an IOVA range
 * @dma: the device's door
 * @iova: first byte
 * @len: bytes wanted, not 0
 * @write: must it be writable
 * @out_extent: the piece that [@iova, @iova + @len) begins with, at most @len
 *	bytes long
 *
 * Inside a section. Return: 0, or -EFAULT if the first byte is not mapped so.
 */
int vds_dma_resolve(struct vds_dma *dma, u64 iova, u64 len, bool write,
		    struct vds_extent *out_extent);

/**
 * vds_dma_copy_from() - copy out of resolved memory
 * @buf: kernel memory for @len bytes
 * @phys: physical address inside an extent
 * @len: bytes, all inside that extent
 *
 * Inside the section in which the extent is good.
 */
void vds_dma_copy_from(void *buf, phys_addr_t phys, size_t len);

#endif /* _VDS_DMA_H */
