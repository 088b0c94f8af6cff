# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# The bench itself: a module loads and unloads, and a splat would be noticed.
insmod /share/modules/bench_empty.ko
check "an empty module is loaded" grep -q '^bench_empty ' /proc/modules
rmmod bench_empty
check "an empty module is unloaded" sh -c '! grep -q "^bench_empty " /proc/modules'

insmod /share/modules/bench_empty.ko splat=1
rmmod bench_empty
# shellcheck disable=SC2154 # from lib.sh
check "a warning in the kernel log is seen" sh -c "dmesg | grep -qE '$splats'"
mark_dmesg # not a failure of this case
