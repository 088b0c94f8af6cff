# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 900
# Not part of a normal run: the suite from inside a guest, by one and the same
# driver of its own, against our device and against QEMU's. make conform-peers.

# pci_guest NAME QEMU WORDS MEMORY DEVICE: a guest with a PCI bus; DEVICE is at
# 00:05.0, WORDS go to its kernel's command line.
pci_guest() {
	local name="$1" qemu="$2" words="$3" memory="$4" device="$5" dir accel=kvm
	dir=$(case_dir)
	[ -e /dev/kvm ] || accel=tcg
	# shellcheck disable=SC2086
	"$qemu" -M q35,smm=off,usb=off,memory-backend=ram -accel $accel -cpu max \
		-object "$memory,id=ram,size=384M" \
		-m 384 -smp 1 -nodefaults -display none -vga none -no-reboot \
		-kernel /boot/vmlinuz -initrd /boot/initrd \
		-append "console=ttyS0 quiet loglevel=4 panic=-1 reboot=t mitigations=off noxsave initcall_blacklist=cmos_init nowatchdog rcupdate.rcu_cpu_stall_suppress=1 bench.run=/share/guest/conform.sh bench.name=$name bench.dir=$dir $words" \
		-drive "file=/dev/vda,format=raw,if=none,id=disk,readonly=on" \
		-device virtio-blk-pci,drive=disk,addr=3 \
		-fsdev "local,id=share,path=/share,security_model=none" \
		-device virtio-9p-pci,fsdev=share,mount_tag=share,addr=4 \
		-device "$device,addr=5,disable-legacy=on,iommu_platform=on" \
		-serial "file:$dir/$name.serial" \
		> "$dir/$name.qemu" 2>&1 < /dev/null &
	echo $! > "/run/$name.pid"
}

judge() { # NAME QEMU WORDS MEMORY DEVICE
	: > "$(case_dir)/$1.serial"
	pci_guest "$@"
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
