// SPDX-License-Identifier: GPL-2.0-only
#include "mock_provider.h"

#include <linux/align.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>

static int translate_moved(struct mock_provider *provider, u64 iova, u64 last,
			   struct vds_span *out_span)
{
	provider->moved_lookups++;
	if (!provider->moved_to)
		return -EFAULT;
	out_span->gpa = provider->moved_to + (iova - provider->moved);
	out_span->last = min(last, provider->moved + PAGE_SIZE - 1);
	return 0;
}

static int translate(void *data, u64 iova, u64 last, bool write,
		     struct vds_span *out_span)
{
	struct mock_provider *provider = data;

	if (provider->moved && ALIGN_DOWN(iova, PAGE_SIZE) == provider->moved)
		return translate_moved(provider, iova, last, out_span);
	if (iova < provider->first || iova > provider->last)
		return -EFAULT;
	if (write && !provider->writable)
		return -EFAULT;
	out_span->gpa = provider->gpa + (iova - provider->first);
	out_span->last = min3(last, provider->last, iova + provider->run - 1);
	return 0;
}

const struct vds_provider_ops mock_provider_ops = { .translate = translate };
