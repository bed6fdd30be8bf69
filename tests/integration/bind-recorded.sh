#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Bindings of a stripped program that has never heard of allocspan: bind-recorded.sh CLAIM
#
# Set by ctest, besides what record-lib.sh says: BIND_LOOP, the program; BIND_STOCK, one that asks for memory in each way; MESSAGE_LOOP, the example; PRELOAD, the interposer; BIND, the library.
set -eu

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

CALLBACK='loop:callback_start..callback_end,by=callback,label=callback_register(callback,symbol)'
REQUEST='loop:request_begin..request_done,by=tenant'
PHASE='loop:phase[phase=0]..phase[phase=1]'

expect_counts() {
	"$here/bind-compare.py" "$@" || fail "the counts differ"
}

# expect_report FILE TRACE [OPTION]...
expect_report() {
	report=$1
	shift
	"$ALLOCSPAN" report --format json -o "$report" "$@" 2>"$work/err" || fail "report failed"
}

bound_report() {
	expect_report "$@" --bind "$CALLBACK" --bind "$REQUEST" --bind "$PHASE"
}

# start_session NAME EVENT...
start_session() {
	session=$1
	shift
	lttng --quiet create "$session" --output="$PWD/$session"
	lttng --quiet enable-channel -u --subbuf-size=8M --num-subbuf=16 channel
	for event in "$@"; do
		lttng --quiet enable-event -u -c channel "$event"
	done
	lttng --quiet add-context -u -c channel -t vpid -t vtid -t procname
	lttng --quiet start
}

end_session() {
	lttng --quiet stop
	lttng --quiet destroy "$1"
}

live_binding_counts_what_the_program_counts() {
	expect_status 0 record -o trace --bind "$CALLBACK" --bind "$REQUEST" --bind "$PHASE" -- "$BIND_LOOP" 301
	expect_report live.json trace
	expect_counts "$work/out" live.json
	# The spans are in the trace with the names of the bindings.
	[ "$(babeltrace2 trace | grep -c 'span_enter: .*name = "loop:callback"')" -eq 301 ] || fail "spans are missing"
	[ "$(babeltrace2 trace | grep -c 'span_exit: .*name = "loop:request"')" -eq 602 ] || fail "spans are missing"
	! babeltrace2 trace | grep misuse || fail "events were unbalanced"
}

replaying_a_stock_trace_counts_what_the_program_counts() {
	lttng_fixture_start
	start_session stock 'loop:*' 'lttng_ust_libc:*'
	LD_PRELOAD=liblttng-ust-libc-wrapper.so.1 "$BIND_LOOP" 301 >"$work/out"
	end_session stock
	bound_report offline.json stock
	expect_counts "$work/out" offline.json
}

# KIND, allocations, their bytes, frees
each_stock_event_means_what_the_call_did() {
	lttng_fixture_start
	start_session stock 'stock:*' 'lttng_ust_libc:*'
	LD_PRELOAD=liblttng-ust-libc-wrapper.so.1 "$BIND_STOCK"
	end_session stock
	expect_report offline.json --bind 'stock:work_begin..work_end,by=kind_arg' stock
	python3 - >found <<-'END'
		import json
		for group in json.load(open("offline.json"))["groups"]:
		    print(group["tags"]["kind_arg"], group["alloc_count"], group["alloc_bytes"], group["free_count"])
	END
	sort -o found found
	sort >expected <<-END
		malloc 1 50 1
		calloc 1 300 1
		memalign 1 60 1
		posix_memalign 1 70 1
		posix_memalign fails 0 0 0
		realloc 2 1010 2
		realloc fails 1 20 0
		realloc grows 4 150 4
		realloc frees 1 30 1
	END
	cmp -s found expected || fail "the groups are: $(cat found)"
}

growth_of_a_block_is_known_of_stock_events() {
	lttng_fixture_start
	start_session stock 'stock:*' 'lttng_ust_libc:*'
	LD_PRELOAD=liblttng-ust-libc-wrapper.so.1 "$BIND_STOCK"
	end_session stock
	expect_report offline.json --by tag:kind_arg --bind 'stock:work_begin..work_end,by=kind_arg' stock
	python3 - >found <<-'END'
		import json
		rows = next(b["rows"] for b in json.load(open("offline.json"))["breakdowns"] if b["by"] == "tag:kind_arg")
		for row in rows:
		    g = row["growth"]
		    if g["step_count"]:
		        print(row["keys"][0]["text"], g["step_count"], g["grow_count"], g["longest_step_count"],
		              g["longest_first_bytes"], g["longest_last_bytes"])
	END
	sort -o found found
	sort >expected <<-END
		realloc 1 1 1 10 1000
		realloc grows 3 3 3 10 80
	END
	cmp -s found expected || fail "the chains are: $(cat found)"
}

a_trace_that_has_our_events_and_the_stock_ones_counts_once() {
	lttng_fixture_start
	start_session both 'loop:*' 'lttng_ust_libc:*' 'allocspan:*'
	LD_PRELOAD="$PRELOAD:liblttng-ust-libc-wrapper.so.1" ALLOCSPAN_ROOT=1 "$BIND_LOOP" 301 >"$work/out"
	end_session both
	[ "$(count lttng_ust_libc:malloc both)" -gt 301 ] || fail "the stock events are missing"
	bound_report offline.json both
	expect_counts "$work/out" offline.json
}

replaying_our_events_counts_what_the_program_counts() {
	expect_status 0 record --root --event 'loop:*' -o trace -- "$BIND_LOOP" 301
	bound_report offline.json trace
	expect_counts "$work/out" offline.json
}

replaying_a_trace_that_was_bound_live_changes_nothing() {
	expect_status 0 record --event 'loop:*' -o trace --bind "$CALLBACK" --bind "$REQUEST" --bind "$PHASE" -- \
		"$BIND_LOOP" 301
	expect_report live.json trace
	bound_report both.json trace
	expect_counts "$work/out" live.json both.json
}

# The program under both libraries, bound by its environment.
run_bound() {
	LD_PRELOAD="$PRELOAD:$BIND" ALLOCSPAN_BIND="$CALLBACK; $REQUEST; $PHASE" "$BIND_LOOP" "$@"
}

a_session_that_records_the_same_events_before_sees_them() {
	lttng_fixture_start
	start_session before 'loop:*' 'allocspan:*'
	run_bound 301 >"$work/out" 2>"$work/err" || fail "the program failed"
	end_session before
	expect_report report.json before
	expect_counts "$work/out" report.json
	[ "$(babeltrace2 before | grep -c ' loop:callback_end: ')" -eq 301 ] || fail "LTTng's own probe is missing"
	[ ! -s "$work/err" ] || fail "something was printed"
}

a_session_that_starts_later_and_ends_earlier_sees_them() {
	lttng_fixture_start
	mkfifo input output
	run_bound 100 wait <input >output 2>"$work/err" &
	program=$!
	exec 3>input 4<output
	read -r ready <&4
	expect_equal "its word" "$ready" ready
	start_session later 'loop:*' 'allocspan:*'
	echo >&3
	cat <&4 >"$work/out"
	wait $program || fail "the program failed"
	end_session later
	# The second half of what it did.
	awk -F '\t' -v OFS='\t' 'NF == 5 { $4 /= 2; $5 /= 2; print }' "$work/out" >half
	expect_report report.json later
	[ "$(babeltrace2 later | grep -c ' loop:callback_end: ')" -eq 100 ] || fail "LTTng's own probe is missing"
	[ "$(babeltrace2 later | grep -c 'alloc: .*group=loop:phase')" -eq 100 ] || fail "allocations are missing"
	[ ! -s "$work/err" ] || fail "something was printed"
}

without_a_session_a_bound_program_does_what_it_did() {
	"$BIND_LOOP" 30 | cut -f 1,3- >plain
	run_bound 30 2>"$work/err" | cut -f 1,3- >bound
	cmp -s plain bound || fail "the output differs"
	[ ! -s "$work/err" ] || fail "something was printed"
}

the_interposer_alone_brings_the_bindings() {
	lttng_fixture_start
	start_session alone 'allocspan:*'
	LD_PRELOAD=$PRELOAD ALLOCSPAN_BIND="$CALLBACK; $REQUEST; $PHASE" "$BIND_LOOP" 301 \
		>"$work/out" 2>"$work/err" || fail "the program failed"
	end_session alone
	expect_report report.json alone
	expect_counts "$work/out" report.json
	[ ! -s "$work/err" ] || fail "something was printed"
}

a_file_of_bindings_is_read() {
	printf '# what this program does\n%s\n\n  %s\n' "$CALLBACK" "$REQUEST" >bindings
	expect_status 0 env ALLOCSPAN_BIND_FILE="$PWD/bindings" ALLOCSPAN_BIND="$PHASE" \
		"$ALLOCSPAN" record -o trace -- "$BIND_LOOP" 301
	expect_report live.json trace
	expect_counts "$work/out" live.json
}

a_misspelt_event_is_told_with_what_may_be_meant() {
	expect_status 0 record -o trace --bind 'loop:calback_start..callback_end' -- "$BIND_LOOP" 3
	expect_note "the command has no tracepoint 'loop:calback_start'; did you mean 'loop:callback_start'?"
	expect_note "loop:calback_start: no loaded object has this tracepoint; did you mean"
}

an_event_of_one_process_of_several_is_not_told_as_missing() {
	expect_status 0 record -o trace --bind "$PHASE" -- sh -c "$BIND_LOOP 3; true"
	! grep -q bind: "$work/err" || fail "a shell is expected to have the tracepoints"
}

an_argument_that_is_not_there_is_told() {
	expect_status 0 record -o trace --bind 'loop:phase[phase=0]..phase[phase=1],by=who' -- "$BIND_LOOP" 3
	expect_note "loop:phase: there is no argument 'who'; it has: what, phase"
}

unbalanced_events_are_told_and_recorded() {
	expect_status 0 record -o trace --bind 'loop:phase[phase=0]..request_done' -- "$BIND_LOOP" 3
	expect_note 'loop:phase: 2 begins without an end, 6 ends without a begin'
	[ "$(babeltrace2 trace | grep -c 'misuse: .*begin_not_ended')" -eq 2 ] || fail "misuse is not recorded"
	[ "$(babeltrace2 trace | grep -c 'misuse: .*end_not_begun')" -eq 6 ] || fail "misuse is not recorded"
}

a_wrong_spec_is_wrong_usage() {
	expect_status 2 record -o trace --bind 'loop:phase' -- "$BIND_LOOP" 3
	expect_error "'..' is missing between the begin and the end event"
	[ ! -e trace ] || fail "a trace was begun"
}

a_program_without_tracepoints_runs_as_it_is() {
	expect_status 3 record -o trace --bind "$PHASE" -- sh -c 'exit 3'
	expect_note 'loop:phase: no process of the command had this tracepoint'
	expect_status 1 "$ALLOCSPAN" tracepoints "$(command -v true)"
	expect_error 'has no LTTng-UST tracepoints'
}

tracepoints_of_a_stripped_program_are_listed_with_its_pairs() {
	expect_status 0 "$ALLOCSPAN" tracepoints "$BIND_LOOP"
	grep -qxF '  loop:callback_start(const void *callback, int is_intra_process)' "$work/out" ||
		fail "a tracepoint is missing"
	grep -qxF "  --bind 'loop:callback_start..callback_end,by=callback'" "$work/out" || fail "a pair is missing"
	[ "$(grep -c '^  loop:' "$work/out")" -eq 6 ] || fail "not six tracepoints"
}

tracepoints_of_a_process_are_listed() {
	mkfifo input output
	"$BIND_LOOP" 3 wait <input >output &
	program=$!
	exec 3>input 4<output
	read -r ready <&4
	expect_equal "its word" "$ready" ready
	expect_status 0 "$ALLOCSPAN" tracepoints $program
	grep -q 'loop:request_begin(uint64_t request, const char \*tenant)' "$work/out" || fail "a tracepoint is missing"
	echo >&3
	cat <&4 >/dev/null
	wait $program
}

tracepoints_of_nothing_are_an_error() {
	expect_status 1 "$ALLOCSPAN" tracepoints no-such-program
	expect_error 'no-such-program cannot be read'
	expect_status 1 "$ALLOCSPAN" tracepoints 4194304
	expect_error 'there is no process 4194304'
	expect_status 2 "$ALLOCSPAN" tracepoints
}

# make_stock_trace CONTEXT...: of the program's own and the stock events.
make_stock_trace() {
	lttng_fixture_start
	lttng --quiet create trace --output="$PWD/trace"
	lttng --quiet enable-event -u 'loop:*'
	lttng --quiet enable-event -u 'lttng_ust_libc:*'
	if [ $# -gt 0 ]; then
		lttng --quiet add-context -u "$@"
	fi
	lttng --quiet start
	LD_PRELOAD=liblttng-ust-libc-wrapper.so.1 "$BIND_LOOP" 3 >/dev/null
	end_session trace
}

a_trace_without_contexts_is_refused() {
	make_stock_trace -t vpid
	expect_status 1 "$ALLOCSPAN" report --bind "$PHASE" trace
	expect_error "the trace lacks the context 'vtid', by which --bind tells threads apart"
}

a_field_that_is_not_there_is_told() {
	make_stock_trace -t vpid -t vtid
	expect_status 1 "$ALLOCSPAN" report --bind 'loop:phase[phase=0]..phase[phase=1],by=who' trace
	expect_error "the event loop:phase has no field 'who'; it has: what, phase"
	expect_status 0 "$ALLOCSPAN" report --bind 'loop:phase[phase=0]..phase[phase=1],by=who|what' trace
	grep -q 'loop:phase who=flush' "$work/out" || fail "the other name was not taken"
	expect_status 1 "$ALLOCSPAN" report --bind 'loop:phse..request_done' trace
	expect_error "loop:phse: the trace has no such event; did you mean 'loop:phase'?"
}

the_same_spec_is_unbalanced_alike_live_and_replayed() {
	expect_status 0 record --event 'loop:*' --root -o trace --bind 'loop:phase[phase=0]..request_done' -- \
		"$BIND_LOOP" 3
	expect_status 0 "$ALLOCSPAN" report --bind 'loop:phase[phase=0]..request_done' trace
	grep -q 'loop:phase: 2 begins without an end, 6 ends without a begin' "$work/out" ||
		fail "the replay counts otherwise"
}

the_example_shows_which_callback_keeps_memory() {
	expect_status 0 record -o trace --bind 'message_loop:callback_start..callback_end,by=callback,label=callback_register(callback,symbol)' \
		-- "$MESSAGE_LOOP"
	grep -qx '300 messages, a path of 100 positions' "$work/out" || fail "the program said something else"
	expect_status 0 "$ALLOCSPAN" report trace
	grep -qE '^ *100 +281.2 KiB +100 +0 +0 B .*symbol=Lidar::on_scan$' "$work/out" || fail "the scanner is wrong"
	grep -qE '^ *100 +2.3 KiB +0 +100 +2.3 KiB .*symbol=Odometry::on_position$' "$work/out" || fail "the odometry is wrong"
	grep -qE '^ *100 +6.2 KiB +84 +16 +1.0 KiB .*symbol=Diagnostics::on_timer$' "$work/out" || fail "the timer is wrong"
}

run_claim "$@"
