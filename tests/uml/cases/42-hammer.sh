# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Random requests and damaged rings for a while, KASAN looking on.

load_modules
check "device is created" \
	gpu_add gpu0 driver=vhost_vdpa blob=1 uuid=1 num_scanouts=4
check "vhost-vdpa binds" eventually vhost_of gpu0
_device=$(vhost_of gpu0)
for _seed in 1 2; do
	check "hammered, seed $_seed" \
		"$CONFORM" --device "$_device" --hammer $((5 * UML_TIMES)) --seed $_seed
done
check "it still works" "$CONFORM" --device "$_device" --quick --only 'GPU2D-REQ-5*'
