# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# The device, then the modules, are taken away while a program draws.

start_loop() {
	gpu_add gpu0 driver=virtio_vdpa && eventually has_card gpu0 || return 1
	$DRAW "$(card_of gpu0)" mode 640x480 loop >/dev/null 2>&1 &
	LOOP=$!
	eventually screenshot gpu0 0 /run/tmp/loop.png
}

end_loop() {
	eventually ends $LOOP
	_status=$?
	kill $LOOP 2>/dev/null
	wait $LOOP 2>/dev/null
	return $_status
}

load_modules
for _round in 1 2 3; do
	check "a program draws, round $_round" start_loop
	check "the device is deleted under it" gpu_del gpu0
	check "the program ends" end_loop
done

check "a program draws again" start_loop
"$VIEWER" watch --device /dev/vdpa-gpu/gpu0.view --raw \
	>/run/tmp/watch.out 2>/run/tmp/watch.err &
_watch=$!
check "a viewer watches" eventually test -s /run/tmp/watch.out
check "the device is deleted under both" gpu_del gpu0
check "the viewer ends" eventually ends $_watch
check "and says why" test -s /run/tmp/watch.err
kill $_watch 2>/dev/null
wait $_watch
check "the program ends, too" end_loop

check "a program draws once more" start_loop
check "vdpa_soft stays while it is used" fails rmmod vdpa_soft
check "vdpa_gpu stays while a guest is at work" fails rmmod vdpa_gpu
check "the device is deleted" gpu_del gpu0
check "vdpa_gpu is removed before the program has ended" eventually rmmod vdpa_gpu
check "the program ends" end_loop
check "no view device is left" fails test -e /dev/vdpa-gpu/gpu0.view

check "vdpa_gpu returns" load_modules
check "an idle device is made" gpu_add gpu0 driver=vhost_vdpa
check "vdpa_gpu stays while a configuration is there" fails rmmod vdpa_gpu
check "the device needs its configuration no more" rmdir "$CONFIG/gpu0"
check "vdpa_gpu is removed with an idle device" rmmod vdpa_gpu
check "the device is gone" fails test -e /sys/bus/vdpa/devices/gpu0
check "and its view device" fails test -e /dev/vdpa-gpu/gpu0.view
