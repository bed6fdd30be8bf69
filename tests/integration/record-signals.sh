#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# Signals while `allocspan record` runs. What a terminal does is in record-terminal.py.

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

# The recorder in the background, when its command has said "ready".
start() {
	"$ALLOCSPAN" record -o trace -- "$RECORD_TARGET" enter g alloc 10 "$@" >"$work/out" 2>"$work/err" &
	recorder=$!
	wait_for_ready
}

expect_end() {
	status=0
	wait "$recorder" || status=$?
	expect_equal "status" "$status" "$1"
	expect_equal "allocations" "$(count allocspan:alloc trace)" 10
	expect_nothing_left
}

# INT and QUIT are ignored in what a shell starts in the background.
hands_on_signals_that_are_sent_to_it() {
	for name in TERM HUP USR1 USR2; do
		rm -rf trace "$work/out"
		start catch $name ready sleep status 3
		kill -s $name "$recorder"
		expect_end 3
		grep -qx "caught $name" "$work/out" || fail "$name did not arrive"
	done
}

tells_which_signal_ended_the_command() {
	start ready sleep
	kill -s TERM "$recorder"
	expect_end 143
	expect_note "recorded .* in trace"
}

# As under nohup.
leaves_ignored_signals_ignored() {
	(
		trap '' HUP
		exec "$ALLOCSPAN" record -o trace -- "$RECORD_TARGET" enter g alloc 10 ready sleep
	) >"$work/out" 2>"$work/err" &
	recorder=$!
	wait_for_ready
	kill -s HUP "$recorder"
	# Had HUP been handed on, it would have come first.
	kill -s TERM "$recorder"
	expect_end 143
}

a_terminal_sees_one_job() {
	python3 "$here/record-terminal.py" "$1" >"$work/out" 2>"$work/err" || fail "see there"
}

ctrl_c_stops_the_command_and_keeps_the_trace() {
	a_terminal_sees_one_job ctrl_c
	expect_equal "allocations" "$(count allocspan:alloc trace)" 10
	expect_nothing_left
}

ctrl_c_reaches_the_command_once_and_may_be_refused() {
	a_terminal_sees_one_job ctrl_c_caught
	expect_equal "allocations" "$(count allocspan:alloc trace)" 10
	expect_nothing_left
}

ctrl_z_stops_and_fg_continues_both() {
	a_terminal_sees_one_job ctrl_z
	expect_equal "allocations" "$(count allocspan:alloc trace)" 10
	expect_nothing_left
}

run_claim "$@"
