# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# A VMM dies by SIGKILL at any moment; the next one finds a working device.

load_modules
check "device is created" gpu_add gpu0 driver=vhost_vdpa
check "vhost-vdpa binds" eventually vhost_of gpu0
_device=$(vhost_of gpu0)

killed() {
	for _round in $(seq "$UML_TIMES"); do
		for _s in 0.01 0.03 0.05 0.08 0.1 0.15 0.2 0.3 0.4 0.6 1 2; do
			"$CONFORM" --device "$_device" --hammer 60 \
				--seed "$_round" >/dev/null 2>&1 &
			_vmm=$!
			sleep $_s
			kill -KILL $_vmm
			wait $_vmm 2>/dev/null
		done
	done
	return 0
}
check "twelve VMMs are killed" killed
check "the next VMM finds it in order" \
	"$CONFORM" --device "$_device" --quick --only 'GPU2D*'
check "device is deleted" gpu_del gpu0
