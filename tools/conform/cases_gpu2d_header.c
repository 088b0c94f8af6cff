// SPDX-License-Identifier: GPL-2.0-only
/* GPU2D-REQ-5.HDR*: requests and responses as such. */
#include "fixture.h"

#include <stdlib.h>
#include <string.h>

static bool next_sample(struct ctx *c, unsigned int i)
{
	note_where(c, "%s", samples[i].name);
	fixture_start(c);
	return sample_offered(c, &samples[i]);
}

/* An error of every command: what makes it one is an id that does not exist. */
static bool make_bad(const struct sample *sample, uint8_t *request)
{
	uint32_t none = 0x7777;
	size_t at;

	switch (((struct virtio_gpu_ctrl_hdr *)request)->type) {
	case VIRTIO_GPU_CMD_GET_DISPLAY_INFO:
		return false;
	case VIRTIO_GPU_CMD_SET_SCANOUT:
	case VIRTIO_GPU_CMD_SET_SCANOUT_BLOB:
		at = 44;
		break;
	case VIRTIO_GPU_CMD_RESOURCE_FLUSH:
	case VIRTIO_GPU_CMD_UPDATE_CURSOR:
		at = 40;
		break;
	case VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D:
		at = 48;
		break;
	case VIRTIO_GPU_CMD_RESOURCE_CREATE_2D:
	case VIRTIO_GPU_CMD_RESOURCE_CREATE_BLOB:
		none = 0;
		at = 24;
		break;
	default:	/* a scanout or resource right behind the header */
		at = 24;
	}
	(void)sample;
	memcpy(request + at, &none, 4);
	return true;
}

static void one_response(struct ctx *c)
{
	uint8_t request[SAMPLE_MAX];
	struct gpu_reply reply;
	size_t len;

	for (unsigned int i = 0; i < nr_samples; i++) {
		const struct sample *s = &samples[i];

		if (!next_sample(c, i))
			continue;
		len = s->build(c, request);
		want(c, gpu_command(c, s->queue, request, len, s->ok_size,
				    &reply), s->ok);
		must(c, reply.used == s->ok_size, "used %u, want %zu",
		     reply.used, s->ok_size);

		if (!next_sample(c, i))
			continue;
		len = s->build(c, request);
		if (!make_bad(s, request))
			continue;
		gpu_command(c, s->queue, request, len, s->ok_size + 100,
			    &reply);
		must(c, reply.type >= 0x1200 && reply.type <= 0x1205,
		     "error type %#x", reply.type);
		must(c, reply.used == HDR_SIZE, "error with %u bytes",
		     reply.used);
	}
}

static void quiet_fields(struct ctx *c, const struct gpu_reply *reply)
{
	must(c, !reply->hdr.flags && !reply->hdr.fence_id &&
	     !reply->hdr.ctx_id, "flags %#x, fence %#llx, context %#x",
	     reply->hdr.flags, (unsigned long long)reply->hdr.fence_id,
	     reply->hdr.ctx_id);
	for (unsigned int i = 20; i < HDR_SIZE; i++)
		must(c, !reply->bytes[i], "byte %u is %#x", i,
		     reply->bytes[i]);
}

/* The request is full of what must not come back. */
static void unmandated_are_zero(struct ctx *c)
{
	uint8_t request[SAMPLE_MAX];
	struct gpu_reply reply;

	for (unsigned int i = 0; i < nr_samples; i++) {
		const struct sample *s = &samples[i];
		struct virtio_gpu_ctrl_hdr *hdr = (void *)request;

		for (unsigned int bad = 0; bad < 2; bad++) {
			size_t len;

			if (!next_sample(c, i))
				break;
			len = s->build(c, request);
			if (bad && !make_bad(s, request))
				break;
			hdr->fence_id = 0x1234567890abcdefULL;
			hdr->ctx_id = 0x55aa55aa;
			gpu_command(c, s->queue, request, len, s->ok_size,
				    &reply);
			quiet_fields(c, &reply);
			if (!bad && s->ok == OK_EDID)
				must(c, !memcmp(reply.bytes + 28, "\0\0\0\0",
						4), "padding of the EDID");
		}
	}
}

static void unknown_types(struct ctx *c)
{
	static const struct { unsigned int q; uint32_t type; } rows[] = {
		{ Q_CTRL, 0 }, { Q_CTRL, 1 }, { Q_CTRL, 0xff },
		{ Q_CTRL, 0x010e }, { Q_CTRL, 0x010f }, { Q_CTRL, 0x01ff },
		{ Q_CTRL, 0x020a }, { Q_CTRL, 0x02ff }, { Q_CTRL, 0x0300 },
		{ Q_CTRL, 0x0301 }, { Q_CTRL, 0x0302 }, { Q_CTRL, 0x1100 },
		{ Q_CTRL, 0x1200 }, { Q_CTRL, 0x80000100 },
		{ Q_CTRL, 0x00010100 }, { Q_CTRL, 0xffffffff },
		{ Q_CURSOR, 0 }, { Q_CURSOR, 0x0100 }, { Q_CURSOR, 0x0101 },
		{ Q_CURSOR, 0x0102 }, { Q_CURSOR, 0x0103 },
		{ Q_CURSOR, 0x0105 }, { Q_CURSOR, 0x0106 },
		{ Q_CURSOR, 0x0107 }, { Q_CURSOR, 0x010a },
		{ Q_CURSOR, 0x02ff }, { Q_CURSOR, 0x0302 },
		{ Q_CURSOR, 0xffffffff },
	};
	uint32_t words[32] = { 0 };
	struct gpu_reply reply;

	fixture_start(c);
	words[6] = RES_A;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		note_where(c, "queue %u type %#x", rows[i].q, rows[i].type);
		words[0] = rows[i].type;
		for (unsigned int len = 24; len <= 128; len += 104) {
			want(c, gpu_command(c, rows[i].q, words, len, 1056,
					    &reply), ERR_UNSPEC);
			must(c, reply.used == HDR_SIZE, "used %u", reply.used);
		}
		fixture_verify(c);
	}
}

static void not_negotiated(struct ctx *c)
{
	const uint64_t gates = BIT64(VIRTIO_GPU_F_EDID) |
			       BIT64(VIRTIO_GPU_F_RESOURCE_UUID) |
			       BIT64(VIRTIO_GPU_F_RESOURCE_BLOB);
	uint32_t words[32] = { 0 };
	struct gpu_reply reply;

	session_start_with(c, c->offered & ~gates, RING_DEFAULT, 0);
	fixture_make(c);
	words[6] = 0;
	for (uint32_t type = 0x010a; type <= 0x010d; type++) {
		note_where(c, "type %#x", type);
		words[0] = type;
		want(c, gpu_command(c, Q_CTRL, words, sizeof(words), 1056,
				    &reply), ERR_UNSPEC);
		fixture_verify(c);
	}
}

/*
 * Every shorter length of every command. SET_SCANOUT_BLOB's sample makes a
 * blob on the way, which must go before the fixture is looked at.
 */
static void short_requests(struct ctx *c)
{
	uint8_t request[SAMPLE_MAX];
	struct gpu_reply reply;

	for (unsigned int i = 0; i < nr_samples; i++) {
		const struct sample *s = &samples[i];
		bool blob;

		if (!next_sample(c, i))
			continue;
		s->build(c, request);
		blob = ((struct virtio_gpu_ctrl_hdr *)request)->type ==
		       VIRTIO_GPU_CMD_SET_SCANOUT_BLOB;
		for (size_t len = 0; len < s->size; len++) {
			note_where(c, "%s, %zu bytes", s->name, len);
			want(c, gpu_command(c, s->queue, request, len,
					    s->ok_size, &reply),
			     len < HDR_SIZE ? ERR_UNSPEC : ERR_PARAMETER);
			must(c, reply.used == HDR_SIZE, "used %u", reply.used);
			if (len % 8 && c->opts->quick)
				continue;
			if (!blob)
				fixture_verify(c);
		}
		note_where(c, "%s afterwards", s->name);
		want(c, gpu_unref(c, RES_NONE), blob ? OK_NODATA :
		     ERR_RESOURCE);
		fixture_verify(c);
	}
}

static void long_requests(struct ctx *c)
{
	uint8_t request[SAMPLE_MAX + 5000];
	struct gpu_reply reply;

	for (unsigned int i = 0; i < nr_samples; i++) {
		const struct sample *s = &samples[i];
		size_t len;

		if (!next_sample(c, i))
			continue;
		memset(request, 0xff, sizeof(request));
		len = s->build(c, request);
		want(c, gpu_command(c, s->queue, request, len + 5000,
				    s->ok_size, &reply), s->ok);
		must(c, reply.used == s->ok_size, "used %u", reply.used);
	}
}

static void short_responses(struct ctx *c)
{
	static const struct { uint32_t type; size_t size; int feature; } rows[] = {
		{ VIRTIO_GPU_CMD_GET_DISPLAY_INFO, 408, -1 },
		{ VIRTIO_GPU_CMD_GET_EDID, 1056, VIRTIO_GPU_F_EDID },
		{ VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID, 40,
		  VIRTIO_GPU_F_RESOURCE_UUID },
	};
	uint32_t words[8] = { 0 };
	struct gpu_reply reply;

	fixture_start(c);
	for (unsigned int i = 0; i < 3; i++) {
		if (rows[i].feature >= 0 &&
		    !(c->features & BIT64(rows[i].feature)))
			continue;
		words[0] = rows[i].type;
		words[6] = i == 2 ? RES_A : 0;
		for (size_t cap = 0; cap < rows[i].size;
		     cap += cap < 32 ? 1 : 25) {
			note_where(c, "type %#x W(%zu)", rows[i].type, cap);
			gpu_command(c, Q_CTRL, words, sizeof(words), cap,
				    &reply);
			if (cap < HDR_SIZE) {
				must(c, !reply.used, "used %u", reply.used);
				continue;
			}
			must(c, reply.type == ERR_PARAMETER, "type %#x",
			     reply.type);
			must(c, reply.used == HDR_SIZE, "used %u", reply.used);
		}
		note_where(c, "afterwards");
		fixture_verify(c);
	}
}

/* Without room for an answer the command still acts. */
static void executed_without_room(struct ctx *c)
{
	struct virtio_gpu_resource_create_2d cmd = {
		.hdr.type = VIRTIO_GPU_CMD_RESOURCE_CREATE_2D,
		.format = FMT_BGRX,
		.width = 16,
		.height = 16,
	};
	struct gpu_reply reply;

	session_start(c);
	for (uint32_t cap = 0; cap < HDR_SIZE; cap++) {
		note_where(c, "W(%u)", cap);
		cmd.resource_id = 100 + cap;
		gpu_command(c, Q_CTRL, &cmd, sizeof(cmd), cap, &reply);
		must(c, !reply.used, "used %u", reply.used);
		want(c, gpu_unref(c, 100 + cap), OK_NODATA);
	}
}

static void randomize(uint8_t *at, size_t len)
{
	while (len--)
		*at++ = rand();
}

/* Everything that has no meaning is random; the answer is the same. */
static void ignored_fields(struct ctx *c)
{
	uint8_t request[SAMPLE_MAX];
	struct gpu_reply reply;

	for (unsigned int round = 0; round < 4; round++)
		for (unsigned int i = 0; i < nr_samples; i++) {
			struct virtio_gpu_ctrl_hdr *hdr = (void *)request;
			const struct sample *s = &samples[i];
			size_t len;

			if (!next_sample(c, i))
				continue;
			len = s->build(c, request);
			hdr->flags = round ? 0xffff0000 : 0xfffffffe;
			randomize(request + 20, 4);
			switch (hdr->type) {
			case VIRTIO_GPU_CMD_GET_EDID:
			case VIRTIO_GPU_CMD_RESOURCE_UNREF:
			case VIRTIO_GPU_CMD_RESOURCE_DETACH_BACKING:
			case VIRTIO_GPU_CMD_RESOURCE_ASSIGN_UUID:
				randomize(request + 28, 4);
				break;
			case VIRTIO_GPU_CMD_RESOURCE_FLUSH:
				randomize(request + 44, 4);
				break;
			case VIRTIO_GPU_CMD_TRANSFER_TO_HOST_2D:
				randomize(request + 52, 4);
				break;
			case VIRTIO_GPU_CMD_RESOURCE_ATTACH_BACKING:
				randomize(request + 32 + 12, 4);
				break;
			case VIRTIO_GPU_CMD_SET_SCANOUT_BLOB:
				randomize(request + 60, 4);
				break;
			case VIRTIO_GPU_CMD_UPDATE_CURSOR:
				randomize(request + 36, 4);
				randomize(request + 52, 4);
				break;
			case VIRTIO_GPU_CMD_MOVE_CURSOR:
				randomize(request + 36, 20);
				break;
			}
			want(c, gpu_command(c, s->queue, request, len,
					    s->ok_size, &reply), s->ok);
			quiet_fields(c, &reply);
		}
}

const struct test_case cases_gpu2d_header[] = {
	{ "GPU2D-REQ-5.HDR1", "one typed response of the right length",
	  one_response, 0, NULL },
	{ "GPU2D-REQ-5.HDR2", "fields without a meaning are zero",
	  unmandated_are_zero, OURS, NULL },
	{ "GPU2D-REQ-5.HDR3", "unknown types, commands on the wrong queue",
	  unknown_types, OURS, NULL },
	{ "GPU2D-REQ-5.HDR3", "commands behind features not negotiated",
	  not_negotiated, OURS, NULL },
	{ "GPU2D-REQ-5.HDR4", "every short length of every command",
	  short_requests, OURS, NULL },
	{ "GPU2D-REQ-5.HDR4", "excess is ignored", long_requests, OURS, NULL },
	{ "GPU2D-REQ-5.HDR5", "short room for the answer", short_responses,
	  OURS, NULL },
	{ "GPU2D-REQ-5.HDR5", "no room: executed all the same",
	  executed_without_room, OURS, NULL },
	{ "GPU2D-REQ-5.HDR6", "unknown flags and padding are ignored",
	  ignored_fields, OURS, NULL },
	{ NULL, NULL, NULL, 0, NULL },
};
