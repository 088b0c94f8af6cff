# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 800
# Whoever takes the device or its module away under a live guest hurts nobody:
# deletion waits for the VMM (the vdpa core does), the module says "in use".
gone() { ! kill -0 "$1" 2> /dev/null; }
opened() { find /proc/$vmm/fd -lname '/dev/vhost-vdpa-*' | grep -q .; }

mods_load
gpu_add gpu0
vdpa-gpu-viewer watch --raw > "$(case_dir)/watch" 2>&1 &
watch=$!
vdpa-conform --device "$(vhost_of gpu0)" --hammer 100 --seed 7 > "$(case_dir)/hammer" 2>&1 &
vmm=$!
check "a busy VMM has the device" wait_for 60 opened
vdpa dev del gpu0 &
del=$!
sleep 1
kill -KILL $vmm 2> /dev/null || : # it may have met the deletion between two openings
check "the device is deleted once it lets go" wait_for 60 gone $del
rc=0
wait $watch || rc=$?
same "the viewer ends and says why" 3 $rc

gpu_add gpu0
# shellcheck disable=SC2046
l2_start l2 agent.sh $(gpu_args gpu0)
check "a guest boots" l2_wait l2 guest-ready
l2_do l2 'drm-draw /dev/dri/card0 loop < /dev/null > /dev/null 2>&1 &'
check "the module does not go under a live guest" sh -c '! rmmod vdpa_gpu'
check "the guest runs on" l2_do l2 true
vdpa-gpu-viewer watch --raw > /dev/null 2>&1 &
watch=$!
check "a viewer looks on" wait_for 60 sh -c "find /proc/$watch/fd -lname '*.view' | grep -q ."
check "the guest ends by itself" l2_stop l2
check "the module does not go under a viewer" sh -c '! rmmod vdpa_gpu'
kill $watch
wait $watch || :
check "then it goes, and takes the device along" rmmod vdpa_gpu
check "there is no device" sh -c '[ ! -e /sys/bus/vdpa/devices/gpu0 ]'
l2_check_log l2
check "the core unloads" mods_unload
