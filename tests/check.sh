#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# All tests. Each stage is an executable that prints TAP; two lanes of stages
# run side by side. Output in out/check/STAGE.{tap,log}; the last line here is
# "N passed, N failed, N skipped".
# usage: tests/check.sh [STAGE...]
set -u
. "$(dirname "$0")/lib/common.sh"

tests=$top/tests
declare -A run=(
	[static]=$tests/static/run.sh
	[user]=$tests/user/run.sh
	[modules]=$tests/lib/check-modules.sh
	[kunit]=$tests/kunit/run.sh
	[uml]=$tests/uml/run.sh
	[e2e]=$tests/e2e/run.sh
	[conform]=$tests/e2e/conform.sh
)
# The first lane's kernels keep one core busy, the second lane the other.
# "user" comes before both: it builds programs that both use.
first=(user)
lanes=("kunit uml" "static modules e2e conform")

wanted=("$@")
[ $# -gt 0 ] || read -ra wanted <<< "${first[*]} ${lanes[*]}"
dir=$out/check
rm -rf "$dir"
mkdir -p "$dir"
start=$SECONDS
missing=
clock() { printf '%d:%02d' $((($1) / 60)) $((($1) % 60)); }

is_wanted() { [[ " ${wanted[*]} " == *" $1 "* ]]; }

run_stage() {
	local name=$1 began=$SECONDS rc
	is_wanted "$name" || return 0
	[[ $missing != *" $name "* ]] || return 0
	echo "[$(clock $((SECONDS - start)))] $name ..."
	timeout -k 10 2400 "${run[$name]}" > "$dir/$name.tap" 2> "$dir/$name.log" < /dev/null
	rc=$?
	echo $rc > "$dir/$name.rc"
	echo "[$(clock $((SECONDS - start)))] $name: $(judge "$name") in $(clock $((SECONDS - began)))"
}

count() { grep -cE "$2" "$dir/$1.tap"; }

# What a stage is worth, as "N passed, N failed, N skipped". It fails once more
# when it died, or when its plan is missing or does not say what it printed.
judge() {
	local name=$1 rc ok bad skip plan more=0
	rc=$(cat "$dir/$name.rc")
	skip=$(count "$name" '^ok .*# SKIP')
	ok=$(($(count "$name" '^ok ') - skip))
	bad=$(count "$name" '^not ok ')
	plan=$(sed -nE 's/^1\.\.([0-9]+)$/\1/p' "$dir/$name.tap" | tail -n 1)
	: > "$dir/$name.why"
	if [ "$rc" != 0 ] && [ "$bad" = 0 ]; then
		echo "ended with status $rc" >> "$dir/$name.why"
	elif [ -z "$plan" ]; then
		echo "printed no plan" >> "$dir/$name.why"
	elif [ "$plan" != $((ok + bad + skip)) ]; then
		echo "planned $plan tests and ran $((ok + bad + skip))" >> "$dir/$name.why"
	elif [ "$plan" = 0 ]; then
		echo "ran no test" >> "$dir/$name.why"
	fi
	[ ! -s "$dir/$name.why" ] || more=1
	echo "$ok passed, $((bad + more)) failed, $skip skipped"
}

for name in "${wanted[@]}"; do
	[ -n "${run[$name]:-}" ] || die "no stage $name: ${!run[*]}"
	if [ ! -x "${run[$name]}" ]; then
		echo "not ok 1 - ${run[$name]} is missing" > "$dir/$name.tap"
		echo 1..1 >> "$dir/$name.tap"
		echo 1 > "$dir/$name.rc"
		missing+=" $name "
	fi
done

# "conform" need not boot the bench again when "e2e" has just done so.
is_wanted e2e && export E2E_DONE=1
for name in "${first[@]}"; do run_stage "$name"; done
for lane in "${lanes[@]}"; do
	( for name in $lane; do run_stage "$name"; done ) &
done
wait

passed=0 failed=0 skipped=0
for name in "${wanted[@]}"; do
	if [ ! -e "$dir/$name.rc" ]; then
		echo 127 > "$dir/$name.rc"
		touch "$dir/$name.tap" "$dir/$name.log"
	fi
	read -r p _ f _ s _ <<< "$(judge "$name")"
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	sed -n "s/^ok [0-9]* *-* */  skipped: $name: /; /# SKIP/p" "$dir/$name.tap"
	[ "$f" = 0 ] && continue
	echo "--- $name: $dir/$name.tap, $dir/$name.log"
	grep -E -A 12 '^not ok ' "$dir/$name.tap" | head -n 100
	if [ -s "$dir/$name.why" ]; then
		echo "not ok - $name $(cat "$dir/$name.why")"
		tail -n 20 "$dir/$name.log"
	fi
done
echo "in $(clock $((SECONDS - start)))"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
