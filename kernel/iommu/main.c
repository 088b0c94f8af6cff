// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/module.h>

#include "chardev.h"
#include "configfs.h"
#include "debugfs.h"
#include "device.h"
#include "domain.h"

static struct device *parent;

static int __init vdiommu_init(void)
{
	int ret;

	vdiommu_debugfs_init();
	ret = vdiommu_mapping_cache_init();
	if (ret)
		goto err_debugfs;
	ret = vdiommu_chardev_module_init();
	if (ret)
		goto err_cache;
	ret = vdiommu_configfs_register();
	if (ret)
		goto err_chardev;
	/* Its name is what users type: vdpa dev add mgmtdev vdpa_iommu. */
	parent = root_device_register("vdpa_iommu");
	if (IS_ERR(parent)) {
		ret = PTR_ERR(parent);
		goto err_configfs;
	}
	ret = vdiommu_mgmtdev_register(parent);
	if (ret)
		goto err_parent;
	return 0;

err_parent:
	root_device_unregister(parent);
err_configfs:
	vdiommu_configfs_unregister();
err_chardev:
	vdiommu_chardev_module_exit();
err_cache:
	vdiommu_mapping_cache_exit();
err_debugfs:
	vdiommu_debugfs_exit();
	return ret;
}
module_init(vdiommu_init);

static void __exit vdiommu_exit(void)
{
	vdiommu_mgmtdev_unregister();
	root_device_unregister(parent);
	vdiommu_configfs_unregister();
	vdiommu_chardev_module_exit();
	vdiommu_mapping_cache_exit();
	vdiommu_debugfs_exit();
}
module_exit(vdiommu_exit);

MODULE_AUTHOR("The vdpa_soft authors");
MODULE_DESCRIPTION("virtio-iommu as a software vDPA device");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_SOFTDEP("pre: vhost_vdpa");
