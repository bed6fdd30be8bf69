#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What filter.allocspan.unpack gives back of traces recorded from scripts of packed-maker.c.
# shellcheck disable=SC2154

set -euo pipefail
. "$(dirname "$0")/report-lib.sh"

# unpack TRACE [babeltrace2 ARGUMENT]...: babeltrace2 with the filter.
unpack() {
	babeltrace2 --plugin-path="$PLUGIN_DIRECTORY" "$1" -c filter.allocspan.unpack "${@:2}"
}

# The lines of a trace without their times.
lines_of() {
	sed -E 's/^\[[^]]*\] \([^)]*\) [^ ]+ //'
}

small_script() {
	cat >small <<-'END'
		group 2 ,group=parser,tenant=42,
		group 3 ,group=cache,
		group_register 2 parser
		span_enter 1 request 2
		state 0 1 2
		alloc 0 0x1000 100 2 0 0x401000
		alloc 0 0x2000 2048 2 1 0x401008
		zoo 3
		state 1 0 3
		alloc 1 0x3000 10 3 5 0x402000
		free 1 0x1000 100 2 2 0
		group_stats 2 parser 1 2048 2 2148 1 100
		alloc 0 0x7ffff7dd1008 99 2 3 0x401000
		free 0 0x7ffff7dd1008 99 2 4 0x401000
		flush 1
		flush 0
		span_exit 1 request 2 3 2247 1 99
		zoo 0
	END
}

record_small() {
	small_script
	events='allocspan_packed:*,allocspan:*,zoo:*'
	record_script trace <small
}

records_are_events_in_their_places() {
	record_small
	unpack trace | lines_of | sed -E 's/vpid = [0-9]+/vpid = V/; s/vtid = [0-9]+/vtid = T/' |
		grep -v '^zoo:' >lines
	contexts='{ cpu_id = C }, { vpid = V, vtid = T, procname = "packed-maker" }'
	cat >expected <<-END
		allocspan:group_register: $contexts, { group_id = 2, name = "parser", tags = ",group=parser,tenant=42," }
		allocspan:span_enter: $contexts, { span_id = 1, parent_span_id = 0, name = "request", group_id = 2, tags = ",group=parser,tenant=42," }
		allocspan:alloc: { vpid = V, vtid = T, procname = "thread-0", ip = 4198400 }, { ptr = 0x1000, size = 100, group_id = 2, span_id = 1, kind = ( "malloc" : container = 0 ), tags = ",group=parser,tenant=42," }
		allocspan:alloc: { vpid = V, vtid = T, procname = "thread-0", ip = 4198408 }, { ptr = 0x2000, size = 2048, group_id = 2, span_id = 1, kind = ( "calloc" : container = 1 ), tags = ",group=parser,tenant=42," }
		allocspan:alloc: { vpid = V, vtid = T, procname = "thread-1", ip = 4202496 }, { ptr = 0x3000, size = 10, group_id = 3, span_id = 0, kind = ( "user" : container = 5 ), tags = ",group=cache," }
		allocspan:free: { vpid = V, vtid = T, procname = "thread-1", ip = 0 }, { ptr = 0x1000, size = 100, delta = -100, source_group_id = 2, current_group_id = 3, span_id = 0, kind = ( "realloc" : container = 2 ), tags = ",group=parser,tenant=42," }
		allocspan:group_stats: $contexts, { group_id = 2, name = "parser", tags = ",group=parser,tenant=42,", live_blocks = 1, live_bytes = 2048, alloc_count = 2, alloc_bytes = 2148, free_count = 1, free_bytes = 100 }
		allocspan:alloc: { vpid = V, vtid = T, procname = "thread-0", ip = 4198400 }, { ptr = 0x7FFFF7DD1008, size = 99, group_id = 2, span_id = 1, kind = ( "memalign" : container = 3 ), tags = ",group=parser,tenant=42," }
		allocspan:free: { vpid = V, vtid = T, procname = "thread-0", ip = 4198400 }, { ptr = 0x7FFFF7DD1008, size = 99, delta = -99, source_group_id = 2, current_group_id = 2, span_id = 1, kind = ( "new" : container = 4 ), tags = ",group=parser,tenant=42," }
		allocspan:span_exit: $contexts, { span_id = 1, name = "request", group_id = 2, alloc_count = 3, alloc_bytes = 2247, free_count = 1, free_bytes = 99 }
	END
	sed -i -E 's/cpu_id = [0-9]+/cpu_id = C/' lines
	diff expected lines >&2 || fail "the lines are others"
}

threads_and_processes_are_those_of_the_records() {
	record_small
	vpid=$(babeltrace2 trace | sed -nE 's/.*group_register.* vpid = ([0-9]+),.*/\1/p')
	expect_equal "of thread 0" "$(unpack trace | grep -c "vpid = $vpid, vtid = $vpid, procname = \"thread-0\"")" 4
	expect_equal "of thread 1" "$(unpack trace | grep -c "vpid = $vpid, vtid = $((vpid + 1)), procname = \"thread-1\"")" 2
}

environment_of() {
	sed -n '/Environment/,/Stream/{ s/ ([0-9]* entries)//; p; }' | sort -u
}

everything_else_stays_what_it_is() {
	# An application's context is a variant.
	# shellcheck disable=SC2016
	contexts='vpid vtid procname $app.packed:none'
	record_small
	babeltrace2 --clock-gmt --no-delta trace | grep -v allocspan_packed: >before
	unpack trace -c sink.text.pretty -p 'no-delta=yes,clock-gmt=yes' | grep -v ' allocspan:\(alloc\|free\):' >after
	[ "$(grep -c ' zoo:animal: .*spelled = "tap"' after)" -eq 1 ] || fail "no animals"
	cmp before after || diff before after >&2 || fail "something changed"
	# Types too: what babeltrace2 tells of the classes is the same, but for numbers of classes.
	for event in zoo:animal allocspan:span_enter allocspan:group_stats; do
		expect_class_unchanged "$event"
	done
	# One entry more says what only classes told, which a copy may lack.
	unpack trace -c sink.text.details >details
	grep -q '^ *allocspan_tells_begins: 1$' details || fail "does not say that beginnings are told"
	expect_equal "environment" "$(environment_of <details | grep -v allocspan_tells_begins)" \
		"$(babeltrace2 trace -c sink.text.details | environment_of)"
}

# What sink.text.details says of an event class.
class_of() {
	sed -n "/Event class .$1\`/,/Event class\|^\$\|Stream class/p" | sed '$d; s/(ID [0-9]*)//; s/^ *//'
}

expect_class_unchanged() {
	babeltrace2 trace -c sink.text.details | class_of "$1" >before
	unpack trace -c sink.text.details | class_of "$1" >after
	[ -s before ] || fail "no class $1"
	diff before after >&2 || fail "the class $1 is another"
}

the_classes_are_those_of_a_full_recording() {
	events='allocspan:*'
	record_script full <<-'END'
		group 2 ,group=parser,
		full_alloc 0x1000 7 2
		full_free 0x1000 7 2 2
	END
	record_small
	for event in allocspan:alloc allocspan:free; do
		babeltrace2 full -c sink.text.details | class_of $event >expected
		unpack trace -c sink.text.details | class_of $event >actual
		[ -s expected ] || fail "no class $event"
		diff expected actual >&2 || fail "the class $event is another"
	done
}

a_trace_without_packed_events_goes_through() {
	events='allocspan:*,zoo:*'
	record_script full <<-'END'
		group 2 ,group=parser,
		full_alloc 0x1000 7 2
		zoo 1
		full_free 0x1000 7 2 2
	END
	babeltrace2 full -c sink.text.details >before
	unpack full -c sink.text.details >after
	cmp before after || fail "something changed"
}

sink_ctf_fs_writes_it() {
	record_small
	unpack trace -c sink.ctf.fs -p 'path="copy"' >/dev/null
	unpack trace | lines_of >before
	babeltrace2 copy | lines_of >after
	diff before after >&2 || fail "the copy is another"
	expect_equal "traces" "$(find copy -name metadata | wc -l)" 1
	report_json trace
	cp "$work/json" packed-report
	report_json copy
	diff packed-report "$work/json" >&2 || fail "its report is another"
	# As debug-info and Trace Compass ask for.
	grep -q 'tracer_name = "lttng-ust"' "$(trace_of copy)/metadata" || fail "no tracer_name"
	grep -q 'domain = "ust"' "$(trace_of copy)/metadata" || fail "no domain"
}

losses_are_discarded_events() {
	events='allocspan_packed:*'
	record_script trace <<-'END'
		group 2 ,group=parser,
		alloc 0 0x1000 100 2 0 0
		flush 0
		alloc 0 0x2000 1 2 0 0
		free 0 0x1000 100 2 0 0
		lose 0
		alloc 0 0x4000 1 2 0 0
		flush 0
	END
	unpack trace 2>err | lines_of >lines
	grep -q 'discarded 2 events' err || fail "no warning: $(cat err)"
	expect_equal "events" "$(wc -l <lines)" 2
	unpack trace -c sink.ctf.fs -p 'path="copy"' >/dev/null
	expect_status 0 report copy
	grep -q '^discarded  2 events$' "$work/out" || fail "the report does not tell"
	grep -q '^events     2: 2 alloc, 0 free, 0 other$' "$work/out" || fail "other events"
	# Also where code is asked for, which the copy has.
	grep -q ' _ip;' "$(trace_of copy)/metadata" || fail "no call sites"
	report_json copy
	expect_json 'd["discarded_events"] == 2' 'not any("more than" in note for note in d["notes"])'
}

an_allocation_in_both_forms_comes_once() {
	events='allocspan:*,allocspan_packed:*'
	record_script trace <<-'END'
		group 2 ,group=parser,
		full_alloc 0x1000 100 2
		alloc 0 0x1000 100 2 0 0
		alloc 0 0x2000 100 2 0 0
		full_alloc 0x2000 100 2
		free 0 0x1000 100 2 0 0
		full_free 0x1000 100 2 2
		flush 0
	END
	expect_equal "allocations" "$(unpack trace | grep -c ' allocspan:alloc: ')" 2
	expect_equal "frees" "$(unpack trace | grep -c ' allocspan:free: ')" 1
}

several_traces_stay_apart() {
	record_small
	mv trace first
	record_small
	# A copy of what goes through has no classes but those of its events.
	events=allocspan:alloc,allocspan:group_register
	record_script full <<-'END'
		group 2 ,group=parser,
		full_alloc 0x5000 7 2
	END
	babeltrace2 --plugin-path="$PLUGIN_DIRECTORY" first trace full -c filter.allocspan.unpack \
		-c sink.ctf.fs -p 'path="copies"' >/dev/null
	expect_equal "traces" "$(find copies -name metadata | wc -l)" 3
	report_json first trace full
	cp "$work/json" packed-report
	report_json copies
	expect_json 'd["events"]["alloc"] == 9' 'len(d["groups"]) == 5'
	# Groups of equal peak may come in another order.
	for report in packed-report "$work/json"; do
		sed '/^"groups/,$s/,$//' "$report" | sort >"$report.sorted"
	done
	diff packed-report.sorted "$work/json.sorted" >&2 || fail "the report is another"
}

many_records_are_packets() {
	events='allocspan_packed:*'
	start_session trace --subbuf-size=8M --num-subbuf=8
	make_trace <<-'END'
		group 2 ,group=parser,
		group 3 ,group=cache,
		churn 3 20000 100 64 300
	END
	end_session
	unpack trace -c sink.ctf.fs -p 'path="copy"' >/dev/null
	expect_equal "allocations" "$(babeltrace2 copy | grep -c ' allocspan:alloc: ')" 60000
	expect_equal "frees" "$(babeltrace2 copy | grep -c ' allocspan:free: ')" 59700
	[ "$(babeltrace2 copy -c sink.text.details | grep -c '^Packet beginning')" -gt 10 ] || fail "no packets"
	report_json trace
	cp "$work/json" packed-report
	report_json copy
	diff packed-report "$work/json" >&2 || fail "the report is another"
}

parameters_are_refused() {
	record_small
	expect_status 1 babeltrace2 --plugin-path="$PLUGIN_DIRECTORY" trace -c filter.allocspan.unpack -p 'a="b"'
	grep -q 'filter.allocspan.unpack takes no parameters' "$work/err" || fail "no clear message"
}

damage_is_said() {
	events='allocspan_packed:*'
	record_script trace <<-'END'
		group 2 ,group=parser,
		alloc 0 0x1000 100 2 0 0
		damage 0
		flush 0
	END
	expect_status 1 unpack trace
	tr -s ' \n' ' ' <"$work/err" >err
	grep -q "its field 'records' has no control byte where one must be" err || fail "no clear message"
}

run_claim "$@"
