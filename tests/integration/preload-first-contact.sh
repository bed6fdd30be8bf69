#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# preload-first-contact.sh PRELOAD NEXT PROGRAM: the claims of preload-first-contact.c hold while a session records, and
# what the handlers did is in the trace.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload=$1
next=$2
program=$3

lttng_fixture_start
session_create first-contact 'allocspan:span_*,allocspan:misuse'
lttng --quiet start
LD_PRELOAD="$preload:$next" "$program" || fail "$program: exit status $?"
session_end
babeltrace2 "$trace" >"$LTTNG_FIXTURE_DIR/text"

expect() {
	count=$(grep -c " allocspan:$1: " "$LTTNG_FIXTURE_DIR/text" || true)
	[ "$count" -eq "$2" ] || fail "the trace has $count events $1, and $2 were recorded in handlers"
}
# Three claims enter a span once, and one for each of 2100 threads.
expect span_enter 2103
expect span_exit 2103
expect misuse 1
