/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDIOMMU_FAULT_H
#define _VDIOMMU_FAULT_H

#include <linux/irq_work.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "../soft/vds.h"

struct vdiommu_device;

/* Faults that wait for a buffer (IOMMU-REQ-6.8.f). */
#define VDIOMMU_MAX_FAULTS	64
/* As many as a queue may lend. */
#define VDIOMMU_MAX_BUFFERS	1024

/**
 * struct vdiommu_fault - an access that was blocked
 * @reason: VIRTIO_IOMMU_FAULT_R_*
 * @write: it was a write
 * @endpoint: number of the endpoint
 * @iova: the address
 */
struct vdiommu_fault {
	u8 reason;
	bool write;
	u32 endpoint;
	u64 iova;
};

/**
 * struct vdiommu_faults - what the guest has not been told, and where to
 * @lock: covers all but @work; any context, nothing is taken inside
 * @ring: from @head on, @count are in use
 * @head: oldest
 * @count: 0..VDIOMMU_MAX_FAULTS
 * @buffers: chains of the event queue, VDIOMMU_MAX_BUFFERS, as a ring, too
 * @first_buffer: oldest
 * @nr_buffers: in use
 * @delivering: somebody is; the others need not, and must not for the order
 * @met: faults since the device was made
 * @dropped: of these, not told
 * @work: delivers outside of the locks of the one who met a fault
 */
struct vdiommu_faults {
	spinlock_t lock;
	struct vdiommu_fault ring[VDIOMMU_MAX_FAULTS];
	unsigned int head;
	unsigned int count;
	struct vds_chain **buffers;
	unsigned int first_buffer;
	unsigned int nr_buffers;
	bool delivering;
	u64 met;
	u64 dropped;
	struct irq_work work;
};

/**
 * vdiommu_faults_init() - no faults yet
 * @iommu: gets them
 *
 * Return: 0 or -ENOMEM.
 */
int vdiommu_faults_init(struct vdiommu_device *iommu);

/**
 * vdiommu_faults_finish() - the opposite
 * @iommu: meets no more faults; fine without vdiommu_faults_init()
 */
void vdiommu_faults_finish(struct vdiommu_device *iommu);

/**
 * vdiommu_faults_forget_buffers() - write into none of the driver's any more
 * @vds: the IOMMU's; its event queue is not served
 *
 * What is not told waits for others. Sleeps.
 */
void vdiommu_faults_forget_buffers(struct vds_device *vds);

/**
 * vdiommu_faults_reset() - forget what is not told
 * @iommu: its event queue is not served and has forgotten its buffers
 *
 * Any context.
 */
void vdiommu_faults_reset(struct vdiommu_device *iommu);

/**
 * vdiommu_fault_report() - an access was blocked
 * @iommu: by whom
 * @fault: which
 *
 * Any context.
 */
void vdiommu_fault_report(struct vdiommu_device *iommu,
			  const struct vdiommu_fault *fault);

/**
 * vdiommu_faults_count() - how many were there
 * @iommu: any
 * @out_met: since the device was made
 * @out_dropped: of these, not told to the guest
 */
void vdiommu_faults_count(struct vdiommu_device *iommu, u64 *out_met,
			  u64 *out_dropped);

/**
 * vdiommu_fault_serve() - one chain of the event queue, see vds.h
 * @vds: an IOMMU
 * @chain: kept until there is a fault
 * @context: VDS_ATOMIC or VDS_THREAD
 */
enum vds_verdict vdiommu_fault_serve(struct vds_device *vds,
				     struct vds_chain *chain,
				     enum vds_context context);

#endif /* _VDIOMMU_FAULT_H */
