# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# blob=1: the driver's buffers are guest blobs, shown from guest pages.

load_modules
check "device is created" gpu_add gpu0 driver=virtio_vdpa blob=1
check "virtio_gpu binds" eventually has_card gpu0
card=$(card_of gpu0)
for _steps in "mode 1024x768 draw 1" "mode 1366x767 draw 2 flip 4" \
	"mode 800x600 draw 3 dirty 9 cursor 70,50"; do
	# shellcheck disable=SC2086
	check "$_steps: drawn" start_draw "$card" $_steps
	check "$_steps: shown" eventually shows gpu0 0 "$DRAWN"
	stop_draw
done
