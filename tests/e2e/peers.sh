#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make conform-peers: our device and QEMU's through the same suite, in one boot
# of the bench. Writes out/conform-peers.md and .json, and what make conform
# writes.
set -u
. "$(dirname "$0")/../lib/common.sh"

found=$out/e2e/share/out

"$top/tests/lib/deps.sh" conform || die "install packages"
"$top/tests/e2e/run.sh" 70-conform 71-conform-iommu peers || die "the bench failed"
E2E_DONE=1 "$top/tests/e2e/conform.sh" > "$out/conform.tap" ||
	die "our device failed: $out/conform.tap"
"$top/tests/e2e/peers-report" --clauses "$top/tools/conform/clauses" \
	--host "$out/conform.json" --found "$found/peers" \
	-o "$out/conform-peers" || exit 1
say "$out/conform-peers.md, $out/conform-peers.json"
