// SPDX-License-Identifier: GPL-2.0-only
#include "hammer_private.h"

#include <stdlib.h>
#include <string.h>

#include "fixture.h"

static const size_t caps[] = { 0, 1, 23, 24, 24, 24, 408, 1056, 2000 };

/* What the host had plugged in before. */
static struct mode modes[16];

static size_t random_request(struct ctx *c, uint8_t *out)
{
	static const uint32_t types[] = {
		0x100, 0x101, 0x102, 0x103, 0x104, 0x105, 0x106, 0x107, 0x10a,
		0x10b, 0x10c, 0x10d, 0x300, 0x301,
	};
	size_t data = mem_mark(&c->mem, Z_DATA), len;
	const struct sample *s = &samples[below(nr_samples)];
	uint32_t word;

	memset(out, 0, SAMPLE_MAX);
	/* Those behind features make things themselves while they are built. */
	if (below(2) && s->feature < 0) {
		len = s->build(c, out);
		mem_release(&c->mem, Z_DATA, data);
	} else {
		len = 24 + below(100);
		for (unsigned int i = 24; i < 128; i += 4) {
			word = odd_word();
			memcpy(out + i, &word, 4);
		}
		word = types[below(14)];
		memcpy(out, &word, 4);
	}
	while (!below(3)) {
		word = odd_word();
		memcpy(out + 4 * below(32), &word, 4);
	}
	if (!below(6))
		len = below(len + 1);
	return len;
}

static void host_side(struct ctx *c)
{
	uint8_t junk[16];

	for (unsigned int i = 0; i < sizeof(junk); i++)
		junk[i] = rand();
	dev_set_config(&c->dev, below(20), junk, 1 + below(16));
	dev_get_config(&c->dev, below(20), junk, 1 + below(16));
	if (c->have_view) {
		unsigned int scanout = below(c->num_scanouts);
		struct image image;
		struct mode mode;

		if (!capture_scanout(&c->cap, scanout, &image))
			free(image.pixels);
		if (!below(8) && !capture_mode(&c->cap, scanout, &mode)) {
			mode.width = 1 + below(4000);
			mode.connected = below(4);
			capture_set_mode(&c->cap, scanout, &mode);
		}
	}
}

static void begin(struct ctx *c)
{
	for (unsigned int i = 0; c->have_view && i < c->num_scanouts; i++)
		capture_mode(&c->cap, i, &modes[i]);
}

static void still_answers(struct ctx *c)
{
	want(c, gpu_display_info(c, NULL), OK_DISPLAY);
}

static void end(struct ctx *c)
{
	for (unsigned int i = 0; c->have_view && i < c->num_scanouts; i++)
		capture_set_mode(&c->cap, i, &modes[i]);
}

const struct hammer_kind hammer_gpu = {
	.queues = 2,
	.caps = caps,
	.nr_caps = sizeof(caps) / sizeof(caps[0]),
	.request = random_request,
	.begin = begin,
	.make = fixture_make,
	.aside = host_side,
	.verify = still_answers,
	.end = end,
};
