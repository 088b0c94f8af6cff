// SPDX-License-Identifier: GPL-2.0-only
#include "paper.h"

#include <linux/cleanup.h>
#include <linux/export.h>
#include <linux/kstrtox.h>
#include <linux/lockdep.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

/* So that nobody needs a page for a word; names of devices fit. */
#define MAX_WORD	64

/**
 * struct claim - a device that exists
 * @link: in vds_papers.claims
 * @name: of the device
 */
struct claim {
	struct list_head link;
	char name[];
};

static const char *name_of(struct vds_paper *paper)
{
	return config_item_name(&paper->group.cg_item);
}

static struct claim *find_claim_locked(struct vds_papers *papers,
				       const char *name)
{
	struct claim *claim;

	lockdep_assert_held(&papers->lock);
	list_for_each_entry(claim, &papers->claims, link)
		if (!strcmp(claim->name, name))
			return claim;
	return NULL;
}

static struct vds_paper *find_paper_locked(struct vds_papers *papers,
					   const char *name)
{
	struct vds_paper *paper;

	lockdep_assert_held(&papers->lock);
	list_for_each_entry(paper, &papers->papers, link)
		if (!strcmp(name_of(paper), name))
			return paper;
	return NULL;
}

/*
 * Papers
 */

int vds_paper_init(struct vds_paper *paper, struct vds_papers *papers,
		   const char *name, const struct config_item_type *type)
{
	paper->papers = papers;
	config_group_init_type_name(&paper->group, name, type);
	/* Long names are allocated, and nobody tells. */
	return name_of(paper) ? 0 : -ENOMEM;
}
EXPORT_SYMBOL_GPL(vds_paper_init);

void vds_paper_add(struct vds_paper *paper)
{
	guard(mutex)(&paper->papers->lock);
	list_add(&paper->link, &paper->papers->papers);
}
EXPORT_SYMBOL_GPL(vds_paper_add);

void vds_paper_drop(struct vds_paper *paper)
{
	scoped_guard(mutex, &paper->papers->lock)
		list_del(&paper->link);
	config_item_put(&paper->group.cg_item);
}
EXPORT_SYMBOL_GPL(vds_paper_drop);

/*
 * Claims
 */

int vds_paper_claim_locked(struct vds_papers *papers, const char *name,
			   struct vds_paper **out_paper)
{
	size_t size = strlen(name) + 1;
	struct claim *claim;

	if (find_claim_locked(papers, name))
		return -EBUSY;
	claim = kmalloc(struct_size(claim, name, size), GFP_KERNEL);
	if (!claim)
		return -ENOMEM;
	memcpy(claim->name, name, size);
	list_add(&claim->link, &papers->claims);
	*out_paper = find_paper_locked(papers, name);
	return 0;
}
EXPORT_SYMBOL_GPL(vds_paper_claim_locked);

void vds_paper_release(struct vds_papers *papers, const char *name)
{
	struct claim *claim;

	guard(mutex)(&papers->lock);
	claim = find_claim_locked(papers, name);
	if (WARN_ON_ONCE(!claim))
		return;
	list_del(&claim->link);
	kfree(claim);
}
EXPORT_SYMBOL_GPL(vds_paper_release);

bool vds_paper_is_live_locked(struct vds_paper *paper)
{
	return find_claim_locked(paper->papers, name_of(paper));
}
EXPORT_SYMBOL_GPL(vds_paper_is_live_locked);

ssize_t vds_paper_show_live(struct vds_paper *paper, char *page)
{
	guard(mutex)(&paper->papers->lock);
	return sysfs_emit(page, "%d\n", vds_paper_is_live_locked(paper));
}
EXPORT_SYMBOL_GPL(vds_paper_show_live);

/*
 * Attributes
 */

ssize_t vds_paper_show_number(struct vds_paper_number number, char *page)
{
	u64 value;

	guard(mutex)(&number.paper->papers->lock);
	if (number.size == sizeof(u64))
		value = *(u64 *)number.at;
	else if (number.size == sizeof(u32))
		value = *(u32 *)number.at;
	else
		value = *(bool *)number.at;
	return sysfs_emit(page, number.hex ? "0x%llx\n" : "%llu\n", value);
}
EXPORT_SYMBOL_GPL(vds_paper_show_number);

ssize_t vds_paper_store_number(struct vds_paper_number number,
			       const char *page, size_t len)
{
	u64 value;
	int err;

	err = kstrtou64(page, 0, &value);
	if (err)
		return err;
	if (value < number.min || value > number.max)
		return -EINVAL;

	guard(mutex)(&number.paper->papers->lock);
	if (vds_paper_is_live_locked(number.paper))
		return -EBUSY;
	if (number.size == sizeof(u64))
		*(u64 *)number.at = value;
	else if (number.size == sizeof(u32))
		*(u32 *)number.at = value;
	else
		*(bool *)number.at = value;
	return len;
}
EXPORT_SYMBOL_GPL(vds_paper_store_number);

ssize_t vds_paper_show_word(struct vds_paper_word word, char *page)
{
	guard(mutex)(&word.paper->papers->lock);
	return sysfs_emit(page, "%s\n", word.at);
}
EXPORT_SYMBOL_GPL(vds_paper_show_word);

ssize_t vds_paper_store_word(struct vds_paper_word word, const char *page,
			     size_t len)
{
	char stored[MAX_WORD];

	/* All of it fits, or it is none we know. */
	if (strscpy(stored, page, min(word.size, sizeof(stored))) < 0)
		return -EINVAL;
	strreplace(stored, '\n', '\0');
	if (!word.is_valid(stored))
		return -EINVAL;

	guard(mutex)(&word.paper->papers->lock);
	if (vds_paper_is_live_locked(word.paper))
		return -EBUSY;
	strscpy(word.at, stored, word.size);
	return len;
}
EXPORT_SYMBOL_GPL(vds_paper_store_word);
