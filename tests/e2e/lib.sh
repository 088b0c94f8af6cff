# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043
#
# What a case (tests/e2e/cases/*.sh, run in L1 by host.sh) can use. A case is
# run with errexit: a command that fails and is not looked at ends it in red.

# --- results ---------------------------------------------------------------

case_name() { cat /run/case; }
case_dir() { echo "/share/out/$(case_name)"; }
diag() { echo "# $*" > /dev/ttyS1; echo "# $*"; }
diag_stdin() { sed 's/^/#   /' > /dev/ttyS1; }

tap_line() { # WORD NAME
	local n
	n=$(($(cat /run/tap-count) + 1))
	echo $n > /run/tap-count
	echo "$1 $n - $(case_name): $2" > /dev/ttyS1
	echo "$1 $n - $2"
}
ok() { tap_line ok "$*"; }
not_ok() { tap_line "not ok" "$*"; }
skip() { tap_line ok "$1 # SKIP $2"; } # NAME REASON

# check NAME COMMAND...: the command's exit status is the result.
check() {
	local name="$1"; shift
	if "$@"; then ok "$name"; else not_ok "$name"; fi
}

# same NAME EXPECTED GOT
same() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		diag "expected '$2', got '$3'"
		not_ok "$1"
	fi
}

# wait_for SECONDS COMMAND...: poll until it succeeds. The limit only ends a
# hang; no result depends on how fast the machine is.
wait_for() {
	local left="$(($1 * 2))"; shift
	until "$@" > /dev/null 2>&1; do
		left=$((left - 1))
		[ $left -gt 0 ] || return 1
		sleep 0.5
	done
}

# --- the kernel's log ------------------------------------------------------

splats='WARNING:|BUG:|BUG |Oops|KASAN|UBSAN|KFENCE|possible .*(deadlock|recursive)|suspicious RCU|general protection|Unable to handle|refcount_t:|list_(add|del) corruption|scheduling while atomic|sleeping function|INFO: task .* blocked|Kernel panic|DMA-API:|vhost-vdpa: DMA mapping failed'

mark_dmesg() { dmesg > /run/dmesg.before; }

# Print what the kernel logged since the mark.
new_dmesg() { dmesg | tail -n "+$(($(wc -l < /run/dmesg.before) + 1))"; }

check_dmesg() {
	new_dmesg > "$(case_dir)/dmesg"
	if grep -E "$splats" "$(case_dir)/dmesg" > /run/splats; then
		head -n 10 /run/splats | diag_stdin
		not_ok "kernel log of the host is clean"
	else
		ok "kernel log of the host is clean"
	fi
}

# --- modules and devices ---------------------------------------------------

is_loaded() { grep -q "^$1 " /proc/modules; }

mods_load() { # the modules under test, and both bus drivers before them
	local m d
	modprobe -a vhost_vdpa virtio_vdpa
	for m in vdpa_soft vdpa_gpu vdpa_iommu; do
		is_loaded $m && continue
		for d in $(modinfo -F depends /share/modules/$m.ko | tr , ' '); do
			is_loaded "$d" || modprobe "$d"
		done
		insmod /share/modules/$m.ko
	done
}

mods_unload() {
	! is_loaded vdpa_iommu || rmmod vdpa_iommu
	! is_loaded vdpa_gpu || rmmod vdpa_gpu
	! is_loaded vdpa_soft || rmmod vdpa_soft
}

# gpu_add NAME [ATTRIBUTE=VALUE...]: attributes are those of configfs.
gpu_add() {
	local name="$1" kv; shift
	if [ $# -gt 0 ]; then
		mkdir "/sys/kernel/config/vdpa_gpu/$name"
		for kv; do
			echo "${kv#*=}" > "/sys/kernel/config/vdpa_gpu/$name/${kv%%=*}"
		done
	fi
	vdpa dev add name "$name" mgmtdev vdpa_gpu
}

gpu_del() {
	vdpa dev del "$1" || return 1
	[ ! -d "/sys/kernel/config/vdpa_gpu/$1" ] ||
		rmdir "/sys/kernel/config/vdpa_gpu/$1"
}

# iommu_add NAME [ATTRIBUTE=VALUE|endpoint:ID]...: in that order; attributes
# are those of configfs, as endpoints/8/reserved.
iommu_add() {
	local name="$1" dir="/sys/kernel/config/vdpa_iommu/$1" word; shift
	mkdir "$dir"
	for word; do
		case $word in
		endpoint:*)	mkdir "$dir/endpoints/${word#*:}" ;;
		*)		echo "${word#*=}" > "$dir/${word%%=*}" ;;
		esac
	done
	vdpa dev add name "$name" mgmtdev vdpa_iommu
}

iommu_del() {
	vdpa dev del "$1" || return 1
	rmdir "/sys/kernel/config/vdpa_iommu/$1"/endpoints/* 2> /dev/null
	rmdir "/sys/kernel/config/vdpa_iommu/$1"
}

# The vhost character device of a vdpa device.
vhost_of() {
	local d
	d=$(ls -d "/sys/bus/vdpa/devices/$1"/vhost-vdpa-*) || return 1
	echo "/dev/$(basename "$d")"
}

view_of() { echo "/dev/vdpa-gpu/$1.view"; }
viewer() { vdpa-gpu-viewer "$@"; }

# The DRM card that the host's own virtio_gpu made of a device.
card_of() {
	local c
	c=$(ls -d "/sys/bus/vdpa/devices/$1"/drm/card[0-9]*) || return 1
	echo "/dev/dri/$(basename "$c")"
}

# shows DEVICE "WxH CRC" [SCANOUT]: the viewer sees that picture now.
shows() {
	local is
	viewer screenshot --device "$(view_of "$1")" --scanout "${3:-0}" \
		-o "$(case_dir)/$1-${3:-0}.png" || return 1
	is=$(png-crc "$(case_dir)/$1-${3:-0}.png")
	echo "$1 shows '$is', wanted '$2'"
	[ "$is" = "$2" ]
}

shows_nothing() {
	! viewer screenshot --device "$(view_of "$1")" --scanout "${2:-0}" -o /run/none.png
}

stats_of() { cat /sys/kernel/debug/vdpa_*/"$1"/stats; }
stat_of() { stats_of "$1" 2> /dev/null | awk -v k="$2" '$1 == k { print $2; exit }'; }

# --- conformance -----------------------------------------------------------

# conform NAME OPTION...: vdpa-conform's verdicts as tests of ours, "NAME: ".
conform() {
	local name="$1" rc=0 line; shift
	vdpa-conform --quick --json "$(case_dir)/$name.json" "$@" \
		> "$(case_dir)/$name.tap" 2> "$(case_dir)/$name.err" || rc=$?
	while read -r line; do
		case $line in
		"ok "*)		ok "$name: ${line#ok * - }" ;;
		"not ok "*)	not_ok "$name: ${line#not ok * - }" ;;
		"#"*)		diag "${line#\# }" ;;
		esac
	done < "$(case_dir)/$name.tap"
	same "$name: the suite ends in order" 0 $rc
}

# --- guests ----------------------------------------------------------------

# iommu_guest NAME WORDS: a guest with PCI whose GPU, gpu0, sits behind iommu0;
# guest/iommu.sh drives it. Needs /run/qemu-ids. QEMU looks for rings at their
# iova, so the aperture has to be guest memory.
iommu_aperture() { echo "input_start=0x100000 input_last=0x17ffffff"; }
iommu_guest() {
	pci_guest "$1" /run/qemu-ids iommu.sh "$2" memory-backend-ram,size=384M \
		-acpitable file=/share/viot.bin \
		-device "vhost-vdpa-device-pci,vhostdev=$(vhost_of iommu0),addr=2,disable-legacy=on" \
		-device "vhost-vdpa-device-pci,vhostdev=$(vhost_of gpu0),addr=5,disable-legacy=on,iommu_platform=on"
}

# QEMU's arguments for a device of ours.
gpu_args() { echo "-device vhost-vdpa-device,vhostdev=$(vhost_of "$1")"; }

# shoot NAME: the guest of iommu_guest's own picture is what the host shows
shoot() {
	local n
	n=$(($(cat "$(case_dir)/$1.shots" 2> /dev/null || echo 0) + 1))
	echo $n > "$(case_dir)/$1.shots"
	: > "$(case_dir)/$1.shoot"
	l2_wait "$1" "shot-$n" 60 || return 1
	shows gpu0 "$(png-crc "$(case_dir)/$1.own.png")"
}

# l2_start NAME SCRIPT [QEMU-ARGUMENT...]: start a guest; its first process
# runs tests/e2e/guest/SCRIPT. Serial output is in <case dir>/NAME.serial.
l2_start() {
	local name="$1" script="$2" dir accel=kvm; shift 2
	dir=$(case_dir)
	[ -e /dev/kvm ] || accel=tcg
	rm -f "/run/$name.in"
	mkfifo "/run/$name.in"
	: > "$dir/$name.serial"
	exec 8<> "/run/$name.in"
	qemu-system-x86_64 -M microvm,ioapic2=off -accel $accel -cpu max \
		-m "${L2_MEM:-512}" -smp "${L2_CPUS:-1}" -nodefaults -display none \
		${L2_RESET:--no-reboot} -global virtio-mmio.force-legacy=false \
		-kernel /boot/vmlinuz -initrd /boot/initrd \
		-append "console=ttyS0 ${L2_LOG:-quiet loglevel=4} panic=-1 reboot=t mitigations=off noxsave pci=off initcall_blacklist=cmos_init nowatchdog rcupdate.rcu_cpu_stall_suppress=1 bench.run=/share/guest/$script bench.name=$name bench.dir=$dir" \
		-drive "file=/dev/vda,format=raw,if=none,id=disk,readonly=on" \
		-device virtio-blk-device,drive=disk \
		-fsdev "local,id=share,path=/share,security_model=none" \
		-device virtio-9p-device,fsdev=share,mount_tag=share \
		-serial stdio "$@" \
		< "/run/$name.in" > "$dir/$name.serial" 2> "$dir/$name.qemu" 8>&- &
	echo $! > "/run/$name.pid"
	exec 8>&-
	# Keeps the pipe open between commands.
	sleep 100000 > "/run/$name.in" &
	echo $! > "/run/$name.hold"
}

# pci_guest NAME QEMU SCRIPT WORDS MEMORY [QEMU-ARGUMENT...]: a guest with a PCI
# bus. WORDS go to its kernel's command line, MEMORY is a backend of 384 MiB.
# Slots from 5 on are free. The disk and the share take slots 3 and 4, of the bus
# PCI_DISKS if the arguments make another one.
pci_guest() {
	local name="$1" qemu="$2" script="$3" words="$4" memory="$5" dir accel=kvm
	local bus="bus=${PCI_DISKS:-pcie.0}"
	shift 5
	dir=$(case_dir)
	[ -e /dev/kvm ] || accel=tcg
	rm -f "/run/$name.in"
	mkfifo "/run/$name.in"
	: > "$dir/$name.serial"
	"$qemu" -M q35,smm=off,usb=off,memory-backend=ram -accel $accel -cpu max \
		-object "$memory,id=ram" \
		-m 384 -smp "${L2_CPUS:-1}" -nodefaults -display none -vga none -no-reboot \
		-kernel /boot/vmlinuz -initrd /boot/initrd \
		-append "console=ttyS0 quiet loglevel=4 panic=-1 reboot=t mitigations=off noxsave initcall_blacklist=cmos_init nowatchdog rcupdate.rcu_cpu_stall_suppress=1 bench.run=/share/guest/$script bench.name=$name bench.dir=$dir $words" "$@" \
		-drive "file=/dev/vda,format=raw,if=none,id=disk,readonly=on" \
		-device "virtio-blk-pci,drive=disk,$bus,addr=3" \
		-fsdev "local,id=share,path=/share,security_model=none" \
		-device "virtio-9p-pci,fsdev=share,mount_tag=share,$bus,addr=4" \
		-serial stdio \
		<> "/run/$name.in" > "$dir/$name.serial" 2> "$dir/$name.qemu" &
	echo $! > "/run/$name.pid"
}

l2_alive() { kill -0 "$(cat "/run/$1.pid")" 2> /dev/null; }
l2_said() { grep -q -e "$2" "$(case_dir)/$1.serial"; }
l2_said_or_dead() { l2_said "$1" "$2" || ! l2_alive "$1"; }

# l2_wait NAME TEXT [SECONDS]
l2_wait() {
	wait_for "${3:-240}" l2_said_or_dead "$1" "$2"
	if l2_said "$1" "$2"; then return 0; fi
	diag "guest $1: waited for '$2', alive: $(l2_alive "$1" && echo yes || echo no)"
	tail -n 5 "$(case_dir)/$1.serial" "$(case_dir)/$1.qemu" | diag_stdin
	return 1
}

# l2_do NAME COMMAND [SECONDS]: have the agent in the guest run a command;
# output goes to <case dir>/NAME.agent, the exit status is returned.
l2_do() {
	local n rc newline='
'
	case $2 in *"$newline"*) diag "l2_do: one line, please: $2"; return 125 ;; esac
	n=$(($(cat "/run/$1.n" 2> /dev/null || echo 0) + 1))
	echo $n > "/run/$1.n"
	l2_alive "$1" || return 125 # nobody would read the pipe
	echo "$n $2" > "/run/$1.in"
	l2_wait "$1" "^agent-done-$n-" "${3:-240}" || return 125
	rc=$(sed -n "s/^agent-done-$n-\([0-9]*\).*/\1/p" "$(case_dir)/$1.serial")
	return "$rc"
}

# l2_get NAME COMMAND: print what a command in the guest prints.
l2_get() {
	l2_do "$1" "{ $2; } > $(case_dir)/$1.answer" || return 1
	cat "$(case_dir)/$1.answer"
}

# Wait for the guest's own end.
l2_dead() { ! l2_alive "$1"; }
l2_stop() {
	! l2_alive "$1" || echo "0 exit" > "/run/$1.in"
	wait_for "${2:-120}" l2_dead "$1"
}
l2_kill() {
	kill -KILL "$(cat "/run/$1.pid")" 2> /dev/null || :
	wait_for 30 l2_dead "$1"
}

# The guest's kernel log, which its scripts leave behind.
l2_check_log() {
	if grep -hE "$splats" "$(case_dir)/$1.serial" "$(case_dir)/$1.dmesg" > /run/splats; then
		head -n 10 /run/splats | diag_stdin
		not_ok "kernel log of guest $1 is clean"
	else
		ok "kernel log of guest $1 is clean"
	fi
}

# --- after a case ----------------------------------------------------------

clean_up() {
	local f d
	for f in /run/*.pid /run/*.hold; do
		[ ! -e "$f" ] || kill -KILL "$(cat "$f")" 2> /dev/null
		rm -f "$f"
	done
	rm -f /run/*.in /run/*.n
	sleep 0.3
	for d in /sys/bus/vdpa/devices/*; do
		[ ! -e "$d" ] || timeout 20 vdpa dev del "$(basename "$d")"
	done
	rmdir /sys/kernel/config/vdpa_iommu/*/endpoints/* 2> /dev/null
	for d in /sys/kernel/config/vdpa_gpu/*/ /sys/kernel/config/vdpa_iommu/*/; do
		[ ! -d "$d" ] || rmdir "$d"
	done
}
