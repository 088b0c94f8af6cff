// SPDX-License-Identifier: GPL-2.0-only
/*
 * See fail_nth.h. What switches it all on is private to mm/failslab.c, but for
 * its files in debugfs: each knows the variable that it shows. Pages count, too,
 * where the kernel can fail them, and are not meant: KASAN takes some for its
 * stacks, at moments of its own.
 */
#include "fail_nth.h"

#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/mount.h>

#ifdef CONFIG_FAULT_INJECTION
void fail_nth_set(struct task_struct *task, unsigned int n)
{
	WRITE_ONCE(task->fail_nth, n);
}

unsigned int fail_nth_clear(struct task_struct *task)
{
	unsigned int left = READ_ONCE(task->fail_nth);

	WRITE_ONCE(task->fail_nth, 0);
	return left;
}
#else
void fail_nth_set(struct task_struct *task, unsigned int n)
{
}

unsigned int fail_nth_clear(struct task_struct *task)
{
	return 0;
}
#endif

/**
 * struct knobs - how failslab is set
 * @spare: allocations that may sleep do not fail
 * @verbose: how much is said about each failure
 * @min_order: smaller pieces of pages never fail; NULL if no pages do
 * @was: before
 */
struct knobs {
	bool *spare;
	unsigned long *verbose;
	u32 *min_order;
	struct {
		bool spare;
		unsigned long verbose;
		u32 min_order;
	} was;
};

static void restore(void *data)
{
	struct knobs *knobs = data;

	*knobs->spare = knobs->was.spare;
	*knobs->verbose = knobs->was.verbose;
	if (knobs->min_order)
		*knobs->min_order = knobs->was.min_order;
}

/* The variable behind a file in debugfs, or NULL. */
static void *variable_of(struct vfsmount *mount, const char *path)
{
	struct file *file = file_open_root_mnt(mount, path, O_RDONLY, 0);
	void *variable;

	if (IS_ERR(file))
		return NULL;
	variable = file_inode(file)->i_private;
	/* At once: who unmounts finds it closed. */
	__fput_sync(file);
	return variable;
}

static void find_knobs(struct knobs *knobs)
{
	struct file_system_type *debugfs = get_fs_type("debugfs");
	struct vfsmount *mount;

	if (!debugfs)
		return;
	mount = kern_mount(debugfs);
	if (IS_ERR(mount))
		return;
	knobs->spare = variable_of(mount, "failslab/ignore-gfp-wait");
	knobs->verbose = variable_of(mount, "failslab/verbose");
	knobs->min_order = variable_of(mount, "fail_page_alloc/min-order");
	kern_unmount(mount);
}

void fail_nth_init(struct kunit *test)
{
	struct knobs *knobs = kunit_kzalloc(test, sizeof(*knobs), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, knobs);
	find_knobs(knobs);
	if (!knobs->spare || !knobs->verbose)
		kunit_skip(test, "this kernel injects no faults");
	knobs->was.spare = *knobs->spare;
	knobs->was.verbose = *knobs->verbose;
	if (knobs->min_order)
		knobs->was.min_order = *knobs->min_order;
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action(test, restore, knobs));
	*knobs->spare = false;
	/* A trace for each would hide what matters. */
	*knobs->verbose = 0;
	if (knobs->min_order)
		*knobs->min_order = U32_MAX;
}
