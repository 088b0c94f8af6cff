// SPDX-License-Identifier: GPL-2.0-only
/* Streams as files, by the rules of uapi/linux/vdpa_iommu.h. */
#include <kunit/test.h>
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/mman.h>
#include <linux/poll.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vdpa_iommu.h>
#include <linux/vhost_types.h>

#include "iommu/chardev.h"
#include "iommu/chardev_private.h"
#include "iommu/vdiommu.h"
#include "mock_iommu.h"

#define G		MOCK_GRANULE
#define RW		(VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE)
#define MSG		sizeof(struct vhost_msg_v2)
#define UADDR		0x7f0000000000ull
/* Where in user memory the table of regions is. */
#define TABLE		PAGE_SIZE

static const struct file_operations no_fops = {};

/**
 * struct room - an IOMMU with a stream of endpoint 10, in domain 1
 * @mock: the IOMMU
 * @node: its device file, with a reference of our own
 * @file: that, open for reading and writing
 * @stream: the stream, which does not wait
 * @user: address of two pages of user memory
 */
struct room {
	struct mock_iommu *mock;
	struct vdiommu_file *node;
	struct file *file;
	struct file *stream;
	unsigned long user;
};

static void close_stream(struct room *room)
{
	/* Not at some time: here. */
	if (!IS_ERR_OR_NULL(room->stream))
		__fput_sync(room->stream);
	room->stream = NULL;
}

static void clear_room(void *data)
{
	struct room *room = data;

	close_stream(room);
	if (!IS_ERR_OR_NULL(room->file))
		fput(room->file);
	vdiommu_chardev_destroy(room->mock->iommu);
	if (room->node)
		put_device(&room->node->dev);
}

static long ioctl_with(struct room *room, struct file *file, unsigned int cmd,
		       void *arg)
{
	void __user *user = (void __user *)room->user;
	long ret;

	if (copy_to_user(user, arg, _IOC_SIZE(cmd)))
		return -ENOTRECOVERABLE;
	if (file == room->file)
		ret = vdiommu_chardev_ioctl(file, cmd, room->user);
	else
		ret = file->f_op->unlocked_ioctl(file, cmd, room->user);
	if (copy_from_user(arg, user, _IOC_SIZE(cmd)))
		return -ENOTRECOVERABLE;
	return ret;
}

static struct file *open_stream(struct room *room, u32 endpoint, u32 flags)
{
	struct vdpa_iommu_iotlb arg = {
		.size = sizeof(arg),
		.flags = flags,
		.endpoint = endpoint,
		.fd = -7,
	};
	long ret = ioctl_with(room, room->file, VDPA_IOMMU_IOTLB, &arg);
	struct file *stream;

	if (ret)
		return ERR_PTR(ret);
	stream = fget(arg.fd);
	close_fd(arg.fd);
	return stream ?: ERR_PTR(-EBADF);
}

static long set_mem(struct room *room, u64 gpa, u64 size)
{
	const struct vdpa_iommu_mem_region region = {
		.gpa = gpa,
		.size = size,
		.uaddr = UADDR,
	};
	struct vdpa_iommu_set_mem arg = {
		.size = sizeof(arg),
		.count = 1,
		.regions = room->user + TABLE,
	};

	if (copy_to_user((void __user *)room->user + TABLE, &region,
			 sizeof(region)))
		return -ENOTRECOVERABLE;
	return ioctl_with(room, room->stream, VDPA_IOMMU_IOTLB_SET_MEM, &arg);
}

static int file_init(struct kunit *test)
{
	struct room *room = kunit_kzalloc(test, sizeof(*room), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, room);
	test->priv = room;
	room->mock = mock_iommu_default(test);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, clear_room, room));
	KUNIT_ASSERT_EQ(test, 0, vdiommu_chardev_create(room->mock->iommu));
	room->node = room->mock->iommu->file;
	get_device(&room->node->dev);
	room->file = anon_inode_getfile("[kunit]", &no_fops, room->node,
					O_RDWR);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, room->file);
	room->user = kunit_vm_mmap(test, NULL, 0, 2 * PAGE_SIZE,
				   PROT_READ | PROT_WRITE,
				   MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_FALSE(test, !room->user || IS_ERR_VALUE(room->user));
	KUNIT_ASSERT_EQ(test, 0, mock_iommu_attach(room->mock, 1, 10, 0));
	room->stream = open_stream(room, 10, O_CLOEXEC | O_NONBLOCK);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, room->stream);
	KUNIT_ASSERT_EQ(test, 0, set_mem(room, 0, 16 * G));
	return 0;
}

static ssize_t write_stream(struct room *room, const void *bytes, size_t len)
{
	char __user *user = (char __user *)room->user;

	if (copy_to_user(user, bytes, len))
		return -ENOTRECOVERABLE;
	return room->stream->f_op->write(room->stream, user, len, NULL);
}

static ssize_t read_stream(struct room *room, void *bytes, size_t len)
{
	char __user *user = (char __user *)room->user;
	ssize_t ret = room->stream->f_op->read(room->stream, user, len, NULL);

	if (ret > 0 && copy_from_user(bytes, user, ret))
		return -ENOTRECOVERABLE;
	return ret;
}

static struct vhost_msg_v2 miss_of(u64 iova)
{
	struct vhost_msg_v2 msg;

	memset(&msg, 0, sizeof(msg));
	msg.type = VHOST_IOTLB_MSG_V2;
	msg.iotlb.iova = iova;
	msg.iotlb.perm = VHOST_ACCESS_RO;
	msg.iotlb.type = VHOST_IOTLB_MISS;
	return msg;
}

static void carries_messages(struct kunit *test)
{
	struct vhost_msg_v2 in[3] = { miss_of(G), miss_of(0), miss_of(4 * G) };
	struct room *room = test->priv;
	struct vhost_msg_v2 out[4];

	KUNIT_ASSERT_EQ(test, 0, mock_iommu_map(room->mock, 1, 0, G - 1, G,
						RW));
	KUNIT_EXPECT_EQ(test, -EAGAIN, read_stream(room, out, sizeof(out)));
	KUNIT_EXPECT_EQ(test, EPOLLOUT, room->stream->f_op->poll(room->stream,
								 NULL));
	KUNIT_EXPECT_EQ(test, 3 * MSG, write_stream(room, in, 3 * MSG));
	KUNIT_EXPECT_EQ(test, EPOLLIN | EPOLLOUT,
			room->stream->f_op->poll(room->stream, NULL));
	/* Whole ones only, as many as fit. */
	KUNIT_EXPECT_EQ(test, 2 * MSG, read_stream(room, out, 3 * MSG - 1));
	KUNIT_EXPECT_EQ(test, MSG, read_stream(room, &out[2], 2 * MSG));
	KUNIT_EXPECT_EQ(test, VHOST_IOTLB_ACCESS_FAIL, out[0].iotlb.type);
	KUNIT_EXPECT_EQ(test, G, out[0].iotlb.iova);
	KUNIT_EXPECT_EQ(test, VHOST_IOTLB_ACCESS_FAIL, out[2].iotlb.type);

	memset(&in[0], 0, MSG);
	in[0].type = VHOST_IOTLB_MSG_V2;
	in[0].iotlb.size = G;
	in[0].iotlb.uaddr = UADDR + G;
	in[0].iotlb.perm = VHOST_ACCESS_RW;
	in[0].iotlb.type = VHOST_IOTLB_UPDATE;
	KUNIT_EXPECT_MEMEQ(test, &in[0], &out[1], MSG);
}

static void refuses(struct kunit *test)
{
	struct vhost_msg_v2 in[2] = { miss_of(0), miss_of(0) };
	struct room *room = test->priv;

	KUNIT_EXPECT_EQ(test, -EINVAL, read_stream(room, in, MSG - 1));
	KUNIT_EXPECT_EQ(test, -EINVAL, write_stream(room, in, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, write_stream(room, in, MSG + 1));
	in[1].type = VHOST_IOTLB_MSG;
	/* The first one counts. */
	KUNIT_EXPECT_EQ(test, MSG, write_stream(room, in, 2 * MSG));
	KUNIT_EXPECT_EQ(test, -EINVAL, write_stream(room, &in[1], MSG));
	in[0].asid = 1;
	KUNIT_EXPECT_EQ(test, -EINVAL, write_stream(room, in, MSG));
	in[0] = miss_of(0);
	in[0].iotlb.type = VHOST_IOTLB_UPDATE;
	KUNIT_EXPECT_EQ(test, -EINVAL, write_stream(room, in, MSG));
	in[0].iotlb.type = VHOST_IOTLB_INVALIDATE;
	KUNIT_EXPECT_EQ(test, -EINVAL, write_stream(room, in, MSG));
	in[0] = miss_of(0);
	in[0].iotlb.perm = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL, write_stream(room, in, MSG));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			room->stream->f_op->write(room->stream, NULL, MSG,
						  NULL));
}

static void sets_memory(struct kunit *test)
{
	struct vdpa_iommu_set_mem arg = {
		.size = sizeof(arg),
		.count = VDPA_IOMMU_MAX_REGIONS + 1,
	};
	struct room *room = test->priv;
	const unsigned int cmd = VDPA_IOMMU_IOTLB_SET_MEM;

	KUNIT_EXPECT_EQ(test, -EINVAL, set_mem(room, 1, U64_MAX));
	KUNIT_EXPECT_EQ(test, -EINVAL, ioctl_with(room, room->stream, cmd,
						  &arg));
	arg.count = 1;
	KUNIT_EXPECT_EQ(test, -EFAULT, ioctl_with(room, room->stream, cmd,
						  &arg));
	arg.count = 0;
	KUNIT_EXPECT_EQ(test, 0, ioctl_with(room, room->stream, cmd, &arg));
	arg.size++;
	KUNIT_EXPECT_EQ(test, -EINVAL, ioctl_with(room, room->stream, cmd,
						  &arg));
	KUNIT_EXPECT_EQ(test, -ENOTTY, ioctl_with(room, room->stream,
						  _IO(VDPA_IOMMU_IOC, 4),
						  &arg));
}

static void there_is_one_of_each(struct kunit *test)
{
	struct room *room = test->priv;
	struct file *other;

	KUNIT_EXPECT_EQ(test, -EBUSY, PTR_ERR(open_stream(room, 10, 0)));
	KUNIT_EXPECT_EQ(test, -ENOENT, PTR_ERR(open_stream(room, 11, 0)));
	KUNIT_EXPECT_EQ(test, -EINVAL, PTR_ERR(open_stream(room, 20,
							   O_APPEND)));
	other = open_stream(room, 20, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, other);
	KUNIT_EXPECT_FALSE(test, other->f_flags & O_NONBLOCK);
	__fput_sync(other);
	close_stream(room);
	room->stream = open_stream(room, 10, O_NONBLOCK);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, room->stream);
}

static void outlives_its_iommu(struct kunit *test)
{
	const struct vhost_msg_v2 in = miss_of(0);
	struct room *room = test->priv;
	struct vhost_msg_v2 out;

	KUNIT_ASSERT_EQ(test, 0, mock_iommu_map(room->mock, 1, 0, G - 1, G,
						RW));
	KUNIT_ASSERT_EQ(test, MSG, write_stream(room, &in, MSG));
	KUNIT_ASSERT_EQ(test, MSG, read_stream(room, &out, MSG));
	vdiommu_chardev_destroy(room->mock->iommu);
	KUNIT_EXPECT_EQ(test, -ENODEV, write_stream(room, &in, MSG));
	KUNIT_EXPECT_EQ(test, MSG, read_stream(room, &out, MSG));
	KUNIT_EXPECT_EQ(test, VHOST_IOTLB_INVALIDATE, out.iotlb.type);
	KUNIT_EXPECT_EQ(test, -ENODEV, read_stream(room, &out, MSG));
	KUNIT_EXPECT_EQ(test, MSG, write_stream(room, &out, MSG));
	KUNIT_EXPECT_EQ(test, EPOLLIN | EPOLLHUP,
			room->stream->f_op->poll(room->stream, NULL));
}

static struct kunit_case file_cases[] = {
	KUNIT_CASE(carries_messages),
	KUNIT_CASE(refuses),
	KUNIT_CASE(sets_memory),
	KUNIT_CASE(there_is_one_of_each),
	KUNIT_CASE(outlives_its_iommu),
	{}
};

static struct kunit_suite file_suite = {
	.name = "viommu_iotlb_file",
	.init = file_init,
	.test_cases = file_cases,
};

kunit_test_suite(file_suite);
