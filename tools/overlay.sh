#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Link this repository into a kernel tree as drivers/vdpa/soft, or undo it.
#
#   tools/overlay.sh KERNELTREE [--undo]
#
# Afterwards the tree's own tools see our code as part of it:
#
#   cd KERNELTREE
#   ./tools/testing/kunit/kunit.py run \
#       --kunitconfig=drivers/vdpa/soft/tests/kunit/uml-6.12.kunitconfig \
#       --kunitconfig=drivers/vdpa/soft/tests/kunit/vdpa.kunitconfig
#
# drivers/vdpa/soft is a folder of links, one per room: linking the repository
# itself would let kbuild walk into its .git and out/. Doing it twice, or from
# another clone, changes nothing but where the links point.
set -eu

usage() {
	echo "usage: ${0##*/} KERNELTREE [--undo]" >&2
	exit 2
}

[ $# -ge 1 ] && [ $# -le 2 ] || usage
[ $# -eq 1 ] || [ "$2" = --undo ] || usage
top=$(cd "$(dirname "$0")/.." && pwd)
vdpa=$1/drivers/vdpa
soft=$vdpa/soft
obj='obj-$(CONFIG_VDPA) += soft/'
src='source "drivers/vdpa/soft/kernel/Kconfig"'

[ -f "$vdpa/Makefile" ] && [ -f "$vdpa/Kconfig" ] || {
	echo "$1: no kernel tree with drivers/vdpa" >&2
	exit 1
}

# Whole new file by rename: the tree may be a farm of hard links, or in use.
drop_line() {
	grep -qxF -e "$2" "$1" || return 0
	grep -vxF -e "$2" "$1" >"$1.overlay"
	mv "$1.overlay" "$1"
}

add_line() {
	grep -qxF -e "$2" "$1" && return 0
	{ cat "$1"; printf '%s\n' "$2"; } >"$1.overlay"
	mv "$1.overlay" "$1"
}

if [ $# -eq 2 ]; then
	drop_line "$vdpa/Makefile" "$obj"
	drop_line "$vdpa/Kconfig" "$src"
	[ ! -d "$soft" ] || find "$soft" -maxdepth 2 -type l -delete
	[ ! -d "$soft" ] || find "$soft" -type d -empty -delete
	exit 0
fi

mkdir -p "$soft/tests"
for room in Kbuild kernel uapi tests/kunit; do
	ln -sfn "$top/$room" "$soft/$room"
done
# After "endif # VDPA": every symbol of ours depends on VDPA by itself.
add_line "$vdpa/Kconfig" "$src"
add_line "$vdpa/Makefile" "$obj"
