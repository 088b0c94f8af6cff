/* SPDX-License-Identifier: GPL-2.0-only */
/* mock_user.h - one who does DMA as an endpoint, and counts what it is told. */
#ifndef _MOCK_USER_H
#define _MOCK_USER_H

#include <kunit/test.h>

#include "soft/endpoint.h"

struct vds_dma;

/**
 * struct mock_user - an endpoint's user
 * @user: joined
 * @ep: as whom
 * @dma: forgets what it resolved; or NULL
 * @busy: cannot let go without waiting
 * @tries: calls of try_revoke()
 * @revokes: calls of revoke()
 * @iova: first address of the last call
 * @last: last address of the last call
 */
struct mock_user {
	struct vds_endpoint_user user;
	struct vds_endpoint *ep;
	struct vds_dma *dma;
	bool busy;
	unsigned int tries;
	unsigned int revokes;
	u64 iova;
	u64 last;
};

/* Joins the endpoint @id of the IOMMU @iommu, until the test ends. */
struct mock_user *mock_user(struct kunit *test, const char *iommu, u32 id,
			    struct vds_dma *dma);

#endif /* _MOCK_USER_H */
