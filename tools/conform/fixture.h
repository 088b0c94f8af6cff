/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fixture.h - a device with something in it, and the question whether it still
 * is what it was.
 *
 * "Nothing lost" of a refused request means: fixture_verify() passes after it.
 */
#ifndef CONFORM_FIXTURE_H
#define CONFORM_FIXTURE_H

#include "gpu.h"

#define RES_A		0x1001u	/* 64x64, backed, on scanout 0, is the cursor */
#define RES_B		0x1002u	/* 32x32, no backing */
#define RES_C		0x1003u	/* 64x64, no backing */
#define RES_D		0x1004u	/* 64x64, backed */
#define RES_NONE	0x2001u	/* does not exist */

#define A_SIZE		64u
#define A_BYTES		(A_SIZE * A_SIZE * 4)
#define A_RECT		RECT(0, 0, A_SIZE, A_SIZE)
#define A_SEED		7u

/* Make the four resources in a session that was just started. */
void fixture_make(struct ctx *c);

/* Session and fixture. */
void fixture_start(struct ctx *c);

/* Fails the case when anything of the fixture changed. */
void fixture_verify(struct ctx *c);

/* Backing of RES_A, A_BYTES in Z_DATA. */
extern uint32_t *fixture_a;
extern uint32_t *fixture_spare;	/* another A_BYTES, attached to RES_D */

/**
 * struct sample - a valid request of every command of a 2D device
 * @name: for messages
 * @queue: where it belongs
 * @size: bytes of the command's struct
 * @ok: type of the good answer
 * @ok_size: its size
 * @feature: feature bit it hides behind, or -1
 * @build: writes it, to be sent right after fixture_start()
 *
 * @build returns the length of the request with its payload.
 */
struct sample {
	const char *name;
	unsigned int queue;
	size_t size;
	uint32_t ok;
	size_t ok_size;
	int feature;
	size_t (*build)(struct ctx *c, uint8_t *out);
};

#define SAMPLE_MAX	512u	/* bytes of a sample request */

extern const struct sample samples[];
extern const unsigned int nr_samples;

bool sample_offered(const struct ctx *c, const struct sample *sample);

/* Pixels: a picture in which no two pixels near each other are alike. */
uint32_t pixel_of(unsigned int x, unsigned int y, unsigned int seed);
void paint(uint32_t *pixels, unsigned int width, unsigned int height,
	   unsigned int seed);
void fill(uint32_t *pixels, size_t count, uint32_t value);

/* The scanout shows exactly @pixels; needs a view. */
void view_wants(struct ctx *c, unsigned int scanout, unsigned int width,
		unsigned int height, const uint32_t *pixels);
void view_wants_nothing(struct ctx *c, unsigned int scanout);

#endif /* CONFORM_FIXTURE_H */
