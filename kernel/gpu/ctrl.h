/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDGPU_CTRL_H
#define _VDGPU_CTRL_H

#include "../soft/vds.h"

struct vdgpu_device;

/**
 * vdgpu_ctrl_create() - room for the commands that are being served
 * @gpu: gets its calls
 *
 * Return: 0 or -ENOMEM.
 */
int vdgpu_ctrl_create(struct vdgpu_device *gpu);
void vdgpu_ctrl_destroy(struct vdgpu_device *gpu);

/**
 * vdgpu_ctrl_serve_control() - one chain of the control queue, see vds.h
 * @vds: a GPU
 * @chain: gone on VDS_DONE
 * @context: VDS_ATOMIC or VDS_THREAD
 */
enum vds_verdict vdgpu_ctrl_serve_control(struct vds_device *vds,
					  struct vds_chain *chain,
					  enum vds_context context);

/* The same for the cursor queue. */
enum vds_verdict vdgpu_ctrl_serve_cursor(struct vds_device *vds,
					 struct vds_chain *chain,
					 enum vds_context context);

#endif /* _VDGPU_CTRL_H */
