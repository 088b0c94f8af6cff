/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * paper.h - devices on paper: what all kinds of configurations in configfs share.
 *
 * A group in configfs is paper: a device takes a copy of it when it is made,
 * and its name is claimed from then on. Nothing ties the group's life to the
 * device's, so a group may be removed and made anew while the device lives.
 * What is claimed is a list of names, and a paper is live, and refuses edits,
 * when its name is in it.
 *
 * A device type has one struct vds_papers and embeds struct vds_paper as the
 * first member of its own. The lock of the former covers the configurations.
 */
#ifndef _VDS_PAPER_H
#define _VDS_PAPER_H

#include <linux/configfs.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/types.h>

/**
 * struct vds_papers - the devices of one type, on paper and made
 * @lock: covers all of it, and the configurations in the papers
 * @papers: of struct vds_paper
 * @claims: names of devices that exist
 */
struct vds_papers {
	struct mutex lock;
	struct list_head papers;
	struct list_head claims;
};

#define DEFINE_VDS_PAPERS(_name)					\
	struct vds_papers _name = {					\
		.lock = __MUTEX_INITIALIZER((_name).lock),		\
		.papers = LIST_HEAD_INIT((_name).papers),		\
		.claims = LIST_HEAD_INIT((_name).claims),		\
	}

/**
 * struct vds_paper - a device that may come to be
 * @group: the directory
 * @link: in @papers
 * @papers: where it belongs
 */
struct vds_paper {
	struct config_group group;
	struct list_head link;
	struct vds_papers *papers;
};

static inline struct vds_paper *vds_paper_of(struct config_item *item)
{
	return container_of(to_config_group(item), struct vds_paper, group);
}

/**
 * vds_paper_init() - begin a paper
 * @paper: zeroed
 * @papers: where it belongs
 * @name: of the device to come
 * @type: of its directory
 *
 * Default groups may be added to it afterwards.
 *
 * Return: 0, or -ENOMEM; then @paper is the caller's to free.
 */
int vds_paper_init(struct vds_paper *paper, struct vds_papers *papers,
		   const char *name, const struct config_item_type *type);

/**
 * vds_paper_add() - the paper is complete and can be found
 * @paper: an initialised paper
 */
void vds_paper_add(struct vds_paper *paper);

/**
 * vds_paper_drop() - drop_item() of the directory above
 * @paper: an added paper; freed by its type's release() with the last reference
 */
void vds_paper_drop(struct vds_paper *paper);

/**
 * vds_paper_claim_locked() - the device of that name is made
 * @papers: of its type, locked
 * @name: device name
 * @out_paper: what its configuration is to be copied from, or NULL if nothing
 *	is on paper
 *
 * From now on the paper is live until vds_paper_release().
 *
 * Return: 0, -EBUSY if the name is claimed already, or -ENOMEM.
 */
int vds_paper_claim_locked(struct vds_papers *papers, const char *name,
			   struct vds_paper **out_paper);

/**
 * vds_paper_release() - the device of that name is gone
 * @papers: of its type
 * @name: a claimed name
 */
void vds_paper_release(struct vds_papers *papers, const char *name);

/**
 * vds_paper_is_live_locked() - does the device exist?
 * @paper: of locked papers
 *
 * Return: true if it does, and the paper refuses edits.
 */
bool vds_paper_is_live_locked(struct vds_paper *paper);

/**
 * vds_paper_show_live() - contents of the attribute "live"
 * @paper: an added paper
 * @page: of configfs
 *
 * Return: bytes written.
 */
ssize_t vds_paper_show_live(struct vds_paper *paper, char *page);

/**
 * struct vds_paper_number - an attribute that is one number
 * @paper: the device it belongs to
 * @at: u64, u32 or bool in the configuration
 * @size: of @at
 * @min: lowest value it may have
 * @max: highest value
 * @hex: is it an address or a mask
 */
struct vds_paper_number {
	struct vds_paper *paper;
	void *at;
	size_t size;
	u64 min;
	u64 max;
	bool hex;
};

ssize_t vds_paper_show_number(struct vds_paper_number number, char *page);
ssize_t vds_paper_store_number(struct vds_paper_number number,
			       const char *page, size_t len);

/**
 * struct vds_paper_word - an attribute that is one word
 * @paper: the device it belongs to
 * @at: in the configuration, terminated by zero
 * @size: of @at
 * @is_valid: may it be stored
 */
struct vds_paper_word {
	struct vds_paper *paper;
	char *at;
	size_t size;
	bool (*is_valid)(const char *word);
};

ssize_t vds_paper_show_word(struct vds_paper_word word, char *page);
ssize_t vds_paper_store_word(struct vds_paper_word word, const char *page,
			     size_t len);

/* configfs does not say which attribute it asks for: functions for each. */
#define VDS_PAPER_ATTR(_kind, _prefix, _name)				\
static ssize_t _prefix##_name##_show(struct config_item *item, char *page) \
{									\
	return vds_paper_show_##_kind(_prefix##_name(item), page);	\
}									\
static ssize_t _prefix##_name##_store(struct config_item *item,		\
				      const char *page, size_t len)	\
{									\
	return vds_paper_store_##_kind(_prefix##_name(item), page, len); \
}									\
CONFIGFS_ATTR(_prefix, _name)

/* _paper and _field are expressions of the config item "item". */
#define VDS_PAPER_NUMBER(_prefix, _name, _paper, _field, _min, _max, _hex) \
static struct vds_paper_number _prefix##_name(struct config_item *item)	\
{									\
	__auto_type at = &(_field);					\
									\
	return (struct vds_paper_number) {				\
		_paper, at, sizeof(*at), _min, _max, _hex		\
	};								\
}									\
VDS_PAPER_ATTR(number, _prefix, _name)

#define VDS_PAPER_WORD(_prefix, _name, _paper, _field, _is_valid)	\
static struct vds_paper_word _prefix##_name(struct config_item *item)	\
{									\
	return (struct vds_paper_word) {				\
		_paper, _field, sizeof(_field), _is_valid		\
	};								\
}									\
VDS_PAPER_ATTR(word, _prefix, _name)

#endif /* _VDS_PAPER_H */
