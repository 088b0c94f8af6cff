# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034
# limit: 2400
# As measure, where a nanosecond is an instruction: the same number every time,
# so that few samples do. No guest: it does not come up there.
ROUNDS=${ROUNDS:-2}
SAMPLES=${SAMPLES:-600}
FRAMES=${FRAMES:-17}
PAIR_ROUNDS=${PAIR_ROUNDS:-0}
. /share/cases/measure.sh
