#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Process 1 after the suites have run: what did they, or the code under test,
# forget to free? kmemleak wants objects to be five seconds old, and to see them
# twice.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null || {
	mount -t sysfs sysfs /sys
	mount -t debugfs debugfs /sys/kernel/debug
}
sleep 6
for _ in 1 2; do
	echo scan >/sys/kernel/debug/kmemleak
	sleep 1
done
echo "leaks: begin"
cat /sys/kernel/debug/kmemleak
echo "leaks: end"
# reboot(RB_POWER_OFF): the machine's poweroff wants an init system
exec perl -e 'syscall(169, 0xfee1dead, 672274793, 0x4321fedc, 0)'
