# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the cases are written with. Sourced by init.sh; $name is the case.
# shellcheck disable=SC2034,SC2154

MOD=/run/out/mod
VIEWER=$UML_TOP/userspace/viewer/vdpa-gpu-viewer
CONFORM=$UML_TOP/tools/conform/vdpa-conform
CONFIG=/sys/kernel/config/vdpa_gpu
DRAW=/run/out/drm-draw
LOG=/run/tmp/check.log
TAP=/run/out/tap.$UML_GROUP

result() { echo "$name: $1 $2" >>"$TAP"; }
note() { sed "s/^/$name: /" >>"$TAP"; }

# check WHAT COMMAND...: one line; what the command said explains a failure
check() {
	_what=$1; shift
	if "$@" >$LOG 2>&1; then
		result ok "$_what"
	else
		result "not ok" "$_what"
		{ echo "\$ $*"; tail -n 8 $LOG; } | note
		return 1
	fi
}

# fails COMMAND...
fails() { ! "$@"; }

skip() { result ok "$1 # SKIP $2"; }

seconds() { cut -d. -f1 /proc/uptime; }

# eventually COMMAND...: the device answers in its own time; the limit only
# ends a hang
eventually() {
	_until=$(($(seconds) + 20))
	until "$@"; do
		[ "$(seconds)" -lt $_until ] || return 1
		sleep 0.1
	done
}

# what asks for failing allocations gets them, of any kind
any_allocation_fails() {
	for _fault in failslab fail_page_alloc; do
		[ -d /sys/kernel/debug/$_fault ] || continue
		echo N >/sys/kernel/debug/$_fault/ignore-gfp-wait
		# a dump for each would hide what matters
		echo 0 >/sys/kernel/debug/$_fault/verbose
	done
	[ ! -d /sys/kernel/debug/fail_page_alloc ] ||
		echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
}

is_loaded() { [ -d "/sys/module/$1" ]; }

load_modules() {
	is_loaded vdpa_soft || insmod $MOD/kernel/soft/vdpa_soft.ko || return 1
	is_loaded vdpa_iommu || insmod $MOD/kernel/iommu/vdpa_iommu.ko || return 1
	is_loaded vdpa_gpu || insmod $MOD/kernel/gpu/vdpa_gpu.ko
}

# conform OPTION...: the runner; its lines are passed on.
conform() {
	"$CONFORM" "$@" >/run/out/conform.$UML_GROUP 2>/run/tmp/conform.err
	_status=$?
	grep -E '^(ok|not ok|#)' /run/out/conform.$UML_GROUP |
		sed -E 's/^(ok|not ok) [0-9]+ (- )?/\1 /' | note
	cat /run/tmp/conform.err
	return $_status
}

# vmms_killed OPTION...: twelve of them, at work on what the options say, and
# again for each of $UML_TIMES
vmms_killed() {
	for _round in $(seq "$UML_TIMES"); do
		for _s in 0.01 0.03 0.05 0.08 0.1 0.15 0.2 0.3 0.4 0.6 1 2; do
			"$CONFORM" --hammer 60 --seed "$_round" "$@" \
				>/dev/null 2>&1 &
			_vmm=$!
			sleep $_s
			kill -KILL $_vmm
			wait $_vmm 2>/dev/null
		done
	done
	return 0
}

# iommu_add NAME [ATTRIBUTE=VALUE|endpoint:ID]...: describe and create it
iommu_add() {
	_iommu=$1
	_dir=/sys/kernel/config/vdpa_iommu/$_iommu; shift
	mkdir "$_dir" || return 1
	for _word; do
		case $_word in
		endpoint:*) mkdir "$_dir/endpoints/${_word#*:}" ;;
		*) echo "${_word#*=}" >"$_dir/${_word%%=*}" ;;
		esac || return 1
	done
	vdpa dev add name "$_iommu" mgmtdev vdpa_iommu
}

iommu_del() {
	vdpa dev del "$1" &&
		rmdir "/sys/kernel/config/vdpa_iommu/$1"/endpoints/* &&
		rmdir "/sys/kernel/config/vdpa_iommu/$1"
}

# gpu_config NAME [ATTRIBUTE=VALUE]...: describe a device
gpu_config() {
	_gpu=$1; shift
	mkdir -p "$CONFIG/$_gpu" || return 1
	for _set; do
		echo "${_set#*=}" >"$CONFIG/$_gpu/${_set%%=*}" || return 1
	done
}

# gpu_add NAME [ATTRIBUTE=VALUE]...: describe and create it
gpu_add() {
	gpu_config "$@" && vdpa dev add name "$1" mgmtdev vdpa_gpu
}

gpu_del() {
	vdpa dev del "$1" && rmdir "$CONFIG/$1"
}

has_card() { card_of "$1" >/dev/null; }

# The DRM card that virtio_vdpa made of a device
card_of() {
	for _card in /sys/bus/vdpa/devices/"$1"/drm/card[0-9]*; do
		[ -e "$_card" ] || return 1
		echo "/dev/dri/${_card##*/}"
		return
	done
}

connectors_of() {
	_card=$(card_of "$1") || return 1
	ls -d "/sys/class/drm/${_card##*/}"-*
}

vhost_of() {
	for _vhost in /sys/bus/vdpa/devices/"$1"/vhost-vdpa-*; do
		[ -e "$_vhost" ] || return 1
		echo "/dev/${_vhost##*/}"
		return
	done
}

# screenshot NAME SCANOUT FILE
screenshot() {
	"$VIEWER" screenshot --device "/dev/vdpa-gpu/$1.view" --scanout "$2" \
		-o "$3"
}

# shows NAME SCANOUT "WxH CRC" [FILE]: the device shows that picture now
shows() {
	_shot=${4:-/run/tmp/shot.png}
	screenshot "$1" "$2" "$_shot" || return 1
	_is=$(/run/out/png-crc "$_shot")
	echo "shown: $_is, drawn: $3"
	[ "$_is" = "$3" ]
}

# start_draw CARD STEP...: in the background, until "crc" was printed; sets
# DRAWER and DRAWN
start_draw() {
	mkfifo /run/tmp/drawn 2>/dev/null
	$DRAW "$@" crc hold >/run/tmp/drawn &
	DRAWER=$!
	{ read -r DRAWN && read -r _holding; } </run/tmp/drawn &&
		[ "$_holding" = holding ]
}

stop_draw() {
	kill "$DRAWER" 2>/dev/null
	wait "$DRAWER" 2>/dev/null
	return 0
}

ends() { ! kill -0 "$1" 2>/dev/null; }

unload_all() {
	for _mod in vdpa_soft_kunit vdpa_iommu vdpa_gpu vdpa_soft; do
		is_loaded $_mod || continue
		rmmod $_mod || return 1
	done
}

# After every case, passed or not: devices, configuration, modules go.
clean_up() {
	for _dev in /sys/bus/vdpa/devices/*; do
		[ -e "$_dev" ] || continue
		check "${_dev##*/} is deleted" vdpa dev del "${_dev##*/}"
	done
	for _dir in /sys/kernel/config/vdpa_iommu/*/endpoints/*/ \
		/sys/kernel/config/vdpa_iommu/*/ "$CONFIG"/*/; do
		[ -d "$_dir" ] || continue
		check "its configuration is removed" rmdir "$_dir"
	done
	check "modules unload" eventually unload_all
}

# Reports of one object each. Not ours, if no frame of the allocation is: what
# the guest's driver had in the queue when the device went, and the credentials
# of a program, which UML was once seen to lose.
leaks() {
	awk '
		function flush() { if (report && (ours || !theirs)) print report }
		/^unreferenced object/ { flush(); report = ""; ours = theirs = 0 }
		{ report = report $0 "\n" }
		/\[vdpa_/ { ours = 1 }
		/virtio_gpu_|drm_|prepare_creds/ { theirs = 1 }
		END { flush() }' /sys/kernel/debug/kmemleak
}

scan_for_leaks() {
	sleep 6
	for _scan in 1 2; do
		echo scan >/sys/kernel/debug/kmemleak
		sleep 1
	done
	leaks >"/run/out/leaks.$UML_GROUP"
	check "no memory was leaked" fails grep . "/run/out/leaks.$UML_GROUP"
}
