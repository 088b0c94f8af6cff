# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 900
# A client with rings of its own: every clause of the conformance suite, on SMP,
# on devices that together have everything. tests/e2e/conform.sh merges what
# the runs found.
judge() { # NAME [ATTRIBUTE=VALUE...]
	local name="$1"; shift
	check "$name: device is created" gpu_add gpu0 "$@"
	conform "$name" --device "$(vhost_of gpu0)" --view "$(view_of gpu0)"
	check "$name: device is deleted" gpu_del gpu0
}

# The half of GPU2D-REQ-4.c that no device can be asked.
refuses() { # SCANOUTS
	local dir=/sys/kernel/config/vdpa_gpu/bad made=no
	mkdir $dir
	if echo "$1" > $dir/num_scanouts && vdpa dev add name bad mgmtdev vdpa_gpu; then
		made=yes
		vdpa dev del bad
	fi
	rmdir $dir
	[ $made = no ]
}

mods_load
judge plain
judge full num_scanouts=16 blob=1 uuid=1
verdict=pass
for n in 0 17; do
	if refuses $n; then
		ok "a device with $n scanouts is refused"
	else
		not_ok "a device with $n scanouts is refused"
		verdict="fail: a device with $n scanouts was made"
	fi
done
echo "{\"GPU2D-REQ-4.c\": \"$verdict\"}" > "$(case_dir)/creation.json"
mods_unload
