/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * viommu.h - virtio-iommu requests, sent and checked.
 *
 * They travel as the GPU's do, through gpu_submit() and gpu_finish(), with what
 * those hold for all requests: see gpu.h. What is added here holds for every
 * answered one: the used length is the whole writable part, its last four bytes
 * are the tail, whose reserved bytes are zero (IOMMU-REQ-6.0.b, 6.1.d).
 *
 * Domains and addresses that cases use are counted from what the device offers:
 * dom(c, 0) is its first domain, va(c, 0) an address that can be mapped.
 */
#ifndef CONFORM_VIOMMU_H
#define CONFORM_VIOMMU_H

#include <linux/virtio_iommu.h>

#include "gpu.h"

#define Q_REQUEST	0
#define Q_EVENT		1

#define S_OK		VIRTIO_IOMMU_S_OK
#define S_UNSUPP	VIRTIO_IOMMU_S_UNSUPP
#define S_INVAL		VIRTIO_IOMMU_S_INVAL
#define S_RANGE		VIRTIO_IOMMU_S_RANGE
#define S_NOENT		VIRTIO_IOMMU_S_NOENT
#define S_FAULT		VIRTIO_IOMMU_S_FAULT
#define S_NOMEM		VIRTIO_IOMMU_S_NOMEM
#define NOT_ANSWERED	0x100u	/* used length 0: no status */

#define F_BYPASS	VIRTIO_IOMMU_ATTACH_F_BYPASS
#define F_R		VIRTIO_IOMMU_MAP_F_READ
#define F_W		VIRTIO_IOMMU_MAP_F_WRITE
#define F_RW		(F_R | F_W)
#define F_MMIO		VIRTIO_IOMMU_MAP_F_MMIO

#define TAIL		4u
#define FAULT_SIZE	24u

/* Bytes of the readable part, the tail in the structs does not count. */
#define ATTACH_SIZE	20u
#define DETACH_SIZE	20u
#define MAP_SIZE	36u
#define UNMAP_SIZE	28u
#define PROBE_SIZE	72u

_Static_assert(sizeof(struct virtio_iommu_config) == 40, "config");
_Static_assert(sizeof(struct virtio_iommu_req_attach) == ATTACH_SIZE + TAIL,
	       "attach");
_Static_assert(sizeof(struct virtio_iommu_req_detach) == DETACH_SIZE + TAIL,
	       "detach");
_Static_assert(sizeof(struct virtio_iommu_req_map) == MAP_SIZE + TAIL, "map");
_Static_assert(sizeof(struct virtio_iommu_req_unmap) == UNMAP_SIZE + TAIL,
	       "unmap");
_Static_assert(sizeof(struct virtio_iommu_req_probe) == PROBE_SIZE, "probe");
_Static_assert(sizeof(struct virtio_iommu_fault) == FAULT_SIZE, "fault");
_Static_assert(sizeof(struct virtio_iommu_probe_resv_mem) == 24, "resv");

/* Read the config space into c->iommu. 0 or a negative errno. */
int viommu_look(struct ctx *c);

/* Session with all offered features, and bypass off. */
void viommu_start(struct ctx *c);
void viommu_start_with(struct ctx *c, uint64_t features);
bool viommu_has(const struct ctx *c, unsigned int bit);	/* is it offered */

/* The @n-th domain, and addresses of granules that nothing reserves. */
uint32_t dom(const struct ctx *c, unsigned int n);
uint64_t va(const struct ctx *c, unsigned int granule);
uint64_t va_last(const struct ctx *c, unsigned int granule);
#define GRANULES	1024u	/* so many there are */
#define DOMAINS		16u

/* The @n-th --endpoint, and one that is none. */
uint32_t ep(const struct ctx *c, unsigned int n);
uint32_t no_ep(const struct ctx *c);

/**
 * viommu_run() - one request, whatever it is
 * @c: context with a running session
 * @request: bytes to send
 * @len: how many
 * @cap: bytes for the answer
 * @out_reply: filled, or NULL
 *
 * Return: status, or NOT_ANSWERED.
 */
uint32_t viommu_run(struct ctx *c, const void *request, size_t len, size_t cap,
		    struct gpu_reply *out_reply);

/* The pieces of the above, for several at once. */
uint32_t viommu_finish(struct ctx *c, struct gpu_job *job,
		       struct gpu_reply *out_reply);

struct virtio_iommu_req_attach attach_req(uint32_t domain, uint32_t endpoint,
					  uint32_t flags);
struct virtio_iommu_req_detach detach_req(uint32_t domain, uint32_t endpoint);
struct virtio_iommu_req_map map_req(uint32_t domain, uint64_t start,
				    uint64_t last, uint64_t gpa,
				    uint32_t flags);
struct virtio_iommu_req_unmap unmap_req(uint32_t domain, uint64_t start,
					uint64_t last);
struct virtio_iommu_req_probe probe_req(uint32_t endpoint);

uint32_t viommu_attach(struct ctx *c, uint32_t domain, uint32_t endpoint);
uint32_t viommu_attach_flags(struct ctx *c, uint32_t domain, uint32_t endpoint,
			     uint32_t flags);
uint32_t viommu_detach(struct ctx *c, uint32_t domain, uint32_t endpoint);
uint32_t viommu_map(struct ctx *c, uint32_t domain, uint64_t start,
		    uint64_t last, uint64_t gpa, uint32_t flags);
uint32_t viommu_unmap(struct ctx *c, uint32_t domain, uint64_t start,
		      uint64_t last);
/* Properties are the first bytes of @out_reply. */
uint32_t viommu_probe(struct ctx *c, uint32_t endpoint,
		      struct gpu_reply *out_reply);

/* Harmless, and answered with any features. */
void viommu_ping(struct ctx *c);

/* Config byte 36. Writing it makes the runner close the device afterwards. */
uint8_t viommu_bypass(struct ctx *c);
void viommu_set_bypass(struct ctx *c, uint8_t value);

/* must() for a status. */
#define expect(c, call, status)						\
	do {								\
		uint32_t got_ = (call), want_ = (status);		\
		must(c, is_status(c, got_, want_),			\
		     "%s:%d: status %#x, want %#x", __FILE__, __LINE__,	\
		     got_, want_);					\
	} while (0)

/* In a row that is not ours, another device may refuse otherwise. */
bool is_status(const struct ctx *c, uint32_t got, uint32_t status);

#endif /* CONFORM_VIOMMU_H */
