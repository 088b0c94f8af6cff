// SPDX-License-Identifier: GPL-2.0-only
/* See mock_iommu.h. */
#include "mock_iommu.h"

#include <linux/err.h>
#include <linux/string.h>
#include <linux/wait_bit.h>

#include "iommu/device.h"
#include "iommu/endpoint.h"
#include "iommu/vdiommu.h"
#include "soft/core.h"

static struct vdpa_mgmt_dev mgmt;

static void put_iommu(void *data)
{
	struct vdiommu_device *iommu = data;

	vds_device_put(&iommu->vds);
}

struct vdiommu_config *mock_iommu_config(struct kunit *test)
{
	struct vdiommu_endpoint_config *ep;
	struct vdiommu_config *config;

	config = kunit_kmalloc(test, sizeof(*config), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, config);
	vdiommu_config_init(config);
	config->domain_first = 1;
	config->domain_last = 99;
	config->limits.mappings = 256;
	vdiommu_config_add_endpoint(config, 10)->num_regions = 0;
	ep = vdiommu_config_add_endpoint(config, 20);
	ep->num_regions = 2;
	ep->regions[0] = (struct vdiommu_region) {
		.start = MOCK_RESV_START,
		.last = MOCK_RESV_LAST,
	};
	ep->regions[1] = (struct vdiommu_region) {
		.start = 0xfee00000,
		.last = 0xfeefffff,
		.msi = true,
	};
	vdiommu_config_add_endpoint(config, 30)->num_regions = 0;
	return config;
}

struct mock_iommu *mock_iommu(struct kunit *test,
			      const struct vdiommu_config *config,
			      u64 features, unsigned int pages)
{
	struct mock_iommu *mock;

	mock = kunit_kzalloc(test, sizeof(*mock), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mock);
	mock->iommu = vdiommu_device_create(&mgmt, "mock-iommu", config,
					    features);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mock->iommu);
	kunit_add_action(test, put_iommu, mock->iommu);
	mock->driver = mock_driver(test, &mock->iommu->vds.vdpa, pages);
	mock_driver_start(mock->driver, features);
	return mock;
}

struct mock_iommu *mock_iommu_default(struct kunit *test)
{
	const struct vdiommu_config *config = mock_iommu_config(test);

	return mock_iommu(test, config, vdiommu_config_features(config), 16);
}

int mock_iommu_ask(struct mock_iommu *mock, const void *req, size_t len)
{
	struct kunit *test = mock->driver->guest.test;
	struct vds_vq *vq = &mock->iommu->vds.core->vqs[0];
	struct virtio_iommu_req_tail tail;

	/* Or the thread may see it first, and the kick would serve nothing. */
	wait_var_event(&vq->serving, !READ_ONCE(vq->serving));
	KUNIT_EXPECT_EQ(test, sizeof(tail),
			mock_driver_request(mock->driver, 0, req, len, &tail,
					    sizeof(tail)));
	KUNIT_EXPECT_NULL(test, memchr_inv(tail.reserved, 0,
					   sizeof(tail.reserved)));
	return tail.status;
}

int mock_iommu_attach(struct mock_iommu *mock, u32 domain, u32 endpoint,
		      u32 flags)
{
	const struct virtio_iommu_req_attach req = {
		.head.type = VIRTIO_IOMMU_T_ATTACH,
		.domain = cpu_to_le32(domain),
		.endpoint = cpu_to_le32(endpoint),
		.flags = cpu_to_le32(flags),
	};

	return mock_iommu_ask(mock, &req, offsetof(typeof(req), tail));
}

int mock_iommu_detach(struct mock_iommu *mock, u32 domain, u32 endpoint)
{
	struct virtio_iommu_req_detach req = {
		.head.type = VIRTIO_IOMMU_T_DETACH,
		.domain = cpu_to_le32(domain),
		.endpoint = cpu_to_le32(endpoint),
	};

	/* To be ignored (IOMMU-REQ-6.3.a). */
	memset(req.reserved, 0xff, sizeof(req.reserved));
	return mock_iommu_ask(mock, &req, offsetof(typeof(req), tail));
}

int mock_iommu_map(struct mock_iommu *mock, u32 domain, u64 start, u64 last,
		   u64 phys, u32 flags)
{
	const struct virtio_iommu_req_map req = {
		.head.type = VIRTIO_IOMMU_T_MAP,
		/* To be ignored (IOMMU-REQ-6.1.c). */
		.head.reserved = { 0xff, 0xff, 0xff },
		.domain = cpu_to_le32(domain),
		.virt_start = cpu_to_le64(start),
		.virt_end = cpu_to_le64(last),
		.phys_start = cpu_to_le64(phys),
		.flags = cpu_to_le32(flags),
	};

	return mock_iommu_ask(mock, &req, offsetof(typeof(req), tail));
}

int mock_iommu_unmap(struct mock_iommu *mock, u32 domain, u64 start, u64 last)
{
	const struct virtio_iommu_req_unmap req = {
		.head.type = VIRTIO_IOMMU_T_UNMAP,
		.domain = cpu_to_le32(domain),
		.virt_start = cpu_to_le64(start),
		.virt_end = cpu_to_le64(last),
	};

	return mock_iommu_ask(mock, &req, offsetof(typeof(req), tail));
}

u64 mock_iommu_look(struct mock_iommu *mock, u32 endpoint, u64 iova, bool write)
{
	const struct vdiommu_range range = { .start = iova, .last = iova };
	struct vdiommu_endpoint *ep;
	struct vds_span span;

	ep = vdiommu_endpoint_find(mock->iommu, endpoint);
	KUNIT_ASSERT_NOT_NULL(mock->driver->guest.test, ep);
	if (vdiommu_endpoint_translate(ep, range, write, &span))
		return U64_MAX;
	return span.gpa;
}
