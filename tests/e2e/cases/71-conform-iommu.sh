# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 900
# The IOMMU by the conformance suite, which also does DMA as its endpoints, in
# both profiles.
judge() { # NAME PROFILE
	check "$1: device is created" iommu_add iommu0 profile="$2" \
		endpoint:8 endpoint:9 endpoint:10 \
		"endpoints/10/reserved=0xfee00000 0xfeefffff msi
0x100000000 0x1000fffff reserved"
	conform "$1" --device "$(vhost_of iommu0)" --iommu /dev/vdpa-iommu/iommu0 \
		--endpoint 8 --endpoint 9 --endpoint 10
	check "$1: device is deleted" iommu_del iommu0
}

mods_load
judge default default
judge strict strict
mods_unload
