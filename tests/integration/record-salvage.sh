#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# What waited to be recorded in a process that was killed comes to the trace: by `allocspan record --packed`, and by
# `allocspan salvage` under plain LTTng.

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

# The report's JSON of a trace says so: expect_report TRACE PYTHON, where p is the first process and g its groups by name.
expect_report() {
	"$ALLOCSPAN" report --format json "$1" >"$work/json" || fail "no report of $1"
	python3 - "$work/json" "$2" <<'END' || fail "the report of $1: not $2"
import json, sys
report = json.load(open(sys.argv[1]))
p = report["processes"][0]
g = {row["name"]: row for row in report["groups"]}
if not eval("(" + sys.argv[2] + ")"):
    print(p, g)
    sys.exit(1)
END
}

expect_whole() {
	expect_report "$1" 'len(report["processes"]) == 1 and p["complete"] and report["complete"]
		and p["proof"] == "ledger" and g["g"]["alloc_count"] == 5003
		and g["g"]["exact_counts"] and g["g"]["certain"]'
}

# A recording into `trace` of a process that is killed while something waits in it: now and then its helper has just recorded all.
record_killed() {
	tries=0
	until [ -e trace/salvaged ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 20 ] || fail "nothing was ever salvaged"
		rm -rf trace
		expect_status 137 record --packed -o trace -- "$RECORD_TARGET" enter g alloc 5003 kill 9
	done
}

# A process under a session of plain LTTng, that is killed: its trace is `trace`, its ledger in `ledgers`.
record_with_lttng() {
	preload=$(dirname "$ALLOCSPAN")/../lib/liballocspan-preload.so
	lttng_fixture_start
	lttng --quiet create plain --output="$PWD/trace"
	lttng --quiet enable-channel -u --subbuf-size=1M --num-subbuf=8 channel
	lttng --quiet enable-event -u -c channel 'allocspan_packed:*'
	lttng --quiet enable-event -u -c channel 'allocspan:*' --exclude 'allocspan:alloc,allocspan:free'
	lttng --quiet add-context -u -t vpid -t vtid -t procname -t pid_ns
	lttng --quiet start
	mkdir -m 700 ledgers
	status=0
	LD_PRELOAD=$preload ALLOCSPAN_LEDGER=$PWD/ledgers "$RECORD_TARGET" enter g alloc 5003 kill 9 || status=$?
	expect_equal "status" "$status" 137
	lttng --quiet stop
	lttng --quiet destroy --no-wait
}

nothing_is_lost_of_a_command_that_is_killed() {
	for signal in 9 11 6 15; do
		expect_status $((128 + signal)) record --packed -o "trace-$signal" -- \
			"$RECORD_TARGET" enter g alloc 5003 kill $signal
		expect_note "with 5003 allocations and frees packed in them, lost 0"
		expect_whole "trace-$signal"
	done
	expect_nothing_left
}

says_how_much_was_salvaged() {
	record_killed
	expect_note "[0-9]* of them were salvaged from 1 process that ended before"
}

of_one_that_ends_by_itself_nothing_waits() {
	expect_status 0 record --packed -o trace -- "$RECORD_TARGET" enter g alloc 5003
	! grep -q salvaged "$work/err" || fail "salvaged something"
	[ ! -e trace/salvaged ] || fail "made a trace"
	expect_whole trace
}

in_full_nothing_waits() {
	expect_status 137 record -o trace -- "$RECORD_TARGET" enter g alloc 5003 kill 9
	[ ! -e trace/salvaged ] || fail "made a trace"
	expect_whole trace
}

without_ledgers_it_is_said_to_be_unknown() {
	expect_status 137 record --packed --no-ledger -o trace -- "$RECORD_TARGET" enter g alloc 5003 kill 9
	[ ! -e trace/salvaged ] || fail "made a trace"
	expect_report trace 'not p["complete"] and not report["complete"]'
}

# What a child inherited of rings is its parent's.
each_salvages_its_own() {
	expect_status 0 record --packed -o trace -- \
		"$RECORD_TARGET" enter g alloc 100 fork 3 alloc 200 kill 9
	expect_report trace 'len(report["processes"]) == 4 and report["complete"]
		and sorted(row["alloc_count"] for row in report["groups"]) == [100, 200, 200, 200]'
}

# What it counts first makes its ledger, and that is after the record of it.
a_child_that_frees_first_is_salvaged() {
	expect_status 0 record --packed -o trace -- "$RECORD_UNTOLD" free
	expect_report trace 'len(report["processes"]) == 2 and report["complete"]
		and sorted(row["alloc_count"] for row in report["groups"]) == [1, 50]'
}

any_reader_sees_what_was_salvaged() {
	record_killed
	pid=$(python3 -c 'import json; print(json.load(open("trace/allocspan.json"))["command"]["pid"])')
	babeltrace2 trace/salvaged >salvaged
	[ "$(wc -l <salvaged)" -gt 0 ] || fail "nothing was salvaged"
	expect_equal "of the process" "$(grep -c "allocspan_packed:events: { vpid = $pid, vtid = $pid, procname = \"record-target\"" salvaged)" \
		"$(wc -l <salvaged)"
	expect_equal "allocations" "$("$ALLOCSPAN" export --as ctf -o plain trace &&
		babeltrace2 plain | grep -c 'allocspan:alloc: ')" 5003
}

salvage_can_be_repeated() {
	record_killed
	babeltrace2 trace/salvaged >once
	rm -r trace/salvaged
	mkdir trace/salvaged.part
	touch trace/salvaged.part/left-by-one-that-was-killed
	for i in 1 2; do
		expect_status 0 "$ALLOCSPAN" salvage -o trace
		expect_note "salvaged [0-9]* allocations and frees that waited in 1 process"
		babeltrace2 trace/salvaged >"again-$i"
		cmp once "again-$i" || fail "salvaged something else the time $i"
		[ ! -e trace/salvaged.part ] || fail "left what is not finished"
		expect_whole trace
	done
}

salvages_under_plain_lttng() {
	record_with_lttng
	expect_status 0 "$ALLOCSPAN" salvage -o trace ledgers
	expect_equal "left in the folder" "$(ls -A ledgers)" ""
	expect_whole trace
}

leaves_running_processes_alone() {
	mkdir -m 700 ledgers
	ALLOCSPAN_LEDGER=$PWD/ledgers LD_PRELOAD=$(dirname "$ALLOCSPAN")/../lib/liballocspan-preload.so \
		"$RECORD_TARGET" enter g alloc 10 ready sleep >"$work/out" &
	recorder=$!
	wait_for_ready
	expect_status 0 "$ALLOCSPAN" salvage -o trace ledgers
	kill "$recorder"
	expect_equal "ledgers" "$(find ledgers -name '*.ledger' | wc -l)" 1
	expect_note "1 process still runs; say this again when it has ended"
	wait "$recorder" || true
	expect_status 0 "$ALLOCSPAN" salvage -o trace ledgers
	expect_equal "ledgers" "$(find ledgers -name '*.ledger' | wc -l)" 0
}

says_what_is_wrong() {
	expect_status 2 "$ALLOCSPAN" salvage
	grep -q "say with -o which trace it is of" "$work/err" || fail "another error"
	expect_status 1 "$ALLOCSPAN" salvage -o trace nowhere
	expect_error "cannot open nowhere: No such file or directory"
	touch file
	expect_status 1 "$ALLOCSPAN" salvage -o file
	expect_error "cannot open file: Not a directory"
}

run_claim "$@"
