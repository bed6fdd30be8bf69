#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-fork.sh PRELOAD PROGRAM: with liblttng-ust-fork, as LTTng asks for it, the events of parent and child are what both did.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload="liblttng-ust-fork.so.1 $1"
shift

lttng_fixture_start
session_create fork
lttng --quiet start
run_traced "$@"
session_end
read_trace
[ -s "$journal.child" ] || fail "the child wrote no journal"
cat "$journal.child" >>"$journal"
same_events group_register alloc free
