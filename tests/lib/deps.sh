#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Every Debian package that a build or a test needs on the machine itself, in
# groups, in one place. Usage: tests/lib/deps.sh GROUP...
#
# Costs one dpkg-query when all is there, and calls apt only otherwise. What
# the test host (L1) and the build chroots hold is listed in roots.sh.
set -eu

packages() {
	case "$1" in
	base)	echo ca-certificates make gcc libc6-dev git pkg-config util-linux ;;
	user)	echo g++ libdrm-dev libpng-dev ;;
	viot)	echo python3 ;;
	conform)	echo python3 ;;
	static)	echo sparse codespell mandoc shellcheck perl python3 ;;
	# A User Mode Linux kernel from Debian's linux-source.
	kernel)	echo flex bison bc libelf-dev libssl-dev python3 xz-utils bzip2 \
			     rsync kmod cpio ;;
	# What the UML runs add: a compiler cache, and the vdpa tool for inside.
	uml)	echo ccache iproute2 perl-base ;;
	# The roots of the bench; its emulator comes with them.
	bench)	echo mmdebstrap debian-archive-keyring e2fsprogs \
			     cpio xz-utils kmod ;;
	*)	echo "deps.sh: no group $1" >&2; exit 2 ;;
	esac
}

want=$(for g in "$@"; do packages "$g"; done | tr ' ' '\n' | sort -u)
missing=
for p in $want; do
	case $(dpkg-query -W -f '${db:Status-Abbrev}' "$p" 2>/dev/null) in
	ii*) ;;
	*)   missing="$missing $p" ;;
	esac
done
[ -n "$missing" ] || exit 0

echo "installing:$missing" >&2
if [ "$(id -u)" != 0 ]; then
	echo "deps.sh: needs root to install:$missing" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
lock='-o DPkg::Lock::Timeout=900'
# Another stage may be refreshing the package lists at the same moment.
exec 9> "${TMPDIR:-/tmp}/vdpa-soft-deps.lock"
flock 9
# shellcheck disable=SC2086
apt-get -qq $lock update >&2 || echo "deps.sh: apt-get update failed, trying with the lists at hand" >&2
# shellcheck disable=SC2086
apt-get -qq -y $lock --no-install-recommends install $missing >&2
