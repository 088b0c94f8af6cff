/* SPDX-License-Identifier: GPL-2.0-only */
/* iommu.h - the guest's driver of the IOMMU, over /dev/vhost-vdpa-N. */
#ifndef IOTLB_IOMMU_H
#define IOTLB_IOMMU_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/virtio_iommu.h>

/* Opens the device and brings it to DRIVER_OK; pages 0 to 2 are its own. */
void iommu_start(const char *path);
/* Begins anew after iommu_reset(). */
void iommu_set_up(void);
void iommu_reset(void);
void iommu_set_bypass(uint8_t bypass);

/* Requests, for domain 1; their status, or -1 without an answer. */
int iommu_attach(uint32_t endpoint);
int iommu_detach(uint32_t endpoint);
int iommu_map(uint64_t iova, uint64_t gpa, uint32_t flags);
int iommu_unmap(uint64_t iova);

/* Waits for a fault; false if none comes. */
bool iommu_fault(struct virtio_iommu_fault *out_fault);
bool iommu_has_fault(void);

#endif /* IOTLB_IOMMU_H */
