#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# What `allocspan record` does with processes that go on when the command has ended, and with recordings in recordings.

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

# A script that leaves a process in the background, whose pid is in the file `left`; at SIGTERM that allocates and ends.
cat_daemon() {
	cat <<END
setsid "$RECORD_TARGET" catch TERM enter early ready sleep enter late alloc 7 >said 2>&1 &
echo \$! >left
until grep -q ready said; do sleep 0.05; done
END
}

# A recording in the background, until it has said that it waits.
start_waiting() {
	cat_daemon >script
	"$ALLOCSPAN" record "$@" -o trace -- sh script >"$work/out" 2>"$work/err" &
	recorder=$!
	until grep -q "the command has ended; waiting for record-target (pid $(cat left 2>/dev/null || true))" "$work/err"; do
		kill -0 "$recorder" || fail "ended early"
		sleep 0.05
	done
}

expect_late() {
	status=0
	wait "$recorder" || status=$?
	expect_equal "status" "$status" "$1"
	expect_equal "late allocations" "$(babeltrace2 trace | grep -c 'alloc: .*group=late,' || true)" "$2"
}

left_json() {
	python3 -c '
import json
print(*[process["pid"] for process in json.load(open("trace/allocspan.json"))["left_running"]])'
}

waits_for_processes_in_the_background() {
	start_waiting
	kill -s TERM "$(cat left)"
	expect_late 0 7
	expect_equal "left running" "$(left_json)" ""
	! grep -q "still running" "$work/err" || fail "says that something runs"
	expect_nothing_left
}

waits_for_processes_without_ledgers() {
	[ "$(id -u)" -ne 0 ] || lttng_fixture_may_mount || skip "needs a daemon that is not shared"
	start_waiting --no-ledger
	kill -s TERM "$(cat left)"
	expect_late 0 7
}

a_signal_ends_the_wait() {
	start_waiting
	kill -s TERM "$recorder"
	expect_late 0 0
	expect_note "still running: record-target (pid $(cat left)); what they allocate from now on is not in the trace"
	expect_equal "left running" "$(left_json)" "$(cat left)"
	kill -s KILL "$(cat left)"
}

no_wait_names_who_goes_on() {
	cat_daemon >script
	expect_status 0 record --no-wait -o trace -- sh script
	expect_note "still running: record-target (pid $(cat left)); what they allocate from now on is not in the trace (--wait"
	expect_equal "left running" "$(left_json)" "$(cat left)"
	kill -s KILL "$(cat left)"
	expect_equal "late allocations" "$(babeltrace2 trace | grep -c 'group=late,' || true)" 0
}

# While a process executes a program it has no ledger, and its parent is gone.
a_process_that_is_just_starting_is_waited_for() {
	for i in 1 2 3 4 5; do
		# shellcheck disable=SC2016
		expect_status 0 record -o "trace$i" -- sh -c 'setsid "$0" enter late alloc 7 &' "$RECORD_TARGET"
		expect_equal "late allocations, $i" "$(babeltrace2 "trace$i" | grep -c 'alloc: .*group=late,' || true)" 7
	done
	expect_nothing_left
}

# Who ends a recording does not want it to go on.
an_ended_command_is_not_followed_by_a_wait() {
	cat_daemon >script
	echo 'echo ready; exec sleep 1000' >>script
	"$ALLOCSPAN" record -o trace -- sh script >"$work/out" 2>"$work/err" &
	recorder=$!
	wait_for_ready
	kill -s TERM "$recorder"
	expect_late 143 0
	expect_note "still running: record-target (pid $(cat left))"
	kill -s KILL "$(cat left)"
}

does_not_wait_for_what_is_not_recorded() {
	# shellcheck disable=SC2016
	expect_status 0 record -o trace -- sh -c '
		setsid env -i "$(command -v sleep)" 1000 >/dev/null 2>&1 &
		echo $! >left
		until [ "$(cat "/proc/$!/comm")" = sleep ]; do sleep 0.05; done'
	kill "$(cat left)" || fail "it ended"
	! grep -q "still running" "$work/err" || fail "names it"
}

a_recording_can_be_in_a_recording() {
	expect_status 0 record -o outer -- "$ALLOCSPAN" record -o inner -- "$RECORD_TARGET" enter g alloc 5
	expect_equal "allocations inside" "$(count allocspan:alloc inner)" 5
	expect_nothing_left
}

a_recording_in_a_recording_can_be_ended() {
	"$ALLOCSPAN" record -o outer -- "$ALLOCSPAN" record -o inner -- \
		"$RECORD_TARGET" enter g alloc 5 ready sleep >"$work/out" 2>"$work/err" &
	recorder=$!
	wait_for_ready
	kill -s TERM "$recorder"
	status=0
	wait "$recorder" || status=$?
	expect_equal "status" "$status" 143
	expect_equal "allocations inside" "$(count allocspan:alloc inner)" 5
	expect_nothing_left
}

run_claim "$@"
