/* SPDX-License-Identifier: GPL-2.0-only */
/* mock_iommu.h - a whole IOMMU on no bus, with a mock driver at work on it. */
#ifndef _MOCK_IOMMU_H
#define _MOCK_IOMMU_H

#include <linux/virtio_iommu.h>

#include "iommu/config.h"
#include "mock_guest.h"
#include "soft/endpoint.h"

struct vdiommu_device;

/**
 * struct mock_iommu - an IOMMU and its driver
 * @iommu: the device
 * @driver: DRIVER_OK is set
 */
struct mock_iommu {
	struct vdiommu_device *iommu;
	struct mock_driver *driver;
};

/* The page size of the IOMMU below. */
#define MOCK_GRANULE	4096ull

/* What endpoint 20 has reserved. */
#define MOCK_RESV_START	0x100000ull
#define MOCK_RESV_LAST	0x1fffffull

/*
 * Shape with endpoints 10, 20 and 30, of which 20 has a reserved region and
 * one for MSIs; domains 1 to 99; 256 mappings.
 */
struct vdiommu_config *mock_iommu_config(struct kunit *test);

/* An IOMMU of that shape, driver started with those features of its own. */
struct mock_iommu *mock_iommu(struct kunit *test,
			      const struct vdiommu_config *config,
			      u64 features, unsigned int pages);

/* The usual one: all features accepted. */
struct mock_iommu *mock_iommu_default(struct kunit *test);

/*
 * Sends a request with room for its tail only, when the queue's thread is at
 * rest; the status. Fails the test if the answer is not one good tail.
 */
int mock_iommu_ask(struct mock_iommu *mock, const void *req, size_t len);

/* The requests; their status. Ranges as they go over the wire. */
int mock_iommu_attach(struct mock_iommu *mock, u32 domain, u32 endpoint,
		      u32 flags);
int mock_iommu_detach(struct mock_iommu *mock, u32 domain, u32 endpoint);
int mock_iommu_map(struct mock_iommu *mock, u32 domain, u64 start, u64 last,
		   u64 phys, u32 flags);
int mock_iommu_unmap(struct mock_iommu *mock, u32 domain, u64 start, u64 last);

/* Does an address of an endpoint lead anywhere? Where to, or U64_MAX. */
u64 mock_iommu_look(struct mock_iommu *mock, u32 endpoint, u64 iova,
		    bool write);

#endif /* _MOCK_IOMMU_H */
