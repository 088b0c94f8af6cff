# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The conformance runner over vhost-vdpa, with KASAN looking on. Its lines are
# passed on.

load_modules
check "device is created" gpu_add gpu0
check "vhost-vdpa binds" eventually vhost_of gpu0
_device=$(vhost_of gpu0)
"$CONFORM" --device "$_device" >/run/out/conform.tap 2>/run/tmp/conform.err
_status=$?
grep -E '^(ok|not ok|#)' /run/out/conform.tap |
	sed -E 's/^(ok|not ok) [0-9]+ (- )?/\1 /' | note
check "all of its tests passed" test $_status = 0 || note </run/tmp/conform.err
