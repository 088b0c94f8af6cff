// SPDX-License-Identifier: GPL-2.0-only
/* Requests through the rings of a whole device: forms, statuses, tails. */
#include <kunit/test.h>
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/virtio_iommu.h>
#include <linux/virtio_ring.h>

#include "iommu/vdiommu.h"
#include "mock_iommu.h"

#define G	MOCK_GRANULE
#define NOWHERE	U64_MAX

#define OK	VIRTIO_IOMMU_S_OK
#define UNSUPP	VIRTIO_IOMMU_S_UNSUPP
#define INVAL	VIRTIO_IOMMU_S_INVAL
#define RANGE	VIRTIO_IOMMU_S_RANGE
#define NOENT	VIRTIO_IOMMU_S_NOENT

#define BYPASS	VIRTIO_IOMMU_ATTACH_F_BYPASS
#define RW	(VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE)

#define FEATURE(_name)	BIT_ULL(VIRTIO_IOMMU_F_##_name)

/* Every answer is compared with this where nothing may be written. */
static const u8 poison[1024] = { [0 ... 1023] = 0xa5 };

static const struct {
	u8 type;
	size_t size;
} types[] = {
	{ VIRTIO_IOMMU_T_ATTACH, 20 },
	{ VIRTIO_IOMMU_T_DETACH, 20 },
	{ VIRTIO_IOMMU_T_MAP, 36 },
	{ VIRTIO_IOMMU_T_UNMAP, 28 },
	{ VIRTIO_IOMMU_T_PROBE, 72 },
};

/* IOMMU-REQ-6.0.a */
static void short_ones_come_back_unwritten(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	u8 req[72] = {}, resp[4];
	unsigned int i;
	size_t n;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		req[0] = types[i].type;
		for (n = 0; n < types[i].size; n++) {
			KUNIT_EXPECT_EQ(test, 0,
					mock_driver_request(mock->driver, 0,
							    req, n, resp, 4));
			KUNIT_EXPECT_MEMEQ(test, resp, poison, 4);
		}
		for (n = 0; n < 4; n++) {
			KUNIT_EXPECT_EQ(test, 0,
					mock_driver_request(mock->driver, 0,
							    req, types[i].size,
							    resp, n));
			KUNIT_EXPECT_MEMEQ(test, resp, poison, n);
		}
	}
}

/* IOMMU-REQ-6.1.b */
static void unknown_ones_come_back_unwritten(struct kunit *test)
{
	static const u8 unknown[] = { 0, 6, 7, 255 };
	struct mock_iommu *mock = mock_iommu_default(test);
	u8 req[72] = {}, resp[600];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		req[0] = unknown[i];
		KUNIT_EXPECT_EQ(test, 0,
				mock_driver_request(mock->driver, 0, req,
						    sizeof(req), resp,
						    sizeof(resp)));
		KUNIT_EXPECT_MEMEQ(test, resp, poison, sizeof(resp));
	}
}

/* IOMMU-REQ-6.0.c, IOMMU-REQ-6.6.c */
static void ungranted_ones_come_back_unwritten(struct kunit *test)
{
	static const u8 ungranted[] = { 3, 4, 5 };
	const struct vdiommu_config *config = mock_iommu_config(test);
	struct mock_iommu *mock = mock_iommu(test, config, 0, 16);
	u8 req[72] = {}, resp[600];
	unsigned int i;

	KUNIT_EXPECT_EQ(test, OK, mock_iommu_attach(mock, 0, 10, 0));
	for (i = 0; i < ARRAY_SIZE(ungranted); i++) {
		req[0] = ungranted[i];
		KUNIT_EXPECT_EQ(test, 0,
				mock_driver_request(mock->driver, 0, req,
						    sizeof(req), resp,
						    sizeof(resp)));
		KUNIT_EXPECT_MEMEQ(test, resp, poison, sizeof(resp));
	}
	/* What is not offered does not bind, either. */
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_attach(mock, 100, 10, 0));
}

/* IOMMU-REQ-6.0.b: long requests, and areas inside and beyond a kick. */
static void tails_are_last(struct kunit *test)
{
	static const size_t rooms[] = { 4, 5, 100, 515, 516, 4096, 4097, 9000 };
	struct mock_iommu *mock = mock_iommu_default(test);
	u8 req[100] = { VIRTIO_IOMMU_T_DETACH, 0, 0, 0, 1 };
	u8 *resp = kunit_kzalloc(test, 9000, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, resp);
	for (i = 0; i < ARRAY_SIZE(rooms); i++) {
		size_t room = rooms[i];

		KUNIT_EXPECT_EQ(test, room,
				mock_driver_request(mock->driver, 0, req,
						    sizeof(req), resp, room));
		KUNIT_EXPECT_NULL(test, memchr_inv(resp, 0, room - 4));
		KUNIT_EXPECT_EQ(test, NOENT, resp[room - 4]);
		KUNIT_EXPECT_NULL(test, memchr_inv(resp + room - 3, 0, 3));
	}
}

/* Sends a MAP in pieces of @piece bytes, the tail as well. */
static int map_in_pieces(struct mock_iommu *mock, u32 piece)
{
	struct mock_guest *guest = &mock->driver->guest;
	const struct virtio_iommu_req_map req = {
		.head.type = VIRTIO_IOMMU_T_MAP,
		.domain = cpu_to_le32(1),
		.virt_start = cpu_to_le64(piece * G),
		.virt_end = cpu_to_le64((piece + 1) * G - 1),
		.phys_start = cpu_to_le64(7 * G),
		.flags = cpu_to_le32(RW),
	};
	u64 gpa = mock_alloc(guest, 40, 8);
	struct mock_buf bufs[40];
	unsigned int n = 0;
	u32 at;

	memcpy(mock_ptr(guest, gpa), &req, 36);
	memset(mock_ptr(guest, gpa + 36), 0xa5, 4);
	for (at = 0; at < 36; at += piece)
		bufs[n++] = (struct mock_buf) {
			gpa + at, min(piece, 36 - at), false,
		};
	for (at = 0; at < 4; at += piece)
		bufs[n++] = (struct mock_buf) {
			gpa + 36 + at, min(piece, 4 - at), true,
		};
	mock_ring_add(&mock->driver->rings[0], bufs, n);
	mock_driver_kick_atomic(mock->driver, 0);
	if (mock_driver_wait(mock->driver, 0, NULL) != 4)
		return -1;
	return *(u8 *)mock_ptr(guest, gpa + 36);
}

/* BASE-10 */
static void splits_do_not_matter(struct kunit *test)
{
	static const u32 pieces[] = { 1, 2, 3, 5, 7, 36 };
	struct mock_iommu *mock = mock_iommu_default(test);
	unsigned int i;

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, 0));
	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		KUNIT_EXPECT_EQ(test, OK, map_in_pieces(mock, pieces[i]));
		KUNIT_EXPECT_EQ(test, 7 * G,
				mock_iommu_look(mock, 10, pieces[i] * G, true));
	}
}

/* IOMMU-REQ-6.2.a, IOMMU-REQ-6.2.b, IOMMU-REQ-6.2.c */
static void attaches(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	struct virtio_iommu_req_attach req = {
		.head.type = VIRTIO_IOMMU_T_ATTACH,
		.domain = cpu_to_le32(1),
		.endpoint = cpu_to_le32(10),
	};
	unsigned int i;

	for (i = 0; i < sizeof(req.reserved); i++) {
		req.reserved[i] = 1;
		KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_ask(mock, &req, 20));
		req.reserved[i] = 0;
	}
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_attach(mock, 1, 10, 2));
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_attach(mock, 1, 10, BIT(31)));
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_attach(mock, 1, 10, 3));
	KUNIT_EXPECT_EQ(test, NOENT, mock_iommu_attach(mock, 1, 11, 0));
	KUNIT_EXPECT_EQ(test, RANGE, mock_iommu_attach(mock, 0, 10, 0));
	KUNIT_EXPECT_EQ(test, RANGE, mock_iommu_attach(mock, 100, 10, 0));
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_detach(mock, 1, 10));

	KUNIT_EXPECT_EQ(test, OK, mock_iommu_ask(mock, &req, 20));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_map(mock, 1, 0, G - 1, G, RW));
	KUNIT_EXPECT_EQ(test, G, mock_iommu_look(mock, 10, 0, true));
	/* What is refused leaves it there. */
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_attach(mock, 2, 10, 2));
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_attach(mock, 1, 10, BYPASS));
	KUNIT_EXPECT_EQ(test, G, mock_iommu_look(mock, 10, 0, true));
	/* A second one sees the same, and one that reserved it must not. */
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_attach(mock, 1, 30, 0));
	KUNIT_EXPECT_EQ(test, G, mock_iommu_look(mock, 30, 0, true));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_map(mock, 1, MOCK_RESV_LAST + 1 - G,
						 MOCK_RESV_LAST, 0, RW));
	KUNIT_EXPECT_EQ(test, UNSUPP, mock_iommu_attach(mock, 1, 20, 0));
	/* Elsewhere: as if detached first. */
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_attach(mock, 2, 10, 0));
	KUNIT_EXPECT_EQ(test, NOWHERE, mock_iommu_look(mock, 10, 0, true));
	KUNIT_EXPECT_EQ(test, G, mock_iommu_look(mock, 30, 0, true));
}

static void detaches(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, 0));
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_map(mock, 1, 0, G - 1, G, RW));
	KUNIT_EXPECT_EQ(test, NOENT, mock_iommu_detach(mock, 1, 11));
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_detach(mock, 2, 10));
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_detach(mock, 1, 30));
	KUNIT_EXPECT_EQ(test, RANGE, mock_iommu_detach(mock, 0, 10));
	KUNIT_EXPECT_EQ(test, G, mock_iommu_look(mock, 10, 0, true));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_detach(mock, 1, 10));
	KUNIT_EXPECT_EQ(test, NOWHERE, mock_iommu_look(mock, 10, 0, true));
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_detach(mock, 1, 10));
	KUNIT_EXPECT_EQ(test, NOENT,
			mock_iommu_map(mock, 1, 0, G - 1, G, RW));
}

static void maps_and_unmaps(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	struct virtio_iommu_req_unmap req = {
		.head.type = VIRTIO_IOMMU_T_UNMAP,
		.domain = cpu_to_le32(1),
		.virt_end = cpu_to_le64(G - 1),
	};
	unsigned int i;

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, 0));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_map(mock, 1, 0, G - 1, G, RW));
	KUNIT_EXPECT_EQ(test, OK,
			mock_iommu_map(mock, 1, G, 2 * G - 1, 8 * G,
				       VIRTIO_IOMMU_MAP_F_READ |
				       VIRTIO_IOMMU_MAP_F_MMIO));
	KUNIT_EXPECT_EQ(test, INVAL,
			mock_iommu_map(mock, 1, 2 * G, 3 * G - 1, G, 8));
	KUNIT_EXPECT_EQ(test, 8 * G + 5,
			mock_iommu_look(mock, 10, G + 5, false));
	KUNIT_EXPECT_EQ(test, NOWHERE, mock_iommu_look(mock, 10, G, true));
	/* IOMMU-REQ-6.5.a */
	for (i = 0; i < sizeof(req.reserved); i++) {
		req.reserved[i] = 1;
		KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_ask(mock, &req, 28));
		req.reserved[i] = 0;
	}
	KUNIT_EXPECT_EQ(test, G, mock_iommu_look(mock, 10, 0, true));
	KUNIT_EXPECT_EQ(test, RANGE, mock_iommu_unmap(mock, 1, 0, 2 * G - 2));
	KUNIT_EXPECT_EQ(test, G, mock_iommu_look(mock, 10, 0, true));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_unmap(mock, 1, 0, U64_MAX));
	KUNIT_EXPECT_EQ(test, NOWHERE, mock_iommu_look(mock, 10, 0, true));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_unmap(mock, 1, 0, U64_MAX));
}

/* Flags that belong to features which the driver did not accept. */
static void flags_need_their_features(struct kunit *test)
{
	const struct vdiommu_config *config = mock_iommu_config(test);
	struct mock_iommu *mock = mock_iommu(test, config, FEATURE(MAP_UNMAP),
					     16);

	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_attach(mock, 1, 10, BYPASS));
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, 0));
	KUNIT_EXPECT_EQ(test, INVAL,
			mock_iommu_map(mock, 1, 0, G - 1, 0,
				       VIRTIO_IOMMU_MAP_F_MMIO | RW));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_map(mock, 1, 0, G - 1, 0, RW));
}

/* IOMMU-REQ-6.2.e, IOMMU-REQ-6.4.e, IOMMU-REQ-6.5.c */
static void bypasses(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);

	KUNIT_EXPECT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, BYPASS));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_attach(mock, 1, 20, BYPASS));
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_attach(mock, 1, 30, 0));
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_map(mock, 1, 0, G - 1, 0, RW));
	KUNIT_EXPECT_EQ(test, INVAL, mock_iommu_unmap(mock, 1, 0, G - 1));
	KUNIT_EXPECT_EQ(test, 12345, mock_iommu_look(mock, 10, 12345, true));
	KUNIT_EXPECT_EQ(test, NOWHERE,
			mock_iommu_look(mock, 20, MOCK_RESV_START, true));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_detach(mock, 1, 10));
	KUNIT_EXPECT_EQ(test, NOWHERE, mock_iommu_look(mock, 10, 12345, true));
}

/*
 * PROBE
 */

static int probe(struct mock_iommu *mock, u32 endpoint, void *resp,
		 size_t room)
{
	struct virtio_iommu_req_probe req = {
		.head.type = VIRTIO_IOMMU_T_PROBE,
		.endpoint = cpu_to_le32(endpoint),
	};

	/* To be ignored (IOMMU-REQ-6.6.a). */
	memset(req.reserved, 0x5a, sizeof(req.reserved));
	return mock_driver_request(mock->driver, 0, &req, sizeof(req), resp,
				   room);
}

static void probes(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	struct virtio_iommu_probe_resv_mem *property;
	u8 resp[620];

	KUNIT_EXPECT_EQ(test, 516, probe(mock, 20, resp, 516));
	property = (void *)resp;
	KUNIT_EXPECT_EQ(test, 20, le16_to_cpu(property->head.length));
	KUNIT_EXPECT_EQ(test, MOCK_RESV_START, le64_to_cpu(property->start));
	property++;
	KUNIT_EXPECT_EQ(test, VIRTIO_IOMMU_RESV_MEM_T_MSI, property->subtype);
	KUNIT_EXPECT_EQ(test, 0xfeefffff, le64_to_cpu(property->end));
	KUNIT_EXPECT_NULL(test, memchr_inv(resp + 48, 0, 516 - 48));

	/* IOMMU-REQ-6.6.b */
	KUNIT_EXPECT_EQ(test, 516, probe(mock, 21, resp, 516));
	KUNIT_EXPECT_NULL(test, memchr_inv(resp, 0, 512));
	KUNIT_EXPECT_EQ(test, NOENT, resp[512]);
	/* IOMMU-REQ-6.6.g */
	KUNIT_EXPECT_EQ(test, 515, probe(mock, 20, resp, 515));
	KUNIT_EXPECT_NULL(test, memchr_inv(resp, 0, 511));
	KUNIT_EXPECT_EQ(test, INVAL, resp[511]);
	KUNIT_EXPECT_EQ(test, 4, probe(mock, 20, resp, 4));
	KUNIT_EXPECT_EQ(test, INVAL, resp[0]);

	KUNIT_EXPECT_EQ(test, 620, probe(mock, 20, resp, 620));
	KUNIT_EXPECT_EQ(test, 1, resp[0]);
	KUNIT_EXPECT_NULL(test, memchr_inv(resp + 48, 0, 620 - 48));

	/* IOMMU-REQ-6.6.j */
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_attach(mock, 1, 20, 0));
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_map(mock, 1, 0, G - 1, G, RW));
	KUNIT_EXPECT_EQ(test, 516, probe(mock, 20, resp, 516));
	KUNIT_EXPECT_EQ(test, 1, resp[0]);
	KUNIT_EXPECT_EQ(test, G, mock_iommu_look(mock, 20, 0, true));
}

static struct kunit_case request_cases[] = {
	KUNIT_CASE(short_ones_come_back_unwritten),
	KUNIT_CASE(unknown_ones_come_back_unwritten),
	KUNIT_CASE(ungranted_ones_come_back_unwritten),
	KUNIT_CASE(tails_are_last),
	KUNIT_CASE(splits_do_not_matter),
	KUNIT_CASE(attaches),
	KUNIT_CASE(detaches),
	KUNIT_CASE(maps_and_unmaps),
	KUNIT_CASE(flags_need_their_features),
	KUNIT_CASE(bypasses),
	KUNIT_CASE(probes),
	{}
};

static struct kunit_suite request_suite = {
	.name = "viommu_request",
	.test_cases = request_cases,
};

kunit_test_suite(request_suite);
