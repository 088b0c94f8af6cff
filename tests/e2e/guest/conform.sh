#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# First process of a guest: the conformance runner against the PCI function
# 0000:00:05.0, without any driver in between. Results: NAME.tap in the case's
# directory. bench.foreign on the command line: somebody else's device;
# bench.endpoint=N, each: one that an IOMMU has; bench.behind=FUNCTION: a GPU
# that is the first of them; bench.only=GLOB: some cases only.
. /share/guest/lib.sh
function=0000:00:05.0
behind=
options=
set -f # globs are the runner's
for word in $(cat /proc/cmdline); do
	case $word in
	bench.foreign*)		options="$options --foreign" ;;
	bench.endpoint=*)	options="$options --endpoint ${word#*=}" ;;
	bench.behind=*)		behind=${word#*=}
				options="$options --behind $behind" ;;
	bench.only=*)		options="$options --only ${word#*=}" ;;
	esac
done
# The device is told physical addresses: they must not change.
echo 0 > /proc/sys/vm/compact_unevictable_allowed
echo 8 > /proc/sys/vm/nr_hugepages
for f in $function $behind; do
	bound=/sys/bus/pci/devices/$f/driver
	[ ! -e "$bound" ] || echo "$f" > "$bound/unbind"
done
echo guest-ready
# shellcheck disable=SC2086,SC2154
vdpa-conform --pci $function --quick --timeout 5000 $options \
	> "$dir/$name.tap" 2> "$dir/$name.err"
echo "conform-done-$?"
guest_exit
