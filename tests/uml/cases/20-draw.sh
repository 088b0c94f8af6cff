# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The host's own virtio_gpu draws through the device; what the viewer sees is
# compared with what was drawn, pixel by pixel.

# shellcheck disable=SC2154
compare() {
	_picture=$1; shift
	check "$_picture is drawn" start_draw "$card" "$@" || return
	check "$_picture is shown" eventually shows gpu0 0 "$DRAWN" \
		"/run/out/$name-$(echo "$_picture" | tr ' ' -).png"
	stop_draw
}

load_modules
check "device is created" gpu_add gpu0 driver=virtio_vdpa
check "virtio_gpu binds" eventually has_card gpu0
card=$(card_of gpu0)
check "nothing is shown at first" fails screenshot gpu0 0 /run/tmp/none.png

compare "preferred size" draw 1
compare "odd size" mode 1366x767 draw 2
compare "smallest size" mode 32x32 draw 3
compare "4K" mode 3840x2160 draw 4
compare "page flips" mode 800x600 draw 5 flip 20
compare "dirty rectangles" mode 1024x768 draw 6 dirty 40
compare "flips and rectangles" mode 640x480 draw 7 flip 3 dirty 5 flip 4 dirty 5
compare "resize in use" mode 640x480 draw 8 flip 1 mode 1280x800 draw 9 dirty 3

check "nothing is shown in the end" \
	eventually fails screenshot gpu0 0 /run/tmp/none.png
check "device is deleted" gpu_del gpu0
