# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Allocations on the way to a device, to its deletion and to its configuration
# fail one by one, and those of a driver's start and requests; what was begun is
# undone each time. Where there are many, $ROUNDS of them, evenly spread, have to
# do: most are the driver core's.
ROUNDS=$((12 * UML_TIMES))
IOMMUS=/sys/kernel/config/vdpa_iommu

any_allocation_fails

# vdpa_nth N ARGUMENT...: the vdpa tool, the Nth allocation failing
vdpa_nth() {
	_nth=$1; shift
	FAIL_NTH=$_nth LD_PRELOAD=/run/out/fail-nth.so vdpa "$@" \
		>/run/tmp/left 2>/run/tmp/left.err
}

# left_of FILE: what remained of the count
left_of() { sed -n 's/^left //p' "$1"; }

# a request without a failure tells how many allocations there are
step_for() {
	vdpa_nth 1000000 "$@" && _all=$((1000000 - $(left_of /run/tmp/left))) ||
		return 1
	echo "$* makes $_all allocations"
	[ $_all -gt 3 ] && _step=$((_all / ROUNDS + 1))
}

gone() { # NAME
	for _left in /sys/bus/vdpa/devices/"$1" /sys/class/*/"$1".view \
		/sys/class/vdpa_iommu/"$1" /sys/kernel/debug/vdpa_*/"$1"; do
		[ ! -e "$_left" ] || {
			echo "round $_n left $_left"
			return 1
		}
	done
}

# add_rounds NAME MODULE: what is configured so, with vhost_vdpa, so that no
# guest driver of the kernel is on the way
add_rounds() {
	step_for dev add name "$1" mgmtdev "$2" && vdpa dev del "$1" || return 1
	for _n in $(seq 1 $_step $_all); do
		vdpa_nth "$_n" dev add name "$1" mgmtdev "$2"
		# whatever the tool thinks: the answer may be what failed
		[ ! -e "/sys/bus/vdpa/devices/$1" ] || vdpa dev del "$1" || return 1
		gone "$1" || return 1
	done
}

# del_rounds NAME MODULE: deleting must not depend on memory; the answer to the
# tool may, and devtmpfs does: it keeps the node of a device whose name it could
# not print.
del_rounds() {
	vdpa dev add name "$1" mgmtdev "$2" && step_for dev del "$1" || return 1
	for _n in $(seq 1 $_step $_all); do
		vdpa dev add name "$1" mgmtdev "$2" || return 1
		vdpa_nth "$_n" dev del "$1"
		[ ! -e "/sys/bus/vdpa/devices/$1" ] || vdpa dev del "$1"
		gone "$1" || return 1
		rm -f "/dev/vdpa-gpu/$1.view" "/dev/vdpa-iommu/$1"
	done
}

# group_rounds DIRECTORY: one process does it all, or starting it would take most
# of the time. The file of the count cannot seek.
group_rounds() {
	perl -e '
		my ($dir) = @ARGV;
		my ($n, $left) = (0, 0);
		while (!$left && $n < 500) {
			open my $f, "+<", "/proc/thread-self/fail-nth" or die;
			syswrite $f, ++$n;
			mkdir $dir;
			sysread $f, $left, 16;
			syswrite $f, "0";
			$left += 0;
			!-d $dir or rmdir $dir or die "rmdir: $!";
		}
		print "$n rounds, left $left\n";
		exit !($left > 0 && $n > 3)' "$1"
}

load_modules
check "allocations of a GPU's configuration fail" group_rounds "$CONFIG/gpu1"
gpu_config gpu0 driver=vhost_vdpa
check "allocations of a GPU fail" add_rounds gpu0 vdpa_gpu
check "allocations of its deletion fail" del_rounds gpu0 vdpa_gpu

check "allocations of an IOMMU's configuration fail" group_rounds $IOMMUS/iommu1
check "an IOMMU is made" iommu_add iommu0 endpoint:8 endpoint:9 endpoint:10
check "and deleted" vdpa dev del iommu0
check "allocations of an endpoint's configuration fail" \
	group_rounds $IOMMUS/iommu0/endpoints/11
check "allocations of an IOMMU fail" add_rounds iommu0 vdpa_iommu
check "allocations of its deletion fail" del_rounds iommu0 vdpa_iommu

check "a GPU is to sit behind it" gpu_config gpu0 iommu=iommu0 endpoint=8
check "it may be made first: allocations fail" add_rounds gpu0 vdpa_gpu
check "without failures it is made" vdpa dev add name gpu0 mgmtdev vdpa_gpu
check "an IOMMU with a GPU waiting: allocations fail" \
	add_rounds iommu0 vdpa_iommu
check "an IOMMU with a GPU behind it: allocations of its deletion fail" \
	del_rounds iommu0 vdpa_iommu
check "without failures it is made, too" \
	vdpa dev add name iommu0 mgmtdev vdpa_iommu
check "allocations of drivers and requests fail, of an IOMMU" \
	conform --quick --only 'X-NOMEM*' --device "$(vhost_of iommu0)" \
	--iommu /dev/vdpa-iommu/iommu0 --behind "$(vhost_of gpu0)"
check "the GPU is deleted" gpu_del gpu0
check "the IOMMU is deleted" iommu_del iommu0
check "a GPU alone is made" gpu_add gpu0 driver=vhost_vdpa
check "allocations of drivers and requests fail, of a GPU" \
	conform --quick --only 'X-NOMEM*' --device "$(vhost_of gpu0)"
