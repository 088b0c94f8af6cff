# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The viewer on a real view device: both ways to the pixels, every frame, modes,
# and what it says when there is nothing to see.
# shellcheck disable=SC2154

view() { # COMMAND OPTION...
	_command=$1
	shift
	"$VIEWER" "$_command" --device /dev/vdpa-gpu/gpu0.view "$@"
}

# exits STATUS COMMAND...
exits() {
	_want=$1
	shift
	"$@"
	_got=$?
	echo "exit status $_got, expected $_want"
	[ $_got = "$_want" ]
}

# Both ways give the same picture, which is the one that was drawn.
same_both_ways() {
	_export=$(view crc) && _map=$(view crc --map) || return 1
	echo "dma-buf: $_export, map: $_map"
	[ -n "$_export" ] && [ "$_export" = "$_map" ] || return 1
	view screenshot --map -o /run/tmp/map.png &&
		[ "$(/run/out/png-crc /run/tmp/map.png)" = "$DRAWN" ] &&
		view screenshot -o /run/tmp/export.png &&
		cmp /run/tmp/map.png /run/tmp/export.png
}

# Lines whose numbers grow.
numbers_grow() {
	cat "$1"
	awk '/^frame [0-9]+ rect [0-9,]+ crc32 [0-9a-f]+$/ && $2 > n { n = $2; next }
	     { exit 1 } END { exit !n }' "$1"
}

files_of_frames() {
	find /run/tmp/frames -name 'frame-*.png'
	[ "$(find /run/tmp/frames -name 'frame-*.png' | wc -l)" = 3 ]
}

load_modules
check "device is created" gpu_add gpu0 driver=virtio_vdpa
check "virtio_gpu binds" eventually has_card gpu0
card=$(card_of gpu0)

check "nothing is shown: status 4" exits 4 view crc
check "waiting for nothing ends: status 4" exits 4 view crc --wait 1
check "a scanout that is not there: status 2" exits 2 view crc --scanout 1
check "no such device: status 1" exits 1 "$VIEWER" info --device /dev/none
check "info names the device" sh -c "'$VIEWER' info | grep 'device gpu0'"

check "a picture is drawn" start_draw "$card" mode 641x479 draw 3
check "dma-buf and map show it" eventually same_both_ways
check "info knows its size" sh -c "'$VIEWER' info | grep 'shows   641x479'"
check "watch begins with it" sh -c \
	"'$VIEWER' watch --raw --frames 1 --wait 20 | grep 'rect 0,0,641,479 '"
stop_draw

# Not "loop": nonblocking flips as fast as they go race in DRM's own helper,
# drm_atomic_helper_wait_for_vblanks() of 6.12 looks at a state that the next
# commit has freed, and KASAN says so.
$DRAW "$card" mode 640x480 draw 8 dirty 1000000 >/dev/null 2>&1 &
loop=$!
check "ten frames by dma-buf" sh -c \
	"'$VIEWER' watch --raw --frames 10 --wait 20 >/run/tmp/lines"
check "are numbered" numbers_grow /run/tmp/lines
check "ten frames by map" sh -c \
	"'$VIEWER' watch --map --raw --frames 10 --wait 20 >/run/tmp/lines"
check "are numbered" numbers_grow /run/tmp/lines
check "three files" view watch --dir /run/tmp/frames --frames 3 --wait 20
check "are there" files_of_frames
kill $loop
wait $loop 2>/dev/null

check "mode is set" view set-mode --width 1280 --height 800 --refresh 75000
check "info knows it" sh -c "'$VIEWER' info | grep '1280x800 at 0,0, 75.000 Hz'"
check "unplugged" view set-mode --disconnected
check "info knows it, and kept the size" sh -c \
	"'$VIEWER' info | grep 'disconnected, 1280x800'"

view crc --wait 60 >/run/tmp/wait.out 2>&1 &
waiting=$!
check "a viewer waits" eventually grep -q waiting /run/tmp/wait.out
check "device is deleted" gpu_del gpu0
wait $waiting
check "the viewer says that it is gone: status 3" exits 3 sh -c "exit $?"
check "and what to do" grep 'vdpa dev add' /run/tmp/wait.out
