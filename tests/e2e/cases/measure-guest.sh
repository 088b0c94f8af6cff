# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043
# Sourced by measure.sh: a guest with two GPUs on PCI, ours at 00:05.0 and
# QEMU's own at 00:06.0, that take turns under gpu-bench. QEMU and the threads
# of our queues are in one control group, which tells what CPU time they take.
OURS=0000:00:05.0
RIVAL=0000:00:06.0
group=/run/cgroup/pair

group_make() { # DEVICE
	local comm
	mkdir -p /run/cgroup
	mount -t cgroup2 none /run/cgroup
	mkdir $group
	for comm in $(grep -l "^vds-$1-" /proc/[0-9]*/comm); do
		basename "${comm%/comm}" > $group/cgroup.procs
	done
}

group_remove() {
	local pid
	while read -r pid; do
		echo "$pid" > /run/cgroup/cgroup.procs
	done < $group/cgroup.procs
	rmdir $group
	umount /run/cgroup
}

pair_start() { # NAME QEMU DEVICE: as l2_start, with a PCI bus
	local name="$1" dir accel=kvm
	dir=$(case_dir)
	[ -e /dev/kvm ] || accel=tcg
	mkfifo "/run/$name.in"
	: > "$dir/$name.serial"
	# shellcheck disable=SC2016
	sh -c 'echo $$ > "$0/cgroup.procs" && exec "$@"' $group \
		"$2" -M q35,smm=off,usb=off -accel $accel -cpu max \
		-m 384 -smp 1 -nodefaults -display none -vga none -no-reboot \
		-kernel /boot/vmlinuz -initrd /boot/initrd \
		-append "console=ttyS0 quiet loglevel=4 panic=-1 reboot=t mitigations=off noxsave initcall_blacklist=cmos_init nowatchdog rcupdate.rcu_cpu_stall_suppress=1 bench.run=/share/guest/bench.sh bench.name=$name bench.dir=$dir" \
		-drive "file=/dev/vda,format=raw,if=none,id=disk,readonly=on" \
		-device virtio-blk-pci,drive=disk,addr=3 \
		-fsdev "local,id=share,path=/share,security_model=none" \
		-device virtio-9p-pci,fsdev=share,mount_tag=share,addr=4 \
		-device "vhost-vdpa-device-pci,vhostdev=$(vhost_of "$3"),addr=5,disable-legacy=on,iommu_platform=on" \
		-device "virtio-gpu-pci,addr=6,disable-legacy=on" \
		-fsdev "local,id=host,path=$group,security_model=none,readonly=on" \
		-device virtio-9p-pci,fsdev=host,mount_tag=host,addr=7 \
		-serial stdio \
		<> "/run/$name.in" > "$dir/$name.serial" 2> "$dir/$name.qemu" &
	echo $! > "/run/$name.pid"
}

pair_bench() { # NAME ARGUMENT...: in the guest; every line is a sample
	local name="$1"; shift
	l2_do "$name" "gpu-bench $* >> $(case_dir)/samples" 600
}

pair_round() { # NAME TAG
	local pace="--cost /run/host/cpu.stat --count $PACES"
	pair_bench "$1" latency --pci $RIVAL --count "$SAMPLES" --spin --tag "$2.guest.qemu." &&
	pair_bench "$1" latency --pci $OURS --count "$SAMPLES" --spin --tag "$2.guest.ours." &&
	pair_bench "$1" pace --pci $RIVAL "$pace" --tag "$2.guest.qemu." &&
	pair_bench "$1" pace --pci $OURS "$pace" --tag "$2.guest.ours."
}

pair_rounds() { # DEVICE COUNT
	local n=0
	check "a QEMU learns our ids" /share/qemu-ids "$(command -v qemu-system-x86_64)" /run/qemu-ids
	group_make "$1"
	pair_start pair /run/qemu-ids "$1"
	if l2_wait pair guest-ready 600; then
		ok "a guest with two GPUs boots"
		while [ $n -lt "$2" ]; do
			n=$((n + 1))
			check "guest, round $n" pair_round pair r$n
		done
		check "the guest ends by itself" l2_stop pair
	else
		not_ok "a guest with two GPUs boots"
		l2_kill pair
	fi
	group_remove
}
