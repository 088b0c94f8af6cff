# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The conformance runner over vhost-vdpa, with KASAN looking on: a plain device,
# then one with every option.

# conform_gpu DEVICE OPTION...
conform_gpu() {
	_gpu=$1; shift
	conform --device "$(vhost_of "$_gpu")" \
		--view "/dev/vdpa-gpu/$_gpu.view" "$@"
}

load_modules
check "device is created" gpu_add gpu0 driver=vhost_vdpa
check "vhost-vdpa binds" eventually vhost_of gpu0
check "all of its tests passed" conform_gpu gpu0 --quick
check "device is deleted" gpu_del gpu0

check "device with options is created" \
	gpu_add gpu1 driver=vhost_vdpa blob=1 uuid=1 num_scanouts=16
check "vhost-vdpa binds" eventually vhost_of gpu1
check "the display's tests passed" conform_gpu gpu1 --quick --only 'GPU2D*'
