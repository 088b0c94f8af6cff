// SPDX-License-Identifier: GPL-2.0-only
#include "resv.h"

#include <string.h>

static void take_region(struct ctx *c, const uint8_t *at, uint16_t length,
			struct region *out)
{
	struct virtio_iommu_probe_resv_mem resv;

	must(c, length == sizeof(resv) - 4, "RESV_MEM of length %u", length);
	memcpy(&resv, at, sizeof(resv));
	must(c, resv.subtype <= T_MSI, "subtype %u", resv.subtype);
	must(c, !resv.reserved[0] && !resv.reserved[1] && !resv.reserved[2],
	     "reserved of RESV_MEM is %02x %02x %02x", resv.reserved[0],
	     resv.reserved[1], resv.reserved[2]);
	must(c, resv.start <= resv.end, "region %#llx to %#llx",
	     (unsigned long long)resv.start, (unsigned long long)resv.end);
	*out = (struct region){
		.start = resv.start, .last = resv.end, .subtype = resv.subtype,
	};
}

static void all_zero(struct ctx *c, const uint8_t *bytes, unsigned int from,
		     unsigned int end)
{
	for (unsigned int i = from; i < end; i++)
		must(c, !bytes[i], "byte %u behind the list is %#x", i,
		     bytes[i]);
}

unsigned int regions_of(struct ctx *c, uint32_t endpoint, struct region *out)
{
	unsigned int at = 0, count = 0, end = c->iommu.probe_size;
	struct gpu_reply reply;

	if (!(c->features & BIT64(VIRTIO_IOMMU_F_PROBE)))
		return 0;
	expect(c, viommu_probe(c, endpoint, &reply), S_OK);
	while (at + 4 <= end) {
		struct virtio_iommu_probe_property head;

		memcpy(&head, reply.bytes + at, sizeof(head));
		must(c, !(head.type & ~VIRTIO_IOMMU_PROBE_T_MASK),
		     "property at %u: reserved bits of type %#x", at,
		     head.type);
		if (!head.type)
			break;
		must(c, at + 4 + head.length <= end,
		     "property at %u: length %u leaves the list", at,
		     head.length);
		must(c, !((4 + head.length) % 8),
		     "property at %u: length %u is not aligned", at,
		     head.length);
		if (head.type == VIRTIO_IOMMU_PROBE_T_RESV_MEM) {
			must(c, count < REGIONS_MAX, "%u regions", count);
			take_region(c, reply.bytes + at, head.length,
				    &out[count++]);
		}
		at += 4 + head.length;
	}
	all_zero(c, reply.bytes, at, end);
	return count;
}

const struct region *region_find(const struct region *regions,
				 unsigned int count, uint8_t subtype)
{
	for (unsigned int i = 0; i < count; i++)
		if (regions[i].subtype == subtype)
			return &regions[i];
	return NULL;
}

bool region_touches(const struct region *regions, unsigned int count,
		    uint64_t start, uint64_t last)
{
	for (unsigned int i = 0; i < count; i++)
		if (regions[i].start <= last && start <= regions[i].last)
			return true;
	return false;
}
