# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The host resizes, unplugs and plugs outputs; the guest driver follows.

first_mode() { head -n 1 "$1/modes"; }

# The driver learns of it by the config interrupt, user space by asking.
is_status() {
	echo detect >"$1/status"
	[ "$(cat "$1/status")" = "$2" ]
}

is_mode() {
	echo detect >"$1/status"
	_is=$(first_mode "$1")
	echo "first mode is $_is"
	[ "$_is" = "$2" ]
}

set_mode() {
	_scanout=$1; shift
	"$VIEWER" set-mode --device /dev/vdpa-gpu/gpu0.view \
		--scanout "$_scanout" "$@"
}

has_edid() { [ "$(wc -c <"$1/edid")" -ge 128 ]; }

load_modules
check "device is created" gpu_add gpu0 driver=virtio_vdpa num_scanouts=2
# shellcheck disable=SC2046
set -- $(connectors_of gpu0)
check "two connectors" test $# = 2
check "the first is connected" is_status "$1" connected
check "the second is not" is_status "$2" disconnected
check "the first has an EDID" has_edid "$1"

for _size in 1280x800 3840x2160 2560x1080 640x480; do
	check "resize to $_size" set_mode 0 --width ${_size%x*} --height ${_size#*x}
	check "the guest prefers $_size" eventually is_mode "$1" $_size
done
check "plug the second" set_mode 1 --width 1024 --height 768 --connected
check "the guest sees the second" eventually is_status "$2" connected
check "and its mode" eventually is_mode "$2" 1024x768
check "unplug the first" set_mode 0 --disconnected
check "the guest sees it go" eventually is_status "$1" disconnected

check "the second is drawn on" start_draw "$(card_of gpu0)" output 0 draw 4
check "the second shows it" eventually shows gpu0 1 "$DRAWN"
check "the first shows nothing" fails screenshot gpu0 0 /run/tmp/none.png
stop_draw
