# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The conformance runner on an IOMMU in both profiles, with KASAN looking on.

# UML is no x86, whose MSI window comes by itself.
msi="0xfee00000 0xfeefffff msi"

# judge NAME [ATTRIBUTE=VALUE]...
judge() {
	_name=$1; shift
	check "$_name: device is created" iommu_add iommu0 "$@" \
		endpoint:8 endpoint:9 endpoint:10 \
		"endpoints/8/reserved=$msi" "endpoints/9/reserved=$msi" \
		"endpoints/10/reserved=$msi
0x100000000 0x1000fffff reserved"
	check "$_name: vhost-vdpa binds" eventually vhost_of iommu0
	check "$_name: all of its tests passed" \
		conform --quick --device "$(vhost_of iommu0)" \
		--iommu /dev/vdpa-iommu/iommu0 \
		--endpoint 8 --endpoint 9 --endpoint 10
	check "$_name: device is deleted" iommu_del iommu0
}

load_modules
judge default
judge strict profile=strict input_start=0x10000000 input_last=0x1fffffffff \
	domain_first=3 domain_last=40 max_domains=2 max_mappings=3000
