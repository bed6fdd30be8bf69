#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-turbulence.sh PRELOAD PROGRAM: a session starts and stops again and again while several threads work. Nothing breaks, and
# what the trace has of each thread is what it did, in its order; what happened while nothing was recorded is missing.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload=$1
program=$2

rounds=6
steps=10000

lttng_fixture_start
session_create turbulence
journal=$LTTNG_FIXTURE_DIR/journal
mkfifo "$LTTNG_FIXTURE_DIR/turns" "$LTTNG_FIXTURE_DIR/answers"
ALLOCSPAN_TEST_JOURNAL=$journal LD_PRELOAD=$preload "$program" "$steps" turns \
	<"$LTTNG_FIXTURE_DIR/turns" >"$LTTNG_FIXTURE_DIR/answers" &
program_pid=$!
exec 3>"$LTTNG_FIXTURE_DIR/turns" 4<"$LTTNG_FIXTURE_DIR/answers"

# A turn at the session's start, one while it records, one at its stop.
begin_turn() {
	echo turn >&3
}

end_turn() {
	read -r _ <&4 || fail "the program ended early"
}

for _ in $(seq $rounds); do
	begin_turn
	lttng --quiet start
	end_turn
	begin_turn
	end_turn
	begin_turn
	lttng --quiet stop
	end_turn
done
exec 3>&-
wait "$program_pid" || fail "the program: exit status $?"
lttng --quiet destroy "$session"
read_trace

# Two lists are walked together: every line of the trace must come in the journal, after the one before.
by_thread "$journal" alloc free span_enter span_exit >"$LTTNG_FIXTURE_DIR/expected"
by_thread "$lines" alloc free span_enter span_exit >"$LTTNG_FIXTURE_DIR/actual"
# At least the turns in the middle, of which most steps are an event.
[ "$(wc -l <"$LTTNG_FIXTURE_DIR/actual")" -ge $((rounds * 4 * steps / 2)) ] || fail "too little was recorded"
awk -v actual="$LTTNG_FIXTURE_DIR/actual" '
	function next_actual() { more = (getline wanted < actual) > 0 }
	BEGIN { next_actual() }
	more && $0 == wanted { next_actual() }
	END { if (more) { print "not in its place among what the program did: " wanted; exit 1 } }
	' "$LTTNG_FIXTURE_DIR/expected" >&2 || fail "the trace has what the program did not do"
