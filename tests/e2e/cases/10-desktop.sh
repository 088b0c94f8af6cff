# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 800
# A stock guest on an unmodified VMM runs a desktop on our device, and the host
# sees exactly what the guest says it shows.
same_picture() {
	l2_do l2 "desktop_shot \$dir/own.png" || return 1
	shows gpu0 "$(png-crc "$(case_dir)/own.png")"
}

mods_load
check "device is created" gpu_add gpu0 scanouts/0/width=1024 scanouts/0/height=768
check "nothing is shown before a guest" shows_nothing gpu0
# shellcheck disable=SC2046
l2_start l2 agent.sh $(gpu_args gpu0)
check "a guest boots" l2_wait l2 guest-ready
check "its stock driver is bound" l2_do l2 'ls -d /sys/bus/virtio/drivers/virtio_gpu/virtio*'
check "the desktop comes up" l2_do l2 desktop_start
check "a picture arrives" viewer screenshot --wait 60 -o "$(case_dir)/first.png"
check "host and guest see the same picture" wait_for 90 same_picture
check "the device counted frames" test "$(stat_of gpu0 flushes)" -gt 0
check "no command was refused" test "$(stat_of gpu0 errors)" = 0
stats_of gpu0 > "$(case_dir)/stats"
check "the desktop ends" l2_do l2 desktop_stop
check "the guest ends by itself" l2_stop l2
l2_check_log l2
check "device is deleted" gpu_del gpu0
mods_unload
