#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-lttng-threads.sh PRELOAD PROGRAM: under root tracking nothing that LTTng allocates is counted as the program's, in its threads
# or in those of the program: not in a forked child, wherever liblttng-ust-fork stands, nor where a session starts after the program. Both
# forms of recording have just what the program did, in all its own threads.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
. "$(dirname "$0")/packed-record-support.sh"
interposer=$1
program=$2
export ALLOCSPAN_ROOT=1

both_are_what_was_done() {
	[ -s "$journal.child" ] || fail "the child wrote no journal"
	cat "$journal.child" >>"$journal"
	rm "$journal.child"
	read_trace
	read_packed
	same_events alloc free
	packed compare
	packed lines >"$lines"
	same_events alloc free
}

# recorded_from_the_start NAME HOW LD_PRELOAD
recorded_from_the_start() {
	preload=$3
	session_create "$1" 'allocspan:*,allocspan_packed:*'
	lttng --quiet start
	run_traced "$program" "$2"
	session_end
	both_are_what_was_done
}

recorded_later() {
	mkfifo "$LTTNG_FIXTURE_DIR/words" "$LTTNG_FIXTURE_DIR/answers"
	journal=$LTTNG_FIXTURE_DIR/journal
	ALLOCSPAN_TEST_JOURNAL=$journal LD_PRELOAD=$interposer "$program" fork wait \
		<"$LTTNG_FIXTURE_DIR/words" >"$LTTNG_FIXTURE_DIR/answers" &
	program_pid=$!
	exec 3>"$LTTNG_FIXTURE_DIR/words" 4<"$LTTNG_FIXTURE_DIR/answers"
	read -r _ <&4 || fail "the program does not run"
	session_create later 'allocspan:*,allocspan_packed:*'
	lttng --quiet start
	echo >&3
	wait "$program_pid" || fail "the program: exit status $?"
	session_end
	both_are_what_was_done
}

lttng_fixture_start
for how in fork clone; do
	recorded_from_the_start "$how-alone" "$how" "$interposer"
	recorded_from_the_start "$how-before" "$how" "$interposer liblttng-ust-fork.so.1"
	recorded_from_the_start "$how-behind" "$how" "liblttng-ust-fork.so.1 $interposer"
done
recorded_later
