// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vDPA face of a device: one operation each. What changes the state of the
 * device is in state.c.
 *
 * Who calls: vhost-vdpa under its device mutex, virtio_vdpa from a driver's
 * probe and remove, netlink without any lock. What netlink asks for is
 * constant. kick_vq may come at any moment, inside an eventfd's wake-up, and
 * goes straight to the queue.
 *
 * What is known about VMMs and shapes this file: features 0 are "accepted"
 * when the config space is read early; status bits arrive in any grouping;
 * addresses are set before memory is mapped; maps survive a reset; the
 * callback of an interrupt may be replaced while it rings.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>

#include <uapi/linux/vdpa.h>
#include <uapi/linux/vhost_types.h>

#include "../compat.h"
#include "core.h"
#include "state.h"
#include "trace.h"

#define VDS_VENDOR_ID	0x1af4

const char *vds_device_name(const struct vds_device *vds)
{
	return dev_name(&vds->vdpa.dev);
}
EXPORT_SYMBOL_GPL(vds_device_name);

u64 vds_device_features(const struct vds_device *vds)
{
	return READ_ONCE(vds->core->accepted);
}
EXPORT_SYMBOL_GPL(vds_device_features);

bool vds_device_driver_ok(const struct vds_device *vds)
{
	return READ_ONCE(vds->core->status) & VIRTIO_CONFIG_S_DRIVER_OK;
}
EXPORT_SYMBOL_GPL(vds_device_driver_ok);

struct vds_dma *vds_device_dma(struct vds_device *vds)
{
	return &vds->core->dma;
}
EXPORT_SYMBOL_GPL(vds_device_dma);

static void raise_config(struct irq_work *work)
{
	struct vds_core *core = container_of(work, struct vds_core,
					     config_work);
	unsigned long flags;

	spin_lock_irqsave(&core->config_cb_lock, flags);
	if (core->config_cb.callback && vds_device_driver_ok(core->vds))
		core->config_cb.callback(core->config_cb.private);
	spin_unlock_irqrestore(&core->config_cb_lock, flags);
}

void vds_device_config_changed(struct vds_device *vds)
{
	atomic_inc(&vds->core->generation);
	irq_work_queue(&vds->core->config_work);
}
EXPORT_SYMBOL_GPL(vds_device_config_changed);

void vds_device_fail(struct vds_device *vds, const char *why)
{
	if (atomic_cmpxchg(&vds->core->fault, VDS_SOUND, VDS_FAILED) !=
	    VDS_SOUND)
		return;
	/* Once per reset, and a guest can reset as often as it likes. */
	pr_warn_ratelimited("%s: needs a reset by its driver: %s\n",
			    vds_device_name(vds), why);
	trace_vds_fail(vds_device_name(vds), why);
	vds_device_config_changed(vds);
}
EXPORT_SYMBOL_GPL(vds_device_fail);

void vds_config_set_cb(struct vds_core *core, const struct vdpa_callback *cb)
{
	unsigned long flags;

	spin_lock_irqsave(&core->config_cb_lock, flags);
	core->config_cb = *cb;
	spin_unlock_irqrestore(&core->config_cb_lock, flags);
}

/* The queue of an index that came through an ioctl, or NULL. */
static struct vds_vq *find_vq(struct vdpa_device *vdpa, u16 idx)
{
	struct vds_core *core = vdpa_to_core(vdpa);

	return idx < core->vds->type->nvqs ? &core->vqs[idx] : NULL;
}

static int vds_set_vq_address(struct vdpa_device *vdpa, u16 idx, u64 desc_area,
			      u64 driver_area, u64 device_area)
{
	struct vds_vq *vq = find_vq(vdpa, idx);

	if (!vq)
		return -EINVAL;
	if (READ_ONCE(vq->live))
		return -EBUSY;
	vq->desc = desc_area;
	vq->avail = driver_area;
	vq->used = device_area;
	return 0;
}

static void vds_set_vq_num(struct vdpa_device *vdpa, u16 idx, u32 num)
{
	struct vds_vq *vq = find_vq(vdpa, idx);

	/* What is no allowed size is found when the queue starts. */
	if (vq && !READ_ONCE(vq->live))
		vq->num = num;
}

static void vds_kick_vq(struct vdpa_device *vdpa, u16 idx)
{
	struct vds_vq *vq = find_vq(vdpa, idx);

	if (vq)
		vds_vq_kick(vq);
}

static void vds_set_vq_cb(struct vdpa_device *vdpa, u16 idx,
			  struct vdpa_callback *cb)
{
	struct vds_vq *vq = find_vq(vdpa, idx);

	if (vq)
		vds_vq_set_cb(vq, cb);
}

static void vds_set_vq_ready(struct vdpa_device *vdpa, u16 idx, bool ready)
{
	struct vds_vq *vq = find_vq(vdpa, idx);

	if (vq)
		vds_state_set_ready(vdpa_to_core(vdpa), vq, ready);
}

static bool vds_get_vq_ready(struct vdpa_device *vdpa, u16 idx)
{
	struct vds_vq *vq = find_vq(vdpa, idx);

	return vq && vq->ready;
}

static int vds_set_vq_state(struct vdpa_device *vdpa, u16 idx,
			    const struct vdpa_vq_state *state)
{
	struct vds_vq *vq = find_vq(vdpa, idx);

	if (!vq)
		return -EINVAL;
	if (READ_ONCE(vq->live))
		return -EBUSY;
	vq->base = state->split.avail_index;
	return 0;
}

static int vds_get_vq_state(struct vdpa_device *vdpa, u16 idx,
			    struct vdpa_vq_state *state)
{
	struct vds_vq *vq = find_vq(vdpa, idx);

	if (!vq)
		return -EINVAL;
	/* Of a live queue it would be old before anybody saw it. */
	if (READ_ONCE(vq->live))
		return -EBUSY;
	state->split.avail_index = vq->base;
	return 0;
}

static u32 vds_get_vq_align(struct vdpa_device *vdpa)
{
	return PAGE_SIZE;
}

static u32 vds_get_vq_group(struct vdpa_device *vdpa, u16 idx)
{
	return 0;
}

static u64 vds_get_device_features(struct vdpa_device *vdpa)
{
	return vdpa_to_core(vdpa)->offered;
}

static u64 vds_get_backend_features(const struct vdpa_device *vdpa)
{
	return BIT_ULL(VHOST_BACKEND_F_ENABLE_AFTER_DRIVER_OK);
}

static int vds_set_driver_features(struct vdpa_device *vdpa, u64 features)
{
	return vds_state_accept(vdpa_to_core(vdpa), features);
}

static u64 vds_get_driver_features(struct vdpa_device *vdpa)
{
	return READ_ONCE(vdpa_to_core(vdpa)->accepted);
}

static void vds_set_config_cb(struct vdpa_device *vdpa,
			      struct vdpa_callback *cb)
{
	vds_config_set_cb(vdpa_to_core(vdpa), cb);
}

static u16 vds_get_vq_num_max(struct vdpa_device *vdpa)
{
	return VDS_RING_MAX;
}

static u32 vds_get_device_id(struct vdpa_device *vdpa)
{
	return vdpa_to_core(vdpa)->vds->type->virtio_id;
}

static u32 vds_get_vendor_id(struct vdpa_device *vdpa)
{
	return VDS_VENDOR_ID;
}

static u8 vds_get_status(struct vdpa_device *vdpa)
{
	struct vds_core *core = vdpa_to_core(vdpa);
	u8 status = READ_ONCE(core->status);

	if (atomic_read(&core->fault) == VDS_FAILED)
		status |= VIRTIO_CONFIG_S_NEEDS_RESET;
	return status;
}

static void vds_set_status(struct vdpa_device *vdpa, u8 status)
{
	vds_state_set_status(vdpa_to_core(vdpa), status);
}

static int vds_reset(struct vdpa_device *vdpa)
{
	vds_state_reset(vdpa_to_core(vdpa));
	return 0;
}

static int vds_suspend(struct vdpa_device *vdpa)
{
	return vds_state_suspend(vdpa_to_core(vdpa));
}

static int vds_resume(struct vdpa_device *vdpa)
{
	return vds_state_resume(vdpa_to_core(vdpa));
}

static size_t vds_get_config_size(struct vdpa_device *vdpa)
{
	return vdpa_to_core(vdpa)->vds->type->config_size;
}

/* BASE-09: the part of an access that lies in the config space. */
static unsigned int clip(const struct vds_core *core, unsigned int offset,
			 unsigned int len)
{
	size_t size = core->vds->type->config_size;

	return offset < size ? min_t(size_t, len, size - offset) : 0;
}

static void vds_get_config(struct vdpa_device *vdpa, unsigned int offset,
			   void *buf, unsigned int len)
{
	struct vds_core *core = vdpa_to_core(vdpa);
	unsigned int n = clip(core, offset, len);

	memset(buf, 0, len);
	if (n)
		core->vds->type->get_config(core->vds, offset, buf, n);
}

static void vds_set_config(struct vdpa_device *vdpa, unsigned int offset,
			   const void *buf, unsigned int len)
{
	struct vds_core *core = vdpa_to_core(vdpa);
	unsigned int n = clip(core, offset, len);

	if (n)
		core->vds->type->set_config(core->vds, offset, buf, n);
}

static u32 vds_get_generation(struct vdpa_device *vdpa)
{
	return atomic_read(&vdpa_to_core(vdpa)->generation);
}

static struct vdpa_iova_range vds_get_iova_range(struct vdpa_device *vdpa)
{
	return (struct vdpa_iova_range){ .first = 0, .last = U64_MAX };
}

static int vds_dma_map(struct vdpa_device *vdpa, unsigned int asid, u64 iova,
		       u64 size, u64 pa, u32 perm, void *opaque)
{
	struct vds_core *core = vdpa_to_core(vdpa);

	trace_vds_map(vds_device_name(core->vds), iova, size, perm);
	return vds_mem_map(&core->mem, iova, size, pa, perm);
}

static void revoke(void *data, u64 iova, u64 last)
{
	struct vds_core *core = data;

	if (core->vds->type->revoke)
		core->vds->type->revoke(core->vds, iova, last);
}

/* Memory of the guest's is gone: behind an IOMMU any address may lead there. */
static void revoke_gpa(void *data, u64 gpa, u64 last)
{
	struct vds_core *core = data;

	if (core->dma.endpoint)
		revoke(core, 0, U64_MAX);
	else
		revoke(core, gpa, last);
}

/* The IOMMU has changed a translation. */
static bool user_try_revoke(struct vds_endpoint_user *user, u64 iova, u64 last)
{
	struct vds_core *core = container_of(user, struct vds_core, user);

	return vds_dma_try_forget(&core->dma, iova, last);
}

static void user_revoke(struct vds_endpoint_user *user, u64 iova, u64 last)
{
	struct vds_core *core = container_of(user, struct vds_core, user);

	vds_dma_forget(&core->dma, iova, last);
	revoke(core, iova, last);
}

static int vds_dma_unmap(struct vdpa_device *vdpa, unsigned int asid, u64 iova,
			 u64 size)
{
	struct vds_core *core = vdpa_to_core(vdpa);

	if (!size)
		return 0;
	trace_vds_unmap(vds_device_name(core->vds), iova, size);
	vds_mem_unmap(&core->mem, iova,
		      size - 1 > U64_MAX - iova ? U64_MAX : iova + size - 1,
		      revoke_gpa, core);
	return 0;
}

static int vds_reset_map(struct vdpa_device *vdpa, unsigned int asid)
{
	struct vds_core *core = vdpa_to_core(vdpa);

	/* vhost does this when it is closed, and never else. */
	vds_mem_unmap(&core->mem, 0, U64_MAX, revoke_gpa, core);
	if (core->vds->type->closed)
		core->vds->type->closed(core->vds);
	return 0;
}

/* Accepts a core whose queues are half made. */
static void destroy_core(struct vds_core *core)
{
	unsigned int i;

	for (i = 0; i < core->vds->type->nvqs; i++)
		vds_vq_finish(&core->vqs[i]);
	irq_work_sync(&core->config_work);
	vds_mem_unmap(&core->mem, 0, U64_MAX, NULL, NULL);
	kfree(core);
}

static void leave_endpoint(struct vds_core *core)
{
	struct vds_endpoint *ep = core->dma.endpoint;

	if (!ep)
		return;
	vds_endpoint_leave(ep, &core->user);
	core->dma.endpoint = NULL;
	vds_endpoint_put(ep);
}

static void vds_free(struct vdpa_device *vdpa)
{
	struct vds_device *vds = container_of(vdpa, struct vds_device, vdpa);

	/* vds_device_alloc() gave up, the type has never seen the device. */
	if (!vds->core)
		return;
	leave_endpoint(vds->core);
	vds->type->release(vds);
	destroy_core(vds->core);
}

static const struct vdpa_config_ops vds_ops = {
	.set_vq_address = vds_set_vq_address,
	.set_vq_num = vds_set_vq_num,
	.kick_vq = vds_kick_vq,
	.set_vq_cb = vds_set_vq_cb,
	.set_vq_ready = vds_set_vq_ready,
	.get_vq_ready = vds_get_vq_ready,
	.set_vq_state = vds_set_vq_state,
	.get_vq_state = vds_get_vq_state,
	.get_vq_align = vds_get_vq_align,
	.get_vq_group = vds_get_vq_group,
	.get_device_features = vds_get_device_features,
	.get_backend_features = vds_get_backend_features,
	.set_driver_features = vds_set_driver_features,
	.get_driver_features = vds_get_driver_features,
	.set_config_cb = vds_set_config_cb,
	.get_vq_num_max = vds_get_vq_num_max,
	.get_device_id = vds_get_device_id,
	.get_vendor_id = vds_get_vendor_id,
	.get_status = vds_get_status,
	.set_status = vds_set_status,
	.reset = vds_reset,
	.suspend = vds_suspend,
	.resume = vds_resume,
	.get_config_size = vds_get_config_size,
	.get_config = vds_get_config,
	.set_config = vds_set_config,
	.get_generation = vds_get_generation,
	.get_iova_range = vds_get_iova_range,
	.dma_map = vds_dma_map,
	.dma_unmap = vds_dma_unmap,
	.reset_map = vds_reset_map,
	.free = vds_free,
};

static void init_core(struct vds_core *core, struct vds_device *vds,
		      u64 features)
{
	core->vds = vds;
	core->offered = features | VDS_CORE_FEATURES;
	mutex_init(&core->lock);
	spin_lock_init(&core->config_cb_lock);
	init_irq_work(&core->config_work, raise_config);
	vds_mem_init(&core->mem);
	core->dma.mem = &core->mem;
	/* So that the host's drivers may set their segment size. */
	vds->vdpa.dev.dma_parms = &core->dma_parms;
	vds_vdpa_set_dma_dev(&vds->vdpa);
}

struct vds_device *vds_device_alloc(const struct vds_device_type *type,
				    size_t size, struct vdpa_mgmt_dev *mdev,
				    const char *name, u64 features)
{
	struct vdpa_device *vdpa;
	struct vds_device *vds;
	struct vds_core *core;
	unsigned int i;
	int ret;

	vdpa = vds_vdpa_alloc(mdev->device, &vds_ops, size, name);
	if (IS_ERR(vdpa))
		return ERR_CAST(vdpa);
	vds = container_of(vdpa, struct vds_device, vdpa);
	vds->type = type;
	vdpa->mdev = mdev;

	core = kzalloc(struct_size(core, vqs, type->nvqs), GFP_KERNEL);
	if (!core) {
		ret = -ENOMEM;
		goto err_device;
	}
	init_core(core, vds, features);
	vds->core = core;

	for (i = 0; i < type->nvqs; i++) {
		ret = vds_vq_init(&core->vqs[i], core, i);
		if (ret)
			goto err_core;
	}
	return vds;

err_core:
	destroy_core(core);
	vds->core = NULL;
err_device:
	put_device(&vdpa->dev);
	return ERR_PTR(ret);
}
EXPORT_SYMBOL_GPL(vds_device_alloc);

int vds_device_set_endpoint(struct vds_device *vds, const char *iommu, u32 id)
{
	struct vds_core *core = vds->core;
	struct vds_endpoint *ep;

	ep = vds_endpoint_get(iommu, id);
	if (IS_ERR(ep))
		return PTR_ERR(ep);
	core->dma.endpoint = ep;
	core->user.try_revoke = user_try_revoke;
	core->user.revoke = user_revoke;
	vds_endpoint_join(ep, &core->user);
	return 0;
}
EXPORT_SYMBOL_GPL(vds_device_set_endpoint);

bool vds_driver_is_valid(const char *driver)
{
	return !driver[0] || !strcmp(driver, "vhost_vdpa") ||
	       !strcmp(driver, "virtio_vdpa");
}
EXPORT_SYMBOL_GPL(vds_driver_is_valid);

int vds_device_choose_features(u64 can, const struct vdpa_dev_set_config *attrs,
			       u64 *out_features)
{
	if (attrs->mask & BIT_ULL(VDPA_ATTR_DEV_FEATURES)) {
		if (attrs->device_features & ~(can | VDS_CORE_FEATURES))
			return -EINVAL;
		can &= attrs->device_features;
	}
	*out_features = can;
	return 0;
}
EXPORT_SYMBOL_GPL(vds_device_choose_features);

int vds_device_register(struct vds_device *vds, const char *driver)
{
	int ret;

	if (driver) {
		ret = vds_vdpa_set_driver(&vds->vdpa, driver);
		if (ret)
			return ret;
	}
	vds_debugfs_add(vds->core);
	ret = _vdpa_register_device(&vds->vdpa, vds->type->nvqs);
	if (ret)
		vds_debugfs_remove(vds->core);
	return ret;
}
EXPORT_SYMBOL_GPL(vds_device_register);

void vds_device_unregister(struct vds_device *vds)
{
	vds_debugfs_remove(vds->core);
	_vdpa_unregister_device(&vds->vdpa);
}
EXPORT_SYMBOL_GPL(vds_device_unregister);

void vds_device_put(struct vds_device *vds)
{
	put_device(&vds->vdpa.dev);
}
EXPORT_SYMBOL_GPL(vds_device_put);
