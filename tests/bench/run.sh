#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Benchmarks on the bench host, out/bench.json. Two boots of the same thing, for
# the GPU and for the IOMMU: one by the clock, one in which the clock counts
# instructions (QEMU's -icount), which says the same number on a busy machine. A
# boot on KVM has only the former. Prints TAP, whose tests are whether it could
# be measured; no test depends on a time.
# usage: tests/bench/run.sh [time|insns|iommu|iommu-insns]...
set -u
. "$(dirname "$0")/../lib/common.sh"

boots=("$@")
[ $# -gt 0 ] || boots=(time insns iommu iommu-insns)
dir=$out/bench
mkdir -p "$dir"

"$top/tests/lib/deps.sh" base bench kernel || die "install packages"
"$top/tests/lib/build-user.sh" || die "build the programs"
root=$("$top/tests/lib/roots.sh" build-6.12) || die "make the build root"
work=$out/user-6.12
mkdir -p "$work/bench"
# shellcheck disable=SC2016
in_root "$root" sh -ec '
	cd "$1"
	make -C tools/bench BUILD="$2/bench" CONFORM="$2/conform"
	cp "$2/bench/gpu-bench" "$2/bin/"
' build-bench "$top" "$work" > "$out/log/bench.log" 2>&1 || {
	cat "$out/log/bench.log" >&2
	die "gpu-bench does not build"
}

failed=0
for boot in "${boots[@]}"; do
	case $boot in
	time)	accel=${BENCH_ACCEL:-} case=measure ;;
	insns)	accel=icount case=measure-insns ;;
	iommu)	accel=${BENCH_ACCEL:-} case=measure-iommu ;;
	iommu-insns) accel=icount case=measure-iommu-insns ;;
	*)	die "usage: run.sh [time|insns|iommu|iommu-insns]..." ;;
	esac
	rm -rf "${dir:?}/$boot"
	echo "# boot: $boot"
	BENCH_ACCEL=$accel BENCH_DIR=$dir/l1 BENCH_SILENCE=1500 \
		"$top/tests/e2e/run.sh" "$case" | tee "$dir/$boot.tap" || failed=1
	[ "${PIPESTATUS[0]}" = 0 ] || failed=1
	mkdir -p "$dir/$boot"
	cp "$dir/l1/share/out/$case/"* "$dir/$boot/"
	sed -n 's/^# L1 on \([^,]*\).*/\1/p' "$dir/$boot.tap" > "$dir/$boot/accel"
done
"$top/tests/bench/report.py" "$dir" "$out/bench.json" || failed=1
exit $failed
