# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# Random requests, event buffers and damaged rings for a while, endpoints and a
# GPU at work behind the IOMMU, KASAN looking on.

# hammered OPTION...
hammered() {
	"$CONFORM" --hammer $((3 * UML_TIMES)) "$@" >/run/tmp/hammer 2>&1
	_status=$?
	sed 's/^/# /' /run/tmp/hammer | note
	cat /run/tmp/hammer
	return $_status
}

load_modules
check "IOMMU is created" iommu_add iommu0 endpoint:8 endpoint:9 endpoint:10 \
	"endpoints/10/reserved=0x40008000 0x40009fff reserved"
check "a GPU behind it is created" \
	gpu_add gpu0 driver=vhost_vdpa iommu=iommu0 endpoint=8
check "vhost-vdpa binds" eventually vhost_of iommu0
check "to both" eventually vhost_of gpu0
set -- --device "$(vhost_of iommu0)" --iommu /dev/vdpa-iommu/iommu0
for _seed in 1 2; do
	check "hammered with a GPU behind it, seed $_seed" \
		hammered --seed $_seed "$@" --behind "$(vhost_of gpu0)"
done
check "hammered alone" hammered --seed 3 "$@"
check "it still works" "$CONFORM" --quick --only 'IOMMU-REQ-6.4.h*' "$@"
