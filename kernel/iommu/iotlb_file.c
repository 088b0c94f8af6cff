// SPDX-License-Identifier: GPL-2.0-only
/*
 * Streams as files: messages in the form of linux/vhost_types.h, by the rules
 * of linux/vdpa_iommu.h. What they mean is in iotlb.c.
 */
#include "iotlb_file.h"

#include <linux/anon_inodes.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vhost_types.h>

#include <linux/vdpa_iommu.h>

#include "chardev_private.h"
#include "config.h"
#include "endpoint.h"
#include "iotlb.h"
#include "iotlb_mem.h"
#include "vdiommu.h"

/**
 * struct stream - an open stream
 * @link: in vdiommu_file.streams
 * @file: device file of the IOMMU, with a reference
 * @ep: endpoint; there as long as @file->iommu is
 * @id: its number
 * @iotlb: what goes through
 */
struct stream {
	struct list_head link;
	struct vdiommu_file *file;
	struct vdiommu_endpoint *ep;
	u32 id;
	struct vdiommu_iotlb iotlb;
};

/*
 * Reading
 */

static int read_one(struct stream *stream, char __user *buf)
{
	struct vhost_msg_v2 msg;
	int err;

	memset(&msg, 0, sizeof(msg));
	msg.type = VHOST_IOTLB_MSG_V2;
	err = vdiommu_iotlb_next(&stream->iotlb, &msg.iotlb);
	if (err)
		return err;
	return copy_to_user(buf, &msg, sizeof(msg)) ? -EFAULT : 0;
}

static bool is_readable(struct stream *stream)
{
	return vdiommu_iotlb_poll(&stream->iotlb) & EPOLLIN;
}

static ssize_t stream_read(struct file *file, char __user *buf, size_t len,
			   loff_t *pos)
{
	struct stream *stream = file->private_data;
	size_t done = 0;
	int err = 0;

	if (len < sizeof(struct vhost_msg_v2))
		return -EINVAL;
	while (!err && len - done >= sizeof(struct vhost_msg_v2)) {
		err = read_one(stream, buf + done);
		if (!err)
			done += sizeof(struct vhost_msg_v2);
		else if (err == -EAGAIN && !done &&
			 !(file->f_flags & O_NONBLOCK))
			err = wait_event_interruptible(stream->iotlb.readers,
						       is_readable(stream));
	}
	return done ?: err;
}

/*
 * Writing
 */

static int miss(struct stream *stream, const struct vhost_iotlb_msg *msg)
{
	int err = -ENODEV;

	down_read(&stream->file->gone);
	if (stream->file->iommu)
		err = vdiommu_iotlb_miss(&stream->iotlb, stream->ep, msg->iova,
					 msg->perm);
	up_read(&stream->file->gone);
	return err;
}

static int write_one(struct stream *stream, const char __user *buf)
{
	struct vhost_msg_v2 msg;

	if (copy_from_user(&msg, buf, sizeof(msg)))
		return -EFAULT;
	if (msg.type != VHOST_IOTLB_MSG_V2 || msg.asid)
		return -EINVAL;
	switch (msg.iotlb.type) {
	case VHOST_IOTLB_MISS:
		return miss(stream, &msg.iotlb);
	case VHOST_IOTLB_INVALIDATE:
		return vdiommu_iotlb_acknowledge(&stream->iotlb, msg.iotlb.iova,
						 msg.iotlb.size);
	default:
		return -EINVAL;
	}
}

static ssize_t stream_write(struct file *file, const char __user *buf,
			    size_t len, loff_t *pos)
{
	size_t done = 0;
	int err = 0;

	if (!len || len % sizeof(struct vhost_msg_v2))
		return -EINVAL;
	while (!err && done < len) {
		err = write_one(file->private_data, buf + done);
		if (!err)
			done += sizeof(struct vhost_msg_v2);
	}
	return done ?: err;
}

static __poll_t stream_poll(struct file *file, poll_table *table)
{
	struct stream *stream = file->private_data;

	poll_wait(file, &stream->iotlb.readers, table);
	return vdiommu_iotlb_poll(&stream->iotlb);
}

/*
 * Memory
 */

static int set_mem(struct stream *stream, const struct vdpa_iommu_set_mem *arg)
{
	struct vdpa_iommu_mem_region *regions;
	struct vdiommu_iotlb_mem *mem;
	size_t size;
	int err;

	if (arg->size != sizeof(*arg) || arg->count > VDPA_IOMMU_MAX_REGIONS)
		return -EINVAL;
	size = array_size(arg->count, sizeof(*regions));
	regions = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	if (!regions)
		return -ENOMEM;
	if (copy_from_user(regions, u64_to_user_ptr(arg->regions), size)) {
		kvfree(regions);
		return -EFAULT;
	}
	mem = vdiommu_iotlb_mem_create(regions, arg->count);
	if (IS_ERR(mem))
		return PTR_ERR(mem);
	err = vdiommu_iotlb_set_mem(&stream->iotlb, mem);
	if (err)
		vdiommu_iotlb_mem_destroy(mem);
	return err;
}

static long stream_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct vdpa_iommu_set_mem request;

	if (cmd != VDPA_IOMMU_IOTLB_SET_MEM)
		return -ENOTTY;
	if (copy_from_user(&request, (void __user *)arg, sizeof(request)))
		return -EFAULT;
	return set_mem(file->private_data, &request);
}

/*
 * Life
 */

static void stream_destroy(struct stream *stream)
{
	scoped_guard(mutex, &stream->file->streams_lock)
		list_del(&stream->link);
	vdiommu_iotlb_finish(&stream->iotlb);
	put_device(&stream->file->dev);
	kfree(stream);
}

static int stream_release(struct inode *inode, struct file *file)
{
	stream_destroy(file->private_data);
	return 0;
}

static const struct file_operations stream_fops = {
	.owner = THIS_MODULE,
	.read = stream_read,
	.write = stream_write,
	.poll = stream_poll,
	.unlocked_ioctl = stream_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = stream_release,
};

static bool has_stream_locked(const struct vdiommu_file *file, u32 id)
{
	const struct stream *stream;

	lockdep_assert_held(&file->streams_lock);
	list_for_each_entry(stream, &file->streams, link)
		if (stream->id == id)
			return true;
	return false;
}

static int claim(struct vdiommu_file *file, struct stream *stream)
{
	struct vdiommu_device *iommu = file->iommu;

	guard(mutex)(&file->streams_lock);
	if (has_stream_locked(file, stream->id))
		return -EBUSY;
	if (vdiommu_iotlb_init(&stream->iotlb, vds_device_name(&iommu->vds),
			       stream->id, &file->dev,
			       &iommu->stats.unconfirmed))
		return -ENOMEM;
	list_add(&stream->link, &file->streams);
	get_device(&file->dev);
	return 0;
}

struct file *vdiommu_iotlb_file_create(struct vdiommu_file *file,
				       struct vdiommu_endpoint *ep,
				       unsigned int flags)
{
	struct stream *stream;
	struct file *opened;
	int err;

	lockdep_assert_held_read(&file->gone);
	stream = kzalloc(sizeof(*stream), GFP_KERNEL_ACCOUNT);
	if (!stream)
		return ERR_PTR(-ENOMEM);
	stream->file = file;
	stream->ep = ep;
	stream->id = ep->member.shape->id;
	err = claim(file, stream);
	if (err) {
		kfree(stream);
		return ERR_PTR(err);
	}
	opened = anon_inode_getfile("[vdpa_iommu_iotlb]", &stream_fops, stream,
				    O_RDWR | flags);
	if (IS_ERR(opened))
		stream_destroy(stream);
	return opened;
}

void vdiommu_iotlb_files_end(struct vdiommu_file *file)
{
	struct stream *stream;

	guard(mutex)(&file->streams_lock);
	list_for_each_entry(stream, &file->streams, link)
		vdiommu_iotlb_end(&stream->iotlb);
}
