// SPDX-License-Identifier: GPL-2.0-only
/*
 * A yardstick: how long does this kernel take to copy one frame of 1920x1080
 * in one piece? Every read of the parameter frame_ns copies once.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define FRAME_BYTES	(1920 * 1080 * 4)

static void *from, *to;

static int get_frame_ns(char *buffer, const struct kernel_param *param)
{
	u64 begin = ktime_get_ns();

	memcpy(to, from, FRAME_BYTES);
	return sysfs_emit(buffer, "%llu\n", ktime_get_ns() - begin);
}

static const struct kernel_param_ops frame_ns_ops = {
	.get = get_frame_ns,
};
module_param_cb(frame_ns, &frame_ns_ops, NULL, 0444);
MODULE_PARM_DESC(frame_ns, "nanoseconds of one memcpy() of a frame, done now");

static int __init bench_memcpy_init(void)
{
	from = vmalloc(FRAME_BYTES);
	to = vmalloc(FRAME_BYTES);
	if (from && to) {
		memset(from, 1, FRAME_BYTES);
		memset(to, 2, FRAME_BYTES);
		return 0;
	}
	vfree(from);
	vfree(to);
	return -ENOMEM;
}
module_init(bench_memcpy_init);

static void __exit bench_memcpy_exit(void)
{
	vfree(from);
	vfree(to);
}
module_exit(bench_memcpy_exit);

MODULE_DESCRIPTION("Times a copy of a frame, for benchmarks");
MODULE_LICENSE("GPL");
