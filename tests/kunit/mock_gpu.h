/* SPDX-License-Identifier: GPL-2.0-only */
/* mock_gpu.h - a whole GPU on no bus, with a mock driver at work on it. */
#ifndef _MOCK_GPU_H
#define _MOCK_GPU_H

#include <linux/virtio_gpu.h>

#include "gpu/config.h"
#include "mock_guest.h"

struct vdgpu_device;

/**
 * struct mock_gpu - a GPU and its driver
 * @gpu: the device
 * @driver: DRIVER_OK is set
 */
struct mock_gpu {
	struct vdgpu_device *gpu;
	struct mock_driver *driver;
};

/* A GPU of that shape, all its features accepted, driver started. */
struct mock_gpu *mock_gpu(struct kunit *test, const struct vdgpu_config *config,
			  unsigned int pages);

/* Shape with two outputs and every optional feature, small limits. */
void mock_gpu_config(struct vdgpu_config *config);

/*
 * Sends a command on the control queue with room for a bare answer; the type
 * of the answer. Fails the test if the answer is not one bare header.
 */
u32 mock_gpu_command(struct mock_gpu *mock, const void *req, size_t len);

/* The commands, in order of their life. Type of the answer. */
u32 mock_gpu_create(struct mock_gpu *mock, u32 id, u32 format, u32 width,
		    u32 height);
u32 mock_gpu_attach(struct mock_gpu *mock, u32 id, u64 gpa, u32 len);
u32 mock_gpu_detach(struct mock_gpu *mock, u32 id);
u32 mock_gpu_transfer(struct mock_gpu *mock, u32 id,
		      struct virtio_gpu_rect rect, u64 offset);
u32 mock_gpu_scanout(struct mock_gpu *mock, u32 scanout, u32 id,
		     struct virtio_gpu_rect rect);
u32 mock_gpu_flush(struct mock_gpu *mock, u32 id, struct virtio_gpu_rect rect);
u32 mock_gpu_unref(struct mock_gpu *mock, u32 id);

/* A rectangle as it goes over the wire. */
struct virtio_gpu_rect mock_rect(u32 x, u32 y, u32 width, u32 height);

#endif /* _MOCK_GPU_H */
