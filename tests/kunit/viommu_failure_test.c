// SPDX-License-Identifier: GPL-2.0-only
/*
 * No memory, at every place where some is asked for: what was begun is undone,
 * and a request that finds none inside the kick finds it in the thread. That
 * nothing is leaked is seen by kmemleak after all tests.
 */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/irq_work.h>
#include <linux/limits.h>
#include <linux/virtio_config.h>
#include <linux/virtio_iommu.h>

#include "fail_nth.h"
#include "iommu/configfs.h"
#include "iommu/device.h"
#include "iommu/domain.h"
#include "iommu/vdiommu.h"
#include "mock_iommu.h"
#include "soft/core.h"

#define G	MOCK_GRANULE
#define NOWHERE	U64_MAX

#define OK	VIRTIO_IOMMU_S_OK
#define NOMEM	VIRTIO_IOMMU_S_NOMEM
#define RW	(VIRTIO_IOMMU_MAP_F_READ | VIRTIO_IOMMU_MAP_F_WRITE)

#define REQUESTS	0
#define EVENTS		1

static struct vdpa_mgmt_dev mgmt;

/* One round each; 0 or a negative errno, and nothing is there any more. */

static int make_device(struct kunit *test)
{
	struct vdiommu_device *iommu;

	iommu = vdiommu_device_create(&mgmt, "kunit", test->priv, 0);
	if (IS_ERR(iommu))
		return PTR_ERR(iommu);
	vds_device_put(&iommu->vds);
	return 0;
}

static int make_claim(struct kunit *test)
{
	int err = vdiommu_configfs_claim("kunit", test->priv);

	if (!err)
		vdiommu_configfs_release("kunit");
	return err;
}

static int make_endpoint(struct kunit *test)
{
	struct vds_endpoint *ep = vds_endpoint_get("kunit", 10);

	if (IS_ERR(ep))
		return PTR_ERR(ep);
	vds_endpoint_put(ep);
	return 0;
}

static int make_domain(struct kunit *test)
{
	struct vdiommu_domain *domain = vdiommu_domain_alloc(GFP_KERNEL);

	vdiommu_domain_free(domain);
	return domain ? 0 : -ENOMEM;
}

static int make_mapping(struct kunit *test)
{
	struct vdiommu_mapping *mapping = vdiommu_mapping_alloc(GFP_KERNEL);

	vdiommu_mapping_free(mapping);
	return mapping ? 0 : -ENOMEM;
}

static const struct sweep {
	const char *name;
	int (*make)(struct kunit *test);
	unsigned int failures;	/* at least */
} sweeps[] = {
	{ "device", make_device, 12 },
	{ "claim", make_claim, 1 },
	{ "endpoint", make_endpoint, 1 },
	{ "domain", make_domain, 1 },
	{ "mapping", make_mapping, 1 },
};

KUNIT_ARRAY_PARAM_DESC(sweep, sweeps, name);

static void undoes_what_was_begun(struct kunit *test)
{
	const struct sweep *sweep = test->param_value;
	unsigned int n, left = 0, failures = 0;
	struct vds_endpoint *kept;
	int err = 0;

	fail_nth_init(test);
	/* Remembers who translates for it, if that is not undone. */
	kept = vds_endpoint_get("kunit", 20);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, kept);
	test->priv = mock_iommu_config(test);
	for (n = 1; n < FAIL_NTH_MAX; n++) {
		fail_nth_set(current, n);
		err = sweep->make(test);
		left = fail_nth_clear(current);
		if (left)
			break;
		/* Some can do without. */
		if (err)
			KUNIT_EXPECT_EQ(test, -ENOMEM, err);
		failures += err != 0;
		/* Whatever is left of it would be in the way. */
		KUNIT_EXPECT_EQ(test, 0, sweep->make(test));
	}
	vds_endpoint_put(kept);
	KUNIT_EXPECT_EQ(test, 0, err);
	KUNIT_EXPECT_NE(test, 0, left);
	KUNIT_EXPECT_GE(test, failures, sweep->failures);
}

/*
 * Requests. The mock driver kicks in this thread, with interrupts off, so what
 * fails is what is asked for inside the kick.
 */

static int ask_attach(struct mock_iommu *mock, unsigned int n)
{
	return mock_iommu_attach(mock, 2 + n % 90, 30, 0);
}

static int ask_map(struct mock_iommu *mock, unsigned int n)
{
	return mock_iommu_map(mock, 1, n * G, (n + 1) * G - 1, 7 * G, RW);
}

static int ask_unmap(struct mock_iommu *mock, unsigned int n)
{
	return mock_iommu_unmap(mock, 1, n * G, (n + 1) * G - 1);
}

static int ask_detach(struct mock_iommu *mock, unsigned int n)
{
	return mock_iommu_detach(mock, 1, 10);
}

static int ask_probe(struct mock_iommu *mock, unsigned int n)
{
	const struct virtio_iommu_req_probe req = {
		.head.type = VIRTIO_IOMMU_T_PROBE,
		.endpoint = cpu_to_le32(20),
	};
	u8 resp[516];

	if (mock_driver_request(mock->driver, REQUESTS, &req, sizeof(req),
				resp, sizeof(resp)) != sizeof(resp))
		return -EIO;
	return resp[512];
}

static const struct request {
	const char *name;
	int (*ask)(struct mock_iommu *mock, unsigned int n);
	unsigned int allocations;	/* inside the kick, at least */
} requests[] = {
	{ "attach", ask_attach, 2 },
	{ "map", ask_map, 2 },
	{ "unmap", ask_unmap, 1 },
	{ "detach", ask_detach, 1 },
	{ "probe", ask_probe, 1 },
};

KUNIT_ARRAY_PARAM_DESC(request, requests, name);

static u64 deferred_to_thread(struct mock_iommu *mock)
{
	return mock->iommu->vds.core->vqs[REQUESTS].stats.deferred;
}

/*
 * IOMMU-REQ-6.2.j, IOMMU-REQ-6.4.j: NOMEM is for quotas and for true want.
 * Some allocations are kmemleak's, which can do without.
 */
static void goes_on_in_the_thread(struct kunit *test)
{
	const struct request *request = test->param_value;
	struct mock_iommu *mock = mock_iommu_default(test);
	unsigned int n, left = 0;
	u64 before;

	KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, 0));
	before = deferred_to_thread(mock);
	for (n = 1; n < FAIL_NTH_MAX && !left; n++) {
		fail_nth_set(current, n);
		KUNIT_EXPECT_EQ(test, OK, request->ask(mock, n));
		left = fail_nth_clear(current);
		if (request->ask == ask_map)
			KUNIT_EXPECT_EQ(test, 7 * G,
					mock_iommu_look(mock, 10, n * G, true));
		if (request->ask == ask_detach)
			KUNIT_EXPECT_EQ(test, OK,
					mock_iommu_attach(mock, 1, 10, 0));
	}
	KUNIT_EXPECT_NE(test, 0, left);
	KUNIT_EXPECT_GE(test, deferred_to_thread(mock),
			before + request->allocations);
}

/* How many allocations a kick makes before it looks at the request. */
static unsigned int allocations_of_a_kick(struct mock_iommu *mock)
{
	fail_nth_set(current, FAIL_NTH_MAX);
	ask_probe(mock, 0);
	return FAIL_NTH_MAX - fail_nth_clear(current);
}

/* Neither in the kick nor in the thread, which is where it is refused. */
static void is_refused_if_nobody_has_any(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	struct task_struct *thread;
	unsigned int n;

	fail_nth_init(test);
	thread = mock->iommu->vds.core->vqs[REQUESTS].worker->task;
	KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(mock, 1, 10, 0));
	n = allocations_of_a_kick(mock) + 1;
	fail_nth_set(current, n);
	fail_nth_set(thread, 1);
	KUNIT_EXPECT_EQ(test, NOMEM, ask_map(mock, 0));
	KUNIT_EXPECT_EQ(test, 0, fail_nth_clear(current));
	KUNIT_EXPECT_EQ(test, 0, fail_nth_clear(thread));
	KUNIT_EXPECT_EQ(test, NOWHERE, mock_iommu_look(mock, 10, 0, true));

	fail_nth_set(current, n);
	fail_nth_set(thread, 1);
	KUNIT_EXPECT_EQ(test, NOMEM, mock_iommu_attach(mock, 2, 30, 0));
	KUNIT_EXPECT_EQ(test, 0, fail_nth_clear(thread));
	fail_nth_set(current, n);
	fail_nth_set(thread, 1);
	/* A domain that is there needs none. */
	KUNIT_EXPECT_EQ(test, OK, mock_iommu_attach(mock, 1, 30, 0));
	fail_nth_clear(current);
	fail_nth_clear(thread);
	KUNIT_EXPECT_EQ(test, OK, ask_map(mock, 0));
	KUNIT_EXPECT_EQ(test, 7 * G, mock_iommu_look(mock, 30, 0, true));
}

/* A buffer that the kick could not keep is kept by the thread. */
static void events_arrive(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	struct mock_guest *guest = &mock->driver->guest;
	unsigned int n;

	for (n = 0; n <= 1; n++) {
		const struct mock_buf buf = {
			mock_alloc(guest, 24, 8), 24, true,
		};

		mock_ring_add(&mock->driver->rings[EVENTS], &buf, 1);
		fail_nth_set(current, n);
		mock_driver_kick_atomic(mock->driver, EVENTS);
		KUNIT_EXPECT_EQ(test, 0, fail_nth_clear(current));
		/* Meeting a fault takes no memory. */
		fail_nth_set(current, 1);
		KUNIT_EXPECT_EQ(test, NOWHERE,
				mock_iommu_look(mock, 10, n, false));
		irq_work_sync(&mock->iommu->faults.work);
		KUNIT_EXPECT_EQ(test, 1, fail_nth_clear(current));
		KUNIT_EXPECT_EQ(test, 24,
				mock_driver_wait(mock->driver, EVENTS, NULL));
	}
}

/* Taking away takes no memory, and neither does a reset. */
static void leaving_needs_none(struct kunit *test)
{
	struct mock_iommu *mock = mock_iommu_default(test);
	struct vdpa_device *vdpa = &mock->iommu->vds.vdpa;
	unsigned int i;

	fail_nth_init(test);
	for (i = 0; i < 3; i++)
		KUNIT_ASSERT_EQ(test, OK, mock_iommu_attach(mock, 1 + i,
							    10 * (i + 1), 0));
	for (i = 0; i < 2 * VDIOMMU_BATCH; i++)
		KUNIT_ASSERT_EQ(test, OK,
				mock_iommu_map(mock, 1, i * G, (i + 1) * G - 1,
					       0, RW));
	fail_nth_set(current, 1);
	vdpa_reset(vdpa, 0);
	KUNIT_EXPECT_EQ(test, 1, fail_nth_clear(current));
	KUNIT_EXPECT_EQ(test, 0, mock->iommu->domains.nr_mappings);
	KUNIT_EXPECT_EQ(test, 0, mock->iommu->domains.nr_domains);
}

static struct kunit_case failure_cases[] = {
	KUNIT_CASE_PARAM(undoes_what_was_begun, sweep_gen_params),
	KUNIT_CASE_PARAM(goes_on_in_the_thread, request_gen_params),
	KUNIT_CASE(is_refused_if_nobody_has_any),
	KUNIT_CASE(events_arrive),
	KUNIT_CASE(leaving_needs_none),
	{}
};

static struct kunit_suite failure_suite = {
	.name = "viommu_failure",
	.test_cases = failure_cases,
};

kunit_test_suite(failure_suite);
