# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034
# limit: 1200
# As measure-iommu, where a nanosecond is an instruction. No guest: it does not
# come up there.
PAIR_ROUNDS=${PAIR_ROUNDS:-0}
HOST_ROUNDS=${HOST_ROUNDS:-2}
SAMPLES=${SAMPLES:-300}
. /share/cases/measure-iommu.sh
