#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-running.sh PRELOAD PROGRAM: a session starts, stops and starts again while the program runs.
#
# The trace has just what the program did meanwhile; a block that was allocated before is freed with its size and owner;
# each start records the counters of all groups, also of those at rest; the helper thread that records counters is there while
# a session wants them, and only then.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload=$1
program=$2
polls=600

lttng_fixture_start
session_create running
mkfifo "$LTTNG_FIXTURE_DIR/words" "$LTTNG_FIXTURE_DIR/answers"
journal=$LTTNG_FIXTURE_DIR/journal
ALLOCSPAN_TEST_JOURNAL=$journal LD_PRELOAD=$preload "$program" \
	<"$LTTNG_FIXTURE_DIR/words" >"$LTTNG_FIXTURE_DIR/answers" &
program_pid=$!
exec 3>"$LTTNG_FIXTURE_DIR/words" 4<"$LTTNG_FIXTURE_DIR/answers"

tell() {
	echo "$1" >&3
	read -r answer <&4 || fail "the program ended at $1"
	[ "$answer" = "done" ] || fail "the program answered $answer"
}

helper_is_there() {
	grep -qx allocspan-stats "/proc/$program_pid/task"/*/comm
}

# Polls until a command succeeds, or fails with what was waited for.
wait_until() {
	what=$1
	shift
	polled=0
	until "$@"; do
		polled=$((polled + 1))
		[ "$polled" -lt "$polls" ] || fail "$what"
		sleep 0.1
	done
}

helper_is_gone() {
	! helper_is_there
}

# Works, recorded, until the counters of the group at rest are in the trace.
idle_is_recorded() {
	lttng --quiet start
	tell recording
	tell work
	tell silence
	lttng --quiet stop
	read_trace
	grep -q ' group_stats .* name=idle ' "$lines"
}

tell work
tell work
helper_is_there && fail "the helper thread is there without a session"

wait_until "a session's start does not record the group at rest" idle_is_recorded
tell work
wait_until "the helper thread stays after the session's stop" helper_is_gone

lttng --quiet start
tell recording
tell work
wait_until "no helper thread while a session records group_stats" helper_is_there
tell work
echo end >&3
wait "$program_pid" || fail "the program: exit status $?"
session_end
read_trace

last_stats_equal
awk '$2 == "recording" { on = 1; next } $2 == "silence" { on = 0 } on' "$journal" >"$journal.recorded"
mv "$journal.recorded" "$journal"
same_events span_enter span_exit alloc free
