# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# A VMM dies by SIGKILL at any moment; the next one finds a working device.

load_modules
check "device is created" gpu_add gpu0 driver=vhost_vdpa
check "vhost-vdpa binds" eventually vhost_of gpu0
_device=$(vhost_of gpu0)

check "twelve VMMs are killed" vmms_killed --device "$_device"
check "the next VMM finds it in order" \
	"$CONFORM" --device "$_device" --quick --only 'GPU2D*'
check "device is deleted" gpu_del gpu0
