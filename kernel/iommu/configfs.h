/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDIOMMU_CONFIGFS_H
#define _VDIOMMU_CONFIGFS_H

struct vdiommu_config;

int vdiommu_configfs_register(void);
void vdiommu_configfs_unregister(void);

/**
 * vdiommu_configfs_claim() - take the configuration of a name
 * @name: device name
 * @out_config: what configfs holds under that name, or the defaults when it
 *	holds nothing. Where no endpoint is named, there is one, number 0
 *
 * From now on the group is live: it refuses edits (-EBUSY) until
 * vdiommu_configfs_release().
 *
 * Return: 0, or -EBUSY if the name is claimed already.
 */
int vdiommu_configfs_claim(const char *name, struct vdiommu_config *out_config);

/**
 * vdiommu_configfs_release() - the device of that name is gone
 * @name: a claimed name
 */
void vdiommu_configfs_release(const char *name);

#endif /* _VDIOMMU_CONFIGFS_H */
