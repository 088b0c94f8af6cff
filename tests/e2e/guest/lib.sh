# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Sourced by the scripts that run as the first process of a guest (L2).
PATH=/share/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH HOME=/root LC_ALL=C.UTF-8 XDG_RUNTIME_DIR=/run
name=${name:-$(sed -n 's/.*bench.name=\([^ ]*\).*/\1/p' /proc/cmdline)}
dir=${dir:-$(sed -n 's/.*bench.dir=\([^ ]*\).*/\1/p' /proc/cmdline)}

guest_setup() {
	stty -F /dev/console -echo -onlcr
	mount -t debugfs debug /sys/kernel/debug
	/usr/lib/systemd/systemd-udevd --daemon
	chmod 700 /run
	modprobe virtio_gpu
	udevadm trigger --action=add --subsystem-match=drm
	udevadm settle
}

# Run the commands that the case sends over the serial line, "NUMBER COMMAND"
# each, and answer agent-done-NUMBER-STATUS.
guest_obey() {
	echo guest-ready
	while read -r n command; do
		[ "$command" != exit ] || break
		( set +e; eval "$command" ) < /dev/null >> "$dir/$name.agent" 2>&1
		rc=$?
		dmesg > "$dir/$name.dmesg"
		echo
		echo "agent-done-$n-$rc"
	done
	guest_exit
}

guest_exit() {
	dmesg > "$dir/$name.dmesg"
	sync
	echo guest-exit
	echo b > /proc/sysrq-trigger
	sleep 60
}

# desktop_start [--animated]: Weston on the first DRM device with its software
# renderer, a terminal and a few clients. Still but for --animated, so that
# two pictures of it can be compared.
desktop_start() {
	mkdir -p /root/.config
	cat > /root/.config/weston.ini <<-END
	[core]
	idle-time=0
	require-input=false
	[shell]
	background-image=/usr/share/weston/background.png
	background-type=scale-crop
	background-color=0xff204a6b
	clock-format=none
	panel-position=top
	locking=false
	animation=none
	startup-animation=none
	close-animation=none
	[terminal]
	font=DejaVu Sans Mono
	font-size=13
	END
	[ "${1:-}" != --animated ] || sed -i s/clock-format=none/clock-format=minutes/ /root/.config/weston.ini
	cat > /run/greeting <<-END
	#!/bin/sh
	echo "\$(. /etc/os-release; echo \$PRETTY_NAME), Linux \$(uname -r)"
	echo "virtio_gpu drives \$(cd /sys/bus/virtio/drivers/virtio_gpu && ls -d virtio*)"
	head -qn 1 /sys/class/drm/card0-*/modes
	: > /run/desktop.ready
	exec sleep 100000
	END
	chmod +x /run/greeting
	export LIBSEAT_BACKEND=${LIBSEAT_BACKEND:-builtin} SEATD_VTBOUND=0
	weston --backend=drm --renderer=pixman --debug --continue-without-input \
		--log="$dir/$name.weston" > "$dir/$name.weston.err" 2>&1 &
	n=0
	until [ -S /run/wayland-1 ] || [ -S /run/wayland-0 ]; do
		n=$((n + 1)); [ $n -lt 1800 ] || return 1
		sleep 0.1
	done
	WAYLAND_DISPLAY=$(cd /run && ls -d wayland-? | head -n 1)
	export WAYLAND_DISPLAY
	echo "export WAYLAND_DISPLAY=$WAYLAND_DISPLAY" > /run/desktop.env
	weston-terminal --shell=/run/greeting > "$dir/$name.terminal" 2>&1 &
	weston-flower > /dev/null 2>&1 &
	if [ "${1:-}" = --animated ]; then
		weston-simple-shm > /dev/null 2>&1 &
	fi
	n=0
	until [ -e /run/desktop.ready ]; do
		n=$((n + 1)); [ $n -lt 1800 ] || return 1
		sleep 0.1
	done
}

desktop_stop() {
	pkill -x weston
	n=0
	while pgrep -x weston > /dev/null; do
		n=$((n + 1)); [ $n -lt 1800 ] || return 1
		sleep 0.1
	done
}

# draw STEP...: drm-draw (see there) on the first card until draw_stop; prints
# what the screen must show now, "WxH CRC".
draw() {
	mkfifo /run/drawn
	drm-draw "${CARD:-/dev/dri/card0}" "$@" crc hold > /run/drawn 2> "$dir/$name.draw" < /dev/null &
	echo $! > /run/drawer
	{ read -r drawn && read -r holding; } < /run/drawn
	rm -f /run/drawn
	echo "$drawn"
	[ "$holding" = holding ]
}

draw_stop() {
	kill "$(cat /run/drawer)"
	while kill -0 "$(cat /run/drawer)" 2> /dev/null; do sleep 0.1; done
}

# The first mode of a connector, asked afresh. usage: first_mode [CONNECTOR]
first_mode() {
	echo detect > "/sys/class/drm/card0-Virtual-${1:-1}/status"
	head -n 1 "/sys/class/drm/card0-Virtual-${1:-1}/modes"
}

# Take the driver off the first card: its console holds a reference, so that
# goes first.
driver_unbind() {
	for v in /sys/class/vtconsole/*; do
		! grep -q 'frame buffer' "$v/name" || echo 0 > "$v/bind"
	done
	basename "$(readlink -f /sys/bus/virtio/drivers/virtio_gpu/virtio*)" > /run/device
	cat /run/device > /sys/bus/virtio/drivers/virtio_gpu/unbind
	[ ! -e /sys/class/drm/card0 ]
}

driver_bind() {
	cat /run/device > /sys/bus/virtio/drivers/virtio_gpu/bind
	udevadm settle
	[ -e /dev/dri/card0 ]
}

# The desktop's own view of itself, as PNG. usage: desktop_shot FILE
desktop_shot() {
	. /run/desktop.env
	mkdir -p /run/shot
	rm -f /run/shot/*
	(cd /run/shot && timeout 30 weston-screenshooter) || return 1
	cp /run/shot/*.png "$1"
}
