// SPDX-License-Identifier: GPL-2.0-only
/*
 * The endpoints of an IOMMU, as those who do DMA see them. What translates to
 * what is in domain.c; this is where its answers go, and where those who use
 * them are told when they are over.
 */
#include "endpoint.h"

#include <kunit/static_stub.h>
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/slab.h>

#include "../soft/endpoint.h"
#include "config.h"
#include "fault.h"
#include "vdiommu.h"

static const struct vdiommu_range everything = { .start = 0, .last = U64_MAX };

static void report(struct vdiommu_endpoint *ep, int reason, u64 iova,
		   bool write)
{
	const struct vdiommu_fault fault = {
		.reason = reason,
		.write = write,
		.endpoint = ep->member.shape->id,
		.iova = iova,
	};

	vdiommu_fault_report(ep->iommu, &fault);
}

int vdiommu_endpoint_translate(struct vdiommu_endpoint *ep,
			       struct vdiommu_range range, bool write,
			       struct vds_span *out_span)
{
	int reason;

	reason = vdiommu_domain_translate(&ep->iommu->domains, &ep->member,
					  range, write, out_span);
	if (!reason)
		return 0;
	report(ep, reason, range.start, write);
	return -EFAULT;
}

int vdiommu_endpoint_look(struct vdiommu_endpoint *ep, u64 iova, bool write,
			  struct vdiommu_piece *out_piece)
{
	int reason;

	KUNIT_STATIC_STUB_REDIRECT(vdiommu_endpoint_look, ep, iova, write,
				   out_piece);
	reason = vdiommu_domain_look(&ep->iommu->domains, &ep->member, iova,
				     write, out_piece);
	if (!reason)
		return 0;
	report(ep, reason, iova, write);
	return -EFAULT;
}

static int translate(void *provider, u64 iova, u64 last, bool write,
		     struct vds_span *out_span)
{
	const struct vdiommu_range range = { .start = iova, .last = last };

	return vdiommu_endpoint_translate(provider, range, write, out_span);
}

static const struct vds_provider_ops provider_ops = {
	.translate = translate,
};

struct vdiommu_endpoint *vdiommu_endpoint_find(struct vdiommu_device *iommu,
					       u32 id)
{
	u32 i;

	for (i = 0; i < iommu->config->num_endpoints; i++)
		if (iommu->config->endpoints[i].id == id)
			return &iommu->endpoints[i];
	return NULL;
}

u64 vdiommu_endpoints_all(const struct vdiommu_device *iommu)
{
	return GENMASK_ULL(iommu->config->num_endpoints - 1, 0);
}

static u64 try_revoke(struct vdiommu_device *iommu, u64 set,
		      struct vdiommu_range range)
{
	u64 left = 0;
	u32 i;

	for (i = 0; i < iommu->config->num_endpoints; i++)
		if (set & BIT_ULL(i) &&
		    !vds_endpoint_revoke(iommu->endpoints[i].handle,
					 range.start, range.last, VDS_ATOMIC))
			left |= BIT_ULL(i);
	return left;
}

/* All are told before one is waited for, so that waits do not add up. */
u64 vdiommu_endpoints_revoke(struct vdiommu_device *iommu, u64 set,
			     struct vdiommu_range range,
			     enum vds_context context)
{
	u64 left = try_revoke(iommu, set, range);
	u32 i;

	if (context == VDS_ATOMIC)
		return left;
	for (i = 0; i < iommu->config->num_endpoints; i++)
		if (left & BIT_ULL(i))
			vds_endpoint_revoke(iommu->endpoints[i].handle,
					    range.start, range.last,
					    VDS_THREAD);
	return 0;
}

void vdiommu_endpoints_set_bypass(struct vdiommu_device *iommu, bool bypass)
{
	u64 unattached = 0;
	bool changed;
	u32 i;

	write_lock_irq(&iommu->domains.lock);
	changed = iommu->domains.bypass != bypass;
	WRITE_ONCE(iommu->domains.bypass, bypass);
	for (i = 0; i < iommu->config->num_endpoints; i++)
		if (!iommu->endpoints[i].member.domain)
			unattached |= BIT_ULL(i);
	write_unlock_irq(&iommu->domains.lock);

	/* One that is attached only now is seen to by its ATTACH. */
	if (changed)
		vdiommu_endpoints_revoke(iommu, unattached, everything,
					 VDS_THREAD);
}

static int provide(struct vdiommu_device *iommu, u32 index)
{
	struct vdiommu_endpoint *ep = &iommu->endpoints[index];
	struct vds_endpoint *handle;
	int ret;

	ep->iommu = iommu;
	ep->member.shape = &iommu->config->endpoints[index];
	ep->member.index = index;
	handle = vds_endpoint_get(vds_device_name(&iommu->vds),
				  ep->member.shape->id);
	if (IS_ERR(handle))
		return PTR_ERR(handle);
	ep->handle = handle;
	ret = vds_endpoint_provide(handle, &provider_ops, ep);
	ep->provided = !ret;
	return ret;
}

int vdiommu_endpoints_create(struct vdiommu_device *iommu)
{
	int ret = 0;
	u32 i;

	iommu->endpoints = kcalloc(iommu->config->num_endpoints,
				   sizeof(*iommu->endpoints), GFP_KERNEL);
	if (!iommu->endpoints)
		return -ENOMEM;
	for (i = 0; i < iommu->config->num_endpoints && !ret; i++)
		ret = provide(iommu, i);
	return ret;
}

void vdiommu_endpoints_destroy(struct vdiommu_device *iommu)
{
	u32 i;

	if (!iommu->endpoints)
		return;
	for (i = 0; i < iommu->config->num_endpoints; i++) {
		struct vdiommu_endpoint *ep = &iommu->endpoints[i];

		if (ep->provided)
			vds_endpoint_withdraw(ep->handle);
		vds_endpoint_put(ep->handle);
	}
	kfree(iommu->endpoints);
	iommu->endpoints = NULL;
}
