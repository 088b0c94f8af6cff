# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Not part of a normal run: the same desktop on QEMU's own virtio-gpu, to tell
# whether a fault is the guest's or ours.
l2_start l2 agent.sh -device virtio-gpu-device,xres=1024,yres=768 -qmp unix:/run/l2.qmp,server=on,wait=off
check "a guest boots to userspace" l2_wait l2 guest-ready 120
check "the guest has a DRM device" l2_do l2 'ls -l /dev/dri; cat /sys/class/drm/*/modes | head -n 1'
check "the desktop comes up" l2_do l2 'desktop_start'
l2_do l2 'sleep 8; desktop_shot $dir/own.png; ls -l $dir'
check "the guest ends by itself" l2_stop l2
l2_check_log l2
