#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# First process of a guest: does what the case says.
. /share/guest/lib.sh
guest_setup
guest_obey
