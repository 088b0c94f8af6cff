#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# End to end inside one User Mode Linux kernel, as TAP on stdout: our modules,
# virtio_vdpa and DRM virtio_gpu above them, real programs, KASAN and lockdep.
#
#   tests/uml/run.sh [CASE...]     CASE is a name in cases/ without .sh
#
# UML_TIMES=N in the environment: N times the usual rounds of what is random.
#
# The machine's own / is the root (hostfs, read-only), so what runs inside is
# what is installed here. Cases share a boot; when one takes the kernel down or
# falls silent, it fails and the rest get a fresh boot. Those that talk to
# vhost-vdpa (4*) mostly wait, because UML runs irq_work from its timer tick: they
# have a boot of their own beside the others, and so has the IOMMU's suite; what
# else befalls an IOMMU shares the others' boot, which is the shortest.
# Logs: out/uml/CASE.log (kernel), CASE.err (what the case said).
set -uo pipefail

. "$(dirname "$0")/../kunit/uml-tree.sh"

UML=$UML_TOP/tests/uml
OUT=$UML_TOP/out/uml
# seconds without a word from inside before it counts as a hang
LIMIT=${UML_LIMIT:-180}
TIMES=${UML_TIMES:-1}
KTAP=$UML_TOP/tests/kunit/ktap2tap.py

tap() { printf '%s - %s\n' "$1" "$2"; }

diag() { sed 's/^/#   /'; }

build_modules() {
	local mod=$OUT/mod

	mkdir -p "$mod"
	# A copy: objects of another kernel may lie beside the sources. Files
	# that changed get the time of the copy, or an edit made during the last
	# build would look older than its object.
	(cd "$UML_TOP" && rsync -rlc --delete --exclude='*.o' --exclude='*.ko' \
		--exclude='*.mod*' --exclude='.*' --exclude='modules.order' \
		--exclude='Module.symvers' --relative \
		Kbuild kernel uapi tests/kunit "$mod/") ||
		uml_die "cannot copy the sources"
	make -C "$UML_BASE" -j"$UML_JOBS" "${UML_MAKE[@]}" M="$mod" \
		CONFIG_VDPA_IOMMU_TEST_ENDPOINT=y modules >"$OUT/modules.log" 2>&1 || {
		tail -n 40 "$OUT/modules.log" | diag
		uml_die "the modules do not build: $OUT/modules.log"
	}
}

# compile OUTPUT SOURCE [FLAG...]
compile() {
	local output=$1 source=$2; shift 2

	gcc -O2 -D_GNU_SOURCE -Wall -Wextra -Werror -o "$OUT/$output" \
		"$UML/$source" "$@"
}

build_programs() {
	{
		make -C "$UML_TOP/userspace" &&
			make -C "$UML_TOP/tools/conform" &&
			compile fail-nth.so fail-nth.c -shared -fPIC &&
			compile png-crc png-crc.c -lpng -lz &&
			compile drm-draw drm-draw.c -I/usr/include/libdrm -ldrm -lz
	} >"$OUT/programs.log" 2>&1 || {
		tail -n 40 "$OUT/programs.log" | diag
		uml_die "the programs do not build: $OUT/programs.log"
	}
}

# boot GROUP CASE...
boot() {
	local group=$1 status IFS=,; shift

	rm -f "$OUT/tap.$group"
	uml_boot 3600 "$UML_BASE/linux" "$UML/init.sh" UML_TOP="$UML_TOP" \
		UML_GROUP="$group" UML_CASES="$*" UML_TIMES="$TIMES" \
		>"$OUT/console.$group" 2>&1 &
	pid=$!
	while sleep 1 && kill -0 $pid 2>/dev/null; do
		[ -n "$(find "$OUT" -maxdepth 1 -type f -newermt "-$LIMIT seconds" \
			-print -quit)" ] || kill -KILL $pid
	done
	# in braces: bash reports a killed job there
	{ wait $pid; } 2>/dev/null
	status=$?
	sed -i 's/\r$//' "$OUT/console.$group"
	return $status
}

# report GROUP STATUS CASE...: turn what one boot left into TAP; sets left to the
# cases still to run.
report() {
	local group=$1 status=$2 name splats why; shift 2

	left=
	while [ $# -gt 0 ]; do
		name=$1; shift
		grep -q "uml-case: $name\$" "$OUT/console.$group" || {
			left="$name $*"
			break
		}
		# the kernel's log from this case's marker to the next
		awk -v case="$name" '/uml-case: / { on = $NF == case } on' \
			"$OUT/console.$group" >"$OUT/$name.log"
		while IFS= read -r line; do
			case $line in
			"ok "*) tap ok "$name: ${line#ok }" ;;
			"not ok "*) tap "not ok" "$name: ${line#not ok }" ;;
			*) echo "#   $line" ;;
			esac
		done < <(sed -n "s/^$name: //p" "$OUT/tap.$group" 2>/dev/null)
		if ! grep -qx "$name end" "$OUT/tap.$group" 2>/dev/null; then
			why="the kernel went down"
			[ "$status" = 137 ] && why="nothing heard for $LIMIT s, killed"
			tap "not ok" "$name: comes to an end"
			{ echo "$why"; tail -n 25 "$OUT/$name.log"; } | diag
		fi
		if splats=$(python3 "$KTAP" --splats <"$OUT/$name.log"); then
			tap ok "$name: log is clean"
		else
			tap "not ok" "$name: log is clean"
			diag <<<"$splats"
			diag <<<"see $OUT/$name.log"
		fi
	done
}

# run_group GROUP CASE...: TAP without numbers
run_group() {
	local group=$1 status left; shift

	left=$*
	while [ -n "${left// /}" ]; do
		# shellcheck disable=SC2086
		set -- $left
		boot "$group" "$@"
		status=$?
		report "$group" "$status" "$@"
		# not even the first case began: no use in trying again
		if [ "${left%% *}" = "$1" ]; then
			tap "not ok" "the UML kernel boots"
			tail -n 30 "$OUT/console.$group" | diag
			break
		fi
	done
}

# Groups die with this script, their kernels with them.
trap 'kill $(jobs -p) 2>/dev/null' EXIT
trap 'exit 130' INT TERM HUP

mkdir -p "$OUT"
# a second run in this clone would write into the same folder
exec 8>"$OUT/.lock"
flock -n 8 || {
	uml_say "waiting for another run in this clone"
	flock 8
}
rm -f "$OUT"/{tap,console,leaks,group,conform}* "$OUT"/*.log "$OUT"/*.err "$OUT"/*.png
"$UML_TOP/tests/lib/deps.sh" user || uml_die "packages are missing"
uml_lock
uml_base
uml_unlock
build_modules
build_programs

[ $# -gt 0 ] || mapfile -t all < <(basename -s .sh -a "$UML"/cases/*.sh)
waiting=() working=() iommu=()
for case in "${@:-${all[@]}}"; do
	case $case in
	4*-conform-iommu) iommu+=("$case") ;;
	4*-iommu) working+=("$case") ;;
	4*) waiting+=("$case") ;;
	*) working+=("$case") ;;
	esac
done
run_group 1 "${waiting[@]}" >"$OUT/group1" &
run_group 2 "${working[@]}" >"$OUT/group2" &
run_group 3 "${iommu[@]}" >"$OUT/group3" &
wait
cat "$OUT/group2" "$OUT/group1" "$OUT/group3" | awk '
	/^(not )?ok - / { sub(/ - /, " " ++n " - "); bad += /^not/ }
	{ print }
	END { print "1.." n + 0; exit !n || bad > 0 }'
