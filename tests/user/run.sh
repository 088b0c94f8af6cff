#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Unit tests of the userspace programs, under the address and undefined-
# behaviour sanitizers. TAP on stdout, exit 1 when a test failed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
log=$top/out/user-tests/build.log
mkdir -p "$top/out/user-tests"

"$top/tests/lib/deps.sh" base user viot >&2

number=0
failed=0
result() { # "ok" or "not ok", NAME
	number=$((number + 1))
	[ "$1" = ok ] || failed=$((failed + 1))
	echo "$1 $number - $2"
}

build() {
	make -s -C "$top/userspace" -j2 &&
		make -s -C "$top/userspace" SANITIZE=1 -j2 &&
		make -s -C "$here" -j2
}

if ! build > "$log" 2>&1; then
	sed 's/^/# /' "$log" | tail -n 40
	result "not ok" "userspace builds"
	echo "1..$number"
	exit 1
fi
result ok "userspace builds"

export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0
for test in "$here"/test_*.c "$here"/test_*.py; do
	name=$(basename "$test")
	program=$top/out/user-tests/${name%.c}
	[ "$name" = "${name%.py}" ] || program=$test
	text=$top/out/user-tests/$name.log
	rc=0
	timeout -s KILL 60 "$program" > "$text" 2> "$text.err" || rc=$?
	while IFS= read -r line; do
		case $line in
		"ok - "*) result ok "${line#ok - }" ;;
		"not ok - "*) result "not ok" "${line#not ok - }" ;;
		esac
	done < "$text"
	# 1 is its own verdict; anything else, or words of a sanitizer, is a crash.
	if [ "$rc" -gt 1 ] || { [ "$rc" = 1 ] && ! grep -q '^not ok' "$text"; } ||
	   ! grep -q '^ok' "$text" || grep -qE 'Sanitizer|runtime error' "$text.err"; then
		sed 's/^/# /' "$text.err" | head -n 40
		result "not ok" "$name runs to its end (exit $rc)"
	fi
done

echo "1..$number"
[ "$failed" = 0 ]
