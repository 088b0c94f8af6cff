#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Print kvm when /dev/kvm boots the bench's kernel, else tcg. A /dev/kvm that
# exists may fail at once, hang, or run a kernel into the ground: the probe
# looks for a sign of life from the first process within seconds.
# usage: probe-kvm.sh IMAGE-DIR
. "$(dirname "$0")/../lib/common.sh"
image=$1
log=$(mktemp)
if [ -w /dev/kvm ]; then
	in_root "$image/root" timeout -k 1 8 qemu-system-x86_64 -M q35 -accel kvm -cpu host -m 512 \
		-nodefaults -display none -no-reboot -kernel "$image/vmlinuz" \
		-initrd "$image/initrd" -serial stdio \
		-append "console=ttyS0 quiet panic=-1 bench.disk=/dev/none" \
		< /dev/null > "$log" 2>&1
	# The init of the bench has no such disk, says so and powers off.
	if grep -q 'bench-init: no /dev/none' "$log"; then
		echo kvm
		exit 0
	fi
	echo "probe-kvm: /dev/kvm cannot boot a stock kernel here ($(tail -n 1 "$log" | cut -c1-100)): using TCG" >&2
fi
rm -f "$log"
echo tcg
