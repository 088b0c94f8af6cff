// SPDX-License-Identifier: GPL-2.0-only
/* What comes up and goes down with vdpa_soft.ko. */
#include <linux/init.h>
#include <linux/module.h>

#include "chain_private.h"
#include "core.h"

static int __init vds_init(void)
{
	int ret;

	ret = vds_chain_cache_init();
	if (ret)
		return ret;
	vds_debugfs_init();
	return 0;
}
module_init(vds_init);

static void __exit vds_exit(void)
{
	vds_debugfs_exit();
	vds_chain_cache_exit();
}
module_exit(vds_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The vdpa_soft authors");
MODULE_DESCRIPTION("Software vDPA devices: queues, guest memory, vDPA face");
MODULE_VERSION("0.1.0");
