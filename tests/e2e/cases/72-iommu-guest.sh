# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 900
# A stock guest finds our IOMMU by its VIOT and puts our GPU behind it: with the
# driver loaded early, and late. PCI, so with the QEMU that knows our ids.

found() { grep -q "^$2\$" "$(case_dir)/$1.iommu"; }

guest() { # NAME WORDS
	local name="$1"
	iommu_guest "$name" "$2"
	check "$name: a guest boots" l2_wait "$name" guest-ready 240
	check "$name: so is its driver loaded" found "$name" "loaded $name"
	check "$name: its driver is bound" found "$name" "driver virtio_iommu"
	check "$name: the GPU has a group" found "$name" "group [0-9][0-9]*"
	check "$name: it is translated" found "$name" "type DMA.*"
	check "$name: nothing else is" test "$(grep -c ^device "$(case_dir)/$name.iommu")" = 1
	check "$name: MSIs are left alone" \
		found "$name" "region 0x00000000fee00000 0x00000000feefffff msi"
	sed 's/^/iommu: /' "$(case_dir)/$name.iommu" | diag_stdin
	check "$name: the desktop comes up" l2_wait "$name" desktop-ready 240
	check "$name: host and guest see the same picture" wait_for 90 shoot "$name"
	check "$name: mappings are there" test "$(stat_of iommu0 mappings)" -gt 0
	same "$name: no access was blocked" 0 "$(stat_of iommu0 faults)"
	check "$name: the GPU refused nothing" test "$(stat_of gpu0 errors)" = 0
	stats_of gpu0 > "$(case_dir)/$name.gpu"
	cat /sys/kernel/debug/vdpa_iommu/iommu0/* > "$(case_dir)/$name.state"
	: > "$(case_dir)/$name.stop"
	check "$name: the guest ends by itself" wait_for 120 l2_dead "$name"
	l2_check_log "$name"
}

mods_load
check "a QEMU learns our ids" /share/qemu-ids "$(command -v qemu-system-x86_64)" /run/qemu-ids
check "ACPICA reads the table" sh -c 'cd /run && cp /share/viot.bin viot.aml && iasl -d viot.aml && grep -q "PCI Range" viot.dsl'
# shellcheck disable=SC2046
check "an IOMMU is created" iommu_add iommu0 $(iommu_aperture) endpoint:40
check "a GPU behind it is created" gpu_add gpu0 iommu=iommu0 endpoint=40 \
	scanouts/0/width=1024 scanouts/0/height=768
guest early ""
guest late bench.skip=virtio-iommu
check "the GPU is deleted" gpu_del gpu0
check "the IOMMU is deleted" iommu_del iommu0
mods_unload
