/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * vdpa_iommu: the userspace face of the in-kernel virtio-iommu.
 *
 * /dev/vdpa-iommu/NAME
 * ====================
 * Looks at one IOMMU and, in a debug build, does DMA as one of its endpoints.
 * The guest's driver need not be at work.
 *
 * Growth rules
 * ------------
 * Every struct begins with its own size in bytes, set by the caller; another
 * size than the kernel's is refused (EINVAL). Reserved fields must be zero
 * (EINVAL). Flags and ids are never reused. All integers are in host order.
 *
 * errno
 * -----
 * EINVAL      a field is out of its documented range, or reserved is not zero
 * EFAULT      a user pointer cannot be read or written
 * ENODEV      the device was removed
 * ENOENT      the IOMMU has no such endpoint
 * EOPNOTSUPP  not in this build
 * ENOTTY      no such ioctl
 * ENOMEM, EPERM as everywhere
 */
#ifndef _UAPI_LINUX_VDPA_IOMMU_H
#define _UAPI_LINUX_VDPA_IOMMU_H

#include <linux/types.h>
#include <linux/ioctl.h>

#define VDPA_IOMMU_VERSION		1

/**
 * struct vdpa_iommu_info - what device is this
 * @size: sizeof(struct vdpa_iommu_info)
 * @version: out: VDPA_IOMMU_VERSION of the running kernel
 * @num_endpoints: out: constant
 * @flags: out: VDPA_IOMMU_INFO_* bits
 * @domains: out: domains that exist now
 * @mappings: out: mappings of all domains
 * @faults: out: faults met since the device was made
 * @faults_dropped: out: of these, not reported to the guest for want of room
 * @name: out: name of the vdpa device, zero terminated
 */
struct vdpa_iommu_info {
	__u32 size;
	__u32 version;
	__u32 num_endpoints;
	__u32 flags;
	__aligned_u64 domains;
	__aligned_u64 mappings;
	__aligned_u64 faults;
	__aligned_u64 faults_dropped;
	char name[64];
};

/* The guest's driver has set DRIVER_OK. */
#define VDPA_IOMMU_INFO_DRIVER_OK	(1U << 0)
/* VDPA_IOMMU_TEST_ACCESS is there. */
#define VDPA_IOMMU_INFO_TEST		(1U << 1)

/**
 * struct vdpa_iommu_translate - where does an address lead now
 * @size: sizeof(struct vdpa_iommu_translate)
 * @flags: in: VDPA_IOMMU_ACCESS_* bits
 * @endpoint: in: number of the endpoint
 * @result: out: VDPA_IOMMU_ALLOWED or VDPA_IOMMU_BLOCKED
 * @iova: in: the address
 * @gpa: out: guest physical address, 0 if blocked
 *
 * A blocked address counts as a fault, and is reported to the guest as one.
 */
struct vdpa_iommu_translate {
	__u32 size;
	__u32 flags;
	__u32 endpoint;
	__u32 result;
	__aligned_u64 iova;
	__aligned_u64 gpa;
};

/* The access is a write; otherwise it is a read. */
#define VDPA_IOMMU_ACCESS_WRITE		(1U << 0)

#define VDPA_IOMMU_ALLOWED		0
#define VDPA_IOMMU_BLOCKED		1

/* Most bytes of one test access. */
#define VDPA_IOMMU_TEST_MAX		4096

/**
 * struct vdpa_iommu_test_access - do DMA as an endpoint, debug builds only
 * @size: sizeof(struct vdpa_iommu_test_access)
 * @flags: in: VDPA_IOMMU_ACCESS_* bits
 * @endpoint: in: number of the endpoint
 * @len: in: bytes, 1..VDPA_IOMMU_TEST_MAX
 * @iova: in: address of the first byte
 * @data: in: user pointer to the bytes to write, or to where those read go
 * @result: out: VDPA_IOMMU_ALLOWED, or VDPA_IOMMU_BLOCKED if a byte is not
 *	translated or not in guest memory; bytes before it may have been
 *	written then, and none is given to @data
 * @reserved: must be zero
 */
struct vdpa_iommu_test_access {
	__u32 size;
	__u32 flags;
	__u32 endpoint;
	__u32 len;
	__aligned_u64 iova;
	__aligned_u64 data;
	__u32 result;
	__u32 reserved;
};

#define VDPA_IOMMU_IOC			0xB9

/* Any open file. */
#define VDPA_IOMMU_INFO		_IOWR(VDPA_IOMMU_IOC, 0x00, struct vdpa_iommu_info)
/* Files open for writing: it tells where guest memory lies, and makes faults. */
#define VDPA_IOMMU_TRANSLATE	_IOWR(VDPA_IOMMU_IOC, 0x01, struct vdpa_iommu_translate)
/* Files open for writing, debug builds. */
#define VDPA_IOMMU_TEST_ACCESS	_IOWR(VDPA_IOMMU_IOC, 0x02, struct vdpa_iommu_test_access)

#endif /* _UAPI_LINUX_VDPA_IOMMU_H */
