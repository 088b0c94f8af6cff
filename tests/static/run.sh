#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks that need no kernel and run nothing of ours: the include map, licences,
# uapi, kernel style and kernel-doc, scripts, manuals, spelling; and whether the
# checks themselves can fail. TAP on stdout, exit 1 when one failed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cache=${VDPA_SOFT_CACHE:-$HOME/.cache/vdpa-soft}
work=$top/out/static
mkdir -p "$work"
cd "$top"

"$top/tests/lib/deps.sh" base user static >&2

number=0
failed=0
result() { # "ok" or "not ok", NAME
	number=$((number + 1))
	[ "$1" = ok ] || failed=$((failed + 1))
	echo "$1 $number - $2"
}

# check NAME COMMAND...: green when the command succeeds and says nothing.
check() {
	_name=$1
	shift
	if "$@" > "$work/log" 2>&1 && [ ! -s "$work/log" ]; then
		result ok "$_name"
	else
		result "not ok" "$_name"
		head -n 60 "$work/log" | sed 's/^/# /'
	fi
}

skip() { # NAME REASON
	number=$((number + 1))
	echo "ok $number - $1 # SKIP $2"
}

# Tracked files, and those that a commit might add.
files() { git ls-files -co --exclude-standard -- "$@" | sort -u; }

scripts() {
	files | while IFS= read -r _file; do
		[ -f "$_file" ] && case $(head -n 1 "$_file" | tr -d '\0') in
		'#!'*/sh* | '#!'*/bash*) echo "$_file" ;;
		*)	head -n 3 "$_file" | grep -aq '^# shellcheck shell=' &&
				echo "$_file" ;;
		esac
	done || :
}

# checkpatch comes with the kernel source that the UML runs are built from;
# without one in the cache it is fetched the same way.
kernel_scripts() {
	for _dir in "$cache"/linux/*/scripts; do
		[ -e "$_dir/checkpatch.pl" ] && echo "$_dir"
	done | sort -V | tail -n 1
}

fetch_kernel() {
	bash -c '. "$0/tests/kunit/uml-tree.sh" && uml_lock && uml_source' \
		"$top" >&2
}

check "everybody includes only whom the map allows" tools/check-includes
check "licences, URLs and line ends" "$here/check-text"
check "uapi headers compile alone and keep their sizes" "$here/check-uapi"

check "dkms.conf knows all modules" "$here/check-dkms"

# Debian's sh and busybox know "local" and "ulimit -l": SC3043, SC3045.
# shellcheck disable=SC2046
check "shellcheck has nothing to say" shellcheck -x -P SCRIPTDIR -S warning \
	-e SC3043,SC3045 $(scripts)

# shellcheck disable=SC2046
check "spelling" codespell -L inflight,nd $(files ':!LICENSE')

for page in $(files '*.1' '*.8'); do
	if command -v mandoc > /dev/null; then
		check "${page##*/} is a good manual page" \
			mandoc -T lint -W warning "$page"
	else
		skip "${page##*/} is a good manual page" "no mandoc"
	fi
done

[ -n "$(kernel_scripts)" ] || fetch_kernel || :
dir=$(kernel_scripts)
if [ -n "$dir" ]; then
	check "checkpatch --strict" \
		"$here/check-style" --checkpatch "$dir/checkpatch.pl"
	# shellcheck disable=SC2046
	check "kernel-doc" perl "$dir/kernel-doc" -none -Werror \
		$(files 'kernel/*.h' 'uapi/*.h')
	set -- --checkpatch "$dir/checkpatch.pl"
else
	result "not ok" "Debian's kernel source is there for checkpatch"
	set --
fi

"$here/selftest.py" "$@" > "$work/selftest" 2> "$work/selftest.err" || :
while IFS= read -r line; do
	case $line in
	"ok - "*) result ok "self: ${line#ok - }" ;;
	"not ok - "*) result "not ok" "self: ${line#not ok - }" ;;
	*) echo "$line" ;;
	esac
done < "$work/selftest"
check "the self-test runs to its end" cat "$work/selftest.err"

echo "1..$number"
[ "$failed" = 0 ]
