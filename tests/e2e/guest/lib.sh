# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Sourced by the scripts that run as the first process of a guest (L2).
PATH=/share/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH HOME=/root LC_ALL=C.UTF-8 XDG_RUNTIME_DIR=/run
name=$(sed -n 's/.*bench.name=\([^ ]*\).*/\1/p' /proc/cmdline)
dir=$(sed -n 's/.*bench.dir=\([^ ]*\).*/\1/p' /proc/cmdline)

guest_setup() {
	stty -F /dev/console -echo -onlcr
	mount -t debugfs debug /sys/kernel/debug
	/usr/lib/systemd/systemd-udevd --daemon
	udevadm trigger --subsystem-match=drm --subsystem-match=virtio --subsystem-match=graphics
	udevadm settle
}

guest_exit() {
	dmesg > "$dir/$name.dmesg"
	sync
	echo guest-exit
	echo b > /proc/sysrq-trigger
	sleep 60
}
