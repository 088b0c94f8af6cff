# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 900
# The IOMMU by the conformance suite, which also does DMA as its endpoints, in
# both profiles; the strict one with ranges and limits that can be met.
judge() { # NAME [ATTRIBUTE=VALUE...]
	local name="$1"; shift
	check "$name: device is created" iommu_add iommu0 "$@" \
		endpoint:8 endpoint:9 endpoint:10 \
		"endpoints/10/reserved=0xfee00000 0xfeefffff msi
0x100000000 0x1000fffff reserved"
	conform "$name" --device "$(vhost_of iommu0)" --iommu /dev/vdpa-iommu/iommu0 \
		--endpoint 8 --endpoint 9 --endpoint 10
	check "$name: device is deleted" iommu_del iommu0
}

mods_load
judge default
judge strict profile=strict input_start=0x10000000 input_last=0x1fffffffff \
	domain_first=3 domain_last=40 max_domains=2 max_mappings=3000
mods_unload
