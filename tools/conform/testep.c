// SPDX-License-Identifier: GPL-2.0-only
#include "testep.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/vdpa_iommu.h>

_Static_assert(TESTEP_MAX == VDPA_IOMMU_TEST_MAX, "length of an access");

static int ask(const struct testep *testep, struct vdpa_iommu_info *info)
{
	*info = (struct vdpa_iommu_info){ .size = sizeof(*info) };
	return ioctl(testep->fd, VDPA_IOMMU_INFO, info) < 0 ? -errno : 0;
}

int testep_open(struct testep *testep, const char *path)
{
	struct vdpa_iommu_info info;
	int err;

	testep->fd = open(path, O_RDWR | O_CLOEXEC);
	if (testep->fd < 0)
		return -errno;
	err = ask(testep, &info);
	if (!err && info.version != VDPA_IOMMU_VERSION)
		err = -EPROTO;
	if (err) {
		testep_close(testep);
		return err;
	}
	testep->can_access = info.flags & VDPA_IOMMU_INFO_TEST;
	return 0;
}

void testep_close(struct testep *testep)
{
	if (testep->fd >= 0)
		close(testep->fd);
	testep->fd = -1;
}

int testep_count(const struct testep *testep, struct testep_counts *out_counts)
{
	struct vdpa_iommu_info info;
	int err = ask(testep, &info);

	if (err)
		return err;
	*out_counts = (struct testep_counts){
		.endpoints = info.num_endpoints,
		.domains = info.domains,
		.mappings = info.mappings,
		.faults = info.faults,
		.dropped = info.faults_dropped,
	};
	return 0;
}

static enum testep_result verdict(uint32_t result)
{
	switch (result) {
	case VDPA_IOMMU_ALLOWED:
		return TESTEP_ALLOWED;
	case VDPA_IOMMU_BLOCKED:
		return TESTEP_BLOCKED;
	default:
		errno = EPROTO;
		return TESTEP_ERROR;
	}
}

enum testep_result testep_translate(const struct testep *testep,
				    uint32_t endpoint, uint64_t iova,
				    bool write, uint64_t *out_gpa)
{
	struct vdpa_iommu_translate arg = {
		.size = sizeof(arg),
		.flags = write ? VDPA_IOMMU_ACCESS_WRITE : 0,
		.endpoint = endpoint,
		.result = UINT32_MAX,
		.iova = iova,
	};

	if (ioctl(testep->fd, VDPA_IOMMU_TRANSLATE, &arg) < 0)
		return TESTEP_ERROR;
	*out_gpa = arg.gpa;
	return verdict(arg.result);
}

static enum testep_result do_dma(const struct testep *testep,
				 struct vdpa_iommu_test_access *arg)
{
	arg->size = sizeof(*arg);
	arg->result = UINT32_MAX;
	if (ioctl(testep->fd, VDPA_IOMMU_TEST_ACCESS, arg) < 0)
		return TESTEP_ERROR;
	return verdict(arg->result);
}

enum testep_result testep_read(const struct testep *testep, uint32_t endpoint,
			       uint64_t iova, void *data, uint32_t len)
{
	struct vdpa_iommu_test_access arg = {
		.endpoint = endpoint,
		.len = len,
		.iova = iova,
		.data = (uintptr_t)data,
	};

	return do_dma(testep, &arg);
}

enum testep_result testep_write(const struct testep *testep, uint32_t endpoint,
				uint64_t iova, const void *data, uint32_t len)
{
	struct vdpa_iommu_test_access arg = {
		.flags = VDPA_IOMMU_ACCESS_WRITE,
		.endpoint = endpoint,
		.len = len,
		.iova = iova,
		.data = (uintptr_t)data,
	};

	return do_dma(testep, &arg);
}
