// SPDX-License-Identifier: GPL-2.0-only
#include "viommu.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define OFFSET_BYPASS	offsetof(struct virtio_iommu_config, bypass)

/* Clear of what x86 and the bench reserve, and within 32 bits. */
#define FIRST_VA	0x40000000ULL

bool viommu_has(const struct ctx *c, unsigned int bit)
{
	return c->offered & BIT64(bit);
}

int viommu_look(struct ctx *c)
{
	struct iommu_facts *facts = &c->iommu;
	struct virtio_iommu_config config;
	int err = dev_get_config(&c->dev, 0, &config, sizeof(config));

	if (err)
		return err;
	if (!config.page_size_mask)
		return -EPROTO;
	*facts = (struct iommu_facts){
		.granule = config.page_size_mask & -config.page_size_mask,
		.input_last = UINT64_MAX,
		.domain_last = UINT32_MAX,
	};
	if (viommu_has(c, VIRTIO_IOMMU_F_INPUT_RANGE)) {
		facts->input_start = config.input_range.start;
		facts->input_last = config.input_range.end;
	}
	if (viommu_has(c, VIRTIO_IOMMU_F_DOMAIN_RANGE)) {
		facts->domain_first = config.domain_range.start;
		facts->domain_last = config.domain_range.end;
	}
	if (viommu_has(c, VIRTIO_IOMMU_F_PROBE))
		facts->probe_size = config.probe_size;
	/* The answer must fit struct gpu_reply, granules fit guest memory. */
	if (facts->probe_size + TAIL > sizeof(((struct gpu_reply *)0)->bytes) ||
	    facts->granule > 65536)
		return -EPROTO;
	facts->first_va = FIRST_VA;
	if (facts->first_va < facts->input_start)
		facts->first_va = facts->input_start;
	/* Cases go about in so many. */
	if (facts->input_last - facts->first_va < GRANULES * facts->granule ||
	    facts->domain_last - facts->domain_first < DOMAINS)
		return -ERANGE;
	return 0;
}

void viommu_start_with(struct ctx *c, uint64_t features)
{
	session_start_with(c, features, RING_DEFAULT, 0);
	/* It survives resets, and only a device of our own is closed often. */
	if ((features & BIT64(VIRTIO_IOMMU_F_BYPASS_CONFIG)) &&
	    viommu_bypass(c))
		viommu_set_bypass(c, 0);
}

void viommu_start(struct ctx *c)
{
	viommu_start_with(c, c->offered);
}

uint32_t dom(const struct ctx *c, unsigned int n)
{
	return c->iommu.domain_first + n;
}

uint64_t va(const struct ctx *c, unsigned int granule)
{
	return c->iommu.first_va + c->iommu.granule * granule;
}

uint64_t va_last(const struct ctx *c, unsigned int granule)
{
	return va(c, granule + 1) - 1;
}

uint32_t ep(const struct ctx *c, unsigned int n)
{
	return c->opts->endpoint[n];
}

uint32_t no_ep(const struct ctx *c)
{
	uint32_t id = 0x5eed0001;

	for (unsigned int i = 0; i < c->opts->nr_endpoints; i++)
		if (c->opts->endpoint[i] >= id)
			id = c->opts->endpoint[i] + 1;
	return id;
}

bool is_status(const struct ctx *c, uint32_t got, uint32_t status)
{
	return got == status || (!c->exact && got != S_OK && status != S_OK &&
				 got <= S_NOMEM && status <= S_NOMEM);
}

static uint32_t check_tail(struct ctx *c, size_t cap,
			   const struct gpu_reply *reply)
{
	const uint8_t *tail = reply->bytes + cap - TAIL;

	if (!reply->used)
		return NOT_ANSWERED;
	must(c, cap >= TAIL, "used %u, there is no room for a tail",
	     reply->used);
	must(c, reply->used == cap, "used %u of %zu", reply->used, cap);
	must(c, !tail[1] && !tail[2] && !tail[3],
	     "reserved of the tail is %02x %02x %02x", tail[1], tail[2],
	     tail[3]);
	return tail[0];
}

uint32_t viommu_finish(struct ctx *c, struct gpu_job *job,
		       struct gpu_reply *out_reply)
{
	gpu_finish(c, job, out_reply);
	return check_tail(c, job->response_cap, out_reply);
}

uint32_t viommu_run(struct ctx *c, const void *request, size_t len, size_t cap,
		    struct gpu_reply *out_reply)
{
	struct gpu_reply reply;

	if (!out_reply)
		out_reply = &reply;
	gpu_command(c, Q_REQUEST, request, len, cap, out_reply);
	return check_tail(c, cap, out_reply);
}

struct virtio_iommu_req_attach attach_req(uint32_t domain, uint32_t endpoint,
					  uint32_t flags)
{
	return (struct virtio_iommu_req_attach){
		.head.type = VIRTIO_IOMMU_T_ATTACH,
		.domain = domain,
		.endpoint = endpoint,
		.flags = flags,
	};
}

struct virtio_iommu_req_detach detach_req(uint32_t domain, uint32_t endpoint)
{
	return (struct virtio_iommu_req_detach){
		.head.type = VIRTIO_IOMMU_T_DETACH,
		.domain = domain,
		.endpoint = endpoint,
	};
}

struct virtio_iommu_req_map map_req(uint32_t domain, uint64_t start,
				    uint64_t last, uint64_t gpa, uint32_t flags)
{
	return (struct virtio_iommu_req_map){
		.head.type = VIRTIO_IOMMU_T_MAP,
		.domain = domain,
		.virt_start = start,
		.virt_end = last,
		.phys_start = gpa,
		.flags = flags,
	};
}

struct virtio_iommu_req_unmap unmap_req(uint32_t domain, uint64_t start,
					uint64_t last)
{
	return (struct virtio_iommu_req_unmap){
		.head.type = VIRTIO_IOMMU_T_UNMAP,
		.domain = domain,
		.virt_start = start,
		.virt_end = last,
	};
}

struct virtio_iommu_req_probe probe_req(uint32_t endpoint)
{
	return (struct virtio_iommu_req_probe){
		.head.type = VIRTIO_IOMMU_T_PROBE,
		.endpoint = endpoint,
	};
}

uint32_t viommu_attach_flags(struct ctx *c, uint32_t domain, uint32_t endpoint,
			     uint32_t flags)
{
	const struct virtio_iommu_req_attach req =
		attach_req(domain, endpoint, flags);

	return viommu_run(c, &req, ATTACH_SIZE, TAIL, NULL);
}

uint32_t viommu_attach(struct ctx *c, uint32_t domain, uint32_t endpoint)
{
	return viommu_attach_flags(c, domain, endpoint, 0);
}

uint32_t viommu_detach(struct ctx *c, uint32_t domain, uint32_t endpoint)
{
	const struct virtio_iommu_req_detach req =
		detach_req(domain, endpoint);

	return viommu_run(c, &req, DETACH_SIZE, TAIL, NULL);
}

uint32_t viommu_map(struct ctx *c, uint32_t domain, uint64_t start,
		    uint64_t last, uint64_t gpa, uint32_t flags)
{
	const struct virtio_iommu_req_map req =
		map_req(domain, start, last, gpa, flags);

	return viommu_run(c, &req, MAP_SIZE, TAIL, NULL);
}

uint32_t viommu_unmap(struct ctx *c, uint32_t domain, uint64_t start,
		      uint64_t last)
{
	const struct virtio_iommu_req_unmap req =
		unmap_req(domain, start, last);

	return viommu_run(c, &req, UNMAP_SIZE, TAIL, NULL);
}

uint32_t viommu_probe(struct ctx *c, uint32_t endpoint,
		      struct gpu_reply *out_reply)
{
	const struct virtio_iommu_req_probe req = probe_req(endpoint);

	return viommu_run(c, &req, PROBE_SIZE, c->iommu.probe_size + TAIL,
			  out_reply);
}

void viommu_ping(struct ctx *c)
{
	bool exact = c->exact;

	c->exact = !c->opts->foreign;
	if (c->features & BIT64(VIRTIO_IOMMU_F_PROBE))
		expect(c, viommu_probe(c, ep(c, 0), NULL), S_OK);
	else
		expect(c, viommu_detach(c, dom(c, 0), no_ep(c)), S_NOENT);
	c->exact = exact;
}

uint8_t viommu_bypass(struct ctx *c)
{
	uint8_t value;
	int err = dev_get_config(&c->dev, OFFSET_BYPASS, &value, 1);

	must(c, !err, "reading bypass: %s", strerror(-err));
	return value;
}

void viommu_set_bypass(struct ctx *c, uint8_t value)
{
	int err = dev_set_config(&c->dev, OFFSET_BYPASS, &value, 1);

	must(c, !err, "writing bypass: %s", strerror(-err));
	c->want_fresh = true;
}
