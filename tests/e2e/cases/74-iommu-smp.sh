# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 900
# A stock guest with two CPUs maps and unmaps from both while its GPU translates
# and the host accesses its memory as the GPU's endpoint: the picture stays right.
export L2_CPUS=2

prod() { # NAME ENDPOINT
	nice vdpa-conform --iommu /dev/vdpa-iommu/iommu0 --endpoint "$2" --hammer 600 \
		> "$(case_dir)/$1.prod" 2>&1 &
	echo $! > "/run/$1.prod.pid"
	wait_for 30 grep -q hammer "$(case_dir)/$1.prod"
}

prod_stop() { # NAME: some of what they asked for was there, some was not
	kill -TERM "$(cat "/run/$1.prod.pid")"
	wait_for 30 grep -q '^ok' "$(case_dir)/$1.prod" || return 1
	sed "s/^/$1: /" "$(case_dir)/$1.prod" | diag_stdin
	awk '$4 == "allowed," { all = $2; n = $3 } END { exit !(n > 0 && n < all) }' \
		"$(case_dir)/$1.prod"
}

mods_load
check "a QEMU learns our ids" /share/qemu-ids "$(command -v qemu-system-x86_64)" /run/qemu-ids
# shellcheck disable=SC2046
check "an IOMMU is created" iommu_add iommu0 $(iommu_aperture) endpoint:40
check "a GPU behind it is created" gpu_add gpu0 iommu=iommu0 endpoint=40 \
	scanouts/0/width=1024 scanouts/0/height=768
# Its kernel would tell of every fault, in the middle of what its programs say.
iommu_guest smp loglevel=1
check "a guest with two CPUs boots" l2_wait smp guest-ready 240
same "it has two" "cpus 2" "$(grep ^cpus "$(case_dir)/smp.iommu")"
check "its IOMMU's driver is bound" grep -q "^driver virtio_iommu" "$(case_dir)/smp.iommu"
check "endpoints are at work" prod smp 40
check "the desktop comes up" l2_wait smp desktop-ready 300
for round in 1 2 3; do
	check "host and guest see the same picture, round $round" wait_for 90 shoot smp
done
check "the GPU refused nothing" test "$(stat_of gpu0 errors)" = 0
check "mappings come and go" test "$(stat_of iommu0 requests)" -gt 1000
check "the endpoints reach what is mapped" prod_stop smp
: > "$(case_dir)/smp.stop"
check "the guest ends by itself" wait_for 120 l2_dead smp
l2_check_log smp
check "the GPU is deleted" gpu_del gpu0
check "the IOMMU is deleted" iommu_del iommu0
mods_unload
