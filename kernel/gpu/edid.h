/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _VDGPU_EDID_H
#define _VDGPU_EDID_H

#include <linux/types.h>

struct vdpa_gpu_mode;

#define VDGPU_EDID_BLOCK	128
#define VDGPU_EDID_MAX		1024

/**
 * vdgpu_edid_build() - describe a monitor by its preferred mode
 * @mode: a valid mode, up to 16384 pixels a side
 * @serial: goes into the serial number, so that outputs can be told apart
 * @buf: VDGPU_EDID_MAX bytes, zeroed past the result
 *
 * Pure. A base block of EDID 1.4; what does not fit its detailed timing
 * (more than 4095 pixels a side, more than 655.35 MHz) goes into a DisplayID
 * extension, whose timing then is the preferred one (GPU2D-REQ-5.EDID1).
 *
 * Return: bytes used, a multiple of 128, at most VDGPU_EDID_MAX.
 */
size_t vdgpu_edid_build(const struct vdpa_gpu_mode *mode, u32 serial, u8 *buf);

#endif /* _VDGPU_EDID_H */
