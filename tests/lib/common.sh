# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Sourced by every shell script under tests/: where things are, how a cache
# entry is made, how a chroot is entered.

top=$(cd "$(dirname "$0")" && git rev-parse --show-toplevel 2>/dev/null) ||
	top=$(cd "$(dirname "$0")/../.." && pwd)
out=$top/out
cache=${VDPA_SOFT_CACHE:-$HOME/.cache/vdpa-soft}
mkdir -p "$out" "$cache"

say() { echo "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# A short key for a cache entry: everything that the entry is made from goes in.
key_of() { cat "$@" | sha256sum | cut -c1-12; }

# Entries NAME-KEY-WEEK that were replaced a while ago: no run still uses those.
prune() {
	find "$cache" -maxdepth 1 -type d -mtime +10 ! -path "$1" \
		-name "$(basename "${1%-*-*}")-*" -exec rm -rf --one-file-system {} +
}

# cached NAME COMMAND...: run COMMAND with an empty directory as its last
# argument, once; print the directory's final place. A run that is killed
# half-way leaves only a .tmp behind, which the next run clears away.
cached() {
	_entry=$cache/$1; shift
	(
		flock 9
		if [ ! -e "$_entry" ]; then
			rm -rf --one-file-system "$_entry.tmp"
			mkdir -p "$_entry.tmp"
			"$@" "$_entry.tmp" >&2 || exit 1
			mv "$_entry.tmp" "$_entry"
			prune "$_entry"
		fi
	) 9> "$_entry.lock" || return 1
	echo "$_entry"
}

# Run a command in a chroot with a /proc of its own (newer objtool reads it),
# with the repository and the cache at their usual places. It dies with its
# caller.
# usage: in_root ROOT COMMAND...
in_root() {
	_root=$1; shift
	mkdir -p "$_root$top" "$_root$cache"
	# shellcheck disable=SC2016
	unshare --mount --pid --fork --kill-child --propagation private sh -c '
		root=$1 top=$2 cache=$3; shift 3
		mount --bind "$top" "$root$top" &&
		mount --bind "$cache" "$root$cache" &&
		mount -t proc proc "$root/proc" &&
		mount --rbind /dev "$root/dev" &&
		exec chroot "$root" env -i HOME=/root LC_ALL=C.UTF-8 \
			PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
	' in_root "$_root" "$top" "$cache" "$@"
}
