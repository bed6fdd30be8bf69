#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What `allocspan export` writes: read by babeltrace2 and by `allocspan report` it tells what was recorded.
# shellcheck disable=SC2154

set -euo pipefail
. "$(dirname "$0")/report-lib.sh"

export_trace() {
	"$ALLOCSPAN" export "$@"
}

# The events of a trace without times, one a line.
lines_of() {
	babeltrace2 "$1" | sed -E 's/^\[[^]]*\] \([^)]*\) [^ ]+ //'
}

# What babeltrace2 says of an event class of a trace.
class_of() {
	babeltrace2 "$2" -c sink.text.details | sed -n "/Event class .$1/,/Event class\|^\$\|Stream class/p" |
		sed '$d; s/(ID [0-9]*)//; s/^ *//'
}

# Each kind of allocation once, and what happens to it.
record_kinds() {
	events='allocspan_packed:*,allocspan:*'
	record_script trace <<-'END'
		group 2 ,group=parser,tenant=42,
		group_register 2 parser
		state 0 0 2
		alloc 0 0x1000 100 2 0 0x401000
		alloc 0 0x2000 200 2 1 0x401000
		free 0 0x1000 100 2 2 0x401000
		alloc 0 0x3000 300 2 2 0x401000
		alloc 0 0x4000 400 2 3 0x401000
		alloc 0 0x5000 500 2 4 0x401000
		alloc 0 0x6000 600 2 5 0x401000
		free 0 0x5000 500 2 4 0x401000
		free 0 0x6000 600 2 5 0x401000
		group_stats 2 parser 3 900 6 2100 3 1200
		flush 0
	END
}

# A real program under the interposer, packed by the real recorder.
record_program() {
	events='allocspan_packed:*,allocspan:span_*,allocspan:group_*,allocspan:process_*'
	start_session "$1" --subbuf-size=8M --num-subbuf=8
	LD_PRELOAD=$PRELOAD_LIBRARY "$RECORD_TARGET" enter g alloc 1000 free enter h alloc 300 fork 2 alloc 50 free
	end_session
}

ctf_has_the_events_of_a_full_recording() {
	record_program trace
	expect_status 0 export_trace --as ctf -o out trace
	[ ! -s "$work/err" ] || fail "something on stderr"
	[ ! -s "$work/out" ] || fail "something on stdout"
	report_json trace
	cp "$work/json" packed-report
	report_json out
	diff packed-report "$work/json" >&2 || fail "the report is another"
	expect_equal "packed events" "$(count 'allocspan_packed:[a-z]+' out)" 0
	expect_json 'd["events"]["alloc"] == 1000 + 300 + 2 * 50' 'd["complete"] is True' \
		'd["events"]["group_register"] > 0 and d["events"]["group_stats"] > 0'
	expect_equal "allocations" "$(lines_of out | grep -c '^allocspan:alloc: ')" 1400
}

ctf_of_a_full_recording_is_the_same_events() {
	events='allocspan:*'
	record_script trace <<-'END'
		group 2 ,group=parser,
		full_alloc 0x1000 7 2
		full_free 0x1000 7 2 2
	END
	expect_status 0 export_trace --as ctf -o out trace
	lines_of trace >before
	lines_of out >after
	diff before after >&2 || fail "the events are others"
}

libc_has_what_the_wrapper_records() {
	record_kinds
	expect_status 0 export_trace --as lttng-ust-libc -o out trace
	lines_of out | sed -E 's/^[^ ]*:([a-z_]+: )\{[^}]*\}, /\1/' >lines
	cat >expected <<-'END'
		malloc: { size = 100, ptr = 0x1000 }
		calloc: { nmemb = 1, size = 200, ptr = 0x2000 }
		free: { ptr = 0x1000 }
		realloc: { in_ptr = 0x0, size = 300, ptr = 0x3000 }
		memalign: { alignment = 0, size = 400, ptr = 0x4000 }
		malloc: { size = 500, ptr = 0x5000 }
		free: { ptr = 0x5000 }
	END
	diff expected lines >&2 || fail "the events are others"
	expect_equal "providers" "$(lines_of out | cut -d: -f1 | sort -u)" lttng_ust_libc
	vpid=$(babeltrace2 trace | sed -nE 's/.*group_register.* vpid = ([0-9]+),.*/\1/p')
	expect_equal "contexts" "$(lines_of out | grep -c ": { vpid = $vpid, vtid = $vpid, procname = \"thread-0\", ip = 4198400 }, ")" 7
}

libc_declares_what_a_stock_recording_declares() {
	[ -n "$LIBC_WRAPPER" ] || skip "there is no liblttng-ust-libc-wrapper"
	events='lttng_ust_libc:*'
	contexts='vpid vtid procname ip'
	start_session stock
	LD_PRELOAD=$LIBC_WRAPPER ls / >/dev/null
	end_session
	contexts='vpid vtid procname'
	record_kinds
	expect_status 0 export_trace --as lttng-ust-libc -o out trace
	for event in malloc free calloc realloc memalign posix_memalign; do
		class_of "lttng_ust_libc:$event\`" stock >expected
		class_of "lttng_ust_libc:$event\`" out >actual
		[ -s expected ] || fail "no $event in the stock recording"
		diff expected actual >&2 || fail "the event $event is another"
	done
	expect_equal "contexts" "$(contexts_of out)" "$(contexts_of stock)"
	babeltrace2 out -c sink.text.details >details
	for entry in 'domain: ust' 'tracer_name: lttng-ust' 'tracer_major: 2' 'tracer_minor: 13'; do
		grep -q "$entry" details || fail "the environment lacks $entry"
	done
}

contexts_of() {
	babeltrace2 "$1" -c sink.text.details | sed -n '/common context field class/,/Event class/p' |
		sed '$d; s/^ *//'
}

# Its own sum: what is allocated and not freed.
libc_leaves_the_memory_that_the_report_has() {
	record_program trace
	expect_status 0 export_trace --as lttng-ust-libc -o out trace
	report_json trace
	lines_of out | awk '
		{ match($0, /vpid = [0-9]+/); pid = substr($0, RSTART, RLENGTH)
		  match($0, /ptr = 0x[0-9A-F]+/); ptr = pid substr($0, RSTART, RLENGTH) }
		/:free: / { delete live[ptr]; next }
		{ if (ptr in live) { print "twice: " $0 > "/dev/stderr"; exit 1 }
		  match($0, / size = [0-9]+/); live[ptr] = substr($0, RSTART + 8, RLENGTH - 8) }
		END { for (ptr in live) sum += live[ptr]; print sum + 0 }' >sum
	expect_json "sum(x['live_bytes'] for x in d['groups']) == $(cat sum) > 0"
}

losses_stay_visible() {
	events='allocspan_packed:*'
	record_script trace <<-'END'
		group 2 ,group=parser,
		alloc 0 0x1000 100 2 0 0
		flush 0
		alloc 0 0x2000 1 2 0 0
		lose 0
		alloc 0 0x4000 1 2 0 0
		flush 0
	END
	expect_status 0 export_trace --as ctf -o out trace
	expect_status 0 report out
	grep -q '^discarded  1 event' "$work/out" || fail "the report does not tell"
	expect_status 0 export_trace --as lttng-ust-libc -o libc trace
	babeltrace2 libc >lines 2>warnings
	grep -q 'discarded 1 event' warnings || fail "the loss is not told"
}

wrong_arguments_are_usage() {
	for arguments in '' 'x' '--as ctf x' '-o y x' '--as=xml -o y x' '--as ctf -o y' '--as=ctf --output= x'; do
		# shellcheck disable=SC2086
		expect_status 2 export_trace $arguments
		grep -q '^allocspan export: ' "$work/err" || fail "$arguments: no message"
	done
	[ ! -e y ] || fail "made a directory"
}

# expect_refusal PATTERN ARGUMENT...: status 1, one line, and nothing new here.
expect_refusal() {
	before=$(ls)
	expect_status 1 export_trace "${@:2}"
	expect_error "$1"
	expect_equal "files" "$(ls)" "$before"
}

it_appears_whole_or_not_at_all() {
	record_kinds
	mkdir full empty
	touch full/precious
	expect_refusal 'full is not empty' --as ctf -o full trace
	touch file
	expect_refusal 'file is no directory' --as ctf -o file trace
	expect_refusal 'cannot write to no/such' --as ctf -o no/such trace
	expect_refusal 'empty holds no trace' --as ctf -o out empty
	expect_status 0 export_trace --as ctf -o empty/ trace
	[ -n "$(find empty -name metadata)" ] || fail "nothing in the empty directory"
	expect_equal "files" "$(ls)" "empty
file
full
lttng.log
trace"
}

damage_leaves_nothing() {
	record_kinds
	events='allocspan_packed:*'
	record_script damaged <<-'END'
		group 2 ,group=parser,
		alloc 0 0x1000 100 2 0 0
		damage 0
		flush 0
	END
	expect_refusal "its field 'records' has no control byte" --as ctf -o out damaged
	files=$(trace_of trace)
	stream=$(find "$files" -maxdepth 1 -name 'channel_*' -size +0 | head -n 1)
	truncate -s -1 "$stream"
	expect_status 1 export_trace --as ctf -o out trace
	expect_note 'nothing was exported: only a whole trace is'
	[ ! -e out ] || fail "something was exported"
}

# Where the size of the content of packets is not told, babeltrace2's reader hands over events, and leaves its error with the thread.
an_error_that_the_reader_leaves_behind_is_said() {
	python3 -m tarfile --extract "$here/traces/packed.tar.xz" .
	LC_ALL=C sed -i 's/ content_size;/ content_what;/' "$(trace_of packed)/metadata"
	for form in ctf lttng-ust-libc; do
		expect_refusal 'cannot export the trace: .*; it is damaged' --as $form -o out packed
	done
}

a_trace_without_allocations_has_no_libc_form() {
	events='zoo:*'
	record_script trace <<-'END'
		zoo 1
	END
	expect_refusal 'holds no allocations of allocspan' --as lttng-ust-libc -o out trace
}

run_claim "$@"
