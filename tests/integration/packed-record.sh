#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# packed-record.sh PRELOAD PROGRAM [ARGUMENT]...
#
# Recorded in both forms at once, a program's allocations are told the same by both, record by record; and both are
# what the program did.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
. "$(dirname "$0")/packed-record-support.sh"
preload=$1
shift

lttng_fixture_start
session_create both 'allocspan:*,allocspan_packed:*'
lttng --quiet start
run_traced "$@"
session_end
read_trace
read_packed
if [ -s "$journal.child" ]; then
	cat "$journal.child" >>"$journal"
fi
same_events alloc free
packed compare
packed lines >"$lines"
same_events alloc free
