# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 1500
# Not part of a normal run: the suite from inside a guest, by one and the same
# driver of its own, against our device and against QEMU's. make conform-peers.

judge() { # NAME QEMU WORDS MEMORY DEVICE [QEMU-ARGUMENT...]
	local name="$1" qemu="$2" words="$3" memory="$4" device="$5"; shift 5
	: > "$(case_dir)/$name.serial"
	pci_guest "$name" "$qemu" conform.sh "$words" "$memory,size=384M" \
		"$@" -device "$device,bus=pcie.0,addr=5,disable-legacy=on"
	check "$name: a guest boots" l2_wait "$name" guest-ready 120
	l2_wait "$name" conform-done 400 || :
	check "$name: the suite came to its end" grep -q '^# .* passed, ' "$(case_dir)/$name.tap"
	wait_for 30 l2_dead "$name" || l2_kill "$name"
	grep '^# .* passed, ' "$(case_dir)/$name.tap" | diag_stdin
}

skip=bench.skip=virtio-iommu
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
# QEMU's IOMMU has the functions of the bus as endpoints, by their BDF. What the
# guest boots from must not be among them: without a driver for the IOMMU Linux
# waits with such a function, and that driver does not survive being unbound.
PCI_DISKS=aside judge rival-iommu "$qemu" "$skip bench.foreign=1 bench.endpoint=24 bench.endpoint=32" \
	memory-backend-ram virtio-iommu-pci \
	-device pxb-pcie,id=root,bus_nr=32,bus=pcie.0,addr=6,bypass_iommu=on \
	-device i82801b11-bridge,id=aside,bus=root,addr=0 \
	-device pci-testdev,bus=pcie.0,addr=3 -device pci-testdev,bus=pcie.0,addr=4
