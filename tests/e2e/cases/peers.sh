# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 1500
# Not part of a normal run: the suite from inside a guest, by one and the same
# driver of its own, against our device and against QEMU's. make conform-peers.

judge() { # NAME QEMU WORDS MEMORY DEVICE
	: > "$(case_dir)/$1.serial"
	pci_guest "$1" "$2" conform.sh "$3" "$4,size=384M" \
		-device "$5,addr=5,disable-legacy=on"
	check "$1: a guest boots" l2_wait "$1" guest-ready 120
	l2_wait "$1" conform-done 400 || :
	check "$1: the suite came to its end" grep -q '^# .* passed, ' "$(case_dir)/$1.tap"
	wait_for 30 l2_dead "$1" || l2_kill "$1"
	grep '^# .* passed, ' "$(case_dir)/$1.tap" | diag_stdin
}

skip=bench.skip=virtio_iommu
qemu=$(command -v qemu-system-x86_64)
"$qemu" --version | head -n 1 > "$(case_dir)/qemu.version"
uname -r > "$(case_dir)/kernel.version"
check "a QEMU learns our ids" /share/qemu-ids "$qemu" /run/qemu-ids
mods_load
gpu_add gpu0 num_scanouts=2 blob=1 uuid=1
judge ours /run/qemu-ids "" memory-backend-ram "vhost-vdpa-device-pci,vhostdev=$(vhost_of gpu0),iommu_platform=on"
gpu_del gpu0
iommu_add iommu0 endpoint:24 endpoint:32
judge ours-iommu /run/qemu-ids "$skip bench.endpoint=24 bench.endpoint=32" \
	memory-backend-ram "vhost-vdpa-device-pci,vhostdev=$(vhost_of iommu0),iommu_platform=on"
iommu_del iommu0
mods_unload

# Blobs of QEMU's device need a memfd; with one vhost maps nothing for ours.
judge rival "$qemu" bench.foreign=1 \
	memory-backend-memfd,share=on "virtio-gpu-pci,max_outputs=2,blob=on,iommu_platform=on"
# QEMU's IOMMU has the functions of the bus as endpoints, by their BDF.
judge rival-iommu "$qemu" "$skip bench.foreign=1 bench.endpoint=24 bench.endpoint=32" \
	memory-backend-ram virtio-iommu-pci
