# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The conformance runner on an IOMMU in both profiles, with KASAN looking on.

# UML is no x86, whose MSI window comes by itself.
msi="0xfee00000 0xfeefffff msi"

# device WHAT [ATTRIBUTE=VALUE]...
device() {
	_what=$1; shift
	check "$_what: device is created" iommu_add iommu0 "$@" \
		endpoint:8 endpoint:9 endpoint:10 \
		"endpoints/8/reserved=$msi" "endpoints/9/reserved=$msi" \
		"endpoints/10/reserved=$msi
0x100000000 0x1000fffff reserved"
	check "$_what: vhost-vdpa binds" eventually vhost_of iommu0
}

# judge WHAT OPTION...
judge() {
	_what=$1; shift
	check "$_what: all of its tests passed" \
		conform --quick --device "$(vhost_of iommu0)" \
		--iommu /dev/vdpa-iommu/iommu0 \
		--endpoint 8 --endpoint 9 --endpoint 10 "$@"
	check "$_what: device is deleted" iommu_del iommu0
}

load_modules
device default
check "default: a GPU behind it" \
	gpu_add gpu0 driver=vhost_vdpa iommu=iommu0 endpoint=8
check "default: vhost-vdpa binds to it, too" eventually vhost_of gpu0
judge default --behind "$(vhost_of gpu0)"
check "default: the GPU is deleted" gpu_del gpu0

device strict profile=strict input_start=0x10000000 input_last=0x1fffffffff \
	domain_first=3 domain_last=40 max_domains=2 max_mappings=3000
judge strict

device limited gpa_limit=0x1fffffffffff
judge limited --gpa-limit 0x1fffffffffff --only 'IOMMU-REQ-6.4.i*limit*'
