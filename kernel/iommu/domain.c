// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the guest has told the IOMMU: domains, who is attached to which, and
 * what is mapped. No devices, no queues, nobody to tell.
 *
 * A domain is there exactly as long as a member is. Its mappings are what MAP
 * made, one each: disjoint, ordered, and never merged, since UNMAP must find
 * their ends again. So a plain tree does, and a range is searched for by its
 * first mapping that does not end before it.
 *
 * All ranges are written with their last address, which may be 2^64 - 1: their
 * length fits nowhere and is never computed.
 *
 * Requests come one at a time, translations at any moment and in any number.
 * Each request is checked and takes effect within one hold of the lock, so it
 * is atomic for those who translate (IOMMU-REQ-X1). What takes long happens
 * out of their sight: a dead domain is out of the tree before its mappings are
 * freed, and an UNMAP of many marks them as leaving before it removes them in
 * batches.
 *
 * A check is a column of clauses with one return each, in the order of the
 * requirements.
 */
#include "domain_private.h"

#include <linux/limits.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/virtio_iommu.h>

#include "config.h"

static const struct vdiommu_range no_range = { .start = 1, .last = 0 };

static struct kmem_cache *mapping_cache;

int vdiommu_mapping_cache_init(void)
{
	mapping_cache = KMEM_CACHE(vdiommu_mapping, SLAB_ACCOUNT);
	return mapping_cache ? 0 : -ENOMEM;
}

void vdiommu_mapping_cache_exit(void)
{
	kmem_cache_destroy(mapping_cache);
	mapping_cache = NULL;
}

struct vdiommu_mapping *vdiommu_mapping_alloc(gfp_t gfp)
{
	return kmem_cache_alloc(mapping_cache, gfp);
}

void vdiommu_mapping_free(struct vdiommu_mapping *mapping)
{
	if (mapping)
		kmem_cache_free(mapping_cache, mapping);
}

void vdiommu_domains_init(struct vdiommu_domains *domains,
			  const struct vdiommu_bounds *bounds)
{
	*domains = (struct vdiommu_domains) {
		.tree = RB_ROOT,
		.bounds = *bounds,
	};
	rwlock_init(&domains->lock);
}

/*
 * Trees
 */

static int compare_id(const void *key, const struct rb_node *node)
{
	u32 id = *(const u32 *)key, other = vdiommu_to_domain(node)->id;

	return id < other ? -1 : id > other;
}

static bool id_less(struct rb_node *a, const struct rb_node *b)
{
	return vdiommu_to_domain(a)->id < vdiommu_to_domain(b)->id;
}

static bool start_less(struct rb_node *a, const struct rb_node *b)
{
	return vdiommu_to_mapping(a)->start < vdiommu_to_mapping(b)->start;
}

struct vdiommu_domain *vdiommu_find_domain(struct vdiommu_domains *domains,
					   u32 id)
{
	struct rb_node *node;

	lockdep_assert_held(&domains->lock);
	node = rb_find(&id, &domains->tree, compare_id);
	return node ? vdiommu_to_domain(node) : NULL;
}

struct vdiommu_mapping *
vdiommu_first_from(const struct vdiommu_domain *domain, u64 iova)
{
	struct rb_node *node = domain->mappings.rb_node;
	struct vdiommu_mapping *first = NULL;

	while (node) {
		if (vdiommu_to_mapping(node)->last < iova) {
			node = node->rb_right;
		} else {
			first = vdiommu_to_mapping(node);
			node = node->rb_left;
		}
	}
	return first;
}

struct vdiommu_mapping *vdiommu_next_mapping(struct vdiommu_mapping *mapping)
{
	struct rb_node *node = rb_next(&mapping->node);

	return node ? vdiommu_to_mapping(node) : NULL;
}

static bool is_mapped(const struct vdiommu_domain *domain, u64 start, u64 last)
{
	const struct vdiommu_mapping *first = vdiommu_first_from(domain, start);

	return first && first->start <= last;
}

/*
 * Life
 */

struct vdiommu_domain *vdiommu_domain_alloc(gfp_t gfp)
{
	struct vdiommu_domain *domain = kzalloc(sizeof(*domain), gfp);

	if (!domain)
		return NULL;
	INIT_LIST_HEAD(&domain->members);
	domain->mappings = RB_ROOT;
	domain->leaving = no_range;
	return domain;
}

void vdiommu_domain_free(struct vdiommu_domain *domain)
{
	struct vdiommu_mapping *mapping, *next;
	u64 n = 0;

	if (!domain)
		return;
	rbtree_postorder_for_each_entry_safe(mapping, next, &domain->mappings,
					     node) {
		vdiommu_mapping_free(mapping);
		if (++n % VDIOMMU_BATCH == 0 &&
		    domain->nr_mappings > VDIOMMU_BATCH)
			cond_resched();
	}
	kfree(domain);
}

static void join(struct vdiommu_domain *domain, struct vdiommu_member *member)
{
	member->domain = domain;
	list_add_tail(&member->link, &domain->members);
	domain->users |= BIT_ULL(member->index);
}

static bool is_alone(const struct vdiommu_member *member)
{
	return member->domain && list_is_singular(&member->domain->members);
}

/* Returns the domain if nobody is left there, in no tree any more. */
static struct vdiommu_domain *leave(struct vdiommu_domains *domains,
				    struct vdiommu_member *member)
{
	struct vdiommu_domain *domain = member->domain;

	lockdep_assert_held_write(&domains->lock);
	if (!domain)
		return NULL;
	member->domain = NULL;
	list_del(&member->link);
	domain->users &= ~BIT_ULL(member->index);
	if (!list_empty(&domain->members))
		return NULL;
	rb_erase(&domain->node, &domains->tree);
	domains->nr_domains--;
	domains->nr_mappings -= domain->nr_mappings;
	return domain;
}

static void forget_members(struct vdiommu_domain *domain)
{
	struct vdiommu_member *member, *next;

	list_for_each_entry_safe(member, next, &domain->members, link) {
		member->domain = NULL;
		list_del(&member->link);
	}
}

void vdiommu_domains_clear(struct vdiommu_domains *domains)
{
	struct vdiommu_domain *domain, *next;
	struct rb_root tree;
	unsigned long flags;

	write_lock_irqsave(&domains->lock, flags);
	tree = domains->tree;
	domains->tree = RB_ROOT;
	domains->nr_domains = 0;
	domains->nr_mappings = 0;
	rbtree_postorder_for_each_entry_safe(domain, next, &tree, node)
		forget_members(domain);
	write_unlock_irqrestore(&domains->lock, flags);

	rbtree_postorder_for_each_entry_safe(domain, next, &tree, node)
		vdiommu_domain_free(domain);
}

/*
 * ATTACH and DETACH
 */

static bool is_domain_number(const struct vdiommu_domains *domains, u32 id)
{
	return id >= domains->bounds.domain_first &&
	       id <= domains->bounds.domain_last;
}

/* Nothing is mapped where the member cannot have it (IOMMU-REQ-6.2.g). */
static bool is_compatible(const struct vdiommu_domain *domain,
			  const struct vdiommu_member *member)
{
	u32 i;

	for (i = 0; i < member->shape->num_regions; i++)
		if (is_mapped(domain, member->shape->regions[i].start,
			      member->shape->regions[i].last))
			return false;
	return true;
}

/* The one that the member leaves does not count if it dies of that. */
static bool has_room(const struct vdiommu_domains *domains,
		     const struct vdiommu_member *member)
{
	return domains->nr_domains - is_alone(member) <
	       domains->bounds.max_domains;
}

static bool dies_slowly(const struct vdiommu_member *member, u64 max)
{
	return is_alone(member) && member->domain->nr_mappings > max;
}

static int check_attach(const struct vdiommu_domains *domains,
			const struct vdiommu_member *member,
			const struct vdiommu_attach *attach,
			const struct vdiommu_domain *domain, u64 max)
{
	if (!is_domain_number(domains, attach->domain))
		return VIRTIO_IOMMU_S_RANGE;
	if (domain && domain->bypass != attach->bypass)
		return VIRTIO_IOMMU_S_INVAL;
	if (domain && domain == member->domain)
		return VIRTIO_IOMMU_S_OK;
	if (domain && !is_compatible(domain, member))
		return VIRTIO_IOMMU_S_UNSUPP;
	if (!domain && !has_room(domains, member))
		return VIRTIO_IOMMU_S_NOMEM;
	if (dies_slowly(member, max))
		return VDIOMMU_TOO_MUCH;
	return VIRTIO_IOMMU_S_OK;
}

static void make_domain(struct vdiommu_domains *domains,
			const struct vdiommu_attach *attach,
			struct vdiommu_domain *domain)
{
	lockdep_assert_held_write(&domains->lock);
	domain->id = attach->domain;
	domain->bypass = attach->bypass;
	rb_add(&domain->node, &domains->tree, id_less);
	domains->nr_domains++;
}

static int attach_locked(struct vdiommu_domains *domains,
			 struct vdiommu_member *member,
			 const struct vdiommu_attach *attach, u64 max,
			 struct vdiommu_domain **spare,
			 struct vdiommu_domain **out_dead)
{
	struct vdiommu_domain *domain = vdiommu_find_domain(domains, attach->domain);
	int status = check_attach(domains, member, attach, domain, max);

	if (status)
		return status;
	/* What is mapped there stays (IOMMU-REQ-6.2.f2). */
	if (domain && domain == member->domain)
		return VIRTIO_IOMMU_S_OK;
	if (!domain) {
		domain = *spare;
		if (!domain)
			return VIRTIO_IOMMU_S_NOMEM;
		*spare = NULL;
		make_domain(domains, attach, domain);
	}
	*out_dead = leave(domains, member);
	join(domain, member);
	return VIRTIO_IOMMU_S_OK;
}

int vdiommu_domain_attach(struct vdiommu_domains *domains,
			  struct vdiommu_member *member,
			  const struct vdiommu_attach *attach, u64 max,
			  struct vdiommu_domain **spare,
			  struct vdiommu_domain **out_dead)
{
	unsigned long flags;
	int status;

	*out_dead = NULL;
	write_lock_irqsave(&domains->lock, flags);
	status = attach_locked(domains, member, attach, max, spare, out_dead);
	write_unlock_irqrestore(&domains->lock, flags);
	return status;
}

static int check_detach(const struct vdiommu_domains *domains,
			const struct vdiommu_member *member, u32 id, u64 max)
{
	if (!is_domain_number(domains, id))
		return VIRTIO_IOMMU_S_RANGE;
	if (!member->domain || member->domain->id != id)
		return VIRTIO_IOMMU_S_INVAL;
	if (dies_slowly(member, max))
		return VDIOMMU_TOO_MUCH;
	return VIRTIO_IOMMU_S_OK;
}

int vdiommu_domain_detach(struct vdiommu_domains *domains,
			  struct vdiommu_member *member, u32 id, u64 max,
			  struct vdiommu_domain **out_dead)
{
	unsigned long flags;
	int status;

	*out_dead = NULL;
	write_lock_irqsave(&domains->lock, flags);
	status = check_detach(domains, member, id, max);
	if (!status)
		*out_dead = leave(domains, member);
	write_unlock_irqrestore(&domains->lock, flags);
	return status;
}

/*
 * MAP
 */

static bool is_aligned(const struct vdiommu_bounds *bounds, u64 address)
{
	return !(address & (bounds->granule - 1));
}

static bool is_input(const struct vdiommu_bounds *bounds, u64 start, u64 last)
{
	return start >= bounds->input_start && last <= bounds->input_last;
}

/* Of any endpoint in the domain (IOMMU-REQ-6.7.d). */
static bool is_reserved(const struct vdiommu_domain *domain, u64 start,
			u64 last)
{
	const struct vdiommu_member *member;
	u32 i;

	list_for_each_entry(member, &domain->members, link)
		for (i = 0; i < member->shape->num_regions; i++)
			if (member->shape->regions[i].start <= last &&
			    start <= member->shape->regions[i].last)
				return true;
	return false;
}

static int check_map(const struct vdiommu_domains *domains,
		     const struct vdiommu_map *map,
		     const struct vdiommu_domain *domain)
{
	const struct vdiommu_bounds *bounds = &domains->bounds;
	u64 span = map->last - map->start;

	if (map->flags & ~map->known_flags)
		return VIRTIO_IOMMU_S_INVAL;
	if (!is_domain_number(domains, map->domain))
		return VIRTIO_IOMMU_S_RANGE;
	if (!domain)
		return VIRTIO_IOMMU_S_NOENT;
	if (domain->bypass)
		return VIRTIO_IOMMU_S_INVAL;
	if (map->last < map->start)
		return VIRTIO_IOMMU_S_INVAL;
	if (!is_aligned(bounds, map->start) || !is_aligned(bounds, map->phys) ||
	    !is_aligned(bounds, map->last + 1))
		return VIRTIO_IOMMU_S_RANGE;
	if (!is_input(bounds, map->start, map->last))
		return VIRTIO_IOMMU_S_RANGE;
	if (span > U64_MAX - map->phys)
		return VIRTIO_IOMMU_S_RANGE;
	if (bounds->gpa_limit && map->phys + span > bounds->gpa_limit)
		return VIRTIO_IOMMU_S_FAULT;
	if (is_mapped(domain, map->start, map->last))
		return VIRTIO_IOMMU_S_INVAL;
	if (is_reserved(domain, map->start, map->last))
		return VIRTIO_IOMMU_S_INVAL;
	if (domains->nr_mappings >= bounds->max_mappings)
		return VIRTIO_IOMMU_S_NOMEM;
	return VIRTIO_IOMMU_S_OK;
}

static void add_mapping(struct vdiommu_domains *domains,
			struct vdiommu_domain *domain,
			const struct vdiommu_map *map,
			struct vdiommu_mapping *mapping)
{
	lockdep_assert_held_write(&domains->lock);
	mapping->start = map->start;
	mapping->last = map->last;
	mapping->phys = map->phys;
	mapping->flags = map->flags;
	rb_add(&mapping->node, &domain->mappings, start_less);
	domain->nr_mappings++;
	domains->nr_mappings++;
}

int vdiommu_domain_map(struct vdiommu_domains *domains,
		       const struct vdiommu_map *map,
		       struct vdiommu_mapping **spare)
{
	struct vdiommu_domain *domain;
	unsigned long flags;
	int status;

	write_lock_irqsave(&domains->lock, flags);
	domain = vdiommu_find_domain(domains, map->domain);
	status = check_map(domains, map, domain);
	if (!status && !*spare)
		status = VIRTIO_IOMMU_S_NOMEM;
	if (!status) {
		add_mapping(domains, domain, map, *spare);
		*spare = NULL;
	}
	write_unlock_irqrestore(&domains->lock, flags);
	return status;
}

/*
 * UNMAP
 */

static bool is_split_at(const struct vdiommu_domain *domain, u64 start,
			u64 last)
{
	const struct vdiommu_mapping *mapping = vdiommu_first_from(domain, start);

	/* Begins before the range and reaches into it. */
	if (mapping && mapping->start < start)
		return true;
	/* Begins in the range and reaches beyond it. */
	mapping = vdiommu_first_from(domain, last);
	return mapping && mapping->start <= last && mapping->last > last;
}

static bool has_more_than(const struct vdiommu_domain *domain,
			  struct vdiommu_range range, u64 max)
{
	struct vdiommu_mapping *mapping;
	u64 n = 0;

	if (domain->nr_mappings <= max)
		return false;
	mapping = vdiommu_first_from(domain, range.start);
	for (; mapping && mapping->start <= range.last && n <= max; n++)
		mapping = vdiommu_next_mapping(mapping);
	return n > max;
}

static int check_unmap(const struct vdiommu_domains *domains, u32 id,
		       struct vdiommu_range range, u64 max,
		       const struct vdiommu_domain *domain)
{
	if (!is_domain_number(domains, id))
		return VIRTIO_IOMMU_S_RANGE;
	if (!domain)
		return VIRTIO_IOMMU_S_NOENT;
	if (domain->bypass)
		return VIRTIO_IOMMU_S_INVAL;
	if (range.last < range.start)
		return VIRTIO_IOMMU_S_INVAL;
	if (!is_input(&domains->bounds, range.start, range.last))
		return VIRTIO_IOMMU_S_RANGE;
	if (is_split_at(domain, range.start, range.last))
		return VIRTIO_IOMMU_S_RANGE;
	if (has_more_than(domain, range, max))
		return VDIOMMU_TOO_MUCH;
	return VIRTIO_IOMMU_S_OK;
}

int vdiommu_domain_unmap_begin(struct vdiommu_domains *domains, u32 id,
			       struct vdiommu_range range, u64 max,
			       struct vdiommu_domain **out_domain)
{
	struct vdiommu_domain *domain;
	unsigned long flags;
	int status;

	write_lock_irqsave(&domains->lock, flags);
	domain = vdiommu_find_domain(domains, id);
	status = check_unmap(domains, id, range, max, domain);
	if (!status)
		domain->leaving = range;
	write_unlock_irqrestore(&domains->lock, flags);
	*out_domain = status ? NULL : domain;
	return status;
}

static void remove_mapping(struct vdiommu_domains *domains,
			   struct vdiommu_domain *domain,
			   struct vdiommu_mapping *mapping)
{
	lockdep_assert_held_write(&domains->lock);
	rb_erase(&mapping->node, &domain->mappings);
	domain->nr_mappings--;
	domains->nr_mappings--;
	vdiommu_mapping_free(mapping);
}

bool vdiommu_domain_unmap_some(struct vdiommu_domains *domains,
			       struct vdiommu_domain *domain)
{
	struct vdiommu_mapping *mapping, *next;
	unsigned int n = 0;
	unsigned long flags;
	bool done;

	write_lock_irqsave(&domains->lock, flags);
	mapping = vdiommu_first_from(domain, domain->leaving.start);
	while (mapping && mapping->start <= domain->leaving.last &&
	       n++ < VDIOMMU_BATCH) {
		next = vdiommu_next_mapping(mapping);
		remove_mapping(domains, domain, mapping);
		mapping = next;
	}
	done = !mapping || mapping->start > domain->leaving.last;
	if (done)
		domain->leaving = no_range;
	write_unlock_irqrestore(&domains->lock, flags);
	return done;
}
