#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# Traces that began late, were not recorded whole, or hold something else: never a silently wrong number.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

a_session_that_began_late_is_exact_with_checkpoints() {
	start_session trace
	lttng --quiet stop
	make_trace >"$work/out" <<-'END'
		group_register 2 parser ,group=parser,
		alloc 0x1000 100 2 ,group=parser,
		alloc 0x2000 30 2 ,group=parser,
		shell lttng --quiet start
		begin 4
		group_stats 2 parser ,group=parser, 2 130 2 130 0 0
		alloc 0x3000 1000 2 ,group=parser,
		free 0x1000 100 2 2 ,group=parser,
		free 0x3000 1000 2 2 ,group=parser,
		group_stats 2 parser ,group=parser, 1 30 3 1130 2 1100
		end 0
	END
	end_session
	report_json trace
	expect_json 'd["complete"] is True' 'g("parser")["certain"] is True' \
		'g("parser")["alloc_count"] == 1 and g("parser")["free_count"] == 2' \
		'g("parser")["live_count"] == 1 and g("parser")["live_bytes"] == 30' \
		'g("parser")["peak_live_bytes"] == 1130'
}

a_snapshot_from_the_middle_is_never_negative() {
	lttng_fixture_start
	lttng --quiet create session --snapshot --output="$PWD/trace"
	lttng --quiet enable-channel -u channel --subbuf-size=16k --num-subbuf=2
	lttng --quiet enable-event -u -c channel 'allocspan:*'
	lttng --quiet add-context -u -c channel -t vpid -t vtid -t procname
	lttng --quiet start
	# On one processor: what it wrote on another one before would be in the snapshot, too, and a gap in between.
	taskset -cp "$(taskset -cp $$ | sed 's/.*: *//; s/[-,].*//')" $$ >/dev/null
	make_trace >"$work/out" <<-'END'
		churn 20000 100 1 64
		shell lttng --quiet snapshot record
	END
	lttng --quiet destroy session
	report_json trace
	expect_json '0 < d["events"]["alloc"] < 20000' 'g("churn")["certain"] is False' \
		'0 < g("churn")["live_count"] <= 100' \
		'6400 == g("churn")["peak_live_bytes"] or g("churn")["live_count"] < 100' \
		'any("at least" in note for note in d["notes"])'
}

# What babeltrace2 itself adds up.
discarded_in() {
	babeltrace2 "$1" 2>&1 >/dev/null |
		sed -n 's/.*discarded \([0-9]*\) events\{0,1\}.*/\1/p' | awk '{ sum += $1 } END { print sum }'
}

lost_events_are_counted_and_said() {
	start_session trace --subbuf-size=4k --num-subbuf=2
	make_trace <<-'END'
		group_register 2 churn ,group=churn,tenant=2,
		churn 200000 100 1 64
		group_stats 2 churn ,group=churn,tenant=2, 100 6400 200000 12800000 199900 12793600
	END
	end_session
	discarded=$(discarded_in trace)
	report_json trace
	expect_json 'd["complete"] is False' "d['discarded_events'] == $discarded > 0" \
		'"discarded" in d["notes"][0]' 'g("churn")["certain"] is False' \
		'g("churn")["live_bytes"] >= 0'
	expect_note "discarded $discarded events"
	expect_status 0 report trace
	grep -q '^discarded  .* events$' "$work/out" || fail "the text does not say so"
	grep -q ' ~.*churn' "$work/out" || fail "the estimate is not marked"
}

# What babeltrace2's filter debug-info would forget.
lost_events_are_counted_where_code_is_known() {
	contexts='vpid vtid procname ip'
	start_session trace --subbuf-size=4k --num-subbuf=2
	make_trace <<-'END'
		group_register 2 churn ,group=churn,tenant=2,
		churn 200000 100 1 64
	END
	end_session
	report_json trace
	expect_json "d['discarded_events'] == $(discarded_in trace) > 0" 'len(d["callsites"]) > 0' \
		'not any("more than" in note for note in d["notes"])'
}

checkpoints_tell_what_was_lost() {
	start_session trace --subbuf-size=4k --num-subbuf=2
	make_trace <<-END
		group_register 2 churn ,group=churn,tenant=2,
		churn 200000 100 1 64
		$SHELL_EMPTY_BUFFERS
		group_stats 2 churn ,group=churn,tenant=2, 100 6400 200000 12800000 199900 12793600
	END
	end_session
	report_json trace
	expect_json 'd["complete"] is False' 'd["events"]["group_stats"] == 1' \
		'g("churn")["alloc_count"] == 200000 and g("churn")["free_count"] == 199900' \
		'g("churn")["lost_alloc_count"] > 0' \
		'g("churn")["live_count"] == 100 and g("churn")["live_bytes"] == 6400' \
		'g("churn")["peak_live_bytes"] >= 6400'
}

frees_that_were_not_recorded_are_said() {
	events=allocspan:alloc
	record_script trace <<-'END'
		alloc 0x1000 100 2 ,group=parser,
		free 0x1000 100 2 2 ,group=parser,
		alloc 0x1000 7 2 ,group=parser,
	END
	report_json trace
	expect_json 'd["complete"] is False' 'g("parser")["certain"] is False' \
		'"allocspan:free was not recorded" in d["notes"][0]'
}

a_trace_of_something_else_is_said() {
	start_session trace --subbuf-size=1M
	lttng --quiet enable-event -u -c channel 'lttng_ust_lib:*,lttng_ust_statedump:*'
	make_trace <<-'END'
		thread_name nobody
	END
	end_session
	expect_status 1 report trace
	expect_error "holds no events of allocspan (and [1-9][0-9]* others); record with"
	[ ! -s "$work/out" ] || fail "something on stdout"
}

groups_without_allocations_are_said() {
	record_script trace <<-'END'
		group_register 2 parser ,group=parser,
	END
	report_json trace
	expect_json 'g("parser")["alloc_count"] == 0' 'any("no allocation was recorded" in note for note in d["notes"])'
}

run_claim "$@"
