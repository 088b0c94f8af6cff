# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 800
# A VMM dies by SIGKILL while its guest draws; the device is as new for the next.
mods_load
gpu_add gpu0
# shellcheck disable=SC2046
l2_start l2 agent.sh $(gpu_args gpu0)
check "a guest boots" l2_wait l2 guest-ready
l2_do l2 'drm-draw /dev/dri/card0 loop < /dev/null > /dev/null 2>&1 &'
before=$(stat_of gpu0 flushes)
flushed() { [ "$(stat_of gpu0 flushes)" -gt "$((before + 20))" ]; }
check "it draws" wait_for 60 flushed
check "the VMM is killed" l2_kill l2
check "nothing is shown" wait_for 60 shows_nothing gpu0
same "no guest memory is held" 0 "$(stat_of gpu0 mappings)"
same "no resource is left" 0 "$(stat_of gpu0 resources)"
for n in 1 2 3 4 5 6; do
	vdpa-conform --device "$(vhost_of gpu0)" --hammer 20 --seed $n > /dev/null 2>&1 &
	sleep 0.$((n * 13))
	kill -KILL $!
	wait $! || :
done
check "the next VMM finds it in order" sh -c "vdpa-conform --quick --device $(vhost_of gpu0) > $(case_dir)/conform.tap 2>&1"
check "device is deleted" gpu_del gpu0
mods_unload
