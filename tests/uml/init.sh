#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Process 1 of the UML kernel: mounts, the cases in $UML_CASES (with commas)
# one by one, power off. Results go to /run/out (out/uml of the repository).
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /run
mount -t configfs configfs /sys/kernel/config
mount -t debugfs debugfs /sys/kernel/debug
mkdir -p /run/out /run/tmp
mount -t hostfs -o "$UML_TOP/out/uml" hostfs /run/out
export TMPDIR=/run/tmp HOME=/run/tmp
cd /run/tmp || exit 1
. "$UML_TOP/tests/uml/lib.sh"

# The scan finds only what is older than five seconds, so one at the end of
# each boot; its log lands in the last case.
for name in $(echo "$UML_CASES" | tr , " "); do
	echo "uml-case: $name" >/dev/kmsg
	_begin=$(seconds)
	(
		set -u
		# shellcheck source=/dev/null
		. "$UML_TOP/tests/uml/cases/$name.sh"
	) 2>"/run/out/$name.err" </dev/null
	status=$?
	[ $status = 0 ] || result "not ok" "runs to its last line (status $status)"
	clean_up
	[ "$name" != "${UML_CASES##*,}" ] || scan_for_leaks
	echo "$name: # $(($(seconds) - _begin)) s" >>"$TAP"
	echo "$name end" >>"$TAP"
done
echo "uml-case: end" >/dev/kmsg
# reboot(RB_POWER_OFF): the machine's poweroff wants an init system
exec perl -e 'syscall(169, 0xfee1dead, 672274793, 0x4321fedc, 0)'
