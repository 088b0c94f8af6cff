# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 900
# Guests with two CPUs, and a host that accesses their memory as the GPU's
# endpoint all the while. A stock guest maps and unmaps from both CPUs while its
# GPU translates, and the picture stays right. Then the conformance runner, in a
# guest of its own, maps and unmaps on one CPU while the other one makes the GPU
# read: nothing is read after UNMAP was answered.
export L2_CPUS=2

# Endpoint 40 is 00:05.0, 48 is 00:06.0.
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
# A start of the desktop alone makes some 800 requests, fewer if it unmaps in
# larger batches.
check "mappings come and go" test "$(stat_of iommu0 requests)" -gt 300
check "the endpoints reach what is mapped" prod_stop smp
: > "$(case_dir)/smp.stop"
check "the guest ends by itself" wait_for 120 l2_dead smp
l2_check_log smp
check "the GPU is deleted" gpu_del gpu0
check "the IOMMU is deleted" iommu_del iommu0

check "an IOMMU for the runner is created" iommu_add iommu0 endpoint:48
check "a GPU behind it, too" gpu_add gpu0 iommu=iommu0 endpoint=48
: > "$(case_dir)/race.serial"
pci_guest race /run/qemu-ids conform.sh \
	"bench.skip=virtio-iommu bench.endpoint=48 bench.behind=0000:00:06.0 bench.only=*GPU*" \
	memory-backend-ram,size=384M \
	-device "vhost-vdpa-device-pci,vhostdev=$(vhost_of iommu0),addr=5,disable-legacy=on,iommu_platform=on" \
	-device "vhost-vdpa-device-pci,vhostdev=$(vhost_of gpu0),addr=6,disable-legacy=on,iommu_platform=on"
check "a guest for the runner boots" l2_wait race guest-ready 240
check "endpoints are at work again" prod race 48
check "the runner ends" l2_wait race conform-done 400
sed 's/^/race: /' "$(case_dir)/race.tap" | diag_stdin
same "three rows and more passed" yes \
	"$([ "$(grep -c '^ok [0-9]* - IOMMU[^#]*$' "$(case_dir)/race.tap")" -ge 3 ] && echo yes)"
same "none failed" 0 "$(grep -c '^not ok' "$(case_dir)/race.tap")"
check "the runner's endpoints reach what is mapped" prod_stop race
wait_for 60 l2_dead race || l2_kill race
check "the GPU of the runner is deleted" gpu_del gpu0
check "and its IOMMU" iommu_del iommu0
mods_unload
