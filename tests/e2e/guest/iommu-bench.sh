#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043
#
# First process of a guest whose function 00:05.0 sits behind a virtio-iommu and
# is driven by bench_iommu; does what the case says.
. /share/guest/lib.sh
function=0000:00:05.0
driver=/sys/bus/pci/drivers/bench_iommu

# domain_type DMA|DMA-FQ: strict, lazy. It changes without a driver only.
domain_type() {
	local type="/sys/bus/pci/devices/$function/iommu_group/type"
	[ "$(cat "$type")" != "$1" ] || return 0
	echo $function > $driver/unbind &&
	echo "$1" > "$type" &&
	echo $function > $driver/bind &&
	[ "$(cat "$type")" = "$1" ]
}

# measure FILE TAG [NAME]: every line is a sample; NAME for the file's name.
measure() {
	# shellcheck disable=SC2154
	sed "s/^$1/$2${3:-$1}/" "/sys/kernel/debug/bench_iommu/$1" > /run/measured &&
	[ -s /run/measured ] &&
	cat /run/measured >> "$dir/samples"
}

stty -F /dev/console -echo -onlcr
mount -t debugfs debug /sys/kernel/debug
[ -d /sys/bus/virtio/drivers/virtio_iommu ] || modprobe virtio_iommu
# shellcheck disable=SC2046
insmod /share/modules/bench_iommu.ko $(sed -n 's/.*bench_iommu\.\(count=[0-9]*\).*/\1/p' /proc/cmdline)
guest_obey
