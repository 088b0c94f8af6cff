# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 800
# The host resizes and plugs, the guest unbinds, binds, resets: the picture is
# right after each.
picture() { # WHAT STEP...
	local what="$1" drawn; shift
	drawn=$(l2_get l2 "draw $*") || { not_ok "$what"; return; }
	check "$what" wait_for 60 shows gpu0 "$drawn"
	l2_do l2 draw_stop
}
mode_is() { [ "$(l2_get l2 "first_mode $1")" = "$2" ]; }
status_is() {
	l2_do l2 "first_mode $1"
	[ "$(l2_get l2 "cat /sys/class/drm/card0-Virtual-$1/status")" = "$2" ]
}

mods_load
gpu_add gpu0 num_scanouts=2
# shellcheck disable=SC2046
L2_RESET=" " l2_start l2 agent.sh $(gpu_args gpu0)
check "a guest boots" l2_wait l2 guest-ready
picture "the preferred size is drawn" draw 1
picture "flips are drawn" mode 800x600 draw 2 flip 10 dirty 10

viewer set-mode --width 1280 --height 800
check "the guest sees a resize" wait_for 60 mode_is 1 1280x800
picture "the new size is drawn" draw 3
check "the second output is not plugged in" status_is 2 disconnected
viewer set-mode --scanout 1 --width 640 --height 480 --connected
check "the guest sees it plugged in" wait_for 60 status_is 2 connected
check "with its mode" wait_for 60 mode_is 2 640x480
viewer set-mode --scanout 1 --disconnected
check "the guest sees it unplugged" wait_for 60 status_is 2 disconnected

check "the driver is unbound" l2_do l2 driver_unbind
check "nothing is shown then" wait_for 60 shows_nothing gpu0
check "the driver is bound again" l2_do l2 driver_bind
picture "and draws again" mode 800x600 draw 4

l2_check_log l2
: > "$(case_dir)/l2.serial"
echo "0 echo b > /proc/sysrq-trigger" > /run/l2.in
check "the guest resets and boots again" l2_wait l2 guest-ready
picture "and draws after the reset" draw 5 flip 3
l2_check_log l2
l2_kill l2
check "device is deleted" gpu_del gpu0
mods_unload
