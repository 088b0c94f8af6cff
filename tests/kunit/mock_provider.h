/* SPDX-License-Identifier: GPL-2.0-only */
/* mock_provider.h - an IOMMU reduced to what an endpoint asks of it. */
#ifndef _MOCK_PROVIDER_H
#define _MOCK_PROVIDER_H

#include "soft/endpoint.h"

/**
 * struct mock_provider - translates one range
 * @first: of the range
 * @last: of the range
 * @gpa: of @first
 * @writable: may be written
 * @run: longest span it gives
 * @moved: page aligned iova of a page that is elsewhere, or 0
 * @moved_to: its gpa; 0: nowhere
 * @moved_lookups: translations of it
 */
struct mock_provider {
	u64 first;
	u64 last;
	u64 gpa;
	bool writable;
	u64 run;
	u64 moved;
	u64 moved_to;
	unsigned int moved_lookups;
};

/* The provider is a struct mock_provider. */
extern const struct vds_provider_ops mock_provider_ops;

#endif /* _MOCK_PROVIDER_H */
