# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043
# limit: 900
# As measure, of the IOMMU: tests/bench/run.sh runs it and reads the samples. Our
# device alone, from the host; then two guests that take turns, one behind our
# IOMMU and one behind QEMU's. A test is whether it could be measured, and whether
# what was measured is what its name says.
ROUNDS=${ROUNDS:-20}
COUNT=${COUNT:-500}
PAIR_ROUNDS=${PAIR_ROUNDS:-$ROUNDS}
PAIR_SECONDS=${PAIR_SECONDS:-200}
HOST_ROUNDS=${HOST_ROUNDS:-3}
SAMPLES=${SAMPLES:-1000}
MANY=${MANY:-1000000}
FEW=${FEW:-1000}

vds=/sys/kernel/debug/vdpa_soft/iommu0
samples=$(case_dir)/samples

# Slot 5 is the function that is mapped for.
iommu_pair_guest() { # NAME QEMU-ARGUMENT...
	local name="$1"; shift
	pci_guest "$name" /run/qemu-ids iommu-bench.sh "bench_iommu.count=$COUNT" \
		memory-backend-ram,size=384M -device pci-testdev,addr=5 "$@"
}

# One measurement in one guest, as many answers as it has to have had (empty: any
# number), and our device's own counters say the same.
measured() { # GUEST TAG FILE NAME ANSWERS KICKS [TYPE]
	local requests kicks
	requests=$(stat_of iommu0 requests)
	kicks=$(stat_of iommu0 request.kicks)
	l2_do "$1" "${7:+domain_type $7 && }measure $3 $2.iommu.$1. $4" 60 || return 1
	[ -z "$5" ] || grep -qx "$2.iommu.$1.$4.answers $5" "$samples" || return 1
	[ "$1" = ours ] || return 0
	[ $(($(stat_of iommu0 requests) - requests)) -ge "${5:-1}" ] &&
	[ $(($(stat_of iommu0 request.kicks) - kicks)) -ge "$6" ]
}

both() { # as measured, less the guest
	measured ours "$@" && measured rival "$@"
}

pair_round() { # TAG
	local twice=$((COUNT * 2))
	both "$1" pair pair $twice $twice &&
	measured ours "$1" floor floor $twice $((COUNT * 6)) &&
	both "$1" dma lazy "" "$COUNT" DMA-FQ &&
	both "$1" dma strict $twice $twice DMA
}

# How long interrupts are off, in a run of its own: looking takes time as well.
kick_times() {
	echo Y > $vds/kick_times
	measured ours r0 pair timed $((COUNT * 2)) $((COUNT * 2)) || return 1
	echo N > $vds/kick_times
	cat $vds/stats > "$(case_dir)/kicks"
	grep -q '^request.kick_time_below_' "$(case_dir)/kicks"
}

now() { cut -d. -f1 /proc/uptime; }

# Where QEMU has to wait for a CPU, a round takes minutes: no more of them then.
rounds_left() { # DONE END
	[ "$1" -lt "$PAIR_ROUNDS" ] && { [ "$1" -lt 2 ] || [ "$(now)" -lt "$2" ]; }
}

guests() {
	local n=0 end
	check "a QEMU learns our ids" /share/qemu-ids "$(command -v qemu-system-x86_64)" /run/qemu-ids
	check "the guest's IOMMU is created" iommu_add iommu0 endpoint:40
	iommu_pair_guest ours -acpitable file=/share/viot.bin \
		-device "vhost-vdpa-device-pci,vhostdev=$(vhost_of iommu0),addr=2,disable-legacy=on"
	iommu_pair_guest rival -device virtio-iommu-pci,addr=2,disable-legacy=on
	check "a guest with our IOMMU boots" l2_wait ours guest-ready 240
	check "a guest with QEMU's boots" l2_wait rival guest-ready 240
	end=$(($(now) + PAIR_SECONDS))
	while rounds_left $n $end; do
		n=$((n + 1))
		if pair_round r$n; then
			ok "guests, round $n"
		else
			not_ok "guests, round $n"
			break
		fi
	done
	check "kicks are timed" kick_times
	stats_of iommu0 > "$(case_dir)/stats"
	check "the guest with our IOMMU ends by itself" l2_stop ours 30
	check "the guest with QEMU's ends by itself" l2_stop rival 30
	l2_kill ours # or its IOMMU cannot be deleted
	l2_check_log ours
	l2_check_log rival
	check "the guest's IOMMU is deleted" iommu_del iommu0
}

host_round() { # TAG
	local requests
	requests=$(stat_of iommu1 requests)
	gpu-bench maps --device "$(vhost_of iommu1)" --endpoint 8 --endpoint 9 \
		--few "$FEW" --many "$MANY" --count "$SAMPLES" --tag "$1.iommu.host." >> "$samples" || return 1
	[ $(($(stat_of iommu1 requests) - requests)) -ge $((FEW + MANY + SAMPLES * 4)) ] &&
	[ "$(stat_of iommu1 errors)" = 0 ]
}

host() {
	local n=0
	check "an IOMMU is created" iommu_add iommu1 endpoint:8 endpoint:9
	while [ $n -lt "$HOST_ROUNDS" ]; do
		n=$((n + 1))
		check "host, round $n" host_round r$n
	done
	check "the IOMMU is deleted" iommu_del iommu1
}

mods_load
: > "$samples"
host
[ "$PAIR_ROUNDS" = 0 ] || guests
nproc > "$(case_dir)/cpus"
uname -r > "$(case_dir)/kernel"
qemu-system-x86_64 --version | head -n 1 > "$(case_dir)/qemu"
mods_unload
