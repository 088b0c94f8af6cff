#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs in the test host L1, as its first process after the initramfs: every
# case of /share/todo in turn, TAP on the second serial port, logs in
# /share/out. Nothing here may outlive the machine, so it cleans up roughly.
PATH=/share/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH HOME=/root LC_ALL=C.UTF-8 XDG_RUNTIME_DIR=/run
exec > /share/out/host.log 2>&1
stty -F /dev/ttyS1 raw -echo
. /share/lib.sh

ulimit -l unlimited # every vDPA device pins the guest's memory again
ip link set lo up
mount -t debugfs debug /sys/kernel/debug
mount -t configfs config /sys/kernel/config 2> /dev/null ||
	{ modprobe configfs && mount -t configfs config /sys/kernel/config; }
/usr/lib/systemd/systemd-udevd --daemon
grep -qw vmx /proc/cpuinfo && modprobe kvm_intel
grep -qw svm /proc/cpuinfo && modprobe kvm_amd
[ -e /dev/kvm ] || diag "no /dev/kvm in L1: guests are emulated twice"
echo 0 > /run/tap-count
diag "L1 is up: $(uname -r), $(nproc) CPUs, $(cut -d. -f1 /proc/uptime) s"

while read -r case limit; do
	diag "case $case ($(cut -d. -f1 /proc/uptime) s)"
	mkdir -p "/share/out/$case"
	mark_dmesg
	echo "$case" > /run/case
	# A case that is stuck in the kernel cannot be killed: leave a trace of
	# where it sleeps before the watchdog outside ends the whole machine.
	( sleep "$limit" && echo w > /proc/sysrq-trigger ) &
	watch=$!
	timeout -k 5 "$((limit + 3))" sh -eu -c '. /share/lib.sh; . "$1"' \
		case "/share/cases/$case.sh" > "/share/out/$case/log" 2>&1 < /dev/null
	rc=$?
	kill $watch 2> /dev/null
	if [ $rc != 0 ]; then
		tail -n 5 "/share/out/$case/log" | diag_stdin
		not_ok "ended with status $rc"
	fi
	cat /sys/kernel/debug/vdpa_*/*/stats > "/share/out/$case/stats.end" 2> /dev/null
	clean_up
	check_dmesg
done < /share/todo
echo "1..$(cat /run/tap-count)" > /dev/ttyS1
sync
echo o > /proc/sysrq-trigger
sleep 30
