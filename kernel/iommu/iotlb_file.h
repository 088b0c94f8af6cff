/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDIOMMU_IOTLB_FILE_H
#define _VDIOMMU_IOTLB_FILE_H

#include <linux/types.h>

struct file;
struct vdiommu_endpoint;
struct vdiommu_file;

/**
 * vdiommu_iotlb_file_create() - make the stream of an endpoint
 * @file: device file of the IOMMU; its @gone is held
 * @ep: of that IOMMU
 * @flags: O_NONBLOCK or 0
 *
 * Return: an open file that no descriptor refers to, or an ERR_PTR: -EBUSY if
 * the endpoint has a stream; -ENOMEM or another negative errno.
 */
struct file *vdiommu_iotlb_file_create(struct vdiommu_file *file,
				       struct vdiommu_endpoint *ep,
				       unsigned int flags);

/**
 * vdiommu_iotlb_files_end() - there is no IOMMU any more
 * @file: its @iommu is NULL and stays so
 */
void vdiommu_iotlb_files_end(struct vdiommu_file *file);

#endif /* _VDIOMMU_IOTLB_FILE_H */
