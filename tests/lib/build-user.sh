#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Build the programs that the bench runs against the bench's own libraries, in
# the Debian 13 build chroot: out/user-6.12/bin/. Warnings are errors in the
# makefiles themselves.
set -eu
. "$(dirname "$0")/common.sh"

root=$("$top/tests/lib/roots.sh" build-6.12)
work=$out/user-6.12
log=$out/log/user-6.12.log
mkdir -p "$work/bin" "$work/conform" "$out/log"

# shellcheck disable=SC2016
if ! in_root "$root" sh -ec '
	top=$1 work=$2 jobs=$3
	cd "$top"
	make -C userspace -j"$jobs" BUILD="$work/userspace" \
		BIN="$work/bin/vdpa-gpu-viewer" IOTLB="$work/bin/vdpa-iotlb"
	make -C tools/conform -j"$jobs" BUILD="$work/conform"
	cp "$work/conform/vdpa-conform" "$work/bin/"
	gcc -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -o "$work/bin/iotlb-net" \
		tests/e2e/iotlb/*.c
	for tool in drm-draw png-crc; do
		gcc -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -o "$work/bin/$tool" \
			"tests/uml/$tool.c" $(pkg-config --cflags --libs libdrm libpng zlib)
	done
' build-user "$top" "$work" "$(nproc)" > "$log" 2>&1; then
	cat "$log" >&2
	die "the programs do not build"
fi
say "programs: $(cd "$work/bin" && echo *)"
