#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# What a report says of traces with packed events, recorded from a script of packed-maker.c.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

# Two groups, two threads that are written one after the other, a free under the other group.
small_script() {
	cat >small <<-'END'
		group 2 ,group=parser,tenant=42,
		group 3 ,group=cache,
		state 0 1 2
		alloc 0 0x1000 100 2 0 0x401000
		alloc 0 0x2000 2048 2 1 0x401000
		state 1 0 3
		alloc 1 0x3000 10 3 0 0x402000
		free 1 0x1000 100 2 0 0
		alloc 0 0x4000 99 2 0 0
		free 0 0x4000 99 2 0 0
		flush 1
		flush 0
	END
}

packed_events_alone_are_enough() {
	small_script
	events='allocspan_packed:*'
	contexts=''
	record_script trace <small
	report_json trace
	# Packed events say what was allocated, and nothing says that this was all.
	expect_json 'd["complete"] is False' 'd["discarded_events"] == 0' \
		'len(d["notes"]) == 2 and d["notes"][1].startswith("~ marks what is at least so")' \
		'd["notes"][1].endswith("enable '"'allocspan:group_*', too"'")' \
		'd["notes"][0].startswith("nothing proves") and d["processes"][0]["proof"] == "none"' \
		'd["events"]["alloc"] == 4 and d["events"]["free"] == 2' \
		'[x["name"] for x in d["groups"]] == ["parser", "cache"]' \
		'g("parser")["id"] == 2 and g("parser")["tags"] == {"tenant": "42"}' \
		'g("parser")["alloc_count"] == 3 and g("parser")["alloc_bytes"] == 2247' \
		'g("parser")["free_count"] == 2 and g("parser")["free_bytes"] == 199' \
		'g("parser")["live_count"] == 1 and g("parser")["live_bytes"] == 2048' \
		'g("parser")["peak_live_bytes"] == 2148' \
		'g("parser")["foreign_free_count"] == 1' \
		'g("parser")["vpid"] > 0 and g("parser")["procname"] == "thread-0"' \
		'g("cache")["alloc_count"] == 1 and g("cache")["live_bytes"] == 10' \
		'd["begin_ns"] < g("parser")["peak_time_ns"] < g("cache")["peak_time_ns"] < d["end_ns"]'
}

addresses_that_nothing_tells_of_are_said() {
	small_script
	events='allocspan_packed:*'
	record_script trace <small
	expect_status 0 report --by=callsite trace
	grep -qE ' 0x401000$' "$work/out" || fail "no address"
	grep -q "^note: .* call sites are addresses; .*'lttng_ust_statedump:\*'$" "$work/out" || fail "no word of how"
}

packed_and_other_events_are_one_process_in_order() {
	events='allocspan:*,allocspan_packed:*'
	record_script trace <<-'END'
		begin 0
		group 2 ,group=parser,
		group_register 2 parser
		span_enter 1 request 2
		alloc 0 0x1000 100 2 0 0
		span_exit 1 request 2 1 100 0 0
		group_stats 2 parser 1 100 1 100 0 0
		alloc 0 0x2000 50 2 0 0
		flush 0
		end 0 2 150 0 0
	END
	report_json trace
	# Out of order, the checkpoint would be of a group that has another block.
	expect_json 'd["complete"] is True' 'd["notes"] == []' 'len(d["groups"]) == 1' \
		'g("parser")["certain"] is True' 'g("parser")["live_bytes"] == 150' \
		'd["events"]["span_enter"] == 1' 'd["events"]["alloc"] == 2'
}

blocks_that_wander_between_threads_are_freed() {
	events='allocspan_packed:*'
	record_script trace <<-'END'
		group 2 ,group=parser,
		alloc 0 0x1000 100 2 0 0
		free 1 0x1000 100 2 0 0
		alloc 2 0x1000 70 2 0 0
		free 0 0x1000 70 2 0 0
		alloc 1 0x1000 7 2 0 0
		flush 2
		flush 1
		flush 0
	END
	report_json trace
	expect_json 'd["discarded_events"] == 0' 'len(d["notes"]) == 2' 'g("parser")["peak_live_bytes"] == 100' \
		'g("parser")["live_bytes"] == 7' 'g("parser")["alloc_count"] == 3' \
		'g("parser")["free_count"] == 2'
}

lost_records_are_counted_exactly() {
	events='allocspan_packed:*'
	record_script trace <<-'END'
		group 2 ,group=parser,
		alloc 0 0x1000 100 2 0 0
		flush 0
		alloc 0 0x2000 1 2 0 0
		alloc 0 0x3000 1 2 0 0
		free 0 0x1000 100 2 0 0
		lose 0
		alloc 1 0x4000 1 2 0 0
		flush 1
		free 0 0x2000 1 2 0 0
		flush 0
	END
	report_json trace
	expect_json 'd["complete"] is False' 'd["discarded_events"] == 3' 'g("parser")["certain"] is False' \
		'any("3 of the discarded events are allocations and frees" in note for note in d["notes"])'
	expect_note "the tracer discarded 3 events"
}

what_the_tracer_discards_is_counted_once_as_records() {
	events='allocspan_packed:*'
	start_session trace --subbuf-size=4k --num-subbuf=2
	make_trace <<-END
		group 2 ,group=parser,
		churn 1 20000 10 64 100
		$SHELL_EMPTY_BUFFERS
		alloc 0 0x1000 100 2 0 0
		flush 0
	END
	end_session
	report_json trace
	# 20000 allocs, 19990 frees and the last one.
	expect_json 'd["complete"] is False' 'd["discarded_events"] > 0' \
		'd["events"]["alloc"] + d["events"]["free"] + d["discarded_events"] == 39991'
}

# However long the machine takes beyond what the script sleeps, the record is late, and the others are not.
late_records_are_said() {
	events='allocspan:*,allocspan_packed:*'
	record_script trace <<-'END'
		group 2 ,group=parser,
		alloc 0 0x1000 100 2 0 0
		sleep 100
		group_register 2 parser
		sleep 700
		span_enter 1 request 2
		flush 0
	END
	report_json trace
	expect_json 'd["complete"] is False' 'd["discarded_events"] == 0' \
		'sum(note.startswith("1 allocations and frees were written more than 500 ms") for note in d["notes"]) == 1' \
		'g("parser")["live_bytes"] == 100'
}

an_allocation_in_both_forms_counts_once() {
	events='allocspan:*,allocspan_packed:*'
	record_script trace <<-'END'
		begin 0
		group 2 ,group=parser,
		full_alloc 0x1000 100 2
		alloc 0 0x1000 100 2 0 0
		alloc 0 0x2000 100 2 0 0
		full_alloc 0x2000 100 2
		free 0 0x1000 100 2 0 0
		full_free 0x1000 100 2 2
		flush 0
		full_alloc 0x3000 5 2
		alloc 0 0x3000 5 2 0 0
		flush 0
		end 0 3 205 1 100
	END
	report_json trace
	expect_json 'd["complete"] is True' 'd["events"]["alloc"] == 3 and d["events"]["free"] == 1' \
		'g("parser")["live_bytes"] == 105 and g("parser")["peak_live_bytes"] == 200' \
		'any(note.startswith("4 events allocspan:alloc and allocspan:free were left out") for note in d["notes"])'
}

a_packed_and_a_full_trace_make_one_report() {
	small_script
	events='allocspan_packed:*'
	record_script packed <small
	events='allocspan:*'
	record_script full <<-'END'
		group 2 ,group=parser,tenant=42,
		full_alloc 0x1000 7 2
	END
	report_json packed full
	expect_json 'd["discarded_events"] == 0' 'd["events"]["alloc"] == 5' \
		'sorted(x["live_bytes"] for x in d["groups"]) == [7, 10, 2048]'
}

damage_is_one_clear_line() {
	events='allocspan_packed:*'
	record_script trace <<-'END'
		group 2 ,group=parser,
		alloc 0 0x1000 100 2 0 0
		damage 0
		flush 0
	END
	expect_status 1 report trace
	expect_error "a packed event of thread [0-9]* of process [0-9]* is damaged: its field 'records' has no control byte where one must be (byte [0-9]*, first record 0)"
	[ ! -s "$work/out" ] || fail "something on stdout"
}

run_claim "$@"
