#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# packed-record-churn.sh PRELOAD PROGRAM: groups that come and go are told right in packed records, though their slots are used again,
# and the program's memory does not grow.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
. "$(dirname "$0")/packed-record-support.sh"
preload=$1
program=$2
groups=20000

lttng_fixture_start
session_create churn 'allocspan_packed:*'
lttng --quiet start
LD_PRELOAD=$preload "$program" "$groups" || fail "exit status $?"
session_end
read_packed
lines=$LTTNG_FIXTURE_DIR/lines
packed lines >"$lines"
# Four rounds of three threads.
[ "$(grep -c ' alloc ' "$lines")" -eq $((12 * groups)) ] || fail "$(grep -c ' alloc ' "$lines") allocations are recorded"
awk '{
	match($0, / size=[0-9]+/)
	size = substr($0, RSTART + 6, RLENGTH - 6)
	if (!match($0, / tags=,group=churn,n=[0-9]+,$/) || substr($0, RSTART + 21, RLENGTH - 22) != size - 1) {
		print
		exit 1
	}
}' "$lines" >&2 || fail "a block has another group's tags"
