// SPDX-License-Identifier: GPL-2.0-only
/* The device file's requests, by the rules of uapi/linux/vdpa_iommu.h. */
#include <kunit/test.h>
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/mman.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vdpa_iommu.h>

#include "iommu/chardev.h"
#include "iommu/chardev_private.h"
#include "iommu/vdiommu.h"
#include "mock_iommu.h"

#define G		MOCK_GRANULE
#define RW		(VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE)
#define USER_SIZE	(2 * PAGE_SIZE)
/* Where in user memory the bytes of an access are. */
#define DATA		PAGE_SIZE

static const struct file_operations no_fops = {};

/**
 * struct room - an IOMMU whose file is open
 * @mock: endpoint 10 is in domain 1
 * @node: with a reference of our own
 * @file: open for reading and writing
 * @reader: open for reading
 * @user: address of USER_SIZE bytes of user memory
 */
struct room {
	struct mock_iommu *mock;
	struct vdiommu_file *node;
	struct file *file;
	struct file *reader;
	unsigned long user;
};

static void clear_room(void *data)
{
	struct room *room = data;

	if (!IS_ERR_OR_NULL(room->file))
		fput(room->file);
	if (!IS_ERR_OR_NULL(room->reader))
		fput(room->reader);
	vdiommu_chardev_destroy(room->mock->iommu);
	if (room->node)
		put_device(&room->node->dev);
}

static int chardev_init(struct kunit *test)
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
	room->reader = anon_inode_getfile("[kunit]", &no_fops, room->node,
					  O_RDONLY);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, room->file);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, room->reader);
	room->user = kunit_vm_mmap(test, NULL, 0, USER_SIZE,
				   PROT_READ | PROT_WRITE,
				   MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_FALSE(test, !room->user || IS_ERR_VALUE(room->user));
	KUNIT_ASSERT_EQ(test, 0, mock_iommu_attach(room->mock, 1, 10, 0));
	return 0;
}

/* Calls with @arg, which it replaces by the answer. */
static long call(struct room *room, struct file *file, unsigned int cmd,
		 void *arg)
{
	void __user *user = (void __user *)room->user;
	long ret;

	if (copy_to_user(user, arg, _IOC_SIZE(cmd)))
		return -ENOTRECOVERABLE;
	ret = vdiommu_chardev_ioctl(file, cmd, room->user);
	if (copy_from_user(arg, user, _IOC_SIZE(cmd)))
		return -ENOTRECOVERABLE;
	return ret;
}

static void informs(struct kunit *test)
{
	struct vdpa_iommu_info info = { .size = sizeof(info) };
	struct room *room = test->priv;

	KUNIT_ASSERT_EQ(test, 0, mock_iommu_map(room->mock, 1, 0, G - 1, G,
						RW));
	mock_iommu_look(room->mock, 30, 0, false);
	KUNIT_EXPECT_EQ(test, 0, call(room, room->reader, VDPA_IOMMU_INFO,
				      &info));
	KUNIT_EXPECT_EQ(test, sizeof(info), info.size);
	KUNIT_EXPECT_EQ(test, VDPA_IOMMU_VERSION, info.version);
	KUNIT_EXPECT_EQ(test, 3, info.num_endpoints);
	KUNIT_EXPECT_EQ(test, VDPA_IOMMU_INFO_DRIVER_OK |
			(IS_ENABLED(CONFIG_VDPA_IOMMU_TEST_ENDPOINT) ?
			 VDPA_IOMMU_INFO_TEST : 0), info.flags);
	KUNIT_EXPECT_EQ(test, 1, info.domains);
	KUNIT_EXPECT_EQ(test, 1, info.mappings);
	KUNIT_EXPECT_EQ(test, 1, info.faults);
	KUNIT_EXPECT_EQ(test, 0, info.faults_dropped);
	KUNIT_EXPECT_STREQ(test, "mock-iommu", info.name);
}

static void translates(struct kunit *test)
{
	struct vdpa_iommu_translate arg = {
		.size = sizeof(arg),
		.endpoint = 10,
		.iova = 5,
		.result = 7,
		.gpa = 7,
	};
	struct room *room = test->priv;

	KUNIT_ASSERT_EQ(test, 0, mock_iommu_map(room->mock, 1, 0, G - 1, G,
						VIRTIO_IOMMU_MAP_F_READ));
	KUNIT_EXPECT_EQ(test, 0, call(room, room->file, VDPA_IOMMU_TRANSLATE,
				      &arg));
	KUNIT_EXPECT_EQ(test, VDPA_IOMMU_ALLOWED, arg.result);
	KUNIT_EXPECT_EQ(test, G + 5, arg.gpa);
	arg.flags = VDPA_IOMMU_ACCESS_WRITE;
	KUNIT_EXPECT_EQ(test, 0, call(room, room->file, VDPA_IOMMU_TRANSLATE,
				      &arg));
	KUNIT_EXPECT_EQ(test, VDPA_IOMMU_BLOCKED, arg.result);
	KUNIT_EXPECT_EQ(test, 0, arg.gpa);
	arg.endpoint = 11;
	KUNIT_EXPECT_EQ(test, -ENOENT, call(room, room->file,
					    VDPA_IOMMU_TRANSLATE, &arg));
	arg.flags = 2;
	KUNIT_EXPECT_EQ(test, -EINVAL, call(room, room->file,
					    VDPA_IOMMU_TRANSLATE, &arg));
}

static void refuses(struct kunit *test)
{
	struct vdpa_iommu_translate arg = { .size = sizeof(arg) };
	struct vdpa_iommu_info info = { .size = sizeof(info) };
	struct room *room = test->priv;

	KUNIT_EXPECT_EQ(test, -EPERM, call(room, room->reader,
					   VDPA_IOMMU_TRANSLATE, &arg));
	KUNIT_EXPECT_EQ(test, -EPERM,
			vdiommu_chardev_ioctl(room->reader,
					      VDPA_IOMMU_TEST_ACCESS,
					      room->user));
	info.size--;
	KUNIT_EXPECT_EQ(test, -EINVAL, call(room, room->file, VDPA_IOMMU_INFO,
					    &info));
	info.size += 2;
	KUNIT_EXPECT_EQ(test, -EINVAL, call(room, room->file, VDPA_IOMMU_INFO,
					    &info));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			vdiommu_chardev_ioctl(room->file, VDPA_IOMMU_INFO, 0));
	KUNIT_EXPECT_EQ(test, -ENOTTY,
			vdiommu_chardev_ioctl(room->file,
					      _IO(VDPA_IOMMU_IOC, 0),
					      room->user));
	KUNIT_EXPECT_EQ(test, -ENOTTY,
			vdiommu_chardev_ioctl(room->file,
					      _IOWR(VDPA_IOMMU_IOC, 9, u32),
					      room->user));
}

static void outlives_its_iommu(struct kunit *test)
{
	struct vdpa_iommu_info info = { .size = sizeof(info) };
	struct room *room = test->priv;

	vdiommu_chardev_destroy(room->mock->iommu);
	KUNIT_EXPECT_EQ(test, -ENODEV, call(room, room->file, VDPA_IOMMU_INFO,
					    &info));
	vdiommu_chardev_destroy(room->mock->iommu);
}

static long access(struct room *room, struct vdpa_iommu_test_access *arg)
{
	arg->size = sizeof(*arg);
	arg->data = room->user + DATA;
	return call(room, room->file, VDPA_IOMMU_TEST_ACCESS, arg);
}

/* DMA by hand, through the IOMMU into the guest's memory. */
static void accesses(struct kunit *test)
{
	struct room *room = test->priv;
	struct mock_guest *guest = &room->mock->driver->guest;
	u64 gpa = MOCK_BASE + 8 * PAGE_SIZE;
	struct vdpa_iommu_test_access arg = {
		.endpoint = 10,
		.flags = VDPA_IOMMU_ACCESS_WRITE,
		.iova = 3 * G - 2,
		.len = 4,
	};
	void __user *data = (void __user *)(room->user + DATA);
	char bytes[4] = "dma";

	if (!IS_ENABLED(CONFIG_VDPA_IOMMU_TEST_ENDPOINT)) {
		KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, access(room, &arg));
		return;
	}
	KUNIT_ASSERT_EQ(test, 0, mock_iommu_map(room->mock, 1, 2 * G, 4 * G - 1,
						gpa, RW));
	KUNIT_ASSERT_EQ(test, 0, mock_iommu_map(room->mock, 1, 8 * G, 9 * G - 1,
						0, RW));
	KUNIT_ASSERT_EQ(test, 0, copy_to_user(data, bytes, 4));
	KUNIT_EXPECT_EQ(test, 0, access(room, &arg));
	KUNIT_EXPECT_EQ(test, VDPA_IOMMU_ALLOWED, arg.result);
	KUNIT_EXPECT_MEMEQ(test, mock_ptr(guest, gpa + G - 2), bytes, 4);

	memcpy(mock_ptr(guest, gpa + G - 2), "DMA", 4);
	arg.flags = 0;
	KUNIT_EXPECT_EQ(test, 0, access(room, &arg));
	KUNIT_ASSERT_EQ(test, 0, copy_from_user(bytes, data, 4));
	KUNIT_EXPECT_STREQ(test, "DMA", bytes);

	/* Not translated; translated, but not to memory. */
	arg.iova = 4 * G - 2;
	KUNIT_EXPECT_EQ(test, 0, access(room, &arg));
	KUNIT_EXPECT_EQ(test, VDPA_IOMMU_BLOCKED, arg.result);
	arg.iova = 8 * G;
	KUNIT_EXPECT_EQ(test, 0, access(room, &arg));
	KUNIT_EXPECT_EQ(test, VDPA_IOMMU_BLOCKED, arg.result);

	arg.endpoint = 11;
	KUNIT_EXPECT_EQ(test, -ENOENT, access(room, &arg));
	arg.endpoint = 10;
	arg.len = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL, access(room, &arg));
	arg.len = VDPA_IOMMU_TEST_MAX + 1;
	KUNIT_EXPECT_EQ(test, -EINVAL, access(room, &arg));
	arg.len = 2;
	arg.iova = U64_MAX;
	KUNIT_EXPECT_EQ(test, -EINVAL, access(room, &arg));
	arg.iova = 2 * G;
	arg.reserved = 1;
	KUNIT_EXPECT_EQ(test, -EINVAL, access(room, &arg));
}

static struct kunit_case chardev_cases[] = {
	KUNIT_CASE(informs),
	KUNIT_CASE(translates),
	KUNIT_CASE(refuses),
	KUNIT_CASE(outlives_its_iommu),
	KUNIT_CASE(accesses),
	{}
};

static struct kunit_suite chardev_suite = {
	.name = "viommu_chardev",
	.init = chardev_init,
	.test_cases = chardev_cases,
};

kunit_test_suite(chardev_suite);
