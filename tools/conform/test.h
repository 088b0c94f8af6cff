/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * test.h - what a case has in its hands, and how it says no.
 *
 * A case is a function of one context. It fails by must(), which does not
 * return: the runner jumps out, resets the device and goes on with the next
 * case, so a case frees nothing and may stop anywhere. Guest memory and rings
 * belong to the context.
 */
#ifndef CONFORM_TEST_H
#define CONFORM_TEST_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include <linux/virtio_config.h>
#include <linux/virtio_gpu.h>
#include <linux/virtio_ring.h>

#include "capture.h"
#include "dev.h"
#include "mem.h"
#include "ring.h"
#include "testep.h"

#define ID_GPU		16u
#define ID_IOMMU	23u

#define BIT64(n)	(1ULL << (n))

#define Q_CTRL		0
#define Q_CURSOR	1

#ifndef VIRTIO_GPU_F_CONTEXT_INIT
#define VIRTIO_GPU_F_CONTEXT_INIT 4
#endif
#define GPU_F_BLOB_ALIGNMENT	5

/*
 * A VMM may add bits of its own, vhost's VHOST_F_LOG_ALL for one, and those are
 * not for drivers: accept, as drivers do, what we know the meaning of.
 */
#define KNOWN_FEATURES							\
	(0xffffffULL | BIT64(VIRTIO_RING_F_INDIRECT_DESC) |		\
	 BIT64(VIRTIO_RING_F_EVENT_IDX) | BIT64(VIRTIO_F_VERSION_1) |	\
	 BIT64(VIRTIO_F_ACCESS_PLATFORM))

struct opts {
	const struct dev_ops *transport;
	const char *device;	/* as the transport names it */
	const char *view;
	const char *iommu;	/* file of the test endpoint */
	const char *behind;	/* a GPU that is the first endpoint */
	const char *profile;	/* NULL: that of the device */
	const char *only;
	const char *json;
	bool quick;
	bool foreign;
	unsigned int timeout_ms;
	unsigned int seed;
	uint64_t gpa_limit;	/* that an IOMMU is configured with, or 0 */
	uint32_t endpoint[8];	/* that an IOMMU is said to have */
	unsigned int nr_endpoints;
};

/* What an IOMMU says of itself, or what holds when it says nothing. */
struct iommu_facts {
	uint64_t granule;
	uint64_t input_start, input_last;
	uint32_t domain_first, domain_last;
	uint32_t probe_size;
	uint64_t first_va;	/* viommu.h: va() */
};

enum verdict {
	V_PASS,
	V_FAIL,
	V_UNTESTABLE,	/* cannot be seen from here, or not with this device */
};

struct ctx {
	const struct opts *opts;
	struct dev dev;
	struct mem mem;
	struct ring q[2];
	struct capture cap;
	bool have_view;
	struct testep testep;	/* of an IOMMU */
	struct ctx *behind;	/* the GPU behind it, or NULL */
	struct iommu_facts iommu;
	bool want_fresh;	/* close the device after this case */
	uint32_t device_id;
	uint64_t all_offered;
	uint64_t offered;	/* of these, what this driver knows */
	uint64_t features;	/* of the running session, 0: none */
	uint16_t ring_max;	/* of the control queue */
	uint16_t cursor_max;
	unsigned int num_scanouts;
	struct framing framing;	/* how gpu.c frames its requests */
	struct chain chain;	/* scratch of gpu.c */
	int config_fd;

	bool exact;		/* which error it is counts */

	jmp_buf out;
	enum verdict verdict;
	char why[512];
	char where[128];	/* note_where(): added to failures */
};

enum case_flags {
	NEED_VIEW	= 1 << 0,	/* pixels, cursor or hot-plug */
	NEED_EDID	= 1 << 1,
	NEED_BLOB	= 1 << 2,
	NEED_UUID	= 1 << 3,
	NEED_TWO	= 1 << 4,	/* at least two scanouts */
	NEED_SUSPEND	= 1 << 5,
	NEED_MAP	= 1 << 6,	/* pages that come, go, are protected */
	NEED_OWN	= 1 << 7,	/* a file whose closing ends all */
	NEED_BASE	= 1 << 8,	/* rings that begin anywhere */
	OURS		= 1 << 9,	/* [P]: informational for others */
	ONLY_GPU	= 1 << 10,	/* in a table of both devices */
	NEED_TESTEP	= 1 << 11,	/* where an endpoint's addresses lead */
	NEED_ACCESS	= 1 << 12,	/* DMA as an endpoint */
	NEED_BYPASS	= 1 << 13,	/* BYPASS_CONFIG is offered */
	NEED_STRICT	= 1 << 14,	/* it is not */
	NEED_PROBE	= 1 << 15,
	NEED_MMIO	= 1 << 16,
	NEED_EP2	= 1 << 17,	/* at least two endpoints */
	NEED_EP3	= 1 << 18,	/* three, see --endpoint */
	NEED_BEHIND	= 1 << 19,	/* a GPU is the first endpoint */
	NEED_FAILURES	= 1 << 20,	/* allocations that can be made fail */
	NEED_LIMIT	= 1 << 21,	/* --gpa-limit */
	ONLY_IOMMU	= 1 << 22,	/* in a table of both devices */
};

/**
 * struct test_case - one row of a table of cases
 * @id: clause
 * @title: what is looked at, few words
 * @run: the case; NULL: it cannot be observed from here
 * @flags: enum case_flags
 * @why: why it cannot be observed
 *
 * Several rows may have the same @id.
 */
struct test_case {
	const char *id;
	const char *title;
	void (*run)(struct ctx *c);
	unsigned int flags;
	const char *why;
};

/* One table per file of cases, ended by a row without id. */
extern const struct test_case cases_base[];
extern const struct test_case cases_ring[];
extern const struct test_case cases_hostile[];
extern const struct test_case cases_nomem[];
extern const struct test_case cases_iommu_nomem[];
extern const struct test_case cases_gpu2d_device[];
extern const struct test_case cases_gpu2d_header[];
extern const struct test_case cases_gpu2d_fence[];
extern const struct test_case cases_gpu2d_display[];
extern const struct test_case cases_gpu2d_resource[];
extern const struct test_case cases_gpu2d_scanout[];
extern const struct test_case cases_gpu2d_transfer[];
extern const struct test_case cases_gpu2d_cursor[];
extern const struct test_case cases_gpu2d_backing[];
extern const struct test_case cases_gpu2d_blob[];
extern const struct test_case cases_iommu_base[];
extern const struct test_case cases_iommu_device[];
extern const struct test_case cases_iommu_bypass[];
extern const struct test_case cases_iommu_request[];
extern const struct test_case cases_iommu_attach[];
extern const struct test_case cases_iommu_detach[];
extern const struct test_case cases_iommu_map[];
extern const struct test_case cases_iommu_unmap[];
extern const struct test_case cases_iommu_probe[];
extern const struct test_case cases_iommu_resv[];
extern const struct test_case cases_iommu_fault[];
extern const struct test_case cases_iommu_hostile[];
extern const struct test_case cases_iommu_behind[];

void __attribute__((noreturn, format(printf, 2, 3)))
case_fail(struct ctx *c, const char *fmt, ...);
void __attribute__((noreturn, format(printf, 2, 3)))
case_untestable(struct ctx *c, const char *fmt, ...);

/* Said with the next failure; for loops over rows. "" to end. */
void __attribute__((format(printf, 2, 3)))
note_where(struct ctx *c, const char *fmt, ...);

#define must(c, cond, ...)				\
	do {						\
		if (!(cond))				\
			case_fail(c, __VA_ARGS__);	\
	} while (0)

/*
 * Sessions. session_start() brings the device from anywhere to DRIVER_OK with
 * all offered features and full rings; the steps below it are for cases that
 * look at the way.
 */
#define RING_DEFAULT	256u

void session_start(struct ctx *c);
void session_start_with(struct ctx *c, uint64_t features, unsigned int num,
			uint16_t base);

void session_reset(struct ctx *c);
bool session_negotiate(struct ctx *c, uint64_t features);
void session_rings(struct ctx *c, unsigned int num, uint16_t base);
void session_driver_ok(struct ctx *c);
/* Close and open the device: for what survives a reset. */
void session_reopen(struct ctx *c);

uint8_t status_of(struct ctx *c);
/* Config interrupts since the last call. */
unsigned int config_calls(struct ctx *c);
/* Wait for one, up to the timeout. */
bool config_call_comes(struct ctx *c);

/* A little time in which something must not happen. */
void linger(void);

#endif /* CONFORM_TEST_H */
