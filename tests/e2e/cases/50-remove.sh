# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 300
# The device and its module go away under a live guest: both wait for the VMM to
# close it (the vdpa core does), and nobody is hurt.
gone() { ! kill -0 "$1" 2> /dev/null; }

mods_load
gpu_add gpu0
vdpa-conform --device "$(vhost_of gpu0)" --hammer 100 --seed 7 > /dev/null 2>&1 &
vmm=$!
wait_for 30 sh -c "[ \$(cut -d' ' -f1 /proc/$vmm/stat) = $vmm ] && ls -l /proc/$vmm/fd | grep -q vhost-vdpa"
vdpa dev del gpu0 &
del=$!
sleep 1
kill -KILL $vmm
check "a device is deleted under a busy VMM" wait_for 30 gone $del

gpu_add gpu0
# shellcheck disable=SC2046
l2_start l2 agent.sh $(gpu_args gpu0)
check "a guest boots" l2_wait l2 guest-ready 120
l2_do l2 'drm-draw /dev/dri/card0 loop < /dev/null > /dev/null 2>&1 &'
viewer watch --raw > "$(case_dir)/watch" 2>&1 &
watch=$!
rmmod vdpa_gpu > "$(case_dir)/rmmod" 2>&1 &
unload=$!
sleep 2
check "the guest runs on meanwhile" l2_do l2 true
check "the guest ends by itself" l2_stop l2
check "the module's removal ends" wait_for 30 gone $unload
check "the viewer ends" wait_for 30 gone $watch
if is_loaded vdpa_gpu; then
	diag "rmmod was refused: $(cat "$(case_dir)/rmmod")"
	check "the module unloads once the device is deleted" sh -c 'vdpa dev del gpu0 && rmmod vdpa_gpu'
else
	ok "the module is unloaded"
fi
l2_check_log l2
check "the core unloads" mods_unload
