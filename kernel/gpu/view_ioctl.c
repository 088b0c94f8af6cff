// SPDX-License-Identifier: GPL-2.0-only
/*
 * The requests of viewers, one row and one function each.
 *
 * A request goes through three steps: its struct is copied in by the growth
 * rules of the uapi header; it is served while the GPU is held; it is finished
 * and copied out when the GPU may go away, since user memory may make us wait
 * for as long as its owner pleases.
 */
#include <linux/dma-buf.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "cursor.h"
#include "image.h"
#include "scanout.h"
#include "vdgpu.h"
#include "view_private.h"

/**
 * struct call - a request under way
 * @viewer: whose
 * @writable: may it change anything
 * @arg: the struct that belongs to the request
 * @pixels: of the cursor, to be copied out
 * @dmabuf: to be given a descriptor
 * @fd: that descriptor, not open yet; -1 for none
 */
struct call {
	struct vdgpu_view_file *viewer;
	bool writable;
	union {
		struct vdpa_gpu_view_info info;
		struct vdpa_gpu_view_scanout scanout;
		struct vdpa_gpu_view_damage damage;
		struct vdpa_gpu_view_export export;
		struct vdpa_gpu_view_cursor cursor;
		struct vdpa_gpu_view_set_mode set_mode;
	} arg;
	u8 *pixels;
	struct dma_buf *dmabuf;
	int fd;
};

/* Checks a scanout's index, and keeps speculation inside, too. */
static int pick_scanout(struct vdgpu_device *gpu, u32 *index)
{
	if (*index >= gpu->config.num_scanouts)
		return -EINVAL;
	*index = array_index_nospec(*index, gpu->config.num_scanouts);
	return 0;
}

static int serve_info(struct vdgpu_device *gpu, struct call *call)
{
	struct vdpa_gpu_view_info *info = &call->arg.info;

	info->version = VDPA_GPU_VIEW_VERSION;
	info->num_scanouts = gpu->config.num_scanouts;
	info->flags = vds_device_driver_ok(&gpu->vds) ?
		VDPA_GPU_INFO_DRIVER_OK : 0;
	memset(info->name, 0, sizeof(info->name));
	strscpy(info->name, vds_device_name(&gpu->vds), sizeof(info->name));
	return 0;
}

static int serve_scanout(struct vdgpu_device *gpu, struct call *call)
{
	struct vdpa_gpu_view_scanout *layout = &call->arg.scanout;
	u32 index = layout->scanout;
	int err = pick_scanout(gpu, &index);

	if (err)
		return err;
	if (layout->reserved)
		return -EINVAL;
	vdgpu_scanout_snapshot(gpu, index, layout, NULL);
	return 0;
}

/* The damage may be older than the image, or be "everything". */
static void clip_damage(const struct vdgpu_view_account *account,
			const struct vdpa_gpu_view_scanout *layout,
			struct vdpa_gpu_rect *out_rect)
{
	u32 right = min(account->right, layout->width);
	u32 bottom = min(account->bottom, layout->height);

	memset(out_rect, 0, sizeof(*out_rect));
	if (account->left >= right || account->top >= bottom)
		return;
	out_rect->x = account->left;
	out_rect->y = account->top;
	out_rect->width = right - account->left;
	out_rect->height = bottom - account->top;
}

static int serve_damage(struct vdgpu_device *gpu, struct call *call)
{
	struct vdpa_gpu_view_damage *damage = &call->arg.damage;
	struct vdpa_gpu_view_scanout layout;
	struct vdgpu_view_account account;
	u32 index = damage->scanout;
	int err = pick_scanout(gpu, &index);

	if (err)
		return err;
	if (damage->reserved)
		return -EINVAL;
	/* In this order: what comes in between is told twice, not never. */
	vdgpu_view_settle(call->viewer, index, &account);
	vdgpu_scanout_snapshot(gpu, index, &layout, NULL);
	damage->flags = account.flags;
	damage->frames = layout.frames;
	clip_damage(&account, &layout, &damage->rect);
	return 0;
}

static int serve_export(struct vdgpu_device *gpu, struct call *call)
{
	struct vdpa_gpu_view_export *export = &call->arg.export;
	struct vdpa_gpu_view_scanout *layout = &export->layout;
	struct vdgpu_image *image;
	u32 index = layout->scanout;
	int err = pick_scanout(gpu, &index);

	if (err)
		return err;
	if (export->flags & ~O_CLOEXEC || export->reserved ||
	    layout->size != sizeof(*layout) || layout->reserved)
		return -EINVAL;
	vdgpu_scanout_snapshot(gpu, index, layout, &image);
	if (!image)
		return -ENOENT;
	call->dmabuf = vdgpu_image_export(image);
	vdgpu_image_put(image);
	return PTR_ERR_OR_ZERO(call->dmabuf);
}

static int finish_export(struct call *call)
{
	call->fd = get_unused_fd_flags(call->arg.export.flags);
	call->arg.export.fd = call->fd;
	return min(call->fd, 0);
}

static int serve_cursor(struct vdgpu_device *gpu, struct call *call)
{
	struct vdpa_gpu_view_cursor *cursor = &call->arg.cursor;
	u32 index = cursor->scanout;
	int err = pick_scanout(gpu, &index);

	if (err)
		return err;
	if (cursor->pixels) {
		call->pixels = kmalloc(VDGPU_CURSOR_BYTES, GFP_KERNEL);
		if (!call->pixels)
			return -ENOMEM;
	}
	vdgpu_cursor_snapshot(gpu, index, cursor, call->pixels);
	return 0;
}

static int finish_cursor(struct call *call)
{
	void __user *to = u64_to_user_ptr(call->arg.cursor.pixels);

	if (call->pixels && copy_to_user(to, call->pixels, VDGPU_CURSOR_BYTES))
		return -EFAULT;
	return 0;
}

static int serve_set_mode(struct vdgpu_device *gpu, struct call *call)
{
	u32 index = call->arg.set_mode.scanout;
	int err = pick_scanout(gpu, &index);

	if (!call->writable)
		return -EPERM;
	if (err)
		return err;
	return vdgpu_scanout_set_mode(gpu, index, &call->arg.set_mode.mode);
}

/**
 * struct request - one row
 * @size: of its struct in this kernel
 * @min: bytes that the caller must have; what follows reads as zero
 * @answers: is the struct copied out
 * @serve: while the GPU is held; must not touch user memory
 * @finish: afterwards, optional
 */
struct request {
	size_t size;
	size_t min;
	bool answers;
	int (*serve)(struct vdgpu_device *gpu, struct call *call);
	int (*finish)(struct call *call);
};

static const struct request requests[] = {
	[_IOC_NR(VDPA_GPU_VIEW_INFO)] = {
		.size = sizeof(struct vdpa_gpu_view_info),
		.min = offsetofend(struct vdpa_gpu_view_info, size),
		.answers = true,
		.serve = serve_info,
	},
	[_IOC_NR(VDPA_GPU_VIEW_SCANOUT)] = {
		.size = sizeof(struct vdpa_gpu_view_scanout),
		.min = offsetofend(struct vdpa_gpu_view_scanout, scanout),
		.answers = true,
		.serve = serve_scanout,
	},
	[_IOC_NR(VDPA_GPU_VIEW_DAMAGE)] = {
		.size = sizeof(struct vdpa_gpu_view_damage),
		.min = offsetofend(struct vdpa_gpu_view_damage, scanout),
		.answers = true,
		.serve = serve_damage,
	},
	[_IOC_NR(VDPA_GPU_VIEW_EXPORT)] = {
		.size = sizeof(struct vdpa_gpu_view_export),
		.min = offsetofend(struct vdpa_gpu_view_export, layout),
		.answers = true,
		.serve = serve_export,
		.finish = finish_export,
	},
	[_IOC_NR(VDPA_GPU_VIEW_CURSOR)] = {
		.size = sizeof(struct vdpa_gpu_view_cursor),
		.min = offsetofend(struct vdpa_gpu_view_cursor, scanout),
		.answers = true,
		.serve = serve_cursor,
		.finish = finish_cursor,
	},
	[_IOC_NR(VDPA_GPU_VIEW_SET_MODE)] = {
		.size = sizeof(struct vdpa_gpu_view_set_mode),
		.min = offsetofend(struct vdpa_gpu_view_set_mode, mode),
		.serve = serve_set_mode,
	},
};

/* The size in the number is an old caller's: only the struct's own counts. */
static const struct request *find_request(unsigned int cmd)
{
	unsigned int nr = _IOC_NR(cmd);
	const struct request *request;
	unsigned int dir;

	if (_IOC_TYPE(cmd) != VDPA_GPU_IOC_MAGIC || nr >= ARRAY_SIZE(requests))
		return NULL;
	request = &requests[array_index_nospec(nr, ARRAY_SIZE(requests))];
	dir = request->answers ? _IOC_READ | _IOC_WRITE : _IOC_WRITE;
	return _IOC_DIR(cmd) == dir ? request : NULL;
}

static int copy_in(const struct request *request, struct call *call,
		   void __user *arg, u32 *out_size)
{
	u32 size;

	/* Every struct begins with its size. */
	if (get_user(size, (u32 __user *)arg))
		return -EFAULT;
	if (size < request->min)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	*out_size = size;
	return copy_struct_from_user(&call->arg, request->size, arg, size);
}

static int serve(const struct request *request, struct call *call)
{
	struct vdgpu_view *view = call->viewer->view;
	int err = -ENODEV;

	down_read(&view->gone);
	if (view->gpu)
		err = request->serve(view->gpu, call);
	up_read(&view->gone);
	return err;
}

static int copy_out(const struct request *request, struct call *call,
		    void __user *arg, u32 size)
{
	/* It may have changed since, and is not ours to change. */
	call->arg.info.size = size;
	if (copy_to_user(arg, &call->arg, min(size, request->size)))
		return -EFAULT;
	return 0;
}

static int run(const struct request *request, struct call *call,
	       void __user *arg)
{
	u32 size;
	int err;

	err = copy_in(request, call, arg, &size);
	if (!err)
		err = serve(request, call);
	if (!err && request->finish)
		err = request->finish(call);
	if (!err && request->answers)
		err = copy_out(request, call, arg, size);
	return err;
}

/* The descriptor opens last: nobody can close it again from within. */
static void settle(struct call *call, int err)
{
	kfree(call->pixels);
	if (IS_ERR_OR_NULL(call->dmabuf))
		return;
	if (err) {
		dma_buf_put(call->dmabuf);
		if (call->fd >= 0)
			put_unused_fd(call->fd);
		return;
	}
	fd_install(call->fd, call->dmabuf->file);
}

long vdgpu_view_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct request *request = find_request(cmd);
	struct call call = {
		.viewer = file->private_data,
		.writable = file->f_mode & FMODE_WRITE,
		.fd = -1,
	};
	int err;

	if (!request)
		return -ENOTTY;
	err = run(request, &call, (void __user *)arg);
	settle(&call, err);
	return err;
}
