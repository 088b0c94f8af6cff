# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 1500
# Not a test of right and wrong: tests/bench/run.sh runs it and reads the
# samples. Whatever is compared takes turns, ROUNDS times.
ROUNDS=${ROUNDS:-5}
SAMPLES=${SAMPLES:-1500}
FRAMES=${FRAMES:-30}
PACES=${PACES:-4}
PAIR_ROUNDS=${PAIR_ROUNDS:-$ROUNDS}
. /share/cases/measure-guest.sh

mods_load
insmod /share/modules/bench_memcpy.ko
gpu_add bench0 blob=1
gpu_add bench1
ours=$(vhost_of bench0)
neighbour=$(vhost_of bench1)
samples=$(case_dir)/samples

bench() { # MODE ARGUMENT...
	gpu-bench "$@" >> "$samples"
}

flood_start() {
	gpu-bench flood --device "$neighbour" > /run/flood &
	flooder=$!
	wait_for 30 grep -q flooding /run/flood
}
flood_stop() {
	kill -KILL "$flooder"
	wait "$flooder" || :
}

# Every round is a test, so that a run that goes wrong says where.
round() {
	local tag="r$1"
	bench latency --device "$ours" --count "$SAMPLES" --spin --tag "$tag.host.idle." &&
	bench latency --device "$ours" --count "$SAMPLES" --tag "$tag.host.idle." &&
	flood_start &&
	bench latency --device "$ours" --count "$SAMPLES" --tag "$tag.host.noisy." &&
	flood_stop &&
	bench frames --device "$ours" --name bench0 --count "$FRAMES" --blob --tag "$tag.host." &&
	bench first --name bench2 --count 2 --tag "$tag."
}
n=0
while [ $n -lt "$ROUNDS" ]; do
	n=$((n + 1))
	check "round $n" round $n
done

stats_of bench0 > "$(case_dir)/stats"

if [ "$PAIR_ROUNDS" -gt 0 ]; then
	gpu_add pair0
	pair_rounds pair0 "$PAIR_ROUNDS"
	stats_of pair0 > "$(case_dir)/stats.pair"
	check "the guest's device is deleted" gpu_del pair0
fi
nproc > "$(case_dir)/cpus"
uname -r > "$(case_dir)/kernel"
qemu-system-x86_64 --version | head -n 1 > "$(case_dir)/qemu"
check "devices are deleted" gpu_del bench0
check "the neighbour is deleted" gpu_del bench1
rmmod bench_memcpy
mods_unload
