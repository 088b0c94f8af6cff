# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 800
# One guest with two devices shows two pictures.
mods_load
gpu_add gpu0
gpu_add gpu1
# shellcheck disable=SC2046
l2_start l2 agent.sh $(gpu_args gpu0) $(gpu_args gpu1)
check "a guest boots" l2_wait l2 guest-ready
same "it has two cards" 2 "$(l2_get l2 'ls -d /dev/dri/card* | wc -l')"
one=$(l2_get l2 'CARD=/dev/dri/card0 draw mode 800x600 draw 1')
two=$(l2_get l2 'CARD=/dev/dri/card1 draw mode 1024x768 draw 2')
# Which card is which device is the guest's business.
if shows gpu0 "$one"; then
	ok "the first shows one picture"
	check "the second shows the other" wait_for 60 shows gpu1 "$two"
else
	check "the first shows one picture" wait_for 60 shows gpu0 "$two"
	check "the second shows the other" wait_for 60 shows gpu1 "$one"
fi
check "the guest ends by itself" l2_stop l2
l2_check_log l2
check "the first is deleted" gpu_del gpu0
check "the second is deleted" gpu_del gpu1
mods_unload
