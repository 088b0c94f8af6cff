#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The modules build without a warning against both kernels, with W=1 (and
# sparse where the headers package carries what C=1 needs), and say who they
# are. Prints TAP.
set -eu
. "$(dirname "$0")/common.sh"

number=0
failed=0
result() { # COMMAND... under NAME
	number=$((number + 1))
	if eval "$2"; then
		echo "ok $number - $1"
	else
		failed=1
		echo "not ok $number - $1"
	fi
}

complete() { # MODULE
	for field in description author license version; do
		[ -n "$(modinfo -F $field "$1")" ] || { say "$1: no $field"; return 1; }
	done
}

for flavour in 6.12 sid; do
	sparse=C=1
	[ $flavour = 6.12 ] || sparse=
	result "modules build for $flavour, W=1 $sparse" \
		"'$top/tests/lib/build-modules.sh' $flavour W=1 $sparse"
	for m in vdpa_soft vdpa_gpu vdpa_iommu; do
		result "modinfo of $m for $flavour is complete" \
			"complete '$out/modules/$flavour/$m.ko'"
	done
done
echo "1..$number"
exit $failed
