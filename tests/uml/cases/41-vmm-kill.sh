# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# A VMM dies by SIGKILL at any moment; the next one finds a working device.

load_modules
check "device is created" gpu_add gpu0
check "vhost-vdpa binds" eventually vhost_of gpu0
_device=$(vhost_of gpu0)
killed() {
	for _ms in 005 01 02 03 05 08 1 15 2 3 4 6; do
		"$CONFORM" --device "$_device" >/dev/null 2>&1 &
		_vmm=$!
		sleep 0.$_ms
		kill -KILL $_vmm
		wait $_vmm
	done
	return 0
}
check "twelve VMMs are killed" killed
check "the device can be opened" sh -c ": <'$_device'"
check "the next VMM finds it in order" "$CONFORM" --device "$_device"
check "device is deleted" gpu_del gpu0
