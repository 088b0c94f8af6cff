// SPDX-License-Identifier: GPL-2.0-only
/* The transport of the host: one /dev/vhost-vdpa-N. */
#include "dev.h"

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

struct vdpa {
	int fd;
};

static int call(struct dev *dev, unsigned long request, void *arg)
{
	const struct vdpa *vdpa = dev->priv;

	return ioctl(vdpa->fd, request, arg) < 0 ? -errno : 0;
}

static int agree_on_backend(struct dev *dev)
{
	uint64_t features = 0;
	int err = call(dev, VHOST_GET_BACKEND_FEATURES, &features);

	if (err)
		return err;
	features &= BACKEND_KNOWN;
	err = call(dev, VHOST_SET_BACKEND_FEATURES, &features);
	if (err)
		return err;
	if (!(features & BACKEND_MSG_V2))
		return -EOPNOTSUPP;
	dev->can = DEV_CAN_MAP | DEV_CAN_BASE | DEV_CAN_COUNT | DEV_CAN_SIZE |
		   DEV_CAN_OWN;
	if (features & BACKEND_SUSPEND)
		dev->can |= DEV_CAN_SUSPEND;
	if (features & BACKEND_RESUME)
		dev->can |= DEV_CAN_RESUME;
	return 0;
}

static int vdpa_open(struct dev *dev, const char *path)
{
	struct vdpa *vdpa = calloc(1, sizeof(*vdpa));
	int err;

	if (!vdpa)
		return -ENOMEM;
	dev->priv = vdpa;
	vdpa->fd = open(path, O_RDWR | O_CLOEXEC);
	if (vdpa->fd < 0)
		return -errno;
	err = call(dev, VHOST_SET_OWNER, NULL);
	return err ? err : agree_on_backend(dev);
}

static void vdpa_close(struct dev *dev)
{
	struct vdpa *vdpa = dev->priv;

	if (vdpa->fd >= 0)
		close(vdpa->fd);
	free(vdpa);
}

static int vdpa_get_device_id(struct dev *dev, uint32_t *out_id)
{
	return call(dev, VHOST_VDPA_GET_DEVICE_ID, out_id);
}

static int vdpa_get_nvqs(struct dev *dev, uint32_t *out_count)
{
	return call(dev, VHOST_VDPA_GET_VQS_COUNT, out_count);
}

static int vdpa_get_vring_max(struct dev *dev, unsigned int q,
			      uint16_t *out_max)
{
	(void)q;
	return call(dev, VHOST_VDPA_GET_VRING_NUM, out_max);
}

static int vdpa_get_iova_range(struct dev *dev, uint64_t *out_first,
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

static int vdpa_get_features(struct dev *dev, uint64_t *out_features)
{
	return call(dev, VHOST_GET_FEATURES, out_features);
}

static int vdpa_set_features(struct dev *dev, uint64_t features)
{
	return call(dev, VHOST_SET_FEATURES, &features);
}

static int vdpa_get_status(struct dev *dev, uint8_t *out_status)
{
	return call(dev, VHOST_VDPA_GET_STATUS, out_status);
}

static int vdpa_set_status(struct dev *dev, uint8_t status)
{
	return call(dev, VHOST_VDPA_SET_STATUS, &status);
}

static int vdpa_suspend(struct dev *dev)
{
	return call(dev, VHOST_VDPA_SUSPEND, NULL);
}

static int vdpa_resume(struct dev *dev)
{
	return call(dev, VHOST_VDPA_RESUME, NULL);
}

static int vdpa_get_config_size(struct dev *dev, uint32_t *out_size)
{
	return call(dev, VHOST_VDPA_GET_CONFIG_SIZE, out_size);
}

static int vdpa_get_config(struct dev *dev, uint32_t off, void *buf,
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

static int vdpa_set_config(struct dev *dev, uint32_t off, const void *buf,
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

static int vdpa_set_config_call(struct dev *dev, int fd)
{
	return call(dev, VHOST_VDPA_SET_CONFIG_CALL, &fd);
}

static int set_state(struct dev *dev, unsigned long request,
		     unsigned int q, unsigned int num)
{
	struct vhost_vring_state state = { .index = q, .num = num };

	return call(dev, request, &state);
}

static int set_file(struct dev *dev, unsigned long request,
		    unsigned int q, int fd)
{
	struct vhost_vring_file file = { .index = q, .fd = fd };

	return call(dev, request, &file);
}

static int vdpa_set_vring_num(struct dev *dev, unsigned int q, unsigned int num)
{
	return set_state(dev, VHOST_SET_VRING_NUM, q, num);
}

static int vdpa_set_vring_addr(struct dev *dev, unsigned int q,
			       const struct dev_ring_addr *addr)
{
	struct vhost_vring_addr vring = {
		.index = q,
		.desc_user_addr = addr->desc,
		.avail_user_addr = addr->avail,
		.used_user_addr = addr->used,
	};

	return call(dev, VHOST_SET_VRING_ADDR, &vring);
}

static int vdpa_set_vring_base(struct dev *dev, unsigned int q,
			       unsigned int base)
{
	return set_state(dev, VHOST_SET_VRING_BASE, q, base);
}

static int vdpa_get_vring_base(struct dev *dev, unsigned int q,
			       unsigned int *out_base)
{
	struct vhost_vring_state state = { .index = q };
	int err = call(dev, VHOST_GET_VRING_BASE, &state);

	*out_base = state.num;
	return err;
}

static int vdpa_set_vring_kick(struct dev *dev, unsigned int q, int fd)
{
	return set_file(dev, VHOST_SET_VRING_KICK, q, fd);
}

static int vdpa_set_vring_call(struct dev *dev, unsigned int q, int fd)
{
	return set_file(dev, VHOST_SET_VRING_CALL, q, fd);
}

static int vdpa_set_vring_enable(struct dev *dev, unsigned int q, bool enable)
{
	return set_state(dev, VHOST_VDPA_SET_VRING_ENABLE, q, enable);
}

static int send_iotlb(struct dev *dev, const struct vhost_iotlb_msg *iotlb)
{
	const struct vdpa *vdpa = dev->priv;
	struct vhost_msg_v2 msg = { .type = VHOST_IOTLB_MSG_V2 };
	ssize_t done;

	msg.iotlb = *iotlb;
	done = write(vdpa->fd, &msg, sizeof(msg));
	if (done < 0)
		return -errno;
	return done == sizeof(msg) ? 0 : -EIO;
}

static int vdpa_map(struct dev *dev, uint64_t iova, uint64_t size, void *va,
		    enum dev_perm perm)
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

static int vdpa_unmap(struct dev *dev, uint64_t iova, uint64_t size)
{
	struct vhost_iotlb_msg iotlb = {
		.iova = iova,
		.size = size,
		.type = VHOST_IOTLB_INVALIDATE,
	};

	return send_iotlb(dev, &iotlb);
}

static void vdpa_kick(struct dev *dev, unsigned int q, int fd)
{
	const uint64_t one = 1;

	(void)dev;
	(void)q;
	if (write(fd, &one, sizeof(one)) < 0)
		return;		/* the counter is full: the kick is there */
}

const struct dev_ops vdpa_dev_ops = {
	.open = vdpa_open,
	.close = vdpa_close,
	.get_device_id = vdpa_get_device_id,
	.get_nvqs = vdpa_get_nvqs,
	.get_vring_max = vdpa_get_vring_max,
	.get_iova_range = vdpa_get_iova_range,
	.get_features = vdpa_get_features,
	.set_features = vdpa_set_features,
	.get_status = vdpa_get_status,
	.set_status = vdpa_set_status,
	.suspend = vdpa_suspend,
	.resume = vdpa_resume,
	.get_config_size = vdpa_get_config_size,
	.get_config = vdpa_get_config,
	.set_config = vdpa_set_config,
	.set_config_call = vdpa_set_config_call,
	.set_vring_num = vdpa_set_vring_num,
	.set_vring_addr = vdpa_set_vring_addr,
	.set_vring_base = vdpa_set_vring_base,
	.get_vring_base = vdpa_get_vring_base,
	.set_vring_kick = vdpa_set_vring_kick,
	.set_vring_call = vdpa_set_vring_call,
	.set_vring_enable = vdpa_set_vring_enable,
	.map = vdpa_map,
	.unmap = vdpa_unmap,
	.kick = vdpa_kick,
};
