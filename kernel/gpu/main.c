// SPDX-License-Identifier: GPL-2.0-only
#include <linux/device.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/module.h>

#include "configfs.h"
#include "debugfs.h"
#include "device.h"
#include "image.h"
#include "view.h"

static struct device *parent;

static int __init vdgpu_init(void)
{
	int ret;

	vdgpu_debugfs_init();
	ret = vdgpu_view_module_init();
	if (ret)
		goto err_debugfs;
	ret = vdgpu_configfs_register();
	if (ret)
		goto err_view;
	/* Its name is what users type: vdpa dev add mgmtdev vdpa_gpu. */
	parent = root_device_register("vdpa_gpu");
	if (IS_ERR(parent)) {
		ret = PTR_ERR(parent);
		goto err_configfs;
	}
	ret = vdgpu_mgmtdev_register(parent);
	if (ret)
		goto err_parent;
	return 0;

err_parent:
	root_device_unregister(parent);
err_configfs:
	vdgpu_configfs_unregister();
err_view:
	vdgpu_view_module_exit();
err_debugfs:
	vdgpu_debugfs_exit();
	return ret;
}
module_init(vdgpu_init);

static void __exit vdgpu_exit(void)
{
	vdgpu_mgmtdev_unregister();
	root_device_unregister(parent);
	vdgpu_configfs_unregister();
	vdgpu_view_module_exit();
	vdgpu_image_module_exit();
	vdgpu_debugfs_exit();
}
module_exit(vdgpu_exit);

MODULE_AUTHOR("The vdpa_soft authors");
MODULE_DESCRIPTION("virtio-gpu as a software vDPA device");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
MODULE_SOFTDEP("pre: vhost_vdpa");
