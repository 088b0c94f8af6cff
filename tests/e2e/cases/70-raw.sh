# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# limit: 800
# A client with rings of its own: every clause of the conformance suite, on SMP.
mods_load
gpu_add gpu0 num_scanouts=2 blob=1 uuid=1
rc=0
vdpa-conform --quick --device "$(vhost_of gpu0)" --view "$(view_of gpu0)" \
	> "$(case_dir)/conform.tap" 2> "$(case_dir)/conform.err" || rc=$?
while read -r line; do
	case $line in
	"ok "*)		ok "${line#ok * - }" ;;
	"not ok "*)	not_ok "${line#not ok * - }" ;;
	"#"*)		diag "${line#\# }" ;;
	esac
done < "$(case_dir)/conform.tap"
same "the suite ends in order" 0 $rc
check "device is deleted" gpu_del gpu0
mods_unload
