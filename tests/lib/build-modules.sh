#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Build the modules against a Debian kernel's headers, in that Debian's chroot.
# usage: tests/lib/build-modules.sh 6.12|sid [MAKE-VARIABLE...]
#
# The modules land in out/modules/<6.12|sid>/. Works on a copy of the sources,
# because kbuild of 6.12 writes beside them and two kernels are built from one
# tree. Any warning (compiler, W=1, sparse, modpost) fails. SRC=DIR builds
# another folder that has a Kbuild.
set -eu
. "$(dirname "$0")/common.sh"

flavour=${1:?usage: build-modules.sh 6.12|sid [MAKE-VARIABLE...]}; shift
root=$("$top/tests/lib/roots.sh" "build-$flavour")
src=${SRC:-$top}
work=$out/build/$flavour${SRC:+-$(basename "$SRC")}
dest=$out/modules/$flavour${SRC:+-$(basename "$SRC")}
log=$out/log/modules-$flavour${SRC:+-$(basename "$SRC")}.log
mkdir -p "$work" "$dest" "$out/log"

"$top/tests/lib/deps.sh" kernel
[ -e "$src/Kbuild" ] || die "no Kbuild in $src"
if [ -n "${SRC:-}" ]; then
	rsync -a "$src/" "$work/"
else
	# Objects of the last build stay, so that this one is incremental.
	rsync -a --delete --exclude='*.o' --exclude='*.ko' --exclude='*.mod' \
		--exclude='*.mod.c' --exclude='.*' --exclude='modules.order' \
		--exclude='Module.symvers' \
		"$src/Kbuild" "$src/kernel" "$src/uapi" "$work/"
fi
headers=$(cd "$root/usr/src" && ls -d linux-headers-*-amd64)

say "modules for ${headers#linux-headers-} ($*)"
set +e
in_root "$root" make -C "/usr/src/$headers" -j"$(nproc)" M="$work" \
	"$@" modules > "$log" 2>&1
rc=$?
set -e
# The messages name the copy: show the place to edit instead.
sed -i "s#$work/#$src/#g" "$log"
# A distribution's headers come without vmlinux: no BTF, and kbuild says so.
warnings=$(grep -nE 'warning|WARNING|error:|ERROR|sparse is not available' "$log" |
	grep -v 'the compiler differs from the one used' || :)
if [ $rc != 0 ] || [ -n "$warnings" ]; then
	cat "$log" >&2
	die "rc $rc for $flavour, warnings: ${warnings:-none}"
fi
rm -f "$dest"/*.ko
find "$work" -name '*.ko' -exec cp -t "$dest" {} +
say "built: $(cd "$dest" && echo *.ko)"
