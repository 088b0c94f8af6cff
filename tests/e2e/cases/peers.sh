# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 900
# Not part of a normal run: the suite from inside a guest, by one and the same
# driver of its own, against our device and against QEMU's. make conform-peers.

judge() { # NAME QEMU WORDS MEMORY DEVICE
	: > "$(case_dir)/$1.serial"
	pci_guest "$1" "$2" conform.sh "$3" "$4,size=384M" \
		-device "$5,addr=5,disable-legacy=on,iommu_platform=on"
	check "$1: a guest boots" l2_wait "$1" guest-ready 120
	l2_wait "$1" conform-done 400 || :
	check "$1: the suite came to its end" grep -q '^# .* passed, ' "$(case_dir)/$1.tap"
	wait_for 30 l2_dead "$1" || l2_kill "$1"
	grep '^# .* passed, ' "$(case_dir)/$1.tap" | diag_stdin
}

# Blobs of QEMU's device need a memfd; with one vhost maps nothing for ours.
qemu-system-x86_64 --version | head -n 1 > "$(case_dir)/qemu.version"
uname -r > "$(case_dir)/kernel.version"
mods_load
gpu_add gpu0 num_scanouts=2 blob=1 uuid=1
check "a QEMU learns our ids" /share/qemu-ids "$(command -v qemu-system-x86_64)" /run/qemu-ids
judge ours /run/qemu-ids "" memory-backend-ram "vhost-vdpa-device-pci,vhostdev=$(vhost_of gpu0)"
gpu_del gpu0
mods_unload
judge rival "$(command -v qemu-system-x86_64)" bench.foreign=1 \
	memory-backend-memfd,share=on "virtio-gpu-pci,max_outputs=2,blob=on"
