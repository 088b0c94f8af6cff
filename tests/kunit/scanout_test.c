// SPDX-License-Identifier: GPL-2.0-only
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/vdpa.h>
#include <linux/virtio_gpu.h>

#include "gpu/device.h"
#include "gpu/image.h"
#include "gpu/scanout.h"
#include "gpu/vdgpu.h"
#include "gpu/view_private.h"

#define SCANOUTS	3

static struct vdpa_mgmt_dev mgmt;

/**
 * struct desk - a GPU with three outputs, and somebody who looks
 * @gpu: no driver, no device file
 * @view: a bare one, with @viewer alone
 * @viewer: starts with empty accounts
 * @images: 64x48 pixels each
 */
struct desk {
	struct vdgpu_device *gpu;
	struct vdgpu_view view;
	struct vdgpu_view_file viewer;
	struct vdgpu_image *images[2];
};

static void count_wake(struct irq_work *work)
{
}

static void clear_desk(void *data)
{
	struct desk *desk = data;

	if (!IS_ERR_OR_NULL(desk->gpu)) {
		desk->gpu->view = NULL;
		irq_work_sync(&desk->view.wake);
		vds_device_put(&desk->gpu->vds);
	}
	if (!IS_ERR(desk->images[0]))
		vdgpu_image_put(desk->images[0]);
	if (!IS_ERR(desk->images[1]))
		vdgpu_image_put(desk->images[1]);
	vdgpu_image_module_exit();
}

static void add_viewer(struct desk *desk)
{
	struct vdgpu_view *view = &desk->view;
	struct vdgpu_view_account account;
	u32 i;

	spin_lock_init(&view->lock);
	INIT_LIST_HEAD(&view->files);
	init_waitqueue_head(&view->wait);
	init_irq_work(&view->wake, count_wake);
	desk->viewer.view = view;
	list_add(&desk->viewer.link, &view->files);
	for (i = 0; i < SCANOUTS; i++)
		vdgpu_view_settle(&desk->viewer, i, &account);
	desk->gpu->view = view;
}

static int scanout_init(struct kunit *test)
{
	struct vdgpu_config config;
	struct desk *desk;

	desk = kunit_kzalloc(test, sizeof(*desk), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, desk);
	test->priv = desk;
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, clear_desk, desk), 0);

	vdgpu_config_init(&config);
	config.num_scanouts = SCANOUTS;
	config.modes[1].width = 800;
	desk->gpu = vdgpu_device_create(&mgmt, "kunit", &config, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, desk->gpu);
	desk->images[0] = vdgpu_image_create_host(64 * 48 * 4);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, desk->images[0]);
	desk->images[1] = vdgpu_image_create_host(64 * 48 * 4);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, desk->images[1]);
	add_viewer(desk);
	return 0;
}

static struct vdgpu_shown shown_of(struct desk *desk, unsigned int image)
{
	return (struct vdgpu_shown) {
		.resource_id = 10 + image,
		.image = desk->images[image],
		.format = VIRTIO_GPU_FORMAT_B8G8R8X8_UNORM,
		.width = 64,
		.height = 48,
		.stride = 256,
		.rect = { 0, 0, 64, 48 },
	};
}

static unsigned int refs(struct desk *desk, unsigned int image)
{
	return kref_read(&desk->images[image]->ref);
}

static void show(struct desk *desk, u32 index, unsigned int image)
{
	struct vdgpu_shown shown = shown_of(desk, image);

	vdgpu_scanout_show(desk->gpu, index, &shown);
}

static u64 image_id(struct desk *desk, u32 index)
{
	struct vdpa_gpu_view_scanout layout = {};

	vdgpu_scanout_snapshot(desk->gpu, index, &layout, NULL);
	return layout.image_id;
}

static u32 told(struct desk *desk, u32 index)
{
	struct vdgpu_view_account account;

	vdgpu_view_settle(&desk->viewer, index, &account);
	return account.flags;
}

static void modes_from_config(struct kunit *test)
{
	struct desk *desk = test->priv;
	struct vdpa_gpu_mode mode;

	vdgpu_scanout_mode(desk->gpu, 0, &mode);
	KUNIT_EXPECT_EQ(test, mode.flags, VDPA_GPU_MODE_CONNECTED);
	KUNIT_EXPECT_EQ(test, mode.width, 1920);
	vdgpu_scanout_mode(desk->gpu, 1, &mode);
	KUNIT_EXPECT_EQ(test, mode.flags, 0);
	KUNIT_EXPECT_EQ(test, mode.width, 800);
}

static void show_counts(struct kunit *test)
{
	struct desk *desk = test->priv;

	show(desk, 0, 0);
	KUNIT_EXPECT_EQ(test, refs(desk, 0), 2);
	show(desk, 1, 0);
	KUNIT_EXPECT_EQ(test, refs(desk, 0), 3);
	show(desk, 1, 0);
	KUNIT_EXPECT_EQ(test, refs(desk, 0), 3);
	show(desk, 0, 1);
	KUNIT_EXPECT_EQ(test, refs(desk, 0), 2);
	KUNIT_EXPECT_EQ(test, refs(desk, 1), 2);
	vdgpu_scanout_show(desk->gpu, 0, NULL);
	vdgpu_scanout_show(desk->gpu, 1, NULL);
	KUNIT_EXPECT_EQ(test, refs(desk, 0), 1);
	KUNIT_EXPECT_EQ(test, refs(desk, 1), 1);
	KUNIT_EXPECT_EQ(test, image_id(desk, 0), 0);
}

static void show_tells_of_changes(struct kunit *test)
{
	struct desk *desk = test->priv;
	struct vdgpu_shown shown = shown_of(desk, 0);

	vdgpu_scanout_show(desk->gpu, 0, &shown);
	KUNIT_EXPECT_EQ(test, told(desk, 0), VDPA_GPU_DAMAGE_LAYOUT);
	KUNIT_EXPECT_EQ(test, told(desk, 1), 0);
	vdgpu_scanout_show(desk->gpu, 0, &shown);
	KUNIT_EXPECT_EQ(test, told(desk, 0), 0);
	shown.rect.width--;
	vdgpu_scanout_show(desk->gpu, 0, &shown);
	KUNIT_EXPECT_EQ(test, told(desk, 0), VDPA_GPU_DAMAGE_LAYOUT);
	vdgpu_scanout_show(desk->gpu, 0, NULL);
	KUNIT_EXPECT_EQ(test, told(desk, 0), VDPA_GPU_DAMAGE_LAYOUT);
	vdgpu_scanout_show(desk->gpu, 0, NULL);
	KUNIT_EXPECT_EQ(test, told(desk, 0), 0);
}

/* GPU2D-REQ-5.UN2 */
static void forget(struct kunit *test)
{
	struct desk *desk = test->priv;

	show(desk, 0, 0);
	show(desk, 1, 1);
	show(desk, 2, 0);
	vdgpu_scanout_forget(desk->gpu, 10);
	KUNIT_EXPECT_EQ(test, image_id(desk, 0), 0);
	KUNIT_EXPECT_EQ(test, image_id(desk, 1), desk->images[1]->id);
	KUNIT_EXPECT_EQ(test, image_id(desk, 2), 0);
	KUNIT_EXPECT_EQ(test, refs(desk, 0), 1);
	KUNIT_EXPECT_EQ(test, refs(desk, 1), 2);
}

struct flush_row {
	const char *name;
	struct vdpa_gpu_rect shown;
	struct vdpa_gpu_rect flushed;
	struct vdpa_gpu_rect told;
};

static const struct flush_row flush_rows[] = {
	{ "all", { 0, 0, 64, 48 }, { 0, 0, 64, 48 }, { 0, 0, 64, 48 } },
	{ "part", { 0, 0, 64, 48 }, { 3, 5, 7, 9 }, { 3, 5, 7, 9 } },
	{ "clipped_left_top", { 10, 10, 20, 20 }, { 5, 6, 10, 10 },
	  { 10, 10, 5, 6 } },
	{ "clipped_right_bottom", { 10, 10, 20, 20 }, { 25, 28, 30, 20 },
	  { 25, 28, 5, 2 } },
	{ "around", { 10, 10, 20, 20 }, { 0, 0, 64, 48 }, { 10, 10, 20, 20 } },
	{ "beside", { 10, 10, 20, 20 }, { 30, 10, 5, 5 }, {} },
	{ "above", { 10, 10, 20, 20 }, { 10, 5, 5, 5 }, {} },
	{ "empty", { 0, 0, 64, 48 }, { 5, 5, 0, 0 }, {} },
	{ "wrapping", { 0, 0, 64, 48 }, { U32_MAX, 0, 2, 2 }, {} },
	{ "wrapping_over", { 0, 0, 64, 48 }, { 1, 1, U32_MAX, U32_MAX },
	  { 1, 1, 63, 47 } },
};

static void flush_desc(const struct flush_row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(flush, flush_rows, flush_desc);

/* GPU2D-REQ-5.FL1 */
static void flush(struct kunit *test)
{
	const struct flush_row *row = test->param_value;
	struct desk *desk = test->priv;
	struct vdgpu_shown shown = shown_of(desk, 0);
	bool reaches = row->told.width;
	struct vdgpu_view_account account;

	shown.rect = row->shown;
	vdgpu_scanout_show(desk->gpu, 1, &shown);
	told(desk, 1);
	KUNIT_EXPECT_EQ(test, vdgpu_scanout_flush(desk->gpu, 10, &row->flushed),
			reaches);
	KUNIT_EXPECT_EQ(test, desk->gpu->scanouts[1].frames, reaches);
	KUNIT_EXPECT_EQ(test, told(desk, 0), 0);

	vdgpu_view_settle(&desk->viewer, 1, &account);
	KUNIT_EXPECT_EQ(test, account.flags,
			reaches ? VDPA_GPU_DAMAGE_PIXELS : 0);
	if (!reaches)
		return;
	KUNIT_EXPECT_EQ(test, account.left, row->told.x);
	KUNIT_EXPECT_EQ(test, account.top, row->told.y);
	KUNIT_EXPECT_EQ(test, account.right, row->told.x + row->told.width);
	KUNIT_EXPECT_EQ(test, account.bottom, row->told.y + row->told.height);
}

static void flush_mirror(struct kunit *test)
{
	const struct vdpa_gpu_rect rect = { 0, 0, 1, 1 };
	struct desk *desk = test->priv;

	show(desk, 0, 0);
	show(desk, 1, 1);
	show(desk, 2, 0);
	KUNIT_EXPECT_EQ(test, vdgpu_scanout_flush(desk->gpu, 10, &rect), 2);
	KUNIT_EXPECT_EQ(test, vdgpu_scanout_flush(desk->gpu, 11, &rect), 1);
	KUNIT_EXPECT_EQ(test, vdgpu_scanout_flush(desk->gpu, 12, &rect), 0);
	KUNIT_EXPECT_EQ(test, desk->gpu->scanouts[0].frames, 1);
	KUNIT_EXPECT_EQ(test, desk->gpu->scanouts[1].frames, 1);
	KUNIT_EXPECT_EQ(test, desk->gpu->scanouts[2].frames, 1);
}

static void flush_nothing_shown(struct kunit *test)
{
	const struct vdpa_gpu_rect rect = { 0, 0, 1, 1 };
	struct desk *desk = test->priv;

	KUNIT_EXPECT_EQ(test, vdgpu_scanout_flush(desk->gpu, 0, &rect), 0);
}

/* Until it is asked for, damage adds up to one rectangle. */
static void damage_adds_up(struct kunit *test)
{
	const struct vdpa_gpu_rect first = { 2, 3, 4, 5 };
	const struct vdpa_gpu_rect second = { 20, 1, 1, 2 };
	struct desk *desk = test->priv;
	struct vdgpu_view_account account;

	show(desk, 0, 0);
	vdgpu_scanout_flush(desk->gpu, 10, &first);
	vdgpu_scanout_flush(desk->gpu, 10, &second);
	vdgpu_view_settle(&desk->viewer, 0, &account);
	KUNIT_EXPECT_EQ(test, account.flags,
			VDPA_GPU_DAMAGE_LAYOUT | VDPA_GPU_DAMAGE_PIXELS);
	KUNIT_EXPECT_EQ(test, account.left, 2);
	KUNIT_EXPECT_EQ(test, account.top, 1);
	KUNIT_EXPECT_EQ(test, account.right, 21);
	KUNIT_EXPECT_EQ(test, account.bottom, 8);

	vdgpu_scanout_flush(desk->gpu, 10, &first);
	vdgpu_view_settle(&desk->viewer, 0, &account);
	KUNIT_EXPECT_EQ(test, account.right, 6);
}

/* GPU2D-REQ-5.RST1 */
static void reset(struct kunit *test)
{
	struct vdgpu_cursor_pos pos = { 1, 7, 8 };
	struct desk *desk = test->priv;
	struct vdpa_gpu_view_cursor cursor = {};
	struct vdpa_gpu_mode mode;
	u8 *pixels;

	pixels = kunit_kzalloc(test, VDGPU_CURSOR_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pixels);
	vdgpu_scanout_mode(desk->gpu, 0, &mode);
	mode.width = 1234;
	KUNIT_ASSERT_EQ(test, vdgpu_scanout_set_mode(desk->gpu, 0, &mode), 0);
	show(desk, 0, 0);
	show(desk, 2, 1);
	vdgpu_cursor_update(desk->gpu, &pos, 10, 1, 2,
			    VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, pixels);

	vdgpu_scanout_reset(desk->gpu);
	KUNIT_EXPECT_EQ(test, image_id(desk, 0), 0);
	KUNIT_EXPECT_EQ(test, image_id(desk, 2), 0);
	KUNIT_EXPECT_EQ(test, refs(desk, 0), 1);
	KUNIT_EXPECT_EQ(test, refs(desk, 1), 1);
	KUNIT_EXPECT_EQ(test, desk->gpu->events_read, 0);
	vdgpu_cursor_snapshot(desk->gpu, 1, &cursor, NULL);
	KUNIT_EXPECT_EQ(test, cursor.flags, 0);
	KUNIT_EXPECT_EQ(test, cursor.x, 0);
	KUNIT_EXPECT_EQ(test, cursor.serial, 1);
	vdgpu_scanout_mode(desk->gpu, 0, &mode);
	KUNIT_EXPECT_EQ(test, mode.width, 1234);
}

/* GPU2D-REQ-4.d */
static void set_mode(struct kunit *test)
{
	struct desk *desk = test->priv;
	struct vdpa_gpu_mode mode, now;

	vdgpu_scanout_mode(desk->gpu, 1, &mode);
	KUNIT_EXPECT_EQ(test, vdgpu_scanout_set_mode(desk->gpu, 1, &mode), 0);
	KUNIT_EXPECT_EQ(test, desk->gpu->events_read, 0);
	KUNIT_EXPECT_EQ(test, told(desk, 1), 0);

	mode.flags = VDPA_GPU_MODE_CONNECTED;
	desk->gpu->events_reported = VIRTIO_GPU_EVENT_DISPLAY;
	KUNIT_EXPECT_EQ(test, vdgpu_scanout_set_mode(desk->gpu, 1, &mode), 0);
	KUNIT_EXPECT_EQ(test, desk->gpu->events_read,
			VIRTIO_GPU_EVENT_DISPLAY);
	KUNIT_EXPECT_EQ(test, desk->gpu->events_reported, 0);
	KUNIT_EXPECT_EQ(test, told(desk, 1), VDPA_GPU_DAMAGE_MODE);
	vdgpu_scanout_mode(desk->gpu, 1, &now);
	KUNIT_EXPECT_MEMEQ(test, &now, &mode, sizeof(mode));
}

static void set_mode_invalid(struct kunit *test)
{
	struct desk *desk = test->priv;
	struct vdpa_gpu_mode mode;

	vdgpu_scanout_mode(desk->gpu, 0, &mode);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vdgpu_scanout_set_mode(desk->gpu, SCANOUTS, &mode));
	mode.width = 0;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			vdgpu_scanout_set_mode(desk->gpu, 0, &mode));
	KUNIT_EXPECT_EQ(test, desk->gpu->events_read, 0);
	vdgpu_scanout_mode(desk->gpu, 0, &mode);
	KUNIT_EXPECT_EQ(test, mode.width, 1920);
}

static void snapshot(struct kunit *test)
{
	struct desk *desk = test->priv;
	struct vdgpu_shown shown = shown_of(desk, 1);
	struct vdpa_gpu_view_scanout layout = { .size = 1, .scanout = 2 };
	struct vdgpu_image *image;

	shown.offset = 16;
	shown.rect = (struct vdpa_gpu_rect) { 1, 2, 3, 4 };
	vdgpu_scanout_show(desk->gpu, 2, &shown);
	vdgpu_scanout_snapshot(desk->gpu, 2, &layout, &image);
	KUNIT_EXPECT_PTR_EQ(test, image, desk->images[1]);
	KUNIT_EXPECT_EQ(test, refs(desk, 1), 3);
	vdgpu_image_put(image);
	KUNIT_EXPECT_EQ(test, layout.size, 1);
	KUNIT_EXPECT_EQ(test, layout.scanout, 2);
	KUNIT_EXPECT_EQ(test, layout.flags, VDPA_GPU_SCANOUT_ACTIVE);
	KUNIT_EXPECT_EQ(test, layout.format, shown.format);
	KUNIT_EXPECT_EQ(test, layout.image_id, desk->images[1]->id);
	KUNIT_EXPECT_EQ(test, layout.image_size, PAGE_ALIGN(64 * 48 * 4));
	KUNIT_EXPECT_EQ(test, layout.offset, 16);
	KUNIT_EXPECT_EQ(test, layout.stride, 256);
	KUNIT_EXPECT_EQ(test, layout.width, 64);
	KUNIT_EXPECT_EQ(test, layout.height, 48);
	KUNIT_EXPECT_MEMEQ(test, &layout.shown, &shown.rect,
			   sizeof(shown.rect));
	KUNIT_EXPECT_EQ(test, layout.mode.width, 1920);

	vdgpu_scanout_show(desk->gpu, 2, NULL);
	vdgpu_scanout_snapshot(desk->gpu, 2, &layout, &image);
	KUNIT_EXPECT_NULL(test, image);
	KUNIT_EXPECT_EQ(test, layout.flags, 0);
	KUNIT_EXPECT_EQ(test, layout.image_id, 0);
}

/* GPU2D-REQ-5.CU1, CU2, CU3 */
static void cursor(struct kunit *test)
{
	struct vdgpu_cursor_pos pos = { 1, 100, 200 };
	struct desk *desk = test->priv;
	struct vdpa_gpu_view_cursor seen = {};
	u8 *pixels, *copy;

	pixels = kunit_kmalloc(test, VDGPU_CURSOR_BYTES, GFP_KERNEL);
	copy = kunit_kzalloc(test, VDGPU_CURSOR_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pixels);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	memset(pixels, 0x5a, VDGPU_CURSOR_BYTES);

	vdgpu_cursor_snapshot(desk->gpu, 1, &seen, NULL);
	KUNIT_EXPECT_EQ(test, seen.serial, 0);
	vdgpu_cursor_update(desk->gpu, &pos, 10, 3, 4,
			    VIRTIO_GPU_FORMAT_B8G8R8A8_UNORM, pixels);
	KUNIT_EXPECT_EQ(test, told(desk, 1), VDPA_GPU_DAMAGE_CURSOR);
	KUNIT_EXPECT_EQ(test, told(desk, 0), 0);

	pos.x = -5;
	pos.y = -6;
	vdgpu_cursor_move(desk->gpu, &pos);
	KUNIT_EXPECT_EQ(test, told(desk, 1), VDPA_GPU_DAMAGE_CURSOR);
	vdgpu_cursor_snapshot(desk->gpu, 1, &seen, copy);
	KUNIT_EXPECT_EQ(test, seen.flags, VDPA_GPU_CURSOR_VISIBLE);
	KUNIT_EXPECT_EQ(test, seen.x, -5);
	KUNIT_EXPECT_EQ(test, seen.y, -6);
	KUNIT_EXPECT_EQ(test, seen.hot_x, 3);
	KUNIT_EXPECT_EQ(test, seen.hot_y, 4);
	KUNIT_EXPECT_EQ(test, seen.serial, 1);
	KUNIT_EXPECT_MEMEQ(test, copy, pixels, VDGPU_CURSOR_BYTES);

	vdgpu_cursor_update(desk->gpu, &pos, 0, 0, 0, 0, NULL);
	vdgpu_cursor_snapshot(desk->gpu, 1, &seen, NULL);
	KUNIT_EXPECT_EQ(test, seen.flags, 0);
	KUNIT_EXPECT_EQ(test, seen.serial, 1);
}

/* GPU2D-REQ-5.UN2 */
static void forget_cursor(struct kunit *test)
{
	struct vdgpu_cursor_pos pos = { 0, 1, 1 };
	struct desk *desk = test->priv;
	struct vdpa_gpu_view_cursor seen = {};
	u8 *pixels;

	pixels = kunit_kzalloc(test, VDGPU_CURSOR_BYTES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pixels);
	vdgpu_cursor_update(desk->gpu, &pos, 10, 0, 0, 1, pixels);
	vdgpu_scanout_forget(desk->gpu, 11);
	vdgpu_cursor_snapshot(desk->gpu, 0, &seen, NULL);
	KUNIT_EXPECT_EQ(test, seen.flags, VDPA_GPU_CURSOR_VISIBLE);
	vdgpu_scanout_forget(desk->gpu, 10);
	vdgpu_cursor_snapshot(desk->gpu, 0, &seen, NULL);
	KUNIT_EXPECT_EQ(test, seen.flags, 0);
}

static struct kunit_case scanout_cases[] = {
	KUNIT_CASE(modes_from_config),
	KUNIT_CASE(show_counts),
	KUNIT_CASE(show_tells_of_changes),
	KUNIT_CASE(forget),
	KUNIT_CASE_PARAM(flush, flush_gen_params),
	KUNIT_CASE(flush_mirror),
	KUNIT_CASE(flush_nothing_shown),
	KUNIT_CASE(damage_adds_up),
	KUNIT_CASE(reset),
	KUNIT_CASE(set_mode),
	KUNIT_CASE(set_mode_invalid),
	KUNIT_CASE(snapshot),
	KUNIT_CASE(cursor),
	KUNIT_CASE(forget_cursor),
	{}
};

static struct kunit_suite scanout_suite = {
	.name = "vdgpu_scanout",
	.init = scanout_init,
	.test_cases = scanout_cases,
};

kunit_test_suite(scanout_suite);
