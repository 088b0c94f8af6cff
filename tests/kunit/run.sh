#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Our KUnit suites on UML, as TAP on stdout.
#
#   tests/kunit/run.sh [SUITE-GLOB[.CASE-GLOB]]
#
# Seconds when warm. The kernel's log is left in out/kunit/test.log. One tree
# and one build serve every clone: the lock keeps them apart, and a clone that
# is not the last one drops the last one's objects, whose times may be newer
# than its own sources.
set -uo pipefail

. "$(dirname "$0")/uml-tree.sh"

OUT=$UML_TOP/out/kunit
mkdir -p "$OUT"

uml_lock
rm -f "$OUT"/*.log
uml_kunit
"$UML_TOP/tools/overlay.sh" "$UML_SRC" || uml_die "cannot link into $UML_SRC"

: >"$UML_KUNIT.busy"
if [ "$(cat "$UML_KUNIT.clone" 2>/dev/null)" != "$UML_TOP" ]; then
	rm -rf "$UML_KUNIT/drivers/vdpa/soft"
	printf '%s\n' "$UML_TOP" >"$UML_KUNIT.clone"
fi
# kunit.py asks Kconfig again only when a fragment changed; ours may have.
rm -f "$UML_KUNIT/.config" "$UML_KUNIT/test.log"

common=(--arch=um "--build_dir=$UML_KUNIT")
build=("${common[@]}" "--jobs=$UML_JOBS" --make_options "${UML_MAKE[1]}"
	"--kunitconfig=$UML_CONFIG"
	"--kunitconfig=$UML_TOP/tests/kunit/vdpa.kunitconfig")

UML_NICE=0 uml_kunit_py build "${build[@]}" >"$OUT/build.log" 2>&1 || {
	sed 's/^/# /' "$OUT/build.log" | tail -n 60
	uml_die "the kernel does not build: $OUT/build.log"
}
rm -f "$UML_KUNIT.busy"
warnings=$(grep -c 'warning:' "$OUT/build.log")
# or the next run would compile nothing, see none and pass
[ "$warnings" = 0 ] || rm -rf "$UML_KUNIT/drivers/vdpa/soft"

UML_NICE=0 uml_kunit_py exec "${common[@]}" --timeout=240 "$@" \
	>"$OUT/kunit.log" 2>&1
rc=$?
cp "$UML_KUNIT/test.log" "$OUT/test.log" 2>/dev/null || : >"$OUT/test.log"

# Once more with a process 1 that asks kmemleak, which kunit.py cannot.
leaks=()
if [ $# -eq 0 ]; then
	leaks=(--leaks "$OUT/leaks.log")
	(uml_boot 120 "$UML_KUNIT/linux" "$UML_TOP/tests/kunit/leak-init.sh") \
		>"$OUT/leaks.log" 2>&1
fi
uml_unlock

python3 "$UML_TOP/tests/kunit/ktap2tap.py" --status "$rc" \
	--warnings "$warnings" "${leaks[@]}" <"$OUT/test.log"
