# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The cursor travels on its own queue and is composed by the viewer.

with_cursor() {
	_picture=$1; shift
	check "$_picture: drawn" start_draw "$card" mode 800x600 draw 3 "$@" || return
	check "$_picture: shown" eventually shows gpu0 0 "$DRAWN"
	stop_draw
}

load_modules
check "device is created" gpu_add gpu0 driver=virtio_vdpa
card=$(card_of gpu0)
with_cursor "in the middle" cursor 300,200
with_cursor "in the corner" cursor 0,0
with_cursor "moved" cursor 10,10 move 400,350 move 123,321
with_cursor "over the lower right edge" cursor 770,580
with_cursor "over the upper left edge" cursor 100,100 move -20,-31
with_cursor "taken away" cursor 10,10 uncursor
with_cursor "over a moving picture" cursor 99,77 flip 5 dirty 9
