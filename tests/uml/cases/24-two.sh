# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Two devices show two pictures and one outlives the other.

load_modules
check "one is created" gpu_add gpu0 driver=virtio_vdpa
check "another is created" gpu_add gpu1 driver=virtio_vdpa
check "a third of the same name is refused" fails gpu_add gpu1

check "one is drawn on" start_draw "$(card_of gpu0)" mode 640x480 draw 1
_one=$DRAWER _drawn=$DRAWN
check "the other is drawn on" start_draw "$(card_of gpu1)" mode 800x600 draw 2
check "one shows its picture" eventually shows gpu0 0 "$_drawn"
check "the other shows its own" eventually shows gpu1 0 "$DRAWN"
kill $_one
check "one is deleted" gpu_del gpu0
check "the other still shows its own" shows gpu1 0 "$DRAWN"
stop_draw
