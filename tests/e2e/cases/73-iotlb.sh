# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# A network card that vhost serves, behind our IOMMU: it sends what the guest
# has mapped at the moment, and nothing else.
modprobe -a vhost_net tun
mods_load
check "an IOMMU is created" iommu_add iommu0 endpoint:40
rc=0
timeout 240 iotlb-net "$(vhost_of iommu0)" /dev/vdpa-iommu/iommu0 40 \
	> "$(case_dir)/net.tap" 2> "$(case_dir)/net.err" || rc=$?
while read -r line; do
	case $line in
	"ok "*)		ok "${line#ok - }" ;;
	"not ok "*)	not_ok "${line#not ok - }" ;;
	*)		diag "${line#\# }" ;;
	esac
done < "$(case_dir)/net.tap"
sed 's/^/err: /' "$(case_dir)/net.err" | diag_stdin
same "it comes to its end" 0 $rc
same "who was cut off is counted, once" 1 "$(stat_of iommu0 unconfirmed)"
same "and logged, once" 1 "$(new_dmesg | grep -c 'endpoint 40: cut off')"
check "the IOMMU is deleted" iommu_del iommu0
mods_unload
