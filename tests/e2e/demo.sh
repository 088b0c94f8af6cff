#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make demo: from a bare machine to out/demo.png, a desktop that a stock guest
# on an unmodified VMM drew through our modules. DEMO=iommu: with our IOMMU before
# our GPU; over PCI, so on a copy of QEMU that knows both (testing.rst, "PCI").
set -u
. "$(dirname "$0")/../lib/common.sh"

case ${DEMO:-2d} in
2d)	case=demo ;;
iommu)	case=demo-iommu ;;
*)	die "DEMO is 2d or iommu, not $DEMO" ;;
esac
start=$SECONDS
log=$out/log/demo.log
mkdir -p "$out/log"
: > "$log"
stage() { printf '[%2d:%02d] %s\n' $(((SECONDS - start) / 60)) $(((SECONDS - start) % 60)) "$*"; }
fail() { tail -n 30 "$log"; stage "FAILED: $* (log: $log)"; exit 1; }
step() { # TEXT COMMAND...
	stage "$1"
	"${@:2}" >> "$log" 2>&1 || fail "$1"
}

lib=$top/tests/lib
step "packages" "$lib/deps.sh" base bench kernel
step "Debian 13 root to build in" "$lib/roots.sh" build-6.12
step "Debian 13 root for host and guest" "$lib/roots.sh" bench
step "modules" "$lib/build-modules.sh" 6.12
step "viewer" "$lib/build-user.sh"
image=$("$lib/roots.sh" bench)
accel=$("$top/tests/e2e/probe-kvm.sh" "$image" 2>> "$log")
stage "host L1 boots (Debian 13 on $accel)"
rm -f "$out/demo.png"
while IFS= read -r line; do
	echo "$line" >> "$log"
	case $line in
	"# stage: "*)	stage "${line#\# stage: }" ;;
	esac
done < <(BENCH_NO_BUILD=1 BENCH_ACCEL=$accel BENCH_DIR=$out/demo "$top/tests/e2e/run.sh" $case 2>&1)

got=$out/demo/share/out/$case
grep -q '^not ok' "$log" && fail "the run was not clean"
[ -s "$got/demo.png" ] || fail "no picture"
cp "$got/demo.png" "$out/demo.png"

value() { awk -v k="$1" '$1 == k { $1 = ""; print substr($0, 2); exit }' "$got/report"; }
micros() { echo "$(($(value "$1") / 1000)) us"; }
features() {
	local bits=$(($(value features))) bit names=
	for bit in 0:VIRGL 1:EDID 2:RESOURCE_UUID 3:RESOURCE_BLOB 4:CONTEXT_INIT \
		   28:INDIRECT_DESC 29:EVENT_IDX 32:VERSION_1 33:ACCESS_PLATFORM; do
		((bits >> ${bit%:*} & 1)) && names+=" ${bit#*:}"
	done
	echo "$(value features)$names"
}
stage "done"
cat <<END

  picture        out/demo.png ($(value picture))
  host kernel    $(value host_kernel), modules loaded, on $accel
  VMM            $(value vmm)
  guest kernel   $(value guest_kernel), its stock virtio_gpu
  features       $(features)
  frames         $(value flushes)
  transferred    $(value transferred) bytes
  kick to used   p50 $(micros control.latency_p50_ns), p99 $(micros control.latency_p99_ns)
END
[ $case = demo ] || cat <<END
  IOMMU          guest's $(value iommu_driver), GPU in group $(value iommu_group) ($(value iommu_type))
  mappings       $(value mappings), after $(value requests) requests
  blocked        $(value faults) accesses
END
