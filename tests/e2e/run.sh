#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The bench: boots a KVM host (L1: Debian 13, its stock kernel and QEMU) in a
# virtual machine and runs cases in it, all in one boot. Prints TAP.
# usage: tests/e2e/run.sh [CASE...]   (default: every tests/e2e/cases/[0-9]*.sh)
#
# Logs and pictures: out/e2e/. Environment: BENCH_ACCEL=tcg|kvm|icount skips the
# probe, BENCH_SILENCE=N ends L1 after N seconds without a line (default 900).
set -u
. "$(dirname "$0")/../lib/common.sh"

here=$top/tests/e2e
dir=${BENCH_DIR:-$out/e2e}
share=$dir/share
silence=${BENCH_SILENCE:-900}

plan_failed() { echo "not ok 1 - bench: $1"; echo 1..1; exit 1; }

"$top/tests/lib/deps.sh" base bench kernel viot || plan_failed "install packages"
image=$("$top/tests/lib/roots.sh" bench) || plan_failed "make the bench's root"
rm -rf "$dir"
mkdir -p "$share"/{out,modules,bin}

SRC=$here/module "$top/tests/lib/build-modules.sh" 6.12 W=1 ||
	plan_failed "build the bench's own module"
if [ -e "$top/Kbuild" ] && [ -z "${BENCH_NO_BUILD:-}" ]; then
	"$top/tests/lib/build-modules.sh" 6.12 W=1 CONFIG_VDPA_IOMMU_TEST_ENDPOINT=y ||
		plan_failed "build the modules"
	"$top/tests/lib/build-user.sh" || plan_failed "build the programs"
fi
cp "$out"/modules/6.12-module/*.ko "$out"/modules/6.12/*.ko "$share/modules/" 2> /dev/null
cp "$out"/user-6.12/bin/* "$share/bin/" 2> /dev/null
cp -r "$here/cases" "$here/guest" "$here/lib.sh" "$here/host.sh" "$here/qemu-ids" "$share/"

"$top/tools/viot/vdpa-viot" --iommu 00:02.0 --endpoint 00:05.0 \
	-o "$share/viot.bin" || plan_failed "make a VIOT"

# The cases, each with the seconds after which it counts as stuck: a line
# "# limit: N" in the case, else 300.
cases=("$@")
[ $# -gt 0 ] || for c in "$here"/cases/[0-9]*.sh; do cases+=("$(basename "$c" .sh)"); done
for c in "${cases[@]}"; do
	[ -e "$here/cases/$c.sh" ] || plan_failed "there is no case $c"
	limit=$(sed -n 's/^# limit: //p' "$here/cases/$c.sh")
	echo "$c ${limit:-300}"
done > "$share/todo"

accel=${BENCH_ACCEL:-$("$here/probe-kvm.sh" "$image")}
case $accel in
kvm)	machine=(-accel kvm -cpu host) ;;
# For benchmarks: an instruction is a nanosecond, whatever else the machine does.
icount)	machine=(-accel "tcg,thread=single" -icount "shift=0,sleep=off" -cpu "max,+svm,-erms,-fsrm") ;;
# Without these two the kernel copies with unrolled moves; TCG emulates
# "rep movsb" byte by byte.
*)	machine=(-accel "tcg,thread=multi" -cpu "max,+svm,-erms,-fsrm") ;;
esac
echo "# L1 on $accel, kernel $(cat "$image/release")"

# QEMU comes from the image's own root: Debian 12's (7.2) loses a race between
# translating code and another CPU patching it, and then the kernel's static
# keys make L1 die of a stale int3. Fixed in 8.1.
#
# A periodic tick: on a busy machine TCG was seen to lose the one-shot timer
# interrupt of an idle CPU, which then slept on and kept RCU waiting for ever.
qemu=(qemu-system-x86_64 -M q35 "${machine[@]}" -smp 2 -m "${BENCH_MEM:-3G}"
	-nodefaults -display none -no-reboot
	-kernel "$image/vmlinuz" -initrd "$image/initrd"
	-append "console=ttyS0 loglevel=7 panic=-1 mitigations=off nowatchdog nohz=off highres=off rcupdate.rcu_cpu_stall_suppress=1 bench.run=/share/host.sh"
	-drive "file=$image/rootfs.ext4,format=raw,if=virtio,readonly=on"
	-virtfs "local,path=$share,mount_tag=share,security_model=none"
	-serial "file:$dir/console.log" -serial stdio)

exec 7< <(in_root "$image/root" nice "${qemu[@]}" 2> "$dir/qemu.log" < /dev/null)
pid=$!
trap 'kill -KILL $pid 2> /dev/null' EXIT
count=0 last="boot" plan=
while true; do
	IFS= read -r -t "$silence" line <&7
	rc=$?
	if [ $rc -gt 128 ]; then why="said nothing for $silence s"; break; fi
	if [ $rc != 0 ]; then why="ended"; break; fi
	line=${line%$'\r'}
	echo "$line"
	case $line in
	ok*|"not ok"*)	count=$((count + 1)) ;;
	"# case "*)	last=${line#\# case } ;;
	1..*)		plan=$line ;;
	esac
	case $line in "not ok"*) failed=1 ;; esac
done
kill -KILL $pid 2> /dev/null
if [ -z "$plan" ]; then
	grep -aE 'panic|BUG|Oops|RIP' "$dir/console.log" | tail -n 5 | sed 's/^/# /'
	sed 's/^/# /' "$dir/qemu.log" | tail -n 5
	echo "# logs: $dir"
	echo "not ok $((count + 1)) - bench: L1 $why in case $last"
	echo "1..$((count + 1))"
	exit 1
fi
[ -z "${failed:-}" ]
