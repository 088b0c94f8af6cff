# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The KUnit suites as a module: unlike the built-in run of tests/kunit, memory
# they forget is found by the scan at the end of the boot.

passed() {
	dmesg | sed -n '/uml-case: 11-kunit/,$p' >/run/tmp/ktap
	grep -E '^(\[.*\] )? *not ok' /run/tmp/ktap && return 1
	grep -Eq '^(\[.*\] )?ok [0-9]+ ' /run/tmp/ktap
}

check "modules load" load_modules
check "the suites load" insmod $MOD/tests/kunit/vdpa_soft_kunit.ko
check "all suites passed" passed
