# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# What a guest makes us allocate is paid for by its VMM's memory cgroup, and a
# cgroup at its limit fails the command: it does not kill the VMM.
limit=$((96 << 20))
group=/run/cgroup/vmm

mods_load
gpu_add gpu0 max_bytes=$((64 << 30))
mkdir -p /run/cgroup
mount -t cgroup2 none /run/cgroup
echo +memory > /run/cgroup/cgroup.subtree_control
mkdir $group
echo $limit > $group/memory.max
rc=0
# shellcheck disable=SC2016
sh -c 'echo $$ > "$0/cgroup.procs" && exec vdpa-conform "$@"' $group \
	--device "$(vhost_of gpu0)" --only "*memory is limited*" \
	> "$(case_dir)/conform.tap" 2>&1 || rc=$?
same "images beyond the cgroup's limit are refused, and the VMM lives" 0 $rc
grep -q '^ok ' "$(case_dir)/conform.tap" || not_ok "the suite ran no such case"
check "the cgroup was charged" test "$(cat $group/memory.peak)" -gt $((limit / 2))
check "nobody was killed" grep -qx 'oom_kill 0' $group/memory.events
check "device is deleted" gpu_del gpu0
wait_for 30 test "$(cat $group/memory.current)" -lt $((limit / 4)) ||
	not_ok "what was charged came back: $(cat $group/memory.current)"
rmdir $group
umount /run/cgroup
mods_unload
