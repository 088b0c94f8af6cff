/* SPDX-License-Identifier: GPL-2.0-only */
/* The trees, for those who read them; vdiommu_domains.lock is held. */
#ifndef _VDIOMMU_DOMAIN_PRIVATE_H
#define _VDIOMMU_DOMAIN_PRIVATE_H

#include <linux/rbtree.h>

#include "domain.h"

static inline struct vdiommu_domain *
vdiommu_to_domain(const struct rb_node *node)
{
	return rb_entry(node, struct vdiommu_domain, node);
}

static inline struct vdiommu_mapping *
vdiommu_to_mapping(const struct rb_node *node)
{
	return rb_entry(node, struct vdiommu_mapping, node);
}

/**
 * vdiommu_find_domain() - the domain of a number
 * @domains: locked
 * @id: number
 *
 * Return: it, or NULL if nobody is attached to it.
 */
struct vdiommu_domain *vdiommu_find_domain(struct vdiommu_domains *domains,
					   u32 id);

/**
 * vdiommu_first_from() - the first mapping that does not end before an address
 * @domain: in locked domains
 * @iova: address
 *
 * Return: it, or NULL.
 */
struct vdiommu_mapping *
vdiommu_first_from(const struct vdiommu_domain *domain, u64 iova);

/**
 * vdiommu_next_mapping() - the one behind a mapping
 * @mapping: in a domain of locked domains
 *
 * Return: it, or NULL.
 */
struct vdiommu_mapping *vdiommu_next_mapping(struct vdiommu_mapping *mapping);

#endif /* _VDIOMMU_DOMAIN_PRIVATE_H */
