#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-callers.sh PRELOAD PROGRAM: the `ip` context of each event is inside the function that made the call.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload=$1
shift

lttng_fixture_start
session_create callers
lttng --quiet start
run_traced "$@"
session_end
read_trace -v ip=1
# A return address is behind its call: above the start, and at most the end. Both sides have 20 digits.
grep -vE ' (group_stats|process_begin|process_end) ' "$lines" | paste -d ' ' "$journal" - | awk '
	$2 != $7 || $6 != $1 { print "expected " $2 " of " $5 ", got " $7; wrong = 1 }
	!("" $8 > "" $3 && "" $8 <= "" $4) { print $2 " of " $5 ": ip " $8 " is outside"; wrong = 1 }
	END { exit wrong || NR < 19 }' >&2 || fail "wrong callers"
