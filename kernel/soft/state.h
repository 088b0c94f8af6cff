/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDS_STATE_H
#define _VDS_STATE_H

#include <linux/types.h>

struct vds_core;
struct vds_vq;

/**
 * vds_state_accept() - the driver accepts features
 * @core: the device
 * @features: any
 *
 * Return: 0; -EINVAL for bits that were not offered, FEATURES_OK will not
 * stick then; -EBUSY after FEATURES_OK.
 */
int vds_state_accept(struct vds_core *core, u64 features);

/**
 * vds_state_set_ready() - the driver enables or disables a queue
 * @core: the device
 * @vq: one of its queues
 * @ready: enable
 *
 * Before DRIVER_OK it is only noted. Sleeps.
 */
void vds_state_set_ready(struct vds_core *core, struct vds_vq *vq, bool ready);

/**
 * vds_state_set_status() - the driver writes its status
 * @core: the device
 * @status: VIRTIO_CONFIG_S_* bits; 0 resets
 *
 * Sleeps.
 */
void vds_state_set_status(struct vds_core *core, u8 status);

/**
 * vds_state_reset() - forget the driver (BASE-05)
 * @core: the device
 *
 * After return no queue is served, no interrupt raised, nothing of the guest's
 * memory touched. Mappings stay. Sleeps, never fails.
 */
void vds_state_reset(struct vds_core *core);

/**
 * vds_state_suspend() - stop serving, keep everything
 * @core: the device
 *
 * Sleeps. Return: 0, or -EINVAL without DRIVER_OK.
 */
int vds_state_suspend(struct vds_core *core);

/**
 * vds_state_resume() - go on
 * @core: the device
 *
 * Sleeps. Return: 0, or -EINVAL if it was not suspended.
 */
int vds_state_resume(struct vds_core *core);

#endif /* _VDS_STATE_H */
