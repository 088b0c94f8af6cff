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
 * A stream
 * --------
 * is a file that VDPA_IOMMU_IOTLB makes: the device IOTLB of one endpoint, for
 * a device that vhost or the like serves and that is told by messages of struct
 * vhost_msg_v2 (linux/vhost_types.h) on its own file. Whoever holds both files
 * carries messages between them, in order, one after the other:
 *
 *   from the device to the stream
 *     VHOST_IOTLB_MISS         @iova and @perm; write() gives EAGAIN when there
 *                              is no room (see EPOLLOUT) or the guest changed
 *                              the mapping meanwhile: the same again, later
 *   from the stream to the device
 *     VHOST_IOTLB_UPDATE       to be written to the device
 *     VHOST_IOTLB_INVALIDATE   to be written to the device, and, when that
 *                              write has returned, unchanged to the stream: the
 *                              device has let go. The guest waits for it
 *   from the stream
 *     VHOST_IOTLB_ACCESS_FAIL  there is no answer to the miss of @iova, and the
 *                              guest has been told; vhost takes no such message
 *
 * @type is VHOST_IOTLB_MSG_V2 and @asid 0, both ways. read() gives as many whole
 * messages as there are and fit, and waits for one unless O_NONBLOCK is set; a
 * message read into memory that is not there is lost. write() takes whole
 * messages and never waits; it says how many bytes it took.
 *
 * An invalidation that the guest waits for and that is not written back within
 * VDPA_IOMMU_IOTLB_PATIENCE seconds cuts the stream off: the guest is answered,
 * EPOLLERR is set, and read() and write() give EPIPE from then on. Closing a
 * stream is the same at once. Its holder then has to take everything from the
 * device: see iommu.rst. When the IOMMU is removed what was handed out is
 * invalidated, then EPOLLHUP is set and read() gives ENODEV.
 *
 * errno
 * -----
 * EINVAL      a field is out of its documented range, or reserved is not zero
 * EFAULT      a user pointer cannot be read or written
 * ENODEV      the device was removed
 * ENOENT      the IOMMU has no such endpoint
 * EBUSY       the endpoint has a stream; the stream has answers to be read
 * EAGAIN      see above
 * EPIPE       the stream was cut off
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

/**
 * struct vdpa_iommu_iotlb - make a stream
 * @size: sizeof(struct vdpa_iommu_iotlb)
 * @flags: in: O_CLOEXEC, O_NONBLOCK, both or 0
 * @endpoint: in: number of the endpoint; it has one stream at a time
 * @fd: out: the stream
 *
 * It answers nothing until VDPA_IOMMU_IOTLB_SET_MEM has said where the guest's
 * memory is.
 */
struct vdpa_iommu_iotlb {
	__u32 size;
	__u32 flags;
	__u32 endpoint;
	__s32 fd;
};

/* Seconds until an invalidation has to be written back. */
#define VDPA_IOMMU_IOTLB_PATIENCE	10

/**
 * struct vdpa_iommu_mem_region - a piece of guest memory
 * @gpa: guest physical address of its first byte
 * @size: bytes, at least 1; neither @gpa nor @uaddr wraps
 * @uaddr: where the owner of the device has it, as in VHOST_SET_MEM_TABLE; it
 *	is passed on in updates and not looked at
 * @reserved: must be zero
 *
 * As struct vhost_memory_region.
 */
struct vdpa_iommu_mem_region {
	__aligned_u64 gpa;
	__aligned_u64 size;
	__aligned_u64 uaddr;
	__aligned_u64 reserved;
};

/* Most regions of a stream. */
#define VDPA_IOMMU_MAX_REGIONS		512

/**
 * struct vdpa_iommu_set_mem - where the guest's memory is
 * @size: sizeof(struct vdpa_iommu_set_mem)
 * @count: in: regions, 0..VDPA_IOMMU_MAX_REGIONS, that do not overlap in @gpa
 * @regions: in: user pointer to @count of struct vdpa_iommu_mem_region
 *
 * What was handed out by the last one is invalidated; these messages can be
 * read when it returns. EBUSY while there are updates that were not read.
 */
struct vdpa_iommu_set_mem {
	__u32 size;
	__u32 count;
	__aligned_u64 regions;
};

#define VDPA_IOMMU_IOC			0xB9

/* Any open file. */
#define VDPA_IOMMU_INFO		_IOWR(VDPA_IOMMU_IOC, 0x00, struct vdpa_iommu_info)
/* Files open for writing: it tells where guest memory lies, and makes faults. */
#define VDPA_IOMMU_TRANSLATE	_IOWR(VDPA_IOMMU_IOC, 0x01, struct vdpa_iommu_translate)
/* Files open for writing, debug builds. */
#define VDPA_IOMMU_TEST_ACCESS	_IOWR(VDPA_IOMMU_IOC, 0x02, struct vdpa_iommu_test_access)
/* Files open for writing. */
#define VDPA_IOMMU_IOTLB	_IOWR(VDPA_IOMMU_IOC, 0x03, struct vdpa_iommu_iotlb)
/* Streams. */
#define VDPA_IOMMU_IOTLB_SET_MEM	_IOW(VDPA_IOMMU_IOC, 0x04, struct vdpa_iommu_set_mem)

#endif /* _UAPI_LINUX_VDPA_IOMMU_H */
