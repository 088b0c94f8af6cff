#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# First process of a guest with two GPUs that nothing is bound to, for
# gpu-bench --pci; does what the case says. The control group of all that
# serves this guest is on /run/host.
. /share/guest/lib.sh
stty -F /dev/console -echo -onlcr
# A device is told physical addresses: they must not change.
echo 0 > /proc/sys/vm/compact_unevictable_allowed
echo 12 > /proc/sys/vm/nr_hugepages
for function in 0000:00:05.0 0000:00:06.0; do
	bound=/sys/bus/pci/devices/$function/driver
	[ ! -e $bound ] || echo $function > $bound/unbind
done
mkdir /run/host
mount -t 9p -o trans=virtio,version=9p2000.L,cache=none,ro host /run/host
guest_obey
