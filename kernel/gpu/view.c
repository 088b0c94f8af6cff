// SPDX-License-Identifier: GPL-2.0-only
/*
 * The viewers' device file: its life, its damage accounts, its maps.
 *
 * An open file keeps struct vdgpu_view, which in turn knows the GPU until
 * vdgpu_view_destroy(). Who may still hold the view then, and how it is dealt
 * with:
 *
 * - damage from the queues: stops when gpu->view is cleared under scan_lock;
 * - a wake-up under way: irq_work_sync();
 * - calls of viewers: they hold view->gone, and find no GPU afterwards;
 * - open files, and an open() that is half way through: references of the
 *   device; they hang up.
 */
#include "view.h"

#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "image.h"
#include "vdgpu.h"
#include "view_private.h"

#define MAX_VIEWS	256

#define ALL_DAMAGE	(VDPA_GPU_DAMAGE_LAYOUT | VDPA_GPU_DAMAGE_PIXELS | \
			 VDPA_GPU_DAMAGE_CURSOR | VDPA_GPU_DAMAGE_MODE)

/* What VDPA_GPU_VIEW_MMAP() shifts by, in pages. */
#define MMAP_SHIFT	(36 - PAGE_SHIFT)

static dev_t first_devt;
static DEFINE_IDA(minors);

static char *devnode(const struct device *dev, umode_t *mode)
{
	if (mode)
		*mode = 0600;
	return kasprintf(GFP_KERNEL, "vdpa-gpu/%s", dev_name(dev));
}

static const struct class view_class = {
	.name = "vdpa_gpu",
	.devnode = devnode,
};

static void wake_viewers(struct irq_work *work)
{
	struct vdgpu_view *view = container_of(work, struct vdgpu_view, wake);

	wake_up_interruptible_poll(&view->wait, EPOLLIN | EPOLLRDNORM);
}

static void add_damage(struct vdgpu_view_account *account, u32 flags,
		       const struct vdpa_gpu_rect *rect)
{
	account->flags |= flags;
	if (!rect)
		return;
	account->left = min(account->left, rect->x);
	account->top = min(account->top, rect->y);
	account->right = max(account->right, rect->x + rect->width);
	account->bottom = max(account->bottom, rect->y + rect->height);
}

static void clear_account(struct vdgpu_view_account *account)
{
	*account = (struct vdgpu_view_account) {
		.left = U32_MAX,
		.top = U32_MAX,
	};
}

/* A new viewer knows nothing. */
static void fill_account(struct vdgpu_view_account *account)
{
	*account = (struct vdgpu_view_account) {
		.flags = ALL_DAMAGE,
		.right = U32_MAX,
		.bottom = U32_MAX,
	};
}

void vdgpu_view_damage(struct vdgpu_device *gpu, u32 index, u32 flags,
		       const struct vdpa_gpu_rect *rect)
{
	struct vdgpu_view *view = gpu->view;
	struct vdgpu_view_file *viewer;
	unsigned long irq;

	lockdep_assert_held(&gpu->scan_lock);
	if (!view)
		return;
	spin_lock_irqsave(&view->lock, irq);
	list_for_each_entry(viewer, &view->files, link)
		add_damage(&viewer->accounts[index], flags, rect);
	spin_unlock_irqrestore(&view->lock, irq);
	irq_work_queue(&view->wake);
}

void vdgpu_view_settle(struct vdgpu_view_file *viewer, u32 index,
		       struct vdgpu_view_account *out_account)
{
	unsigned long irq;

	spin_lock_irqsave(&viewer->view->lock, irq);
	*out_account = viewer->accounts[index];
	clear_account(&viewer->accounts[index]);
	spin_unlock_irqrestore(&viewer->view->lock, irq);
}

static bool any_damage(struct vdgpu_view_file *viewer, u32 num_scanouts)
{
	unsigned long irq;
	u32 flags = 0;
	u32 i;

	spin_lock_irqsave(&viewer->view->lock, irq);
	for (i = 0; i < num_scanouts; i++)
		flags |= viewer->accounts[i].flags;
	spin_unlock_irqrestore(&viewer->view->lock, irq);
	return flags;
}

static int view_open(struct inode *inode, struct file *file)
{
	struct vdgpu_view *view = container_of(inode->i_cdev,
					       struct vdgpu_view, cdev);
	struct vdgpu_view_file *viewer;
	unsigned int i;

	viewer = kzalloc(sizeof(*viewer), GFP_KERNEL);
	if (!viewer)
		return -ENOMEM;
	viewer->view = view;
	for (i = 0; i < VDPA_GPU_MAX_SCANOUTS; i++)
		fill_account(&viewer->accounts[i]);

	spin_lock_irq(&view->lock);
	list_add(&viewer->link, &view->files);
	spin_unlock_irq(&view->lock);
	file->private_data = viewer;
	return nonseekable_open(inode, file);
}

static int view_release(struct inode *inode, struct file *file)
{
	struct vdgpu_view_file *viewer = file->private_data;

	spin_lock_irq(&viewer->view->lock);
	list_del(&viewer->link);
	spin_unlock_irq(&viewer->view->lock);
	kfree(viewer);
	return 0;
}

static __poll_t view_poll(struct file *file, poll_table *table)
{
	struct vdgpu_view_file *viewer = file->private_data;
	struct vdgpu_view *view = viewer->view;
	__poll_t events = 0;

	poll_wait(file, &view->wait, table);
	down_read(&view->gone);
	if (!view->gpu)
		events = EPOLLIN | EPOLLHUP;
	else if (any_damage(viewer, view->gpu->config.num_scanouts))
		events = EPOLLIN | EPOLLRDNORM;
	up_read(&view->gone);
	return events;
}

/* The image that a scanout shows now, or an ERR_PTR. */
static struct vdgpu_image *shown_image(struct vdgpu_view *view, u64 index)
{
	struct vdgpu_image *image = ERR_PTR(-ENODEV);
	struct vdpa_gpu_view_scanout layout;

	down_read(&view->gone);
	if (view->gpu && index >= view->gpu->config.num_scanouts) {
		image = ERR_PTR(-EINVAL);
	} else if (view->gpu) {
		vdgpu_scanout_snapshot(view->gpu, index, &layout, &image);
		if (!image)
			image = ERR_PTR(-ENOENT);
	}
	up_read(&view->gone);
	return image;
}

static int view_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct vdgpu_view_file *viewer = file->private_data;
	struct vdgpu_image *image;
	int err;

	image = shown_image(viewer->view, vma->vm_pgoff >> MMAP_SHIFT);
	if (IS_ERR(image))
		return PTR_ERR(image);
	vma->vm_pgoff &= BIT(MMAP_SHIFT) - 1;
	err = vdgpu_image_mmap(image, vma);
	vdgpu_image_put(image);
	return err;
}

static const struct file_operations view_fops = {
	.owner = THIS_MODULE,
	.open = view_open,
	.release = view_release,
	.poll = view_poll,
	.mmap = view_mmap,
	.unlocked_ioctl = vdgpu_view_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static void view_free(struct device *dev)
{
	struct vdgpu_view *view = container_of(dev, struct vdgpu_view, dev);

	ida_free(&minors, MINOR(dev->devt) - MINOR(first_devt));
	kfree(view);
}

/* With a minor it may be freed by put_device() only. */
static struct vdgpu_view *alloc_view(void)
{
	struct vdgpu_view *view;
	int minor;

	view = kzalloc(sizeof(*view), GFP_KERNEL);
	if (!view)
		return ERR_PTR(-ENOMEM);
	minor = ida_alloc_max(&minors, MAX_VIEWS - 1, GFP_KERNEL);
	if (minor < 0) {
		kfree(view);
		return ERR_PTR(minor);
	}
	device_initialize(&view->dev);
	view->dev.class = &view_class;
	view->dev.devt = MKDEV(MAJOR(first_devt), MINOR(first_devt) + minor);
	view->dev.release = view_free;
	cdev_init(&view->cdev, &view_fops);
	view->cdev.owner = THIS_MODULE;
	init_rwsem(&view->gone);
	spin_lock_init(&view->lock);
	INIT_LIST_HEAD(&view->files);
	init_waitqueue_head(&view->wait);
	init_irq_work(&view->wake, wake_viewers);
	return view;
}

static void attach(struct vdgpu_device *gpu, struct vdgpu_view *view)
{
	spin_lock_irq(&gpu->scan_lock);
	gpu->view = view;
	spin_unlock_irq(&gpu->scan_lock);
}

static void detach(struct vdgpu_device *gpu, struct vdgpu_view *view)
{
	attach(gpu, NULL);
	irq_work_sync(&view->wake);
	down_write(&view->gone);
	view->gpu = NULL;
	up_write(&view->gone);
	wake_up_poll(&view->wait, EPOLLIN | EPOLLHUP);
}

int vdgpu_view_create(struct vdgpu_device *gpu)
{
	struct vdgpu_view *view = alloc_view();
	int err;

	if (IS_ERR(view))
		return PTR_ERR(view);
	err = dev_set_name(&view->dev, "%s.view", vds_device_name(&gpu->vds));
	if (err)
		goto put;
	view->gpu = gpu;
	attach(gpu, view);
	/* From here on there may be viewers. */
	err = cdev_device_add(&view->cdev, &view->dev);
	if (err)
		goto detach;
	return 0;

detach:
	detach(gpu, view);
put:
	put_device(&view->dev);
	return err;
}

void vdgpu_view_destroy(struct vdgpu_device *gpu)
{
	struct vdgpu_view *view = gpu->view;

	if (!view)
		return;
	cdev_device_del(&view->cdev, &view->dev);
	detach(gpu, view);
	put_device(&view->dev);
}

int vdgpu_view_module_init(void)
{
	int err;

	err = alloc_chrdev_region(&first_devt, 0, MAX_VIEWS, "vdpa_gpu");
	if (err)
		return err;
	err = class_register(&view_class);
	if (err)
		unregister_chrdev_region(first_devt, MAX_VIEWS);
	return err;
}

void vdgpu_view_module_exit(void)
{
	class_unregister(&view_class);
	unregister_chrdev_region(first_devt, MAX_VIEWS);
	ida_destroy(&minors);
}
