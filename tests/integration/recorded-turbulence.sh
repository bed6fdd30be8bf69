#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-turbulence.sh PRELOAD PROGRAM: sessions start and stop all the time while several threads work. Nothing breaks, and
# what the trace has of each thread is what it did, in its order; what happened while nothing was recorded is missing.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload=$1
program=$2

lttng_fixture_start
session_create turbulence
journal=$LTTNG_FIXTURE_DIR/journal
ALLOCSPAN_TEST_JOURNAL=$journal LD_PRELOAD=$preload "$program" 400000 &
program_pid=$!
starts=0
while kill -0 "$program_pid" 2>/dev/null; do
	lttng --quiet start
	lttng --quiet stop
	starts=$((starts + 1))
done
wait "$program_pid" || fail "the program: exit status $?"
[ "$starts" -ge 3 ] || fail "the program ended before the session came and went a few times"
lttng --quiet destroy "$session"
read_trace

# Two lists are walked together: every line of the trace must come in the journal, after the one before.
by_thread "$journal" alloc free span_enter span_exit >"$LTTNG_FIXTURE_DIR/expected"
by_thread "$lines" alloc free span_enter span_exit >"$LTTNG_FIXTURE_DIR/actual"
[ -s "$LTTNG_FIXTURE_DIR/actual" ] || fail "nothing was recorded"
awk -v actual="$LTTNG_FIXTURE_DIR/actual" '
	function next_actual() { more = (getline wanted < actual) > 0 }
	BEGIN { next_actual() }
	more && $0 == wanted { next_actual() }
	END { if (more) { print "not in its place among what the program did: " wanted; exit 1 } }
	' "$LTTNG_FIXTURE_DIR/expected" >&2 || fail "the trace has what the program did not do"
