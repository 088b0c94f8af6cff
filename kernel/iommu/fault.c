// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults on their way to the guest. They are met under locks of others, with
 * interrupts off, and are told from an irq_work, which holds none of them. Two
 * bounded rings meet here: of faults that wait for a buffer, and of buffers
 * that wait for a fault. One of them is empty whenever nobody delivers.
 *
 * The data path never waits for the guest: what does not fit is dropped and
 * counted (IOMMU-REQ-6.8.f), and so is what is met while no driver is at work.
 */
#include "fault.h"

#include <linux/slab.h>
#include <linux/virtio_iommu.h>

#include "../soft/chain.h"
#include "trace.h"
#include "vdiommu.h"

static void fill_event(const struct vdiommu_fault *fault,
		       struct virtio_iommu_fault *out_event)
{
	u32 flags = VIRTIO_IOMMU_FAULT_F_ADDRESS;

	flags |= fault->write ? VIRTIO_IOMMU_FAULT_F_WRITE :
				VIRTIO_IOMMU_FAULT_F_READ;
	*out_event = (struct virtio_iommu_fault) {
		.reason = fault->reason,
		.flags = cpu_to_le32(flags),
		.endpoint = cpu_to_le32(fault->endpoint),
		.address = cpu_to_le64(fault->iova),
	};
}

/* Takes the oldest of both; false if there is no such pair. */
static bool take_pair_locked(struct vdiommu_faults *faults,
			     struct vdiommu_fault *out_fault,
			     struct vds_chain **out_chain)
{
	lockdep_assert_held(&faults->lock);
	if (!faults->count || !faults->nr_buffers)
		return false;
	*out_fault = faults->ring[faults->head];
	faults->head = (faults->head + 1) % VDIOMMU_MAX_FAULTS;
	faults->count--;
	*out_chain = faults->buffers[faults->first_buffer];
	faults->first_buffer = (faults->first_buffer + 1) % VDIOMMU_MAX_BUFFERS;
	faults->nr_buffers--;
	return true;
}

/* False if the buffer is too small, or is not there (IOMMU-REQ-6.8.e). */
static bool tell(const struct vdiommu_fault *fault, struct vds_chain *chain)
{
	struct virtio_iommu_fault event;
	bool told;

	fill_event(fault, &event);
	told = !vds_chain_push(chain, &event, sizeof(event));
	vds_chain_complete(chain);
	return told;
}

static void deliver(struct vdiommu_faults *faults)
{
	struct vdiommu_fault fault;
	struct vds_chain *chain;
	unsigned long flags;

	spin_lock_irqsave(&faults->lock, flags);
	while (!faults->delivering &&
	       take_pair_locked(faults, &fault, &chain)) {
		bool told;

		faults->delivering = true;
		spin_unlock_irqrestore(&faults->lock, flags);
		told = tell(&fault, chain);
		spin_lock_irqsave(&faults->lock, flags);
		faults->delivering = false;
		faults->dropped += !told;
	}
	spin_unlock_irqrestore(&faults->lock, flags);
}

static void deliver_work(struct irq_work *work)
{
	deliver(container_of(work, struct vdiommu_faults, work));
}

void vdiommu_fault_report(struct vdiommu_device *iommu,
			  const struct vdiommu_fault *fault)
{
	struct vdiommu_faults *faults = &iommu->faults;
	unsigned long flags;
	unsigned int tail;
	bool dropped;

	spin_lock_irqsave(&faults->lock, flags);
	faults->met++;
	/* Under the lock: a reset clears it first, and then what is here. */
	dropped = !vds_device_driver_ok(&iommu->vds) ||
		  faults->count == VDIOMMU_MAX_FAULTS;
	if (dropped) {
		faults->dropped++;
	} else {
		tail = (faults->head + faults->count++) % VDIOMMU_MAX_FAULTS;
		faults->ring[tail] = *fault;
	}
	spin_unlock_irqrestore(&faults->lock, flags);
	trace_vdiommu_fault(iommu, fault, dropped);
	irq_work_queue(&faults->work);
}

void vdiommu_faults_count(struct vdiommu_device *iommu, u64 *out_met,
			  u64 *out_dropped)
{
	unsigned long flags;

	spin_lock_irqsave(&iommu->faults.lock, flags);
	*out_met = iommu->faults.met;
	*out_dropped = iommu->faults.dropped;
	spin_unlock_irqrestore(&iommu->faults.lock, flags);
}

enum vds_verdict vdiommu_fault_serve(struct vds_device *vds,
				     struct vds_chain *chain,
				     enum vds_context context)
{
	struct vdiommu_faults *faults = &vds_to_vdiommu(vds)->faults;
	unsigned long flags;
	unsigned int tail;
	bool kept;

	spin_lock_irqsave(&faults->lock, flags);
	kept = faults->nr_buffers < VDIOMMU_MAX_BUFFERS;
	if (kept) {
		tail = faults->first_buffer + faults->nr_buffers++;
		faults->buffers[tail % VDIOMMU_MAX_BUFFERS] = chain;
	}
	spin_unlock_irqrestore(&faults->lock, flags);

	/* More than a ring has: the driver took some back behind our back. */
	if (!kept)
		vds_chain_complete(chain);
	deliver(faults);
	return VDS_DONE;
}

static struct vds_chain *take_buffer(struct vdiommu_faults *faults)
{
	struct vds_chain *chain = NULL;

	spin_lock_irq(&faults->lock);
	if (faults->nr_buffers) {
		chain = faults->buffers[faults->first_buffer];
		faults->first_buffer++;
		faults->first_buffer %= VDIOMMU_MAX_BUFFERS;
		faults->nr_buffers--;
	}
	spin_unlock_irq(&faults->lock);
	return chain;
}

void vdiommu_faults_forget_buffers(struct vds_device *vds)
{
	struct vdiommu_faults *faults = &vds_to_vdiommu(vds)->faults;
	struct vds_chain *chain;

	while ((chain = take_buffer(faults)))
		vds_chain_complete(chain);
	/* The last one that somebody else took. */
	irq_work_sync(&faults->work);
}

void vdiommu_faults_reset(struct vdiommu_device *iommu)
{
	struct vdiommu_faults *faults = &iommu->faults;
	unsigned long flags;

	spin_lock_irqsave(&faults->lock, flags);
	faults->dropped += faults->count;
	faults->count = 0;
	spin_unlock_irqrestore(&faults->lock, flags);
}

int vdiommu_faults_init(struct vdiommu_device *iommu)
{
	struct vdiommu_faults *faults = &iommu->faults;

	spin_lock_init(&faults->lock);
	init_irq_work(&faults->work, deliver_work);
	faults->buffers = kcalloc(VDIOMMU_MAX_BUFFERS,
				  sizeof(*faults->buffers), GFP_KERNEL);
	return faults->buffers ? 0 : -ENOMEM;
}

void vdiommu_faults_finish(struct vdiommu_device *iommu)
{
	if (!iommu->faults.buffers)
		return;
	vdiommu_faults_reset(iommu);
	vdiommu_faults_forget_buffers(&iommu->vds);
	kfree(iommu->faults.buffers);
	iommu->faults.buffers = NULL;
}
