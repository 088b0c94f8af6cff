# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Every allocation on the way to a device fails once. The injection counts the
# vdpa tool's own allocations, too: hence the many rounds.

FAIL=/sys/kernel/debug/failslab
echo N >$FAIL/ignore-gfp-wait
# a dump for each would hide what matters
echo 0 >$FAIL/verbose

# nth N COMMAND...: its Nth allocation fails
nth() { perl -e 'open my $f, ">", "/proc/self/fail-nth" or die; syswrite $f, shift; exec @ARGV' "$@"; }

# with vhost_vdpa, so that no guest driver of the kernel is on the way
device_rounds() {
	gpu_config gpu0 driver=vhost_vdpa || return 1
	_made=0
	for _n in $(seq 1 400); do
		nth "$_n" vdpa dev add name gpu0 mgmtdev vdpa_gpu 2>/dev/null
		[ -e /sys/bus/vdpa/devices/gpu0 ] || continue
		_made=$((_made + 1))
		vdpa dev del gpu0 || return 1
		[ ! -e /dev/vdpa-gpu/gpu0.view ] || return 1
	done
	echo "$_made of 400 rounds made a device"
	[ $_made -gt 0 ] && [ $_made -lt 400 ]
}

group_rounds() {
	for _n in $(seq 1 80); do
		nth "$_n" mkdir "$CONFIG/gpu1" 2>/dev/null && rmdir "$CONFIG/gpu1"
	done
	[ ! -e "$CONFIG/gpu1" ]
}

load_modules
check "configuration" group_rounds
check "device" device_rounds
check "and without failures it is made" vdpa dev add name gpu0 mgmtdev vdpa_gpu
