#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# Traces that have only a part of the time: snapshots of which one processor's buffers wrapped and another's did not, chunks, sessions
# that were stopped and started or that began late. What is stated without a mark is what the program did.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

check() {
	"$ALLOCSPAN" check "$@"
}

# A ring of 32 KiB a processor, in $PWD/trace.
start_ring() {
	lttng_fixture_start
	lttng --quiet create session --snapshot --output="$PWD/trace"
	enable_events --overwrite --subbuf-size=8K --num-subbuf=4
}

# enable_events [enable-channel OPTION]...; $form is full (the default) or packed, $events what else.
enable_events() {
	lttng --quiet enable-channel -u channel "$@"
	if [ "${form:-full}" = packed ]; then
		lttng --quiet enable-event -u -c channel 'allocspan_packed:*'
		lttng --quiet enable-event -u -c channel 'allocspan:*' --exclude 'allocspan:alloc,allocspan:free'
	else
		lttng --quiet enable-event -u -c channel "${events:-allocspan:*}"
	fi
	lttng --quiet add-context -u -c channel -t vpid -t vtid -t procname
	lttng --quiet start
}

# Lines of the program on stdin; its account is in $work/account afterwards. What it starts is not recorded.
run_target() {
	status=0
	LD_PRELOAD=$PRELOAD LTTNG_UST_REGISTER_TIMEOUT=-1 "$WINDOWS_TARGET" >"$work/account" || status=$?
	[ "$status" -ne "$SKIPPED" ] || skip 'it needs two processors'
	expect_equal status "$status" 0
}

# What is stated as exact must be so, by the program's own account; and what is at least so, at most that.
expect_account() {
	python3 - "$work/json" "$work/account" <<-'END' >"$work/why" 2>&1 || fail "$(cat "$work/why" "$work/account")"
		import json, sys
		report = json.load(open(sys.argv[1]))
		account = {name: [int(x) for x in rest] for name, *rest in map(str.split, open(sys.argv[2]))}
		for group in report["groups"]:
		    allocs, frees, live = account[group["name"]]
		    if group["exact_counts"]:
		        assert (group["alloc_count"], group["free_count"]) == (allocs, frees), group
		    assert group["alloc_count"] <= allocs and group["free_count"] <= frees, group
		    if group["certain"] or group["exact_live"]:
		        assert group["live_count"] == live, group
	END
}

# "$1" as the text report has it in the line of a group.
expect_cell() {
	grep -Eq "$2 .*$1( |\$)" "$work/out" || fail "no $2 in the line of $1"
}

# Allocations on a quiet processor, whose frees a busy one overwrites.
skew() {
	run_target <<-'END'
		0 keep job 100
		1 drop job
		1 churn noise 20000
		0 shell LD_PRELOAD= lttng --quiet snapshot record >lttng.log
	END
}

expect_no_certain_leak() {
	report_json trace
	expect_json 'd["complete"] is False' 'd["overwritten_packets"] > 0' 'd["coverage"]["reason"] == "overwritten"' \
		'd["begin_ns"] < d["coverage"]["begin_ns"] < d["coverage"]["end_ns"] == d["end_ns"]' \
		'[x["coverage"]["reason"] for x in d["processes"] if x["procname"] == "report-windows"] == ["overwritten"]' \
		'not g("job")["certain"] and not g("job")["exact_live"] and g("job")["doubtful"]'
	expect_account
	expect_status 0 report --show=leaks trace
	grep -q '^coverage   from +.* on: [0-9,]* earlier packets' "$work/out" || fail "nothing of coverage"
	expect_cell job '~[0-9]'
	# Packed events of all threads may be flushed on the busy processor, which then overwrites those of job, too.
	grep -Eq 'which of them leaked cannot be told|^nothing, as far as events tell' "$work/out" || fail "leaks are stated"
	expect_status 3 check trace 'leak(job) == 0' 'peak(job) <= 1MiB' 'live(job) <= 1MiB'
}

a_ring_that_wrapped_alone_makes_no_certain_leak() {
	events=allocspan:alloc,allocspan:free,allocspan:group_register
	start_ring
	skew
	lttng --quiet destroy session
	expect_no_certain_leak
	# But for those whose addresses the busy processor gave out again.
	expect_json 'g("job")["alloc_count"] == 100' '90 < g("job")["live_count"] <= 100' 'g("job")["free_count"] < 10'
}

a_ring_that_wrapped_alone_makes_no_certain_leak_packed() {
	form=packed
	start_ring
	skew
	lttng --quiet destroy session
	expect_no_certain_leak
}

# Rings that did not wrap have everything, and the last word proves it.
a_snapshot_that_did_not_wrap_is_exact() {
	start_ring
	run_target <<-'END'
		0 keep job 20
		1 drop job
		0 keep job 3
	END
	lttng --quiet snapshot record >lttng.log
	lttng --quiet destroy session
	report_json trace
	expect_json 'd["complete"] is True' 'd["overwritten_packets"] == 0' 'd["coverage"]["reason"] == "recording"' \
		'g("job")["certain"] and g("job")["live_count"] == 3 and g("job")["exact_counts"]'
	expect_account
	expect_status 0 report trace
	! grep -q '^coverage' "$work/out" || fail "coverage is told where nothing is missing"
	expect_status 0 check trace 'leak(job) == 300' 'allocs(job) == 23'
}

# The last checkpoint of each group, and process_end, which says that they are the last.
what_checkpoints_prove_stays_certain() {
	start_ring
	run_target <<-'END'
		0 keep job 100
		1 drop job
		1 churn job 20000
		1 keep job 7
	END
	lttng --quiet snapshot record >lttng.log
	lttng --quiet destroy session
	report_json trace
	expect_json 'd["complete"] is False' 'd["overwritten_packets"] > 0' 'g("job")["exact_live"]' \
		'g("job")["live_count"] == 7' 'not g("job")["certain"]'
	expect_account
	expect_status 0 report trace
	expect_cell job ' 7 '
	expect_status 0 check trace 'live(job) == 700' 'live_blocks(job) == 7'
	expect_status 3 check trace 'peak(job) < 1MiB'
}

# One that begins when the rings have wrapped is as exact as ever.
a_process_after_the_window_began_is_exact() {
	start_ring
	run_target <<-'END'
		1 churn noise 20000
	END
	run_target <<-'END'
		1 keep late 5
		0 drop late
		1 keep late 2
	END
	lttng --quiet snapshot record >lttng.log
	lttng --quiet destroy session
	report_json trace
	expect_json 'd["complete"] is False' 'd["overwritten_packets"] > 0' 'g("late")["certain"] and g("late")["exact_counts"]' \
		'g("late")["alloc_count"] == 7 and g("late")["live_count"] == 2' \
		'd["processes"][g("late")["process"]]["complete"]' \
		'd["processes"][g("late")["process"]]["coverage"]["reason"] == "process_begin"'
	expect_status 0 check trace 'leak(late) == 200' 'peak(late) == 500'
}

# Of a chunk alone a part is missing; of both, nothing.
chunks_are_complete_together() {
	lttng_fixture_start
	lttng --quiet create session --output="$PWD/trace"
	enable_events --subbuf-size=64K --num-subbuf=8
	run_target <<-'END'
		0 keep job 100
		1 keep other 10
		0 shell LD_PRELOAD= lttng --quiet rotate >rotate.log
		1 drop job
		0 keep job 4
		1 drop other
	END
	lttng --quiet stop >lttng.log
	lttng --quiet destroy session >>lttng.log
	report_json trace
	expect_json 'd["complete"] is True' 'd["overwritten_packets"] == 0' 'g("job")["live_count"] == 4'
	expect_account
	last=$(find trace/archives -mindepth 1 -maxdepth 1 | sort | tail -n 1)
	report_json "$last"
	# What it did in that time, and what lived at its beginning.
	expect_json 'd["complete"] is False' 'd["overwritten_packets"] > 0' 'd["coverage"]["reason"] == "overwritten"' \
		'g("job")["alloc_count"] == 4 and g("job")["free_count"] == 100 and g("job")["live_count"] == 4' \
		'[x["coverage"]["reason"] for x in d["processes"] if x["procname"] == "report-windows"] == ["overwritten"]'
	expect_status 0 report "$last"
	grep -q '^coverage   from +' "$work/out" || fail "no coverage"
	first=$(find trace/archives -mindepth 1 -maxdepth 1 | sort | head -n 1)
	report_json "$first"
	expect_json 'd["complete"] is False' 'd["overwritten_packets"] == 0' 'g("job")["alloc_count"] == 100' 'g("job")["doubtful"]'
	expect_status 3 check "$first" 'leak(job) == 0'
}

# What it did while the session was stopped is counted by what it says of itself.
a_session_that_was_stopped_says_since_when_it_runs() {
	lttng_fixture_start
	lttng --quiet create session --output="$PWD/trace"
	enable_events --subbuf-size=64K --num-subbuf=8 --switch-timer=100000
	run_target <<-'END'
		0 keep job 100
		0 shell LD_PRELOAD= lttng --quiet stop >stop.log
		1 drop job
		0 keep job 4
		0 shell LD_PRELOAD= lttng --quiet start
		1 keep job 1
		0 shell export LD_PRELOAD=; until babeltrace2 trace 2>&1 | grep -q session_start; do sleep 0.1; done
	END
	lttng --quiet stop >lttng.log
	lttng --quiet destroy session >>lttng.log
	report_json trace
	expect_json 'd["complete"] is False' 'd["coverage"]["reason"] == "restarted"' \
		'd["begin_ns"] < d["coverage"]["begin_ns"] < d["end_ns"]' 'd["overwritten_packets"] == 0' \
		'[x["missing"] for x in d["processes"] if x["procname"] == "report-windows"] == [{"allocs": {"least": 4, "most": 4}, "frees": {"least": 100, "most": 100}}]' \
		'g("job")["exact_live"] and g("job")["live_count"] == 5 and g("job")["exact_counts"]' \
		'g("job")["alloc_count"] == 105 and g("job")["free_count"] == 100'
	expect_account
	expect_status 0 check trace 'live(job) == 500' 'allocs(job) == 105'
	expect_status 3 check trace 'peak(job) < 1MiB'
	expect_status 0 report trace
	grep -q '^coverage   from +.* on: the session was started again then' "$work/out" || fail "no coverage"
}

# A session that begins later than the process: what was before is in its first checkpoints.
a_late_session_knows_what_lived_before() {
	lttng_fixture_start
	lttng --quiet create session --output="$PWD/trace"
	enable_events --subbuf-size=64K --num-subbuf=8
	lttng --quiet stop
	run_target <<-'END'
		0 keep job 100
		0 shell LD_PRELOAD= lttng --quiet start
		1 drop job
		0 keep job 4
	END
	lttng --quiet stop >lttng.log
	lttng --quiet destroy session >>lttng.log
	report_json trace
	expect_json '[x["coverage"]["reason"] for x in d["processes"] if x["procname"] == "report-windows"] == ["recording"]' \
		'g("job")["live_count"] == 4 and g("job")["alloc_count"] == 4 and g("job")["free_count"] == 100'
	expect_status 0 check trace 'live(job) == 400' 'leak(job) == 400'
}

run_claim "$@"
