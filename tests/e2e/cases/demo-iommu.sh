# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 700
# Not a test but what "DEMO=iommu make demo" shows. Run by demo.sh only.
in_guest() { awk -v k="$1" '$1 == k { print $2; exit }' "$(case_dir)/l2.iommu"; }

mods_load
/share/qemu-ids "$(command -v qemu-system-x86_64)" /run/qemu-ids
# shellcheck disable=SC2046
iommu_add iommu0 $(iommu_aperture) endpoint:40
gpu_add gpu0 iommu=iommu0 endpoint=40 scanouts/0/width=1280 scanouts/0/height=800
diag "stage: guest L2 boots with an IOMMU"
iommu_guest l2 "bench.animated"
l2_wait l2 guest-ready
diag "stage: desktop starts"
l2_wait l2 desktop-ready
viewer watch --raw --frames 40 --wait 20 > "$(case_dir)/frames"
viewer screenshot --wait 30 -o "$(case_dir)/demo.png"
{
	echo "host_kernel $(uname -r)"
	echo "guest_kernel $(in_guest kernel)"
	echo "vmm $(qemu-system-x86_64 --version | head -n 1), two rows added: -M q35 -device vhost-vdpa-device-pci -acpitable"
	echo "picture $(png-crc "$(case_dir)/demo.png" | cut -d' ' -f1)"
	echo "iommu_driver $(in_guest driver)"
	echo "iommu_group $(in_guest group)"
	echo "iommu_type $(in_guest type)"
	stats_of gpu0
	stats_of iommu0
} > "$(case_dir)/report"
ok "a guest draws a desktop behind an IOMMU"
: > "$(case_dir)/l2.stop"
wait_for 120 l2_dead l2
gpu_del gpu0
iommu_del iommu0
