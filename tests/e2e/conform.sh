#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# make conform: the conformance suite on the bench, against every configuration
# that it needs, as out/conform.json and as TAP with a line for each clause.
#
# E2E_DONE=1 in the environment: the bench has just run all its cases, that one
# among them; take what is there.
set -u
. "$(dirname "$0")/../lib/common.sh"

found=$out/e2e/share/out

"$top/tests/lib/deps.sh" conform || die "install packages"
if [ -z "${E2E_DONE:-}" ]; then
	"$top/tests/e2e/run.sh" 70-conform 71-conform-iommu | sed -u 's/^/# /'
fi
rm -f "$out/conform.json"
exec "$top/tests/e2e/conform-merge" --clauses "$top/tools/conform/clauses" \
	-o "$out/conform.json" "$found"/70-conform/{plain,full,creation}.json \
	"$found"/71-conform-iommu/{default,strict,limited}.json
