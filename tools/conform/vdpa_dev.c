// SPDX-License-Identifier: GPL-2.0-only
#include "vdpa_dev.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/vhost.h>

/* Younger than the oldest header we build with. */
#ifndef VHOST_VDPA_RESUME
#define VHOST_VDPA_RESUME		_IO(VHOST_VIRTIO, 0x7E)
#endif
#define BACKEND_MSG_V2			(1ULL << 1)
#define BACKEND_SUSPEND			(1ULL << 4)
#define BACKEND_RESUME			(1ULL << 5)
#define BACKEND_IOTLB_PERSIST		(1ULL << 8)

#define BACKEND_KNOWN	(BACKEND_MSG_V2 | BACKEND_SUSPEND | BACKEND_RESUME | \
			 BACKEND_IOTLB_PERSIST)

static int call(struct vdpa_dev *dev, unsigned long request, void *arg)
{
	return ioctl(dev->fd, request, arg) < 0 ? -errno : 0;
}

int vdpa_open(struct vdpa_dev *dev, const char *path)
{
	uint64_t features = 0;
	int err;

	dev->fd = open(path, O_RDWR | O_CLOEXEC);
	if (dev->fd < 0)
		return -errno;

	err = call(dev, VHOST_SET_OWNER, NULL);
	if (!err)
		err = call(dev, VHOST_GET_BACKEND_FEATURES, &features);
	if (!err) {
		dev->backend = features & BACKEND_KNOWN;
		err = call(dev, VHOST_SET_BACKEND_FEATURES, &dev->backend);
	}
	if (!err && !(dev->backend & BACKEND_MSG_V2))
		err = -EOPNOTSUPP;
	if (err)
		vdpa_close(dev);
	return err;
}

void vdpa_close(struct vdpa_dev *dev)
{
	if (dev->fd >= 0)
		close(dev->fd);
	dev->fd = -1;
}

int vdpa_get_device_id(struct vdpa_dev *dev, uint32_t *out_id)
{
	return call(dev, VHOST_VDPA_GET_DEVICE_ID, out_id);
}

int vdpa_get_nvqs(struct vdpa_dev *dev, uint32_t *out_count)
{
	return call(dev, VHOST_VDPA_GET_VQS_COUNT, out_count);
}

int vdpa_get_vring_max(struct vdpa_dev *dev, uint16_t *out_max)
{
	return call(dev, VHOST_VDPA_GET_VRING_NUM, out_max);
}

int vdpa_get_iova_range(struct vdpa_dev *dev, uint64_t *out_first,
			uint64_t *out_last)
{
	struct vhost_vdpa_iova_range range;
	int err = call(dev, VHOST_VDPA_GET_IOVA_RANGE, &range);

	if (!err) {
		*out_first = range.first;
		*out_last = range.last;
	}
	return err;
}

int vdpa_get_features(struct vdpa_dev *dev, uint64_t *out_features)
{
	return call(dev, VHOST_GET_FEATURES, out_features);
}

int vdpa_set_features(struct vdpa_dev *dev, uint64_t features)
{
	return call(dev, VHOST_SET_FEATURES, &features);
}

int vdpa_get_status(struct vdpa_dev *dev, uint8_t *out_status)
{
	return call(dev, VHOST_VDPA_GET_STATUS, out_status);
}

int vdpa_set_status(struct vdpa_dev *dev, uint8_t status)
{
	return call(dev, VHOST_VDPA_SET_STATUS, &status);
}

int vdpa_reset(struct vdpa_dev *dev)
{
	return vdpa_set_status(dev, 0);
}

int vdpa_suspend(struct vdpa_dev *dev)
{
	return call(dev, VHOST_VDPA_SUSPEND, NULL);
}

int vdpa_resume(struct vdpa_dev *dev)
{
	return call(dev, VHOST_VDPA_RESUME, NULL);
}

bool vdpa_can_suspend(const struct vdpa_dev *dev)
{
	return dev->backend & BACKEND_SUSPEND;
}

bool vdpa_can_resume(const struct vdpa_dev *dev)
{
	return dev->backend & BACKEND_RESUME;
}

int vdpa_get_config_size(struct vdpa_dev *dev, uint32_t *out_size)
{
	return call(dev, VHOST_VDPA_GET_CONFIG_SIZE, out_size);
}

int vdpa_get_config(struct vdpa_dev *dev, uint32_t off, void *buf,
		    uint32_t len)
{
	struct vhost_vdpa_config *config = calloc(1, sizeof(*config) + len);
	int err;

	if (!config)
		return -ENOMEM;
	config->off = off;
	config->len = len;
	err = call(dev, VHOST_VDPA_GET_CONFIG, config);
	if (!err)
		memcpy(buf, config->buf, len);
	free(config);
	return err;
}

int vdpa_set_config(struct vdpa_dev *dev, uint32_t off, const void *buf,
		    uint32_t len)
{
	struct vhost_vdpa_config *config = calloc(1, sizeof(*config) + len);
	int err;

	if (!config)
		return -ENOMEM;
	config->off = off;
	config->len = len;
	memcpy(config->buf, buf, len);
	err = call(dev, VHOST_VDPA_SET_CONFIG, config);
	free(config);
	return err;
}

int vdpa_set_config_call(struct vdpa_dev *dev, int fd)
{
	return call(dev, VHOST_VDPA_SET_CONFIG_CALL, &fd);
}

static int set_state(struct vdpa_dev *dev, unsigned long request,
		     unsigned int q, unsigned int num)
{
	struct vhost_vring_state state = { .index = q, .num = num };

	return call(dev, request, &state);
}

static int set_file(struct vdpa_dev *dev, unsigned long request,
		    unsigned int q, int fd)
{
	struct vhost_vring_file file = { .index = q, .fd = fd };

	return call(dev, request, &file);
}

int vdpa_set_vring_num(struct vdpa_dev *dev, unsigned int q, unsigned int num)
{
	return set_state(dev, VHOST_SET_VRING_NUM, q, num);
}

int vdpa_set_vring_addr(struct vdpa_dev *dev, unsigned int q,
			const struct vdpa_vring_addr *addr)
{
	struct vhost_vring_addr vring = {
		.index = q,
		.desc_user_addr = addr->desc,
		.avail_user_addr = addr->avail,
		.used_user_addr = addr->used,
	};

	return call(dev, VHOST_SET_VRING_ADDR, &vring);
}

int vdpa_set_vring_base(struct vdpa_dev *dev, unsigned int q,
			unsigned int base)
{
	return set_state(dev, VHOST_SET_VRING_BASE, q, base);
}

int vdpa_get_vring_base(struct vdpa_dev *dev, unsigned int q,
			unsigned int *out_base)
{
	struct vhost_vring_state state = { .index = q };
	int err = call(dev, VHOST_GET_VRING_BASE, &state);

	*out_base = state.num;
	return err;
}

int vdpa_set_vring_kick(struct vdpa_dev *dev, unsigned int q, int fd)
{
	return set_file(dev, VHOST_SET_VRING_KICK, q, fd);
}

int vdpa_set_vring_call(struct vdpa_dev *dev, unsigned int q, int fd)
{
	return set_file(dev, VHOST_SET_VRING_CALL, q, fd);
}

int vdpa_set_vring_enable(struct vdpa_dev *dev, unsigned int q, bool enable)
{
	return set_state(dev, VHOST_VDPA_SET_VRING_ENABLE, q, enable);
}

static int send_iotlb(struct vdpa_dev *dev, const struct vhost_iotlb_msg *iotlb)
{
	struct vhost_msg_v2 msg = { .type = VHOST_IOTLB_MSG_V2 };
	ssize_t done;

	msg.iotlb = *iotlb;
	done = write(dev->fd, &msg, sizeof(msg));
	if (done < 0)
		return -errno;
	return done == sizeof(msg) ? 0 : -EIO;
}

int vdpa_map(struct vdpa_dev *dev, uint64_t iova, uint64_t size, void *va,
	     enum vdpa_perm perm)
{
	struct vhost_iotlb_msg iotlb = {
		.iova = iova,
		.size = size,
		.uaddr = (uintptr_t)va,
		.perm = perm,
		.type = VHOST_IOTLB_UPDATE,
	};

	return send_iotlb(dev, &iotlb);
}

int vdpa_unmap(struct vdpa_dev *dev, uint64_t iova, uint64_t size)
{
	struct vhost_iotlb_msg iotlb = {
		.iova = iova,
		.size = size,
		.type = VHOST_IOTLB_INVALIDATE,
	};

	return send_iotlb(dev, &iotlb);
}
