/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat.h - the only place that knows which kernel it is built for.
 *
 * Written for the newest kernel; older ones get what they lack here. Kbuild
 * defines VDS_VDPA_OWN_OVERRIDE where struct vdpa_device still has its own
 * driver_override (stable trees moved it to struct device at various points).
 */
#ifndef _VDS_COMPAT_H
#define _VDS_COMPAT_H

#include <linux/device.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/vdpa.h>
#include <linux/version.h>

/* Symbol namespaces became strings in 6.13. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define VDS_IMPORT_NS(ns)	MODULE_IMPORT_NS(#ns)
#else
#define VDS_IMPORT_NS(ns)	MODULE_IMPORT_NS(ns)
#endif

/* 6.14 split making a worker from starting it. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#define vds_kthread_run_worker	kthread_run_worker
#else
#define vds_kthread_run_worker	kthread_create_worker
#endif

/* Since 6.18 a vdpa device may bring its own DMA mapping ops; we bring none. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
static inline struct vdpa_device *
vds_vdpa_alloc(struct device *parent, const struct vdpa_config_ops *ops,
	       size_t size, const char *name)
{
	return __vdpa_alloc_device(parent, ops, NULL, 1, 1, size, name, false);
}

static inline void vds_vdpa_set_dma_dev(struct vdpa_device *vdpa)
{
	vdpa->vmap.dma_dev = &vdpa->dev;
}
#else
static inline struct vdpa_device *
vds_vdpa_alloc(struct device *parent, const struct vdpa_config_ops *ops,
	       size_t size, const char *name)
{
	return __vdpa_alloc_device(parent, ops, 1, 1, size, name, false);
}

static inline void vds_vdpa_set_dma_dev(struct vdpa_device *vdpa)
{
	vdpa->dma_dev = &vdpa->dev;
}
#endif

#ifdef VDS_VDPA_OWN_OVERRIDE
static inline int vds_vdpa_set_driver(struct vdpa_device *vdpa,
				      const char *driver)
{
	return driver_set_override(&vdpa->dev, &vdpa->driver_override,
				   driver, strlen(driver));
}
#else
static inline int vds_vdpa_set_driver(struct vdpa_device *vdpa,
				      const char *driver)
{
	return device_set_driver_override(&vdpa->dev, driver);
}
#endif

#endif /* _VDS_COMPAT_H */
