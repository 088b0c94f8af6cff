// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device file: looks at an IOMMU from outside of the guest.
 *
 * An open file keeps struct vdiommu_file, which in turn knows the IOMMU until
 * vdiommu_chardev_destroy(). Calls hold file->gone while they use it, and never
 * across user memory, which may make us wait for as long as its owner pleases.
 * So a request goes through three steps: its struct is copied in by the rules
 * of the uapi header, served, and copied out.
 */
#include "chardev.h"

#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include <linux/vdpa_iommu.h>

#include "../soft/dma.h"
#include "../soft/endpoint.h"
#include "chardev_private.h"
#include "config.h"
#include "endpoint.h"
#include "iotlb_file.h"
#include "vdiommu.h"

#define MAX_FILES	256

/**
 * struct call - a request under way
 * @arg: the struct that belongs to the request
 * @bytes: of a test access, or NULL
 * @file: through which it came
 * @stream: that was made, to be opened at @fd at the very end; or NULL
 * @fd: reserved, or negative
 */
struct call {
	union {
		u32 size;
		struct vdpa_iommu_info info;
		struct vdpa_iommu_translate translate;
		struct vdpa_iommu_test_access test;
		struct vdpa_iommu_iotlb iotlb;
	} arg;
	u8 *bytes;
	struct vdiommu_file *file;
	struct file *stream;
	int fd;
};

static dev_t first_devt;
static DEFINE_IDA(minors);

static char *devnode(const struct device *dev, umode_t *mode)
{
	if (mode)
		*mode = 0600;
	return kasprintf(GFP_KERNEL, "vdpa-iommu/%s", dev_name(dev));
}

static const struct class file_class = {
	.name = "vdpa_iommu",
	.devnode = devnode,
};

/*
 * Requests
 */

static int serve_info(struct vdiommu_device *iommu, struct call *call)
{
	struct vdpa_iommu_info *info = &call->arg.info;
	u32 domains;

	info->version = VDPA_IOMMU_VERSION;
	info->num_endpoints = iommu->config->num_endpoints;
	info->flags = vds_device_driver_ok(&iommu->vds) ?
		      VDPA_IOMMU_INFO_DRIVER_OK : 0;
	if (IS_ENABLED(CONFIG_VDPA_IOMMU_TEST_ENDPOINT))
		info->flags |= VDPA_IOMMU_INFO_TEST;
	vdiommu_domains_count(&iommu->domains, &domains, &info->mappings);
	info->domains = domains;
	vdiommu_faults_count(iommu, &info->faults, &info->faults_dropped);
	memset(info->name, 0, sizeof(info->name));
	strscpy(info->name, vds_device_name(&iommu->vds), sizeof(info->name));
	return 0;
}

static int check_translate(struct call *call)
{
	return call->arg.translate.flags & ~VDPA_IOMMU_ACCESS_WRITE ?
	       -EINVAL : 0;
}

static int serve_translate(struct vdiommu_device *iommu, struct call *call)
{
	struct vdpa_iommu_translate *arg = &call->arg.translate;
	const struct vdiommu_range range = { arg->iova, arg->iova };
	struct vdiommu_endpoint *ep;
	struct vds_span span = {};

	ep = vdiommu_endpoint_find(iommu, arg->endpoint);
	if (!ep)
		return -ENOENT;
	arg->result = VDPA_IOMMU_ALLOWED;
	if (vdiommu_endpoint_translate(ep, range,
				       arg->flags & VDPA_IOMMU_ACCESS_WRITE,
				       &span))
		arg->result = VDPA_IOMMU_BLOCKED;
	arg->gpa = span.gpa;
	return 0;
}

#ifdef CONFIG_VDPA_IOMMU_TEST_ENDPOINT
/* Brings the bytes to be written, or room for those to be read. */
static int prepare_test(struct call *call)
{
	const struct vdpa_iommu_test_access *arg = &call->arg.test;
	void __user *data = u64_to_user_ptr(arg->data);

	if (arg->flags & ~VDPA_IOMMU_ACCESS_WRITE || arg->reserved ||
	    !arg->len || arg->len > VDPA_IOMMU_TEST_MAX ||
	    arg->len - 1 > U64_MAX - arg->iova)
		return -EINVAL;
	call->bytes = kzalloc(arg->len, GFP_KERNEL);
	if (!call->bytes)
		return -ENOMEM;
	if (arg->flags & VDPA_IOMMU_ACCESS_WRITE &&
	    copy_from_user(call->bytes, data, arg->len))
		return -EFAULT;
	return 0;
}

static int serve_test(struct vdiommu_device *iommu, struct call *call)
{
	struct vdpa_iommu_test_access *arg = &call->arg.test;
	struct vdiommu_endpoint *ep;
	struct vds_dma *dma;
	int err;

	ep = vdiommu_endpoint_find(iommu, arg->endpoint);
	if (!ep)
		return -ENOENT;
	dma = vds_dma_create_behind(&iommu->vds, ep->handle);
	if (!dma)
		return -ENOMEM;
	if (arg->flags & VDPA_IOMMU_ACCESS_WRITE)
		err = vds_dma_write(dma, arg->iova, call->bytes, arg->len);
	else
		err = vds_dma_read(dma, arg->iova, call->bytes, arg->len);
	vds_dma_destroy(dma);
	arg->result = err ? VDPA_IOMMU_BLOCKED : VDPA_IOMMU_ALLOWED;
	return 0;
}

static int finish_test(struct call *call)
{
	const struct vdpa_iommu_test_access *arg = &call->arg.test;

	if (arg->flags & VDPA_IOMMU_ACCESS_WRITE ||
	    arg->result != VDPA_IOMMU_ALLOWED)
		return 0;
	return copy_to_user(u64_to_user_ptr(arg->data), call->bytes,
			    arg->len) ? -EFAULT : 0;
}
#else
static int prepare_test(struct call *call)
{
	return -EOPNOTSUPP;
}

static int serve_test(struct vdiommu_device *iommu, struct call *call)
{
	return -EOPNOTSUPP;
}

static int finish_test(struct call *call)
{
	return -EOPNOTSUPP;
}
#endif

static int prepare_iotlb(struct call *call)
{
	return call->arg.iotlb.flags & ~(O_CLOEXEC | O_NONBLOCK) ? -EINVAL : 0;
}

static int serve_iotlb(struct vdiommu_device *iommu, struct call *call)
{
	const struct vdpa_iommu_iotlb *arg = &call->arg.iotlb;
	struct vdiommu_endpoint *ep;
	struct file *stream;

	ep = vdiommu_endpoint_find(iommu, arg->endpoint);
	if (!ep)
		return -ENOENT;
	stream = vdiommu_iotlb_file_create(call->file, ep,
					   arg->flags & O_NONBLOCK);
	if (IS_ERR(stream))
		return PTR_ERR(stream);
	call->stream = stream;
	return 0;
}

static int finish_iotlb(struct call *call)
{
	call->fd = get_unused_fd_flags(call->arg.iotlb.flags & O_CLOEXEC);
	call->arg.iotlb.fd = call->fd;
	return min(call->fd, 0);
}

/**
 * struct request - one row
 * @cmd: the ioctl
 * @size: of its struct
 * @write: is it for files open for writing only
 * @prepare: before the IOMMU is held; optional
 * @serve: while it is held; must not touch user memory
 * @finish: afterwards; optional
 */
struct request {
	unsigned int cmd;
	size_t size;
	bool write;
	int (*prepare)(struct call *call);
	int (*serve)(struct vdiommu_device *iommu, struct call *call);
	int (*finish)(struct call *call);
};

static const struct request requests[] = {
	[_IOC_NR(VDPA_IOMMU_INFO)] = {
		.cmd = VDPA_IOMMU_INFO,
		.size = sizeof(struct vdpa_iommu_info),
		.serve = serve_info,
	},
	[_IOC_NR(VDPA_IOMMU_TRANSLATE)] = {
		.cmd = VDPA_IOMMU_TRANSLATE,
		.size = sizeof(struct vdpa_iommu_translate),
		.write = true,
		.prepare = check_translate,
		.serve = serve_translate,
	},
	[_IOC_NR(VDPA_IOMMU_TEST_ACCESS)] = {
		.cmd = VDPA_IOMMU_TEST_ACCESS,
		.size = sizeof(struct vdpa_iommu_test_access),
		.write = true,
		.prepare = prepare_test,
		.serve = serve_test,
		.finish = finish_test,
	},
	[_IOC_NR(VDPA_IOMMU_IOTLB)] = {
		.cmd = VDPA_IOMMU_IOTLB,
		.size = sizeof(struct vdpa_iommu_iotlb),
		.write = true,
		.prepare = prepare_iotlb,
		.serve = serve_iotlb,
		.finish = finish_iotlb,
	},
};

static const struct request *find_request(unsigned int cmd)
{
	unsigned int nr = _IOC_NR(cmd);

	if (nr >= ARRAY_SIZE(requests))
		return NULL;
	nr = array_index_nospec(nr, ARRAY_SIZE(requests));
	/* The size within the number is that of the struct, for all time. */
	return requests[nr].cmd == cmd ? &requests[nr] : NULL;
}

static int copy_in(const struct request *request, struct call *call,
		   void __user *arg)
{
	if (copy_from_user(&call->arg, arg, request->size))
		return -EFAULT;
	return call->arg.size == request->size ? 0 : -EINVAL;
}

static int serve(const struct request *request, struct call *call)
{
	struct vdiommu_file *file = call->file;
	int err = -ENODEV;

	down_read(&file->gone);
	if (file->iommu)
		err = request->serve(file->iommu, call);
	up_read(&file->gone);
	return err;
}

static int run(const struct request *request, struct call *call,
	       void __user *arg)
{
	int err;

	err = copy_in(request, call, arg);
	if (!err && request->prepare)
		err = request->prepare(call);
	if (!err)
		err = serve(request, call);
	if (!err && request->finish)
		err = request->finish(call);
	if (!err && copy_to_user(arg, &call->arg, request->size))
		err = -EFAULT;
	return err;
}

/* The descriptor opens last: nobody can close it again from within. */
static void settle(struct call *call, int err)
{
	kfree(call->bytes);
	if (!call->stream)
		return;
	if (!err) {
		fd_install(call->fd, call->stream);
		return;
	}
	fput(call->stream);
	if (call->fd >= 0)
		put_unused_fd(call->fd);
}

long vdiommu_chardev_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	const struct request *request = find_request(cmd);
	struct call call = { .file = file->private_data, .fd = -1 };
	int err;

	if (!request)
		return -ENOTTY;
	if (request->write && !(file->f_mode & FMODE_WRITE))
		return -EPERM;
	err = run(request, &call, (void __user *)arg);
	settle(&call, err);
	return err;
}

/*
 * Life
 */

static int file_open(struct inode *inode, struct file *file)
{
	file->private_data = container_of(inode->i_cdev, struct vdiommu_file,
					  cdev);
	return nonseekable_open(inode, file);
}

static const struct file_operations file_fops = {
	.owner = THIS_MODULE,
	.open = file_open,
	.unlocked_ioctl = vdiommu_chardev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static void file_free(struct device *dev)
{
	struct vdiommu_file *file = container_of(dev, struct vdiommu_file, dev);

	ida_free(&minors, MINOR(dev->devt) - MINOR(first_devt));
	mutex_destroy(&file->streams_lock);
	kfree(file);
}

/* With a minor it may be freed by put_device() only. */
static struct vdiommu_file *alloc_file(void)
{
	struct vdiommu_file *file;
	int minor;

	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file)
		return ERR_PTR(-ENOMEM);
	minor = ida_alloc_max(&minors, MAX_FILES - 1, GFP_KERNEL);
	if (minor < 0) {
		kfree(file);
		return ERR_PTR(minor);
	}
	device_initialize(&file->dev);
	file->dev.class = &file_class;
	file->dev.devt = MKDEV(MAJOR(first_devt), MINOR(first_devt) + minor);
	file->dev.release = file_free;
	cdev_init(&file->cdev, &file_fops);
	file->cdev.owner = THIS_MODULE;
	init_rwsem(&file->gone);
	mutex_init(&file->streams_lock);
	INIT_LIST_HEAD(&file->streams);
	return file;
}

/* Calls that come from here on find no IOMMU. */
static void detach(struct vdiommu_file *file)
{
	down_write(&file->gone);
	file->iommu = NULL;
	up_write(&file->gone);
	vdiommu_iotlb_files_end(file);
}

int vdiommu_chardev_create(struct vdiommu_device *iommu)
{
	struct vdiommu_file *file = alloc_file();
	int err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	err = dev_set_name(&file->dev, "%s", vds_device_name(&iommu->vds));
	if (err)
		goto put;
	file->iommu = iommu;
	/* From here on there may be calls. */
	err = cdev_device_add(&file->cdev, &file->dev);
	if (err)
		goto gone;
	iommu->file = file;
	return 0;

gone:
	detach(file);
put:
	put_device(&file->dev);
	return err;
}

void vdiommu_chardev_destroy(struct vdiommu_device *iommu)
{
	struct vdiommu_file *file = iommu->file;

	if (!file)
		return;
	iommu->file = NULL;
	cdev_device_del(&file->cdev, &file->dev);
	detach(file);
	put_device(&file->dev);
}

int vdiommu_chardev_module_init(void)
{
	int err;

	err = alloc_chrdev_region(&first_devt, 0, MAX_FILES, "vdpa_iommu");
	if (err)
		return err;
	err = class_register(&file_class);
	if (err)
		unregister_chrdev_region(first_devt, MAX_FILES);
	return err;
}

void vdiommu_chardev_module_exit(void)
{
	class_unregister(&file_class);
	unregister_chrdev_region(first_devt, MAX_FILES);
	ida_destroy(&minors);
}
