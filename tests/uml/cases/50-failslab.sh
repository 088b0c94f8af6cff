# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Allocations on the way to a device, to its deletion and to its configuration
# fail one by one; what was begun is undone each time. Where there are many,
# $ROUNDS of them, evenly spread, have to do: most are the driver core's.
ROUNDS=40

for _fault in failslab fail_page_alloc; do
	[ -d /sys/kernel/debug/$_fault ] || continue
	echo N >/sys/kernel/debug/$_fault/ignore-gfp-wait
	# a dump for each would hide what matters
	echo 0 >/sys/kernel/debug/$_fault/verbose
done
[ ! -d /sys/kernel/debug/fail_page_alloc ] ||
	echo 0 >/sys/kernel/debug/fail_page_alloc/min-order

# vdpa_nth N ARGUMENT...: the vdpa tool, the Nth allocation failing
vdpa_nth() {
	_nth=$1; shift
	FAIL_NTH=$_nth LD_PRELOAD=/run/out/fail-nth.so vdpa "$@" \
		>/run/tmp/left 2>/run/tmp/left.err
}

# left_of FILE: what remained of the count
left_of() { sed -n 's/^left //p' "$1"; }

# a request without a failure tells how many allocations there are
step_for() {
	vdpa_nth 1000000 "$@" && _all=$((1000000 - $(left_of /run/tmp/left))) ||
		return 1
	echo "$* makes $_all allocations"
	[ $_all -gt 3 ] && _step=$((_all / ROUNDS + 1))
}

gone() {
	for _left in /sys/bus/vdpa/devices/gpu0 /sys/class/*/gpu0.view \
		/sys/kernel/debug/vdpa_soft/gpu0; do
		[ ! -e $_left ] || {
			echo "round $_n left $_left"
			return 1
		}
	done
}

# with vhost_vdpa, so that no guest driver of the kernel is on the way
add_rounds() {
	gpu_config gpu0 driver=vhost_vdpa &&
		step_for dev add name gpu0 mgmtdev vdpa_gpu &&
		vdpa dev del gpu0 || return 1
	for _n in $(seq 1 $_step $_all); do
		vdpa_nth "$_n" dev add name gpu0 mgmtdev vdpa_gpu
		# whatever the tool thinks: the answer may be what failed
		[ ! -e /sys/bus/vdpa/devices/gpu0 ] || vdpa dev del gpu0 || return 1
		gone || return 1
	done
}

# Deleting must not depend on memory; the answer to the tool may, and devtmpfs
# does: it keeps the node of a device whose name it could not print.
del_rounds() {
	vdpa dev add name gpu0 mgmtdev vdpa_gpu && step_for dev del gpu0 || return 1
	for _n in $(seq 1 $_step $_all); do
		vdpa dev add name gpu0 mgmtdev vdpa_gpu || return 1
		vdpa_nth "$_n" dev del gpu0
		[ ! -e /sys/bus/vdpa/devices/gpu0 ] || vdpa dev del gpu0
		gone || return 1
		rm -f /dev/vdpa-gpu/gpu0.view
	done
}

mkdir_nth() {
	perl -e '
		my ($n, $dir) = @ARGV;
		open my $f, "+<", "/proc/thread-self/fail-nth" or die;
		syswrite $f, $n;
		mkdir $dir;
		sysseek $f, 0, 0;
		sysread $f, my $left, 16;
		syswrite $f, "0";
		print "left $left"' "$1" "$CONFIG/gpu1" >/run/tmp/left
}

group_rounds() {
	for _n in $(seq 1 500); do
		mkdir_nth "$_n"
		[ ! -d "$CONFIG/gpu1" ] || rmdir "$CONFIG/gpu1" || return 1
		[ "$(left_of /run/tmp/left)" = 0 ] || break
	done
	echo "$_n rounds: $(cat /run/tmp/left)"
	[ "$(left_of /run/tmp/left)" -gt 0 ] && [ "$_n" -gt 3 ]
}

load_modules
check "allocations of a configuration fail" group_rounds
check "allocations of a device fail" add_rounds
check "allocations of a deletion fail" del_rounds
check "without failures it is made" vdpa dev add name gpu0 mgmtdev vdpa_gpu
