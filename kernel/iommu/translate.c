// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is found in the domains: by an access, and by somebody who wants to know
 * what is there. Nothing here changes anything.
 */
#include "domain_private.h"

#include <linux/limits.h>
#include <linux/virtio_iommu.h>

#include "config.h"

/* Mappings that a translation may run through: it is under a lock. */
#define MAX_WALK	64

/*
 * Translation
 */

/* False if it is reserved; otherwise it is not up to @*last, either. */
static bool avoid_regions(const struct vdiommu_endpoint_config *shape,
			  u64 iova, u64 *last)
{
	u32 i;

	for (i = 0; i < shape->num_regions; i++) {
		const struct vdiommu_region *region = &shape->regions[i];

		if (region->start <= iova && iova <= region->last)
			return false;
		if (region->start > iova && region->start <= *last)
			*last = region->start - 1;
	}
	return true;
}

static bool is_allowed(const struct vdiommu_domain *domain,
		       const struct vdiommu_mapping *mapping, bool write)
{
	u32 needed = write ? VIRTIO_IOMMU_MAP_F_WRITE : VIRTIO_IOMMU_MAP_F_READ;

	/* Whole mappings leave, so its first address says it for all. */
	if (domain->leaving.start <= mapping->start &&
	    mapping->start <= domain->leaving.last)
		return false;
	return mapping->flags & needed;
}

/* Does @next go on where @mapping ends, on both sides? */
static bool continues(const struct vdiommu_mapping *mapping,
		      const struct vdiommu_mapping *next)
{
	u64 phys_last = mapping->phys + (mapping->last - mapping->start);

	return next->start == mapping->last + 1 && phys_last != U64_MAX &&
	       next->phys == phys_last + 1;
}

static bool look_up(const struct vdiommu_domain *domain, u64 iova, u64 last,
		    bool write, struct vds_span *out_span)
{
	struct vdiommu_mapping *mapping = vdiommu_first_from(domain, iova);
	struct vdiommu_mapping *next;
	unsigned int n;

	if (!mapping || mapping->start > iova ||
	    !is_allowed(domain, mapping, write))
		return false;
	out_span->gpa = mapping->phys + (iova - mapping->start);
	for (n = 0; mapping->last < last && n < MAX_WALK; n++) {
		next = vdiommu_next_mapping(mapping);
		if (!next || !continues(mapping, next) ||
		    !is_allowed(domain, next, write))
			break;
		mapping = next;
	}
	out_span->last = min(mapping->last, last);
	return true;
}

static int translate_locked(const struct vdiommu_domains *domains,
			    const struct vdiommu_member *member,
			    struct vdiommu_range range, bool write,
			    struct vds_span *out_span)
{
	const struct vdiommu_domain *domain = member->domain;

	/* Whatever is attached: not to memory (IOMMU-REQ-6.7.e). */
	if (!avoid_regions(member->shape, range.start, &range.last))
		return VIRTIO_IOMMU_FAULT_R_MAPPING;
	if (domain ? domain->bypass : domains->bypass) {
		out_span->gpa = range.start;
		out_span->last = range.last;
		return 0;
	}
	if (!domain)
		return VIRTIO_IOMMU_FAULT_R_DOMAIN;
	if (!look_up(domain, range.start, range.last, write, out_span))
		return VIRTIO_IOMMU_FAULT_R_MAPPING;
	return 0;
}

int vdiommu_domain_translate(struct vdiommu_domains *domains,
			     const struct vdiommu_member *member,
			     struct vdiommu_range range, bool write,
			     struct vds_span *out_span)
{
	unsigned long flags;
	int fault;

	read_lock_irqsave(&domains->lock, flags);
	fault = translate_locked(domains, member, range, write, out_span);
	read_unlock_irqrestore(&domains->lock, flags);
	return fault;
}

/* All around @iova that no region interrupts, each address to itself. */
static void describe_bypass(const struct vdiommu_member *member, u64 iova,
			    struct vdiommu_piece *out_piece)
{
	u64 start = 0, last = U64_MAX;
	u32 i;

	avoid_regions(member->shape, iova, &last);
	for (i = 0; i < member->shape->num_regions; i++)
		if (member->shape->regions[i].last < iova)
			start = max(start, member->shape->regions[i].last + 1);
	*out_piece = (struct vdiommu_piece) {
		.range = { .start = start, .last = last },
		.gpa = start,
		.flags = VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE,
	};
}

static void describe_mapping(const struct vdiommu_mapping *mapping,
			     struct vdiommu_piece *out_piece)
{
	*out_piece = (struct vdiommu_piece) {
		.range = { .start = mapping->start, .last = mapping->last },
		.gpa = mapping->phys,
		.flags = mapping->flags,
	};
}

int vdiommu_domain_look(struct vdiommu_domains *domains,
			const struct vdiommu_member *member, u64 iova,
			bool write, struct vdiommu_piece *out_piece)
{
	const struct vdiommu_range range = { .start = iova, .last = iova };
	const struct vdiommu_domain *domain;
	struct vds_span span;
	unsigned long flags;
	int fault;

	read_lock_irqsave(&domains->lock, flags);
	domain = member->domain;
	fault = translate_locked(domains, member, range, write, &span);
	if (fault)
		*out_piece = (struct vdiommu_piece) {};
	else if (domain && !domain->bypass)
		describe_mapping(vdiommu_first_from(domain, iova), out_piece);
	else
		describe_bypass(member, iova, out_piece);
	read_unlock_irqrestore(&domains->lock, flags);
	return fault;
}

/*
 * Reports
 */

void vdiommu_domains_count(struct vdiommu_domains *domains, u32 *out_domains,
			   u64 *out_mappings)
{
	unsigned long flags;

	read_lock_irqsave(&domains->lock, flags);
	*out_domains = domains->nr_domains;
	*out_mappings = domains->nr_mappings;
	read_unlock_irqrestore(&domains->lock, flags);
}

bool vdiommu_domain_next(struct vdiommu_domains *domains, u32 id,
			 struct vdiommu_domain *out_domain)
{
	struct rb_node *node;
	unsigned long flags;

	read_lock_irqsave(&domains->lock, flags);
	node = rb_first(&domains->tree);
	while (node && vdiommu_to_domain(node)->id < id)
		node = rb_next(node);
	if (node)
		*out_domain = *vdiommu_to_domain(node);
	read_unlock_irqrestore(&domains->lock, flags);
	return node;
}

bool vdiommu_mapping_next(struct vdiommu_domains *domains, u32 id, u64 iova,
			  struct vdiommu_mapping *out_mapping)
{
	struct vdiommu_mapping *mapping = NULL;
	struct vdiommu_domain *domain;
	unsigned long flags;

	read_lock_irqsave(&domains->lock, flags);
	domain = vdiommu_find_domain(domains, id);
	if (domain)
		mapping = vdiommu_first_from(domain, iova);
	if (mapping)
		*out_mapping = *mapping;
	read_unlock_irqrestore(&domains->lock, flags);
	return mapping;
}
