# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# No VM: virtio_vdpa gives the device to the host's own virtio_gpu.
# The guests' helpers serve the host's own card as well.
as_guest() {
	CARD=$(card_of gpu0) dir=$(case_dir) name=host \
		sh -ec '. /share/guest/lib.sh; "$@"' as_guest "$@"
}

# The 6.12 driver resets the device without waiting for answers, and warns of
# each buffer whose RESOURCE_UNREF was on its way then. So: no console, whose
# buffer goes with the device, and no removal while a resource is left.
modprobe drm_kms_helper fbdev_emulation=0
no_resources() { [ "$(stat_of gpu0 resources)" = 0 ]; }

mods_load
check "device is created" gpu_add gpu0 driver=virtio_vdpa
check "the host's virtio_gpu binds" wait_for 30 card_of gpu0
check "modetest lists it" sh -c 'modetest -M virtio_gpu -c | grep -q connected'
for steps in "draw 1" "mode 1366x767 draw 2 flip 5" "mode 800x600 draw 3 dirty 20"; do
	# shellcheck disable=SC2086
	drawn=$(as_guest draw $steps)
	check "what is drawn is shown: $steps" wait_for 20 shows gpu0 "$drawn"
	as_guest draw_stop
done
check "the driver gives all resources back" wait_for 30 no_resources
check "device is deleted under its driver" gpu_del gpu0
check "modules unload" mods_unload
