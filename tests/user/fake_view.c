// SPDX-License-Identifier: GPL-2.0-only
#include "fake_view.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/dma-buf.h>

struct fake_view fake;

/* The reading end of a pipe plays the device file. */
static int file = -1;
static int bell = -1;
static bool ringing;
static uint64_t last_image;

int __real_open64(const char *path, int flags, ...);
int __real_ioctl(int fd, unsigned long request, ...);
void *__real_mmap64(void *addr, size_t len, int prot, int flags, int fd,
		    off_t offset);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
void *__wrap_mmap64(void *addr, size_t len, int prot, int flags, int fd,
		    off_t offset);
int __real_poll(struct pollfd *fds, nfds_t nr_fds, int timeout);
int __wrap_poll(struct pollfd *fds, nfds_t nr_fds, int timeout);

static void ring(void)
{
	if (bell < 0 || ringing)
		return;
	ringing = write(bell, "!", 1) == 1;
}

static void silence(void)
{
	char byte;

	if (ringing && read(file, &byte, 1) == 1)
		ringing = false;
}

static void hang_up(void)
{
	if (bell >= 0)
		close(bell);
	bell = -1;
	ringing = false;
}

void fake_image_init(struct fake_image *image, size_t size)
{
	image->fd = memfd_create("image", MFD_CLOEXEC);
	image->size = size;
	image->bytes = ftruncate(image->fd, size) ? MAP_FAILED :
		       __real_mmap64(NULL, size, PROT_READ | PROT_WRITE,
				     MAP_SHARED, image->fd, 0);
}

void fake_reset(void)
{
	hang_up();
	file = -1;
	fake = (struct fake_view){ .num_scanouts = 1 };
	for (int i = 0; i < VDPA_GPU_MAX_SCANOUTS; i++) {
		struct fake_scanout *s = &fake.scanouts[i];

		s->layout.mode = (struct vdpa_gpu_mode){
			.flags = i ? 0 : VDPA_GPU_MODE_CONNECTED,
			.width = 1920,
			.height = 1080,
			.refresh_mhz = 60000,
		};
	}
}

static void add_damage(unsigned int scanout, uint32_t flags)
{
	fake.scanouts[scanout].damage.flags |= flags;
	ring();
}

void fake_show(unsigned int scanout, const struct vdpa_gpu_view_scanout *layout,
	       const struct fake_image *image)
{
	struct fake_scanout *s = &fake.scanouts[scanout];
	struct vdpa_gpu_mode mode = s->layout.mode;
	uint64_t frames = s->layout.frames;

	s->layout = *layout;
	s->layout.mode = mode;
	s->layout.frames = frames;
	s->layout.flags = VDPA_GPU_SCANOUT_ACTIVE;
	s->layout.image_id = ++last_image;
	s->layout.image_size = image->size;
	s->image = image;
	add_damage(scanout, VDPA_GPU_DAMAGE_LAYOUT);
}

void fake_blank(unsigned int scanout)
{
	struct fake_scanout *s = &fake.scanouts[scanout];

	s->layout = (struct vdpa_gpu_view_scanout){
		.mode = s->layout.mode,
		.frames = s->layout.frames,
	};
	add_damage(scanout, VDPA_GPU_DAMAGE_LAYOUT);
}

void fake_flush(unsigned int scanout, struct vdpa_gpu_rect rect)
{
	struct fake_scanout *s = &fake.scanouts[scanout];

	s->layout.frames++;
	s->damage.rect = rect;
	add_damage(scanout, VDPA_GPU_DAMAGE_PIXELS);
}

void fake_remove(void)
{
	fake.gone = true;
	hang_up();
}

/* To a new viewer everything is new. */
static void fill_accounts(void)
{
	for (uint32_t i = 0; i < fake.num_scanouts; i++) {
		struct fake_scanout *s = &fake.scanouts[i];

		s->damage.flags = VDPA_GPU_DAMAGE_LAYOUT |
				  VDPA_GPU_DAMAGE_PIXELS |
				  VDPA_GPU_DAMAGE_CURSOR | VDPA_GPU_DAMAGE_MODE;
		s->damage.rect.width = s->layout.width;
		s->damage.rect.height = s->layout.height;
	}
}

int __wrap_open64(const char *path, int flags, ...)
{
	va_list args;
	int fds[2];
	int mode;

	if (strcmp(path, FAKE_PATH)) {
		va_start(args, flags);
		mode = va_arg(args, int);
		va_end(args);
		return __real_open64(path, flags, mode);
	}
	if (fake.open_errno) {
		errno = fake.open_errno;
		return -1;
	}
	hang_up();
	if (pipe2(fds, O_CLOEXEC))
		return -1;
	file = fds[0];
	bell = fds[1];
	fill_accounts();
	fake.writable = (flags & O_ACCMODE) == O_RDWR;
	if (fake.gone)
		hang_up();
	else
		ring();
	return file;
}

static int answer_info(struct vdpa_gpu_view_info *info)
{
	if (info->size != sizeof(*info))
		return EINVAL;
	info->version = VDPA_GPU_VIEW_VERSION;
	info->num_scanouts = fake.num_scanouts;
	info->flags = VDPA_GPU_INFO_DRIVER_OK;
	strcpy(info->name, "gpu0");
	return 0;
}

static int answer_scanout(struct vdpa_gpu_view_scanout *layout)
{
	uint32_t index = layout->scanout;

	if (layout->size != sizeof(*layout) || layout->reserved ||
	    index >= fake.num_scanouts)
		return EINVAL;
	*layout = fake.scanouts[index].layout;
	layout->size = sizeof(*layout);
	layout->scanout = index;
	return 0;
}

static bool all_fetched(void)
{
	for (uint32_t i = 0; i < fake.num_scanouts; i++)
		if (fake.scanouts[i].damage.flags)
			return false;
	return true;
}

static int answer_damage(struct vdpa_gpu_view_damage *damage)
{
	uint32_t index = damage->scanout;

	if (damage->size != sizeof(*damage) || damage->reserved ||
	    index >= fake.num_scanouts)
		return EINVAL;
	*damage = fake.scanouts[index].damage;
	damage->size = sizeof(*damage);
	damage->scanout = index;
	damage->frames = fake.scanouts[index].layout.frames;
	fake.scanouts[index].damage = (struct vdpa_gpu_view_damage){ 0 };
	if (all_fetched())
		silence();
	return 0;
}

static int answer_export(struct vdpa_gpu_view_export *export)
{
	int err;

	if (export->size != sizeof(*export) || export->reserved ||
	    (export->flags & ~O_CLOEXEC))
		return EINVAL;
	err = answer_scanout(&export->layout);
	if (err)
		return err;
	if (!export->layout.image_id)
		return ENOENT;
	export->fd = fcntl(fake.scanouts[export->layout.scanout].image->fd,
			   F_DUPFD_CLOEXEC, 0);
	fake.exports++;
	return 0;
}

static int answer_cursor(struct vdpa_gpu_view_cursor *cursor)
{
	uint32_t index = cursor->scanout;
	void *pixels = (void *)(uintptr_t)cursor->pixels;

	if (cursor->size != sizeof(*cursor) || index >= fake.num_scanouts)
		return EINVAL;
	*cursor = fake.scanouts[index].cursor;
	cursor->size = sizeof(*cursor);
	cursor->scanout = index;
	cursor->pixels = (uintptr_t)pixels;
	if (pixels)
		memcpy(pixels, fake.scanouts[index].cursor_pixels,
		       sizeof(fake.scanouts[index].cursor_pixels));
	return 0;
}

static int answer_set_mode(const struct vdpa_gpu_view_set_mode *set)
{
	if (!fake.writable)
		return EPERM;
	if (set->size != sizeof(*set) || set->scanout >= fake.num_scanouts ||
	    !set->mode.width || !set->mode.height ||
	    set->mode.refresh_mhz < 1000)
		return EINVAL;
	fake.scanouts[set->scanout].layout.mode = set->mode;
	return 0;
}

static int answer(unsigned long request, void *arg)
{
	if (fake.gone)
		return ENODEV;
	switch (request) {
	case VDPA_GPU_VIEW_INFO:
		return answer_info(arg);
	case VDPA_GPU_VIEW_SCANOUT:
		return answer_scanout(arg);
	case VDPA_GPU_VIEW_DAMAGE:
		return answer_damage(arg);
	case VDPA_GPU_VIEW_EXPORT:
		return answer_export(arg);
	case VDPA_GPU_VIEW_CURSOR:
		return answer_cursor(arg);
	case VDPA_GPU_VIEW_SET_MODE:
		return answer_set_mode(arg);
	default:
		return ENOTTY;
	}
}

static void count_sync(const struct dma_buf_sync *sync)
{
	if (sync->flags == (DMA_BUF_SYNC_READ | DMA_BUF_SYNC_START)) {
		fake.syncs++;
		fake.total_syncs++;
	} else if (sync->flags == (DMA_BUF_SYNC_READ | DMA_BUF_SYNC_END)) {
		fake.syncs--;
	} else {
		fake.bad_requests++;
	}
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (request == DMA_BUF_IOCTL_SYNC) {
		count_sync(arg);
		return 0;
	}
	if (fd != file || fd < 0)
		return __real_ioctl(fd, request, arg);
	errno = answer(request, arg);
	if (errno == EINVAL)
		fake.bad_requests++;
	return errno ? -1 : 0;
}

void *__wrap_mmap64(void *addr, size_t len, int prot, int flags, int fd,
		    off_t offset)
{
	const struct fake_scanout *s;
	void *map;

	if (fd != file || fd < 0)
		return __real_mmap64(addr, len, prot, flags, fd, offset);
	if (fake.on_mmap)
		fake.on_mmap();
	s = &fake.scanouts[(offset >> 36) % VDPA_GPU_MAX_SCANOUTS];
	errno = 0;
	if (fake.gone)
		errno = ENODEV;
	else if (!s->layout.image_id)
		errno = ENOENT;
	else if (prot != PROT_READ || len > ((s->layout.image_size + 4095) & ~4095ul))
		errno = EINVAL;
	if (errno)
		return MAP_FAILED;
	map = __real_mmap64(NULL, len, PROT_READ, flags, s->image->fd, 0);
	fake.mmaps++;
	return map;
}

int __wrap_poll(struct pollfd *fds, nfds_t nr_fds, int timeout)
{
	if (!ringing && fake.on_idle)
		fake.on_idle();
	return __real_poll(fds, nr_fds, timeout);
}
