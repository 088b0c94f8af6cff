// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bench's own yardstick: a module that does nothing, and with splat=1 one
 * that warns, so that the bench can show that it would notice.
 */
#include <linux/module.h>

static bool splat;
module_param(splat, bool, 0444);
MODULE_PARM_DESC(splat, "warn at load, to test the test");

static int __init bench_empty_init(void)
{
	WARN_ON(splat);
	return 0;
}
module_init(bench_empty_init);

static void __exit bench_empty_exit(void)
{
}
module_exit(bench_empty_exit);

MODULE_DESCRIPTION("Empty module, to test the test bench");
MODULE_LICENSE("GPL");
