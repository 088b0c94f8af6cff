/* SPDX-License-Identifier: GPL-2.0-only */
/* What view.c and view_ioctl.c share. */
#ifndef _VDGPU_VIEW_PRIVATE_H
#define _VDGPU_VIEW_PRIVATE_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/irq_work.h>
#include <linux/list.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include <linux/vdpa_gpu.h>

struct file;
struct vdgpu_device;

/**
 * struct vdgpu_view - a device file
 * @dev: holds the memory; referenced by every open file through @cdev
 * @cdev: the character device
 * @gone: held for reading by calls that use @gpu, never across user memory
 * @gpu: the GPU; NULL when it is gone; under @gone
 * @lock: covers @files and their accounts; any context
 * @files: struct vdgpu_view_file.link
 * @wait: pollers of all files
 * @wake: wakes them outside of the locks of the one who damages
 */
struct vdgpu_view {
	struct device dev;
	struct cdev cdev;
	struct rw_semaphore gone;
	struct vdgpu_device *gpu;
	spinlock_t lock;
	struct list_head files;
	wait_queue_head_t wait;
	struct irq_work wake;
};

/**
 * struct vdgpu_view_account - what a viewer has not been told yet
 * @flags: VDPA_GPU_DAMAGE_* bits
 * @left: first column of damaged pixels
 * @top: first row
 * @right: last column + 1
 * @bottom: last row + 1
 */
struct vdgpu_view_account {
	u32 flags;
	u32 left;
	u32 top;
	u32 right;
	u32 bottom;
};

/**
 * struct vdgpu_view_file - one viewer
 * @link: in vdgpu_view.files
 * @view: what it looks at
 * @accounts: one per scanout, under vdgpu_view.lock
 */
struct vdgpu_view_file {
	struct list_head link;
	struct vdgpu_view *view;
	struct vdgpu_view_account accounts[VDPA_GPU_MAX_SCANOUTS];
};

/**
 * vdgpu_view_settle() - take what is in an account, and clear it
 * @viewer: whose
 * @index: scanout
 * @out_account: its contents
 */
void vdgpu_view_settle(struct vdgpu_view_file *viewer, u32 index,
		       struct vdgpu_view_account *out_account);

/* file_operations.unlocked_ioctl of the device file */
long vdgpu_view_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

#endif /* _VDGPU_VIEW_PRIVATE_H */
