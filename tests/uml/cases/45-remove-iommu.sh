# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# IOMMU, GPU and modules are taken away while drivers and endpoints are at work.
# A device goes when its VMM has gone; who is left reaches nothing, and all is
# well when the other one is back.

gone() { [ ! -e "/sys/bus/vdpa/devices/$1" ]; }

# work OPTION...: a VMM at work in the background; sets VMM
work() {
	"$CONFORM" --hammer 60 "$@" >/run/tmp/work.out 2>&1 &
	VMM=$!
	eventually grep -q hammer /run/tmp/work.out
}

end_work() {
	kill -KILL $VMM
	wait $VMM 2>/dev/null
	return 0
}

# delete_under SECONDS DEVICE...: ask for it, then the VMM dies
delete_under() {
	_s=$1; shift
	rm -f /run/tmp/deleted
	for _device; do
		{ vdpa dev del "$_device" && echo "$_device" >>/run/tmp/deleted; } &
	done
	sleep "$_s"
	[ ! -e /run/tmp/deleted ] && _waited=yes || _waited=no
	end_work
	wait
	echo "waited for the VMM: $_waited; deleted: $(cat /run/tmp/deleted)"
	for _device; do
		gone "$_device" && [ ! -e "/dev/vdpa-iommu/$_device" ] || return 1
	done
	[ $_waited = yes ]
}

both() {
	eventually vhost_of iommu0 >/dev/null && eventually vhost_of gpu0 >/dev/null &&
		echo "--device $(vhost_of iommu0) --iommu /dev/vdpa-iommu/iommu0 --behind $(vhost_of gpu0)"
}

add() { vdpa dev add name "$1" mgmtdev "vdpa_${1%[0-9]}"; }

load_modules
check "IOMMU is created" iommu_add iommu0 endpoint:8 endpoint:9 endpoint:10
check "a GPU behind it is created" \
	gpu_add gpu0 driver=vhost_vdpa iommu=iommu0 endpoint=8

for _s in $(seq "$UML_TIMES"); do
	# shellcheck disable=SC2046
	for _rows in "0.1 iommu0" "0.02 gpu0" "0.3 iommu0 gpu0" "0.2 gpu0 iommu0"; do
		check "a VMM of both is at work" work $(both)
		# shellcheck disable=SC2086
		check "deleted under it: ${_rows#* }" delete_under $_rows
		for _device in ${_rows#* }; do
			check "$_device is made again" add "$_device"
		done
	done
done
# shellcheck disable=SC2046
check "both are in order" "$CONFORM" --quick --only 'IOMMU-REQ-X1*GPU*' $(both)

# A driver that starts over and over, while its IOMMU comes and goes.
starts() {
	while :; do
		"$CONFORM" --device "$(vhost_of gpu0)" --only 'BASE-04*' \
			--timeout 20 >/dev/null 2>&1
	done
}

comes_and_goes() {
	for _n in $(seq $((8 * UML_TIMES))); do
		vdpa dev del iommu0 && add iommu0 || return 1
	done
}
starts &
_starts=$!
check "the IOMMU comes and goes under the GPU's driver" comes_and_goes
kill $_starts
wait $_starts 2>/dev/null

check "endpoints are at work without a driver" \
	work --iommu /dev/vdpa-iommu/iommu0
check "vdpa_iommu stays while its file is open" fails rmmod vdpa_iommu
check "the IOMMU is deleted under them" vdpa dev del iommu0
end_work
check "its file is gone" fails test -e /dev/vdpa-iommu/iommu0

check "the IOMMU is back" add iommu0
# shellcheck disable=SC2046
check "a VMM of both is at work" work $(both)
check "vdpa_soft stays while it is used" fails rmmod vdpa_soft
check "vdpa_iommu stays while a VMM is at work" fails rmmod vdpa_iommu
end_work
check "vdpa_iommu stays while a configuration is there" fails rmmod vdpa_iommu
check "configurations are removed" \
	rmdir /sys/kernel/config/vdpa_iommu/iommu0/endpoints/* \
	/sys/kernel/config/vdpa_iommu/iommu0
check "vdpa_iommu is removed with an idle IOMMU, the GPU stays" \
	eventually rmmod vdpa_iommu
check "the IOMMU is gone" gone iommu0
check "the GPU is there" vhost_of gpu0
check "its driver finds nothing" fails \
	"$CONFORM" --device "$(vhost_of gpu0)" --only 'BASE-04*' --timeout 200
check "vdpa_iommu returns" load_modules
check "with the IOMMU" iommu_add iommu0 endpoint:8 endpoint:9 endpoint:10
# shellcheck disable=SC2046
check "and all is well" "$CONFORM" --quick --only 'IOMMU-REQ-X1*GPU*' $(both)
check "the GPU is deleted" gpu_del gpu0
check "the IOMMU is deleted" iommu_del iommu0
