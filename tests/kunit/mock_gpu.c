// SPDX-License-Identifier: GPL-2.0-only
/* See mock_gpu.h. */
#include "mock_gpu.h"

#include <linux/err.h>
#include <linux/sizes.h>

#include "gpu/device.h"
#include "gpu/image.h"
#include "gpu/vdgpu.h"

static struct vdpa_mgmt_dev mgmt;

static void put_gpu(void *data)
{
	struct vdgpu_device *gpu = data;

	vds_device_put(&gpu->vds);
	vdgpu_image_module_exit();
}

void mock_gpu_config(struct vdgpu_config *config)
{
	vdgpu_config_init(config);
	config->num_scanouts = 2;
	config->modes[1].flags = VDPA_GPU_MODE_CONNECTED;
	config->blob = true;
	config->uuid = true;
	config->limits.resources = 16;
	config->limits.bytes = SZ_4M;
}

struct mock_gpu *mock_gpu(struct kunit *test, const struct vdgpu_config *config,
			  unsigned int pages)
{
	struct mock_gpu *mock;
	u64 features;

	mock = kunit_kzalloc(test, sizeof(*mock), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mock);
	features = vdgpu_config_features(config);
	mock->gpu = vdgpu_device_create(&mgmt, "mock", config, features);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mock->gpu);
	kunit_add_action(test, put_gpu, mock->gpu);
	mock->driver = mock_driver(test, &mock->gpu->vds.vdpa, pages);
	mock_driver_start(mock->driver, features |
			  BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC));
	return mock;
}

u32 mock_gpu_command(struct mock_gpu *mock, const void *req, size_t len)
{
	struct kunit *test = mock->driver->guest.test;
	struct virtio_gpu_ctrl_hdr answer;

	KUNIT_EXPECT_EQ(test, sizeof(answer),
			mock_driver_request(mock->driver, 0, req, len, &answer,
					    sizeof(answer)));
	KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(answer.flags));
	KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(answer.ctx_id));
	return le32_to_cpu(answer.type);
}

struct virtio_gpu_rect mock_rect(u32 x, u32 y, u32 width, u32 height)
{
	return (struct virtio_gpu_rect){
		cpu_to_le32(x), cpu_to_le32(y),
		cpu_to_le32(width), cpu_to_le32(height),
	};
}

u32 mock_gpu_create(struct mock_gpu *mock, u32 id, u32 format, u32 width,
		    u32 height)
{
	const struct virtio_gpu_resource_create_2d req = {
		.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_RESOURCE_CREATE_2D),
		.resource_id = cpu_to_le32(id),
		.format = cpu_to_le32(format),
		.width = cpu_to_le32(width),
		.height = cpu_to_le32(height),
	};

	return mock_gpu_command(mock, &req, sizeof(req));
}

u32 mock_gpu_attach(struct mock_gpu *mock, u32 id, u64 gpa, u32 len)
{
	const struct {
		struct virtio_gpu_resource_attach_backing req;
		struct virtio_gpu_mem_entry entry;
	} msg = {
		.req.hdr.type =
			cpu_to_le32(VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING),
		.req.resource_id = cpu_to_le32(id),
		.req.nr_entries = cpu_to_le32(1),
		.entry.addr = cpu_to_le64(gpa),
		.entry.length = cpu_to_le32(len),
		/* To be ignored. */
		.entry.padding = cpu_to_le32(0xdeadbeef),
	};

	return mock_gpu_command(mock, &msg, sizeof(msg));
}

u32 mock_gpu_detach(struct mock_gpu *mock, u32 id)
{
	const struct virtio_gpu_resource_detach_backing req = {
		.hdr.type =
			cpu_to_le32(VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING),
		.resource_id = cpu_to_le32(id),
	};

	return mock_gpu_command(mock, &req, sizeof(req));
}

u32 mock_gpu_transfer(struct mock_gpu *mock, u32 id,
		      struct virtio_gpu_rect rect, u64 offset)
{
	const struct virtio_gpu_transfer_to_host_2d req = {
		.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D),
		.r = rect,
		.offset = cpu_to_le64(offset),
		.resource_id = cpu_to_le32(id),
	};

	return mock_gpu_command(mock, &req, sizeof(req));
}

u32 mock_gpu_scanout(struct mock_gpu *mock, u32 scanout, u32 id,
		     struct virtio_gpu_rect rect)
{
	const struct virtio_gpu_set_scanout req = {
		.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_SET_SCANOUT),
		.r = rect,
		.scanout_id = cpu_to_le32(scanout),
		.resource_id = cpu_to_le32(id),
	};

	return mock_gpu_command(mock, &req, sizeof(req));
}

u32 mock_gpu_flush(struct mock_gpu *mock, u32 id, struct virtio_gpu_rect rect)
{
	const struct virtio_gpu_resource_flush req = {
		.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_RESOURCE_FLUSH),
		.r = rect,
		.resource_id = cpu_to_le32(id),
	};

	return mock_gpu_command(mock, &req, sizeof(req));
}

u32 mock_gpu_unref(struct mock_gpu *mock, u32 id)
{
	const struct virtio_gpu_resource_unref req = {
		.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_RESOURCE_UNREF),
		.resource_id = cpu_to_le32(id),
	};

	return mock_gpu_command(mock, &req, sizeof(req));
}
