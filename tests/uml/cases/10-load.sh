# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Modules come and go, and say who they are.

described() {
	for _field in license author description version; do
		[ -n "$(modinfo -F $_field "$1")" ] || {
			echo "$1 has no $_field"
			return 1
		}
	done
	[ "$(modinfo -F license "$1")" = GPL ]
}

for _ko in soft/vdpa_soft gpu/vdpa_gpu iommu/vdpa_iommu; do
	check "modinfo of ${_ko#*/} is complete" described $MOD/kernel/$_ko.ko
done
for _round in 1 2 3; do
	check "modules load, round $_round" load_modules
	check "the management device is there" \
		sh -c 'vdpa mgmtdev show | grep -q "^vdpa_gpu"'
	check "modules unload, round $_round" unload_all
done
check "no configuration is left" fails test -e $CONFIG
check "no management device is left" \
	fails sh -c 'vdpa mgmtdev show | grep -q vdpa_gpu'
