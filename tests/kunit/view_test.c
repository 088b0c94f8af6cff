// SPDX-License-Identifier: GPL-2.0-only
/* The device file's requests, by the rules of uapi/linux/vdpa_gpu.h. */
#include <kunit/test.h>
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mman.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vdpa.h>
#include <linux/virtio_gpu.h>

#include "gpu/device.h"
#include "gpu/image.h"
#include "gpu/vdgpu.h"
#include "gpu/view.h"
#include "gpu/view_private.h"

#define SCANOUTS	2
#define USER_SIZE	(2 * PAGE_SIZE)

static struct vdpa_mgmt_dev mgmt;

static const struct file_operations no_fops = {};

/**
 * struct room - a GPU with two outputs and a viewer
 * @gpu: no driver
 * @view: of @gpu, with a reference of our own
 * @viewer: starts with empty accounts
 * @file: of @viewer, open for writing
 * @image: 64x48 pixels, shown on scanout 1
 * @user: address of USER_SIZE bytes of user memory
 */
struct room {
	struct vdgpu_device *gpu;
	struct vdgpu_view *view;
	struct vdgpu_view_file viewer;
	struct file *file;
	struct vdgpu_image *image;
	unsigned long user;
};

static void clear_room(void *data)
{
	struct room *room = data;

	if (room->file)
		fput(room->file);
	if (!IS_ERR_OR_NULL(room->gpu)) {
		vdgpu_view_destroy(room->gpu);
		vds_device_put(&room->gpu->vds);
	}
	if (room->view)
		put_device(&room->view->dev);
	vdgpu_image_put(room->image);
	vdgpu_image_module_exit();
}

static void show(struct room *room)
{
	struct vdgpu_shown shown = {
		.resource_id = 10,
		.image = room->image,
		.format = VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
		.width = 64,
		.height = 48,
		.stride = 256,
		.rect = { 0, 0, 64, 48 },
	};

	vdgpu_scanout_show(room->gpu, 1, &shown);
}

static void forget_damage(struct room *room)
{
	struct vdgpu_view_account account;
	u32 i;

	for (i = 0; i < SCANOUTS; i++)
		vdgpu_view_settle(&room->viewer, i, &account);
}

static int view_init(struct kunit *test)
{
	struct vdgpu_config config;
	struct vdgpu_image *image;
	struct room *room;
	struct file *file;

	room = kunit_kzalloc(test, sizeof(*room), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, room);
	test->priv = room;
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, clear_room, room), 0);

	vdgpu_config_init(&config);
	config.num_scanouts = SCANOUTS;
	room->gpu = vdgpu_device_create(&mgmt, "kunit", &config, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, room->gpu);
	KUNIT_ASSERT_EQ(test, vdgpu_view_create(room->gpu), 0);
	room->view = room->gpu->view;
	get_device(&room->view->dev);
	room->viewer.view = room->view;
	scoped_guard(spinlock_irq, &room->view->lock)
		list_add(&room->viewer.link, &room->view->files);

	file = anon_inode_getfile("[kunit]", &no_fops, &room->viewer, O_RDWR);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	room->file = file;
	image = vdgpu_image_create_host(64 * 48 * 4);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, image);
	room->image = image;
	show(room);
	forget_damage(room);

	room->user = kunit_vm_mmap(test, NULL, 0, USER_SIZE,
				   PROT_READ | PROT_WRITE,
				   MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_FALSE(test, !room->user || IS_ERR_VALUE(room->user));
	return 0;
}

static long call(struct kunit *test, unsigned int cmd, void *arg, size_t size)
{
	struct room *room = test->priv;
	void __user *user = (void __user *)room->user;
	long ret;

	KUNIT_ASSERT_EQ(test, copy_to_user(user, arg, size), 0);
	ret = vdgpu_view_ioctl(room->file, cmd, room->user);
	KUNIT_ASSERT_EQ(test, copy_from_user(arg, user, size), 0);
	return ret;
}

/* A request with the struct as this kernel knows it. */
#define CALL(_test, _cmd, _arg) ({				\
	typeof(_arg) __arg = (_arg);				\
								\
	call(_test, _cmd, __arg, sizeof(*__arg));		\
})

static void info(struct kunit *test)
{
	struct vdpa_gpu_view_info info = { .size = sizeof(info) };

	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_INFO, &info), 0);
	KUNIT_EXPECT_EQ(test, info.size, sizeof(info));
	KUNIT_EXPECT_EQ(test, info.version, VDPA_GPU_VIEW_VERSION);
	KUNIT_EXPECT_EQ(test, info.num_scanouts, SCANOUTS);
	KUNIT_EXPECT_EQ(test, info.flags, 0);
	KUNIT_EXPECT_STREQ(test, info.name, "kunit");
}

static void scanout(struct kunit *test)
{
	struct vdpa_gpu_view_scanout layout = {
		.size = sizeof(layout),
		.scanout = 1,
	};
	struct room *room = test->priv;

	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_SCANOUT, &layout), 0);
	KUNIT_EXPECT_EQ(test, layout.size, sizeof(layout));
	KUNIT_EXPECT_EQ(test, layout.scanout, 1);
	KUNIT_EXPECT_EQ(test, layout.flags, VDPA_GPU_SCANOUT_ACTIVE);
	KUNIT_EXPECT_EQ(test, layout.image_id, room->image->id);
	KUNIT_EXPECT_EQ(test, layout.width, 64);
}

/* Growth: an older caller's struct, and a newer one's. */
static void size_short(struct kunit *test)
{
	u32 words[4] = { 12, 0xdead, 0xdead, 0xbeef };

	KUNIT_EXPECT_EQ(test, call(test, VDPA_GPU_VIEW_INFO, words,
				   sizeof(words)), 0);
	KUNIT_EXPECT_EQ(test, words[0], 12);
	KUNIT_EXPECT_EQ(test, words[1], VDPA_GPU_VIEW_VERSION);
	KUNIT_EXPECT_EQ(test, words[2], SCANOUTS);
	KUNIT_EXPECT_EQ(test, words[3], 0xbeef);
}

static void size_long(struct kunit *test)
{
	struct {
		struct vdpa_gpu_view_info info;
		u32 more;
	} arg = { .info.size = sizeof(arg) };

	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_INFO, &arg), 0);
	KUNIT_EXPECT_EQ(test, arg.info.size, sizeof(arg));
	arg.more = 1;
	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_INFO, &arg), -E2BIG);
	arg.info.size = PAGE_SIZE + 1;
	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_INFO, &arg), -E2BIG);
	arg.info.size = 3;
	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_INFO, &arg), -EINVAL);
}

struct index_row {
	const char *name;
	unsigned int cmd;
	size_t size;
	size_t index_at;
	size_t reserved_at;
};

static const struct index_row index_rows[] = {
	{ "scanout", VDPA_GPU_VIEW_SCANOUT,
	  sizeof(struct vdpa_gpu_view_scanout),
	  offsetof(struct vdpa_gpu_view_scanout, scanout),
	  offsetof(struct vdpa_gpu_view_scanout, reserved) },
	{ "damage", VDPA_GPU_VIEW_DAMAGE,
	  sizeof(struct vdpa_gpu_view_damage),
	  offsetof(struct vdpa_gpu_view_damage, scanout),
	  offsetof(struct vdpa_gpu_view_damage, reserved) },
	{ "cursor", VDPA_GPU_VIEW_CURSOR,
	  sizeof(struct vdpa_gpu_view_cursor),
	  offsetof(struct vdpa_gpu_view_cursor, scanout), 0 },
	{ "export", VDPA_GPU_VIEW_EXPORT,
	  sizeof(struct vdpa_gpu_view_export),
	  offsetof(struct vdpa_gpu_view_export, layout.scanout),
	  offsetof(struct vdpa_gpu_view_export, reserved) },
	{ "set_mode", VDPA_GPU_VIEW_SET_MODE,
	  sizeof(struct vdpa_gpu_view_set_mode),
	  offsetof(struct vdpa_gpu_view_set_mode, scanout), 0 },
};

static void index_desc(const struct index_row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(index, index_rows, index_desc);

static void bad_fields(struct kunit *test)
{
	const struct index_row *row = test->param_value;
	u32 words[64] = { row->size };

	words[row->index_at / 4] = SCANOUTS;
	KUNIT_EXPECT_EQ(test, call(test, row->cmd, words, row->size), -EINVAL);
	words[row->index_at / 4] = U32_MAX;
	KUNIT_EXPECT_EQ(test, call(test, row->cmd, words, row->size), -EINVAL);
	if (!row->reserved_at)
		return;
	words[row->index_at / 4] = 1;
	words[row->reserved_at / 4] = 1;
	KUNIT_EXPECT_EQ(test, call(test, row->cmd, words, row->size), -EINVAL);
}

static void unknown_requests(struct kunit *test)
{
	const unsigned int dir_off = VDPA_GPU_VIEW_INFO &
				     ~(_IOC_READ << _IOC_DIRSHIFT);
	u32 words[32] = { sizeof(words) };

	KUNIT_EXPECT_EQ(test, CALL(test, _IOWR(VDPA_GPU_IOC_MAGIC, 6, u32),
				   &words), -ENOTTY);
	KUNIT_EXPECT_EQ(test, CALL(test, _IOWR(VDPA_GPU_IOC_MAGIC, 0xff, u32),
				   &words), -ENOTTY);
	KUNIT_EXPECT_EQ(test, CALL(test, _IOWR('V', 0, u32), &words), -ENOTTY);
	KUNIT_EXPECT_EQ(test, CALL(test, dir_off, &words), -ENOTTY);
}

static void bad_pointer(struct kunit *test)
{
	struct vdpa_gpu_view_cursor cursor = {
		.size = sizeof(cursor),
		.pixels = 16,
	};
	struct room *room = test->priv;

	KUNIT_EXPECT_EQ(test, -EFAULT,
			vdgpu_view_ioctl(room->file, VDPA_GPU_VIEW_INFO, 16));
	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_CURSOR, &cursor),
			-EFAULT);
}

static void damage(struct kunit *test)
{
	const struct vdpa_gpu_rect rect = { 60, 40, 4, 8 };
	struct vdpa_gpu_view_damage damage = {
		.size = sizeof(damage),
		.scanout = 1,
	};
	struct room *room = test->priv;

	vdgpu_scanout_flush(room->gpu, 10, &rect);
	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_DAMAGE, &damage), 0);
	KUNIT_EXPECT_EQ(test, damage.flags, VDPA_GPU_DAMAGE_PIXELS);
	KUNIT_EXPECT_MEMEQ(test, &damage.rect, &rect, sizeof(rect));
	KUNIT_EXPECT_EQ(test, damage.frames, 1);

	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_DAMAGE, &damage), 0);
	KUNIT_EXPECT_EQ(test, damage.flags, 0);
	KUNIT_EXPECT_EQ(test, damage.rect.width, 0);
	KUNIT_EXPECT_EQ(test, damage.rect.x, 0);
	KUNIT_EXPECT_EQ(test, damage.frames, 1);
}

/* Damage of an image that is gone must not point outside of the next. */
static void damage_clipped(struct kunit *test)
{
	const struct vdpa_gpu_rect rect = { 60, 40, 4, 8 };
	struct vdpa_gpu_view_damage damage = {
		.size = sizeof(damage),
		.scanout = 1,
	};
	struct room *room = test->priv;

	vdgpu_scanout_flush(room->gpu, 10, &rect);
	vdgpu_scanout_show(room->gpu, 1, NULL);
	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_DAMAGE, &damage), 0);
	KUNIT_EXPECT_EQ(test, damage.flags,
			VDPA_GPU_DAMAGE_PIXELS | VDPA_GPU_DAMAGE_LAYOUT);
	KUNIT_EXPECT_EQ(test, damage.rect.width, 0);
	KUNIT_EXPECT_EQ(test, damage.rect.height, 0);
}

static void cursor(struct kunit *test)
{
	const struct vdgpu_cursor_pos pos = { 1, -3, 4 };
	struct vdpa_gpu_view_cursor cursor = {
		.size = sizeof(cursor),
		.scanout = 1,
	};
	struct room *room = test->priv;
	u8 *pixels, last;

	pixels = kunit_kmalloc(test, VDGPU_CURSOR_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pixels);
	memset(pixels, 0x77, VDGPU_CURSOR_BYTES);
	vdgpu_cursor_update(room->gpu, &pos, 10, 1, 2, 1, pixels);

	cursor.pixels = kunit_vm_mmap(test, NULL, 0, VDGPU_CURSOR_BYTES,
				      PROT_READ | PROT_WRITE,
				      MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_CURSOR, &cursor), 0);
	KUNIT_EXPECT_EQ(test, cursor.flags, VDPA_GPU_CURSOR_VISIBLE);
	KUNIT_EXPECT_EQ(test, cursor.x, -3);
	KUNIT_EXPECT_EQ(test, cursor.serial, 1);
	KUNIT_EXPECT_EQ(test, 0, copy_from_user(&last, (void __user *)
						(unsigned long)cursor.pixels +
						VDGPU_CURSOR_BYTES - 1, 1));
	KUNIT_EXPECT_EQ(test, last, 0x77);
}

static void set_mode(struct kunit *test)
{
	struct vdpa_gpu_view_set_mode arg = { .size = sizeof(arg) };
	struct room *room = test->priv;
	struct vdpa_gpu_mode mode;

	vdgpu_scanout_mode(room->gpu, 0, &arg.mode);
	arg.mode.width = 1000;
	room->file->f_mode &= ~FMODE_WRITE;
	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_SET_MODE, &arg), -EPERM);
	room->file->f_mode |= FMODE_WRITE;
	vdgpu_scanout_mode(room->gpu, 0, &mode);
	KUNIT_EXPECT_EQ(test, mode.width, 1920);
	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_SET_MODE, &arg), 0);
	vdgpu_scanout_mode(room->gpu, 0, &mode);
	KUNIT_EXPECT_EQ(test, mode.width, 1000);
	KUNIT_EXPECT_EQ(test, room->gpu->events_read, VIRTIO_GPU_EVENT_DISPLAY);
}

static void export_nothing(struct kunit *test)
{
	struct vdpa_gpu_view_export arg = {
		.size = sizeof(arg),
		.layout = { .size = sizeof(arg.layout), .scanout = 0 },
	};

	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_EXPORT, &arg), -ENOENT);
	arg.flags = O_RDWR;
	arg.layout.scanout = 1;
	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_EXPORT, &arg), -EINVAL);
}

static void gone(struct kunit *test)
{
	struct vdpa_gpu_view_info info = { .size = sizeof(info) };
	const struct vdpa_gpu_rect rect = { 0, 0, 1, 1 };
	struct room *room = test->priv;

	vdgpu_view_destroy(room->gpu);
	KUNIT_EXPECT_NULL(test, room->gpu->view);
	vdgpu_scanout_flush(room->gpu, 10, &rect);
	KUNIT_EXPECT_EQ(test, CALL(test, VDPA_GPU_VIEW_INFO, &info), -ENODEV);
	vdgpu_view_destroy(room->gpu);
	/* The name is free again. */
	KUNIT_EXPECT_EQ(test, vdgpu_view_create(room->gpu), 0);
}

static struct kunit_case view_cases[] = {
	KUNIT_CASE(info),
	KUNIT_CASE(scanout),
	KUNIT_CASE(size_short),
	KUNIT_CASE(size_long),
	KUNIT_CASE_PARAM(bad_fields, index_gen_params),
	KUNIT_CASE(unknown_requests),
	KUNIT_CASE(bad_pointer),
	KUNIT_CASE(damage),
	KUNIT_CASE(damage_clipped),
	KUNIT_CASE(cursor),
	KUNIT_CASE(set_mode),
	KUNIT_CASE(export_nothing),
	KUNIT_CASE(gone),
	{}
};

static struct kunit_suite view_suite = {
	.name = "vdgpu_view",
	.init = view_init,
	.test_cases = view_cases,
};

kunit_test_suite(view_suite);
