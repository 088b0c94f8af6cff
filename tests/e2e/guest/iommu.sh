#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# First process of a guest whose GPU (00:05.0) sits behind our IOMMU (00:02.0):
# says what its drivers made of that, draws a desktop (bench.animated on the
# command line: one that moves), and stays until the case makes NAME.stop.
. /share/guest/lib.sh
function=/sys/bus/pci/devices/0000:00:05.0

loaded=early
if [ ! -d /sys/bus/virtio/drivers/virtio_iommu ]; then
	loaded=late
	modprobe virtio_iommu
fi
guest_setup
# shellcheck disable=SC2154
{
	echo "loaded $loaded"
	echo "kernel $(uname -r)"
	echo "cpus $(nproc)"
	echo "driver $(basename "$(readlink /sys/bus/pci/devices/0000:00:02.0/virtio*/driver)")"
	echo "group $(basename "$(readlink $function/iommu_group)")"
	echo "type $(cat $function/iommu_group/type)"
	sed 's/^/region /' $function/iommu_group/reserved_regions
	for d in /sys/kernel/iommu_groups/*/devices/*; do
		echo "device $(basename "$d")"
	done
} > "$dir/$name.iommu"
echo guest-ready
animated=
! grep -q bench.animated /proc/cmdline || animated=--animated
# shellcheck disable=SC2086
desktop_start $animated && echo desktop-ready
until [ -e "$dir/$name.stop" ]; do
	if [ -e "$dir/$name.shoot" ]; then
		rm "$dir/$name.shoot"
		desktop_shot "$dir/$name.own.png"
		echo "shot-$(cat "$dir/$name.shots")"
	fi
	sleep 0.2
done
desktop_stop
echo desktop-gone
guest_exit
