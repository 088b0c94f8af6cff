/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * modes.h - what gpu-bench can measure. Each prints lines "NAME VALUE", one a
 * sample, in nanoseconds unless the name says otherwise.
 */
#ifndef BENCH_MODES_H
#define BENCH_MODES_H

#include "client.h"

#define FRAME_WIDTH	1920u
#define FRAME_HEIGHT	1080u
#define FRAME_BYTES	(FRAME_WIDTH * FRAME_HEIGHT * 4)

/* The resource that whole frames are of. */
#define RES_FRAME	2u

struct plan {
	struct ctx *c;
	struct opts opts;
	const char *tag;	/* goes before every name */
	const char *name;	/* of the vdpa device, or NULL */
	const char *cost;	/* cpu.stat of the host's control group */
	unsigned int period_us;
	unsigned int count;	/* samples */
	unsigned int size;	/* edge of the rectangle */
	unsigned int many;	/* mappings in the larger domain */
	unsigned int few;	/* in the smaller one */
	enum wait wait;
	bool blob;		/* measure the blob path too */
};

void sample(const struct plan *plan, const char *name, uint64_t value);

/* TRANSFER and FLUSH of all of RES_FRAME. */
void frame_script(struct script *script, struct ctx *c);

/* Kick to used of TRANSFER and FLUSH of a square. */
void mode_latency(const struct plan *plan);
/* Whole frames: their time, a copy of as many bytes, CPU time. */
void mode_frames(const struct plan *plan);
/* Whole frames without measuring, for whoever measures from outside. */
void mode_draw(const struct plan *plan);
/* Whole frames at a pace, from inside a guest: what one costs the host. */
void mode_pace(const struct plan *plan);
/* Whole frames as fast as they go, until killed. */
void mode_flood(const struct plan *plan);
/* An IOMMU: MAP and UNMAP of a page among few and among many mappings. */
void mode_maps(const struct plan *plan);
/* From "there is no device" to the first flush that a viewer sees. */
void mode_first(const struct plan *plan);

#endif /* BENCH_MODES_H */
