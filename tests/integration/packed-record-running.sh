#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# packed-record-running.sh PRELOAD PROGRAM: sessions come and go while the program runs.
#
# The helper that empties the rings is there while a session records packed events and there is something to record,
# and only then. No record comes into a trace that was made before its session began or after it ended; all are there but those of
# the last moment before a session's stop, which cannot be known beforehand.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
. "$(dirname "$0")/packed-record-support.sh"
preload=$1
program=$2
polls=600

lttng_fixture_start
mkfifo "$LTTNG_FIXTURE_DIR/words" "$LTTNG_FIXTURE_DIR/answers"
LD_PRELOAD=$preload "$program" <"$LTTNG_FIXTURE_DIR/words" >"$LTTNG_FIXTURE_DIR/answers" &
program_pid=$!
exec 3>"$LTTNG_FIXTURE_DIR/words" 4<"$LTTNG_FIXTURE_DIR/answers"

tell() {
	echo "$1" >&3
	read -r _ <&4 || fail "the program ended at $1"
}

helper_is_there() {
	grep -qx allocspan-flush "/proc/$program_pid/task"/*/comm
}

# How often the helper has gone to sleep.
helper_sleeps() {
	for task in "/proc/$program_pid/task"/*; do
		if grep -qx allocspan-flush "$task/comm"; then
			awk '/^voluntary_ctxt_switches/ { print $2 }' "$task/status"
		fi
	done
}

# Two sleeps are enough for a look at all rings from beginning to end; but what it waits for in between counts as one, too.
all_is_written() {
	[ "$(helper_sleeps)" -ge $((slept + 20)) ]
}

helper_is_gone() {
	! helper_is_there
}

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

# recorded_must_be COUNT: of allocations in $trace; as many are freed, none was lost.
recorded_must_be() {
	read_packed
	packed lines >"$lines" || fail "$session"
	[ "$(grep -c ' alloc ' "$lines")" -eq "$1" ] ||
		fail "$session: $(grep -c ' alloc ' "$lines") allocations instead of $1"
	[ "$(grep -c ' free ' "$lines")" -eq "$1" ] || fail "$session: $(grep -c ' free ' "$lines") frees instead of $1"
}

lines=$LTTNG_FIXTURE_DIR/lines
tell "work 1000"
helper_is_there && fail "the helper thread is there without a session"

session_create full
lttng --quiet start
tell "work 1000"
helper_is_there && fail "the helper thread is there though nothing packed is recorded"
session_end

# More than a ring holds, and less.
for count in 10 100000 1; do
	session_create "packed$count" 'allocspan_packed:*'
	lttng --quiet start
	helper_is_there && fail "the helper thread is there before there is anything to record"
	tell "work $count"
	wait_until "no helper thread while a session records packed events" helper_is_there
	slept=$(helper_sleeps)
	wait_until "the helper thread does nothing" all_is_written
	lttng --quiet stop
	tell "work 500"
	wait_until "the helper thread stays after the session's end" helper_is_gone
	tell "work 500"
	lttng --quiet destroy "$session"
	# Each turn allocates twice.
	recorded_must_be $((2 * count))
done

# What is recorded at the program's end is complete, whenever that is.
session_create last 'allocspan_packed:*'
lttng --quiet start
tell "work 700"
echo end >&3
wait "$program_pid" || fail "the program: exit status $?"
session_end
recorded_must_be 1400
