/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDIOMMU_DOMAIN_H
#define _VDIOMMU_DOMAIN_H

#include <linux/gfp_types.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "../soft/endpoint.h"

struct vdiommu_endpoint_config;

/* What is done in one go where nobody may wait. */
#define VDIOMMU_BATCH		64

/* Instead of a virtio status: more than a batch, nothing was done. */
#define VDIOMMU_TOO_MUCH	(-1)

/**
 * struct vdiommu_bounds - what requests are checked against
 * @granule: a power of two
 * @input_start: first address that can be mapped
 * @input_last: last one
 * @domain_first: first domain number
 * @domain_last: last one
 * @gpa_limit: highest address that may be mapped to, 0 for none
 * @max_domains: quota
 * @max_mappings: quota of all domains together
 */
struct vdiommu_bounds {
	u64 granule;
	u64 input_start;
	u64 input_last;
	u32 domain_first;
	u32 domain_last;
	u64 gpa_limit;
	u32 max_domains;
	u64 max_mappings;
};

/**
 * struct vdiommu_mapping - what one MAP made
 * @node: in vdiommu_domain.mappings
 * @start: first address
 * @last: last address
 * @phys: guest physical address of @start
 * @flags: VIRTIO_IOMMU_MAP_F_*
 */
struct vdiommu_mapping {
	struct rb_node node;
	u64 start;
	u64 last;
	u64 phys;
	u32 flags;
};

/**
 * struct vdiommu_range - addresses, none if @start is above @last
 * @start: first address
 * @last: last address
 */
struct vdiommu_range {
	u64 start;
	u64 last;
};

/**
 * struct vdiommu_piece - what may be remembered of a translation
 * @range: a whole mapping; without mappings, as far as nothing is reserved
 * @gpa: guest physical address of its first byte
 * @flags: VIRTIO_IOMMU_MAP_F_*
 *
 * It is over as a whole: whoever takes away an address of it takes all.
 */
struct vdiommu_piece {
	struct vdiommu_range range;
	u64 gpa;
	u32 flags;
};

/**
 * struct vdiommu_domain - an address space
 * @node: in vdiommu_domains.tree
 * @id: its number
 * @bypass: everything is mapped to itself, and there are no mappings
 * @members: struct vdiommu_member.link, never empty
 * @users: bit vdiommu_member.index of each of @members
 * @mappings: ordered by address, disjoint, never merged (IOMMU-REQ-6.5.f)
 * @nr_mappings: in @mappings
 * @leaving: whole mappings that translate nothing any more
 */
struct vdiommu_domain {
	struct rb_node node;
	u32 id;
	bool bypass;
	struct list_head members;
	u64 users;
	struct rb_root mappings;
	u64 nr_mappings;
	struct vdiommu_range leaving;
};

/**
 * struct vdiommu_member - an endpoint as its domain sees it
 * @link: in vdiommu_domain.members
 * @domain: where it is attached, or NULL
 * @shape: its number and reserved regions
 * @index: less than VDIOMMU_MAX_ENDPOINTS, unique among all members
 */
struct vdiommu_member {
	struct list_head link;
	struct vdiommu_domain *domain;
	const struct vdiommu_endpoint_config *shape;
	u32 index;
};

/**
 * struct vdiommu_domains - all address spaces of an IOMMU, and who is in which
 * @lock: covers all fields but @bounds, all domains, and all members but what
 *	is constant in them; innermost, any context
 * @tree: domains by number
 * @nr_domains: in @tree
 * @nr_mappings: of all domains
 * @bypass: members without a domain see everything mapped to itself
 * @bounds: constant
 */
struct vdiommu_domains {
	rwlock_t lock;
	struct rb_root tree;
	u32 nr_domains;
	u64 nr_mappings;
	bool bypass;
	struct vdiommu_bounds bounds;
};

/* Where mappings come from, once per module. 0 or -ENOMEM. */
int vdiommu_mapping_cache_init(void);
void vdiommu_mapping_cache_exit(void);

/**
 * vdiommu_domains_init() - no domain, nothing passes
 * @domains: to be initialised
 * @bounds: copied
 */
void vdiommu_domains_init(struct vdiommu_domains *domains,
			  const struct vdiommu_bounds *bounds);

/**
 * vdiommu_domains_clear() - detach everybody (IOMMU-REQ-5)
 * @domains: without any, on return
 *
 * All at once for those who translate; then sleeps. No request may be under
 * way.
 */
void vdiommu_domains_clear(struct vdiommu_domains *domains);

/**
 * struct vdiommu_attach - ATTACH, decoded
 * @domain: number
 * @bypass: flag
 */
struct vdiommu_attach {
	u32 domain;
	bool bypass;
};

/**
 * vdiommu_domain_alloc() - a domain that may come to be
 * @gfp: how
 *
 * Return: what vdiommu_domain_attach() may use, or NULL.
 */
struct vdiommu_domain *vdiommu_domain_alloc(gfp_t gfp);

/**
 * vdiommu_domain_free() - a domain that is no more, or never was
 * @domain: its mappings are freed with it; NULL is fine
 *
 * Sleeps if there are more than VDIOMMU_BATCH of them.
 */
void vdiommu_domain_free(struct vdiommu_domain *domain);

/**
 * vdiommu_domain_attach() - move a member to a domain
 * @domains: all
 * @member: where from does not matter
 * @attach: where to
 * @max: mappings that may vanish with the domain it leaves
 * @spare: from vdiommu_domain_alloc() or NULL for want of memory; taken, and
 *	NULL afterwards, if a domain had to be made
 * @out_dead: the domain it left, if it was the last one there, or NULL
 *
 * Return: virtio status, or VDIOMMU_TOO_MUCH. Nothing has changed unless it is
 * VIRTIO_IOMMU_S_OK.
 */
int vdiommu_domain_attach(struct vdiommu_domains *domains,
			  struct vdiommu_member *member,
			  const struct vdiommu_attach *attach, u64 max,
			  struct vdiommu_domain **spare,
			  struct vdiommu_domain **out_dead);

/**
 * vdiommu_domain_detach() - take a member out of its domain
 * @domains: all
 * @member: whom
 * @id: where it is said to be
 * @max: mappings that may vanish with the domain
 * @out_dead: as above
 *
 * Return: as above.
 */
int vdiommu_domain_detach(struct vdiommu_domains *domains,
			  struct vdiommu_member *member, u32 id, u64 max,
			  struct vdiommu_domain **out_dead);

/**
 * struct vdiommu_map - MAP, decoded
 * @domain: number
 * @start: first address
 * @last: last address
 * @phys: guest physical address of @start
 * @flags: VIRTIO_IOMMU_MAP_F_*
 * @known_flags: of these, those that this driver may use
 */
struct vdiommu_map {
	u32 domain;
	u64 start;
	u64 last;
	u64 phys;
	u32 flags;
	u32 known_flags;
};

struct vdiommu_mapping *vdiommu_mapping_alloc(gfp_t gfp);
void vdiommu_mapping_free(struct vdiommu_mapping *mapping);

/**
 * vdiommu_domain_map() - add a mapping
 * @domains: all
 * @map: checked here
 * @spare: from vdiommu_mapping_alloc() or NULL for want of memory; taken, and
 *	NULL afterwards, on success
 *
 * Return: virtio status. Nothing has changed unless it is VIRTIO_IOMMU_S_OK.
 */
int vdiommu_domain_map(struct vdiommu_domains *domains,
		       const struct vdiommu_map *map,
		       struct vdiommu_mapping **spare);

/**
 * vdiommu_domain_unmap_begin() - translate nothing there any more
 * @domains: all
 * @id: domain number
 * @range: what to unmap
 * @max: mappings that may be in it
 * @out_domain: for vdiommu_domain_unmap_some(), until that says true; there is
 *	no other request meanwhile
 *
 * Return: virtio status, or VDIOMMU_TOO_MUCH. Nothing has changed unless it is
 * VIRTIO_IOMMU_S_OK.
 */
int vdiommu_domain_unmap_begin(struct vdiommu_domains *domains, u32 id,
			       struct vdiommu_range range, u64 max,
			       struct vdiommu_domain **out_domain);

/**
 * vdiommu_domain_unmap_some() - remove a batch of what does not translate
 * @domains: all
 * @domain: from vdiommu_domain_unmap_begin()
 *
 * Return: true if that was the last.
 */
bool vdiommu_domain_unmap_some(struct vdiommu_domains *domains,
			       struct vdiommu_domain *domain);

/**
 * vdiommu_domain_translate() - what does an address mean to a member
 * @domains: all
 * @member: whose address it is
 * @range: what is asked for
 * @write: what for
 * @out_span: what @range begins with
 *
 * Any context. Return: 0, or VIRTIO_IOMMU_FAULT_R_* of the fault.
 */
int vdiommu_domain_translate(struct vdiommu_domains *domains,
			     const struct vdiommu_member *member,
			     struct vdiommu_range range, bool write,
			     struct vds_span *out_span);

/**
 * vdiommu_domain_look() - what does a member have around an address
 * @domains: all
 * @member: whose address it is
 * @iova: the address
 * @write: what for
 * @out_piece: contains @iova; empty if there is nothing
 *
 * Any context. Return: 0, or VIRTIO_IOMMU_FAULT_R_* of the fault.
 */
int vdiommu_domain_look(struct vdiommu_domains *domains,
			const struct vdiommu_member *member, u64 iova,
			bool write, struct vdiommu_piece *out_piece);

/**
 * vdiommu_domains_count() - how many are there
 * @domains: all
 * @out_domains: domains
 * @out_mappings: mappings of all of them
 */
void vdiommu_domains_count(struct vdiommu_domains *domains, u32 *out_domains,
			   u64 *out_mappings);

/**
 * vdiommu_domain_next() - look at a domain, for reports
 * @domains: all
 * @id: lowest number
 * @out_domain: copy of the first domain from there on; nothing that it points
 *	to may be followed
 *
 * Return: false if there is none.
 */
bool vdiommu_domain_next(struct vdiommu_domains *domains, u32 id,
			 struct vdiommu_domain *out_domain);

/**
 * vdiommu_mapping_next() - look at a mapping, for reports
 * @domains: all
 * @id: domain number
 * @iova: lowest address
 * @out_mapping: copy of the first mapping from there on, or that contains it
 *
 * Return: false if there is none.
 */
bool vdiommu_mapping_next(struct vdiommu_domains *domains, u32 id, u64 iova,
			  struct vdiommu_mapping *out_mapping);

#endif /* _VDIOMMU_DOMAIN_H */
