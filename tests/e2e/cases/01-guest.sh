# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# A stock guest on a stock microvm reaches userspace, inside L1.
l2_start l2 agent.sh
check "a guest boots to userspace" l2_wait l2 guest-ready
check "the guest runs a command" l2_do l2 'uname -a'
check "the guest ends by itself" l2_stop l2
l2_check_log l2
