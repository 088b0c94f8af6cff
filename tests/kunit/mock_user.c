// SPDX-License-Identifier: GPL-2.0-only
#include "mock_user.h"

#include "soft/dma_private.h"

static struct mock_user *to_mock(struct vds_endpoint_user *user)
{
	return container_of(user, struct mock_user, user);
}

static bool try_revoke(struct vds_endpoint_user *user, u64 iova, u64 last)
{
	struct mock_user *mock = to_mock(user);

	mock->tries++;
	mock->iova = iova;
	mock->last = last;
	if (mock->dma && !vds_dma_try_forget(mock->dma, iova, last))
		return false;
	return !mock->busy;
}

static void revoke(struct vds_endpoint_user *user, u64 iova, u64 last)
{
	struct mock_user *mock = to_mock(user);

	mock->revokes++;
	mock->iova = iova;
	mock->last = last;
	if (mock->dma)
		vds_dma_forget(mock->dma, iova, last);
}

static void leave(void *data)
{
	struct mock_user *mock = data;

	vds_endpoint_leave(mock->ep, &mock->user);
	vds_endpoint_put(mock->ep);
}

struct mock_user *mock_user(struct kunit *test, const char *iommu, u32 id,
			    struct vds_dma *dma)
{
	struct mock_user *mock = kunit_kzalloc(test, sizeof(*mock), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, mock);
	mock->dma = dma;
	mock->user.try_revoke = try_revoke;
	mock->user.revoke = revoke;
	mock->ep = vds_endpoint_get(iommu, id);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mock->ep);
	vds_endpoint_join(mock->ep, &mock->user);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, leave, mock));
	return mock;
}
