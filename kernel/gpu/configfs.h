/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDGPU_CONFIGFS_H
#define _VDGPU_CONFIGFS_H

struct vdgpu_config;

int vdgpu_configfs_register(void);
void vdgpu_configfs_unregister(void);

/**
 * vdgpu_configfs_claim() - take the configuration of a name
 * @name: device name
 * @out_config: what configfs holds under that name, or the defaults when it
 *	holds nothing
 *
 * From now on the group is live: it refuses edits (-EBUSY) until
 * vdgpu_configfs_release().
 *
 * Return: 0, or -EBUSY if the name is claimed already.
 */
int vdgpu_configfs_claim(const char *name, struct vdgpu_config *out_config);

/**
 * vdgpu_configfs_release() - the device of that name is gone
 * @name: a claimed name
 */
void vdgpu_configfs_release(const char *name);

#endif /* _VDGPU_CONFIGFS_H */
