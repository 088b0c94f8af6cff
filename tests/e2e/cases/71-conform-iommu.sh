# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 900
# The IOMMU by the conformance suite, which also does DMA as its endpoints and
# drives a GPU behind it, in both profiles; the strict one with ranges and limits
# that can be met. Then one that lets nobody map beyond a limit.
device() { # NAME [ATTRIBUTE=VALUE...]
	local name="$1"; shift
	check "$name: device is created" iommu_add iommu0 "$@" \
		endpoint:8 endpoint:9 endpoint:10 \
		"endpoints/10/reserved=0xfee00000 0xfeefffff msi
0x100000000 0x1000fffff reserved"
}

judge() { # NAME [OPTION...]
	local name="$1"; shift
	conform "$name" --device "$(vhost_of iommu0)" --iommu /dev/vdpa-iommu/iommu0 \
		--endpoint 8 --endpoint 9 --endpoint 10 "$@"
	check "$name: device is deleted" iommu_del iommu0
}

tracing=/sys/kernel/debug/tracing
trace() { echo "$2" > $tracing/events/vdpa_iommu/vdiommu_"$1"/enable; }
traced() { grep -q "vdiommu_$1: iommu0 $2" $tracing/trace; }

mods_load
device default
check "default: a GPU behind it" gpu_add gpu0 iommu=iommu0 endpoint=8
judge default --behind "$(vhost_of gpu0)"
check "default: the GPU is deleted" gpu_del gpu0
device strict profile=strict input_start=0x10000000 input_last=0x1fffffffff \
	domain_first=3 domain_last=40 max_domains=2 max_mappings=3000
trace fault 1
judge strict
trace fault 0
check "strict: faults are traced" traced fault 'endpoint=8 iova=0x[0-9a-f]* write mapping'
device limited gpa_limit=0x1fffffffffff
trace request 1
judge limited --gpa-limit 0x1fffffffffff --only 'IOMMU-REQ-6.4.i*limit*'
trace request 0
check "limited: requests are traced" traced request 'MAP .* OK inline'
check "limited: their statuses are traced" traced request 'MAP .* RANGE inline'
mods_unload
