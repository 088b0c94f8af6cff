#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# First process of a guest: runs the commands that the case sends over the
# serial line, "NUMBER COMMAND" each, and answers agent-done-NUMBER-STATUS.
. /share/guest/lib.sh
guest_setup
echo guest-ready
# shellcheck disable=SC2154
while read -r n command; do
	[ "$command" != exit ] || break
	( set +e; eval "$command" ) < /dev/null >> "$dir/$name.agent" 2>&1
	rc=$?
	dmesg > "$dir/$name.dmesg"
	echo
	echo "agent-done-$n-$rc"
done
guest_exit
