# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# An IOMMU's VMM dies by SIGKILL at any moment, alone and with a GPU behind it;
# the next one finds working devices.

nothing_left() {
	cat /sys/kernel/debug/vdpa_iommu/iommu0/domains
	[ -z "$(cat /sys/kernel/debug/vdpa_iommu/iommu0/domains)" ]
}

load_modules
check "IOMMU is created" iommu_add iommu0 endpoint:8 endpoint:9 endpoint:10
check "vhost-vdpa binds" eventually vhost_of iommu0
set -- --device "$(vhost_of iommu0)" --iommu /dev/vdpa-iommu/iommu0
check "twelve VMMs are killed" vmms_killed "$@"
check "no domain is left" nothing_left
check "the next VMM finds it in order" \
	"$CONFORM" --quick --only 'IOMMU-REQ-6.4.h*' "$@"

check "a GPU behind it is created" \
	gpu_add gpu0 driver=vhost_vdpa iommu=iommu0 endpoint=8
check "vhost-vdpa binds" eventually vhost_of gpu0
set -- "$@" --behind "$(vhost_of gpu0)"
check "twelve VMMs of both are killed" vmms_killed "$@"
check "no domain is left" nothing_left
check "the next VMM finds both in order" \
	"$CONFORM" --quick --only 'IOMMU-REQ-X1*GPU*' "$@"
check "the GPU is deleted" gpu_del gpu0
check "the IOMMU is deleted" iommu_del iommu0
