# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 600
# Not a test but what "make demo" shows. Run by demo.sh only.
mods_load
gpu_add gpu0 scanouts/0/width=1280 scanouts/0/height=800
diag "stage: guest L2 boots on unmodified QEMU"
# shellcheck disable=SC2046
l2_start l2 agent.sh $(gpu_args gpu0)
l2_wait l2 guest-ready
diag "stage: desktop starts"
l2_do l2 'desktop_start --animated'
viewer watch --raw --frames 40 --wait 20 > "$(case_dir)/frames"
viewer screenshot --wait 30 -o "$(case_dir)/demo.png"
{
	echo "host_kernel $(uname -r)"
	echo "guest_kernel $(l2_get l2 'uname -r')"
	echo "guest_driver $(l2_get l2 'ls /sys/bus/virtio/drivers/virtio_gpu/ | grep virtio | head -n 1')"
	echo "vmm $(qemu-system-x86_64 --version | head -n 1), unmodified: -M microvm -device vhost-vdpa-device"
	echo "picture $(png-crc "$(case_dir)/demo.png" | cut -d' ' -f1)"
	stats_of gpu0
} > "$(case_dir)/report"
ok "a guest draws a desktop"
l2_stop l2
gpu_del gpu0
