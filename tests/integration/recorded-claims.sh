#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-claims.sh PRELOAD PROGRAM: every claim of the program holds also while it is recorded, plainly and re-entered, and its trace
# never has an address allocated twice.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload=$1
program=$2

lttng_fixture_start
for how in plainly tracker timer; do
	session_create "$how"
	lttng --quiet start
	if [ "$how" != plainly ]; then
		export ALLOCSPAN_TEST_REENTER="$how"
	fi
	LD_PRELOAD=$preload "$program" >/dev/null || fail "$program, $how: exit status $?"
	session_end
	read_trace
	grep -q ' alloc ' "$lines" || fail "nothing was recorded"
	addresses_alternate
done
