#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-fork.sh PRELOAD PROGRAM: the events of parent and child are what both did; with liblttng-ust-fork, as LTTng asks for it, and
# without.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
interposer=$1
shift

lttng_fixture_start
for with in "liblttng-ust-fork.so.1 " ""; do
	preload=$with$interposer
	session_create "fork${with:+-with}"
	lttng --quiet start
	run_traced "$@"
	session_end
	read_trace
	[ -s "$journal.child" ] || fail "the child wrote no journal"
	cat "$journal.child" >>"$journal"
	rm "$journal.child"
	same_events group_register alloc free
done
