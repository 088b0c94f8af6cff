# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The bench itself: floating point of user programs survives context switches
# (the xstate patch), and the vDPA tool talks to this kernel.

spin() { perl -e '$x = 1.5; $x = sqrt($x * $x + 1 / $_) for 1 .. 200000; print $x'; }

floats_survive() {
	_alone=$(spin)
	spin >/run/tmp/a & _a=$!
	spin >/run/tmp/b & _b=$!
	wait $_a $_b
	[ "$(cat /run/tmp/a)" = "$_alone" ] && [ "$(cat /run/tmp/b)" = "$_alone" ]
}

check "two programs keep their floating point" floats_survive
check "the vdpa tool reaches the kernel" vdpa mgmtdev show
check "a device that is not there is refused" fails vdpa dev del nothing
