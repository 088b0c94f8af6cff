# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The guest driver leaves and returns, idle and in the middle of drawing.

virtio_of() { basename "$(ls -d /sys/bus/vdpa/devices/"$1"/virtio*)"; }
driver() { echo "$2" >/sys/bus/virtio/drivers/virtio_gpu/"$1"; }

load_modules
check "device is created" gpu_add gpu0 driver=virtio_vdpa
_virtio=$(virtio_of gpu0)
for _round in 1 2 3 4 5; do
	$DRAW "$(card_of gpu0)" mode 640x480 loop >/dev/null 2>&1 &
	_loop=$!
	sleep 0.$_round
	check "unbind while drawing, round $_round" driver unbind "$_virtio"
	check "the program ends" eventually ends $_loop
	kill $_loop 2>/dev/null
	wait $_loop
	check "nothing is shown" eventually fails screenshot gpu0 0 /run/tmp/none.png
	check "bind" driver bind "$_virtio"
done
check "drawing works as before" start_draw "$(card_of gpu0)" draw 1 flip 3
check "and is shown" eventually shows gpu0 0 "$DRAWN"
stop_draw
