// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine of status, features, reset and suspend.
 *
 *   reset       -> FEATURES_OK   if VERSION_1 and nothing unknown was accepted
 *   FEATURES_OK -> DRIVER_OK     queues that are ready start
 *   DRIVER_OK   -> suspended     queues stop, chains in flight may complete
 *   suspended   -> DRIVER_OK     queues go on where they stopped
 *   any         -> reset         queues stop and forget, the type drops all
 *   any         -> NEEDS_RESET   beside all of these, in core->fault: it may
 *                                be entered in any context
 *
 * Only this file changes struct vds_core's status, accepted, refused,
 * suspended, pinned and memcg.
 */
#include "state.h"

#include <linux/cleanup.h>
#include <linux/memcontrol.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/virtio_config.h>

#include "core.h"
#include "trace.h"

int vds_state_accept(struct vds_core *core, u64 features)
{
	guard(mutex)(&core->lock);
	if (core->status & VIRTIO_CONFIG_S_FEATURES_OK)
		return features == core->accepted ? 0 : -EBUSY;
	core->refused = features & ~core->offered;
	if (core->refused)
		return -EINVAL;
	WRITE_ONCE(core->accepted, features);
	return 0;
}

static void start_vq(struct vds_core *core, struct vds_vq *vq)
{
	lockdep_assert_held(&core->lock);
	if (!vq->ready || READ_ONCE(vq->live))
		return;
	if (vds_vq_start(vq))
		vds_device_fail(core->vds,
				"a queue's address or size is not usable: does the VMM map all guest memory (RLIMIT_MEMLOCK)?");
}

/* To be taken up no more where it was left. */
static void stop_vq(struct vds_core *core, struct vds_vq *vq)
{
	vds_vq_stop(vq, true);
	if (vq->type->forget)
		vq->type->forget(core->vds);
}

void vds_state_set_ready(struct vds_core *core, struct vds_vq *vq, bool ready)
{
	guard(mutex)(&core->lock);
	vq->ready = ready;
	if (!ready)
		stop_vq(core, vq);
	else if (core->status & VIRTIO_CONFIG_S_DRIVER_OK && !core->suspended)
		start_vq(core, vq);
}

/* BASE-01, BASE-02: VERSION_1 is a must, what was not offered is not taken. */
static bool features_are_ok(const struct vds_core *core)
{
	return !core->refused && core->accepted & BIT_ULL(VIRTIO_F_VERSION_1);
}

/*
 * The host's own drivers pass host physical addresses. Anybody else's address
 * means nothing until the VMM has mapped it: believing a VMM that maps nothing
 * would open all of the host's memory to it.
 */
static bool is_host_driver(const struct vdpa_device *vdpa)
{
	const struct device_driver *driver = vdpa->dev.driver;

	return driver && !strcmp(driver->name, "virtio_vdpa");
}

static void begin_service(struct vds_core *core)
{
	unsigned int i;

	/* What an IOMMU's guest makes of an address is not to be trusted. */
	vds_mem_set_identity(&core->mem, !core->dma.endpoint &&
			     is_host_driver(&core->vds->vdpa));
	if (!core->memcg && current->mm)
		core->memcg = get_mem_cgroup_from_mm(current->mm);
	if (!core->pinned) {
		/* "Module is in use" is a better answer than a hanging rmmod. */
		__module_get(core->vds->type->owner);
		core->pinned = true;
	}
	for (i = 0; i < core->vds->type->nvqs; i++)
		start_vq(core, &core->vqs[i]);
}

static void end_service(struct vds_core *core)
{
	const struct vds_device_type *type = core->vds->type;
	static const struct vdpa_callback none;
	unsigned int i;

	for (i = 0; i < type->nvqs; i++)
		stop_vq(core, &core->vqs[i]);
	irq_work_sync(&core->config_work);
	type->reset(core->vds);

	for (i = 0; i < type->nvqs; i++)
		vds_vq_reset(&core->vqs[i]);
	vds_config_set_cb(core, &none);
	mem_cgroup_put(core->memcg);
	core->memcg = NULL;
	vds_mem_set_identity(&core->mem, false);
}

void vds_state_reset(struct vds_core *core)
{
	bool pinned;

	mutex_lock(&core->lock);
	trace_vds_status(vds_device_name(core->vds), 0);
	/* First of all, so that no config interrupt is raised any more. */
	WRITE_ONCE(core->status, core->status & ~VIRTIO_CONFIG_S_DRIVER_OK);
	end_service(core);
	WRITE_ONCE(core->accepted, 0);
	core->refused = false;
	core->suspended = false;
	atomic_set(&core->fault, VDS_SOUND);
	WRITE_ONCE(core->status, 0);
	pinned = core->pinned;
	core->pinned = false;
	mutex_unlock(&core->lock);

	if (pinned)
		module_put(core->vds->type->owner);
}

void vds_state_set_status(struct vds_core *core, u8 status)
{
	u8 old;

	if (!status) {
		vds_state_reset(core);
		return;
	}

	guard(mutex)(&core->lock);
	old = core->status;
	status &= ~VIRTIO_CONFIG_S_NEEDS_RESET;
	if (status & VIRTIO_CONFIG_S_FEATURES_OK && !features_are_ok(core))
		status &= ~(VIRTIO_CONFIG_S_FEATURES_OK |
			    VIRTIO_CONFIG_S_DRIVER_OK);
	/* A driver that never asked for FEATURES_OK has no features either. */
	if (!(status & VIRTIO_CONFIG_S_FEATURES_OK))
		status &= ~VIRTIO_CONFIG_S_DRIVER_OK;
	trace_vds_status(vds_device_name(core->vds), status);
	WRITE_ONCE(core->status, status);
	if (status & ~old & VIRTIO_CONFIG_S_DRIVER_OK)
		begin_service(core);
}

int vds_state_suspend(struct vds_core *core)
{
	unsigned int i;

	guard(mutex)(&core->lock);
	if (!(core->status & VIRTIO_CONFIG_S_DRIVER_OK))
		return -EINVAL;
	core->suspended = true;
	for (i = 0; i < core->vds->type->nvqs; i++)
		vds_vq_stop(&core->vqs[i], false);
	return 0;
}

int vds_state_resume(struct vds_core *core)
{
	unsigned int i;

	guard(mutex)(&core->lock);
	if (!core->suspended)
		return -EINVAL;
	core->suspended = false;
	for (i = 0; i < core->vds->type->nvqs; i++)
		start_vq(core, &core->vqs[i]);
	return 0;
}
