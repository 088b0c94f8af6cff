/* SPDX-License-Identifier: GPL-2.0-only */
/* What only the door may do with an endpoint. */
#ifndef _VDS_ENDPOINT_PRIVATE_H
#define _VDS_ENDPOINT_PRIVATE_H

#include <linux/types.h>

struct vds_endpoint;
struct vds_span;

/**
 * vds_endpoint_lock() - no translation is taken away until unlocked
 * @ep: a held endpoint
 *
 * Any context; interrupts are off until vds_endpoint_unlock(). Return: for
 * that call.
 */
unsigned long vds_endpoint_lock(struct vds_endpoint *ep);
void vds_endpoint_unlock(struct vds_endpoint *ep, unsigned long flags);

/* As vds_endpoint_translate(), by the one who has locked. */
int vds_endpoint_translate_locked(struct vds_endpoint *ep, u64 iova, u64 last,
				  bool write, struct vds_span *out_span);

#endif /* _VDS_ENDPOINT_PRIVATE_H */
