#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# What a report says of traces with known answers.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

# Those that every version had: by the others, a trace is known to be of a later one, whether or not one was recorded.
OLDER_EVENTS=allocspan:alloc,allocspan:free,allocspan:group_register,allocspan:group_stats

# Two groups, two threads, a free under the other group, a span.
small_script() {
	small=$work/small-script
	cat >"$small" <<-'END'
		begin 0
		group_register 2 parser ,group=parser,tenant=42,
		group_register 3 cache ,group=cache,
		span_enter 1 0 request 2 ,group=parser,tenant=42,
		alloc 0x1000 100 2 ,group=parser,tenant=42,
		alloc 0x2000 2048 2 ,group=parser,tenant=42,
		@0.1 alloc 0x3000 10 3 ,group=cache,
		@0.1 free 0x1000 100 2 3 ,group=parser,tenant=42,
		alloc 0x4000 99 2 ,group=parser,tenant=42,
		free 0x4000 99 2 2 ,group=parser,tenant=42,
		span_exit 1 request 2 3 2247 1 99
		end 0
	END
}

the_json_is_exact() {
	small_script
	record_script trace <"$small"
	report_json trace
	expect_json 'd["complete"] is True' 'd["discarded_events"] == 0' 'd["notes"] == []' \
		'd["events"]["alloc"] == 4 and d["events"]["free"] == 2' \
		'd["events"]["span_enter"] == 1 and d["events"]["span_exit"] == 1' \
		'[x["name"] for x in d["groups"]] == ["parser", "cache"]' \
		'g("parser")["id"] == 2 and g("parser")["tags"] == {"tenant": "42"}' \
		'g("parser")["alloc_count"] == 3 and g("parser")["alloc_bytes"] == 2247' \
		'g("parser")["free_count"] == 2 and g("parser")["free_bytes"] == 199' \
		'g("parser")["live_count"] == 1 and g("parser")["live_bytes"] == 2048' \
		'g("parser")["peak_live_bytes"] == 2148' \
		'g("parser")["foreign_free_count"] == 1' \
		'g("parser")["certain"] is True' \
		'g("cache")["alloc_count"] == 1 and g("cache")["live_bytes"] == 10' \
		'g("cache")["foreign_free_count"] == 0' \
		"g('cache')['hostname'] == '$(hostname)'" \
		'd["begin_ns"] < g("parser")["peak_time_ns"] < g("cache")["peak_time_ns"] < d["end_ns"]'
}

the_text_has_the_same_numbers() {
	small_script
	record_script trace <"$small"
	expect_status 0 report trace
	[ ! -s "$work/err" ] || fail "something on stderr"
	sed -n '/ALLOCS/,$p' "$work/out" >table
	cat >expected <<-'END'
		ALLOCS    BYTES  FREES  LIVE  LIVE BYTES  PEAK BYTES  FOREIGN  GROUP
		     3  2.2 KiB      2     1     2.0 KiB     2.1 KiB        1  parser tenant=42
		     1     10 B      0     1        10 B        10 B        0  cache
	END
	diff expected table >&2 || fail "the table is another"
	grep -q '^events     12: 4 alloc, 2 free, 6 other$' "$work/out" || fail "no events line"
	grep -q '^discarded  none$' "$work/out" || fail "no discarded line"
	grep -q '^complete   proved by process_end (1 process)$' "$work/out" || fail "no complete line"
	grep -q '^processes  1: exe([0-9]*)$' "$work/out" || fail "no processes line"
}

a_pipe_gets_plain_text() {
	small_script
	record_script trace <"$small"
	TERM=xterm COLUMNS=20 expect_status 0 report trace
	if grep -q "$(printf '\033')" "$work/out"; then
		fail "escape sequences"
	fi
	grep -q 'parser tenant=42$' "$work/out" || fail "the line is cut"
	TERM=xterm expect_status 0 report --color=always trace
	grep -q "$(printf '\033\[1mparser')" "$work/out" || fail "no colour where it was asked for"
}

the_plugin_says_the_same() {
	small_script
	record_script trace <"$small"
	expect_status 0 report trace
	cp "$work/out" text
	report_json trace
	expect_status 0 babeltrace2 --plugin-path="$PLUGIN_DIRECTORY" trace -c sink.allocspan.report
	cmp text "$work/out" || fail "another text"
	expect_status 0 babeltrace2 --plugin-path="$PLUGIN_DIRECTORY" trace \
		-c sink.allocspan.report -p 'format="json",output="here.json"'
	cmp "$work/json" here.json || fail "another JSON"
	expect_status 1 babeltrace2 --plugin-path="$PLUGIN_DIRECTORY" trace \
		-c sink.allocspan.report -p 'form="json"'
	grep -q "there is no parameter 'form'" "$work/err" || fail "an unknown parameter passes"
}

processes_are_kept_apart() {
	record_script trace <<-'END'
		@0 thread_name first
		@0 begin 0
		@0 group_register 2 parser ,group=parser,
		@0 alloc 0x1000 100 2 ,group=parser,
		@1 thread_name second
		@1 begin 0
		@1 group_register 2 parser ,group=parser,
		@1 alloc 0x1000 7 2 ,group=parser,
		@0 free 0x1000 100 2 2 ,group=parser,
		@0 end 0
		@1 end 1
	END
	report_json trace
	expect_json 'd["complete"] is True' \
		'[(p["begin"], p["end"], p["proof"]) for p in d["processes"]] ==
			[("load", "exit", "process_end"), ("load", "_exit", "process_end")]' \
		'[(x["procname"], x["live_bytes"]) for x in d["groups"]] == [("first", 0), ("second", 7)]' \
		'len({x["vpid"] for x in d["groups"]}) == 2'
}

a_program_that_execs_is_a_new_process() {
	record_script trace <<-'END'
		begin 0
		group_register 2 parser ,group=parser,
		alloc 0x1000 100 2 ,group=parser,
		end 3
		exec
		begin 0
		alloc 0x1000 7 2 ,group=parser,
		end 0
	END
	report_json trace
	expect_json 'd["complete"] is True' 'len({x["vpid"] for x in d["groups"]}) == 1' \
		'[x["live_bytes"] for x in d["groups"]] == [100, 7]' \
		'[p["end"] for p in d["processes"]] == ["exec", "exit"]' \
		'len({p["text"] for p in d["processes"]}) == 2'
}

# A trace of an older version: groups that are registered again tell of the new program, and the last checkpoints of the end.
a_program_that_execs_is_a_new_process_to_older_versions() {
	events=$OLDER_EVENTS
	record_script trace <<-'END'
		group_register 2 parser ,group=parser,
		alloc 0x1000 100 2 ,group=parser,
		group_stats 2 parser ,group=parser, 1 100 1 100 0 0
		exec
		group_register 2 parser ,group=parser,
		alloc 0x1000 7 2 ,group=parser,
		group_stats 2 parser ,group=parser, 1 7 1 7 0 0
	END
	report_json trace
	expect_json 'd["complete"] is True' 'len({x["vpid"] for x in d["groups"]}) == 1' \
		'[x["live_bytes"] for x in d["groups"]] == [100, 7]' \
		'[p["proof"] for p in d["processes"]] == ["checkpoint"] * 2'
}

an_exec_that_failed_ends_nothing() {
	record_script trace <<-'END'
		begin 0
		alloc 0x1000 100 2 ,group=parser,
		end 3
		begin 5
		alloc 0x2000 7 2 ,group=parser,
		end 0
	END
	report_json trace
	expect_json 'd["complete"] is True' '[p["end"] for p in d["processes"]] == ["exit"]' \
		'g("parser")["live_bytes"] == 107'
}

a_child_may_free_what_it_inherited() {
	record_script trace <<-'END'
		@0 begin 0
		@0 group_register 2 parser ,group=parser,
		@0 alloc 0x1000 100 2 ,group=parser,
		@0 alloc 0x2000 50 2 ,group=parser,
		@1 begin 1 0
		@1 free 0x1000 100 2 2 ,group=parser,
		@1 alloc 0x3000 7 2 ,group=parser,
		@1 end 1
		@0 end 0
	END
	report_json trace
	expect_json 'd["complete"] is True' \
		'sorted((x["live_bytes"], x["free_count"], x["peak_live_bytes"]) for x in d["groups"]) ==
			[(7, 1, 7), (150, 0, 150)]' \
		'all(x["certain"] for x in d["groups"])' 'd["total"]["peak_live_bytes"] == 157' \
		'[(p["parent"], p["inherited"]) for p in d["processes"]] ==
			[(None, None), (0, {"live_count": 2, "live_bytes": 150, "certain": True})]' \
		'sum("inherited 150 B in 2 blocks" in note for note in d["notes"]) == 1'
}

# Nothing tells that it was forked: what it inherited is its own, and its checkpoint tells of it.
a_child_may_free_what_it_inherited_in_older_versions() {
	events=$OLDER_EVENTS
	record_script trace <<-'END'
		@0 group_register 2 parser ,group=parser,
		@0 alloc 0x1000 100 2 ,group=parser,
		@0 group_stats 2 parser ,group=parser, 1 100 1 100 0 0
		@1 free 0x1000 100 2 2 ,group=parser,
		@1 group_stats 2 parser ,group=parser, 0 0 1 100 1 100
	END
	report_json trace
	expect_json 'd["complete"] is True' \
		'sorted(x["live_bytes"] for x in d["groups"]) == [0, 100]' \
		'all(x["certain"] and x["peak_live_bytes"] == 100 for x in d["groups"])'
}

what_a_process_says_more_than_was_read_is_missing() {
	record_script trace <<-'END'
		begin 0
		alloc 0x1000 100 2 ,group=parser,
		shell lttng --quiet disable-event -u -c channel 'allocspan:*'
		alloc 0x2000 10 2 ,group=parser,
		alloc 0x3000 10 2 ,group=parser,
		free 0x2000 10 2 2 ,group=parser,
		shell lttng --quiet enable-event -u -c channel 'allocspan:*'
		end 0
	END
	report_json trace
	expect_json 'd["complete"] is False' 'g("parser")["certain"] is False' \
		'd["processes"][0]["missing"] == {"allocs": {"least": 2, "most": 2}, "frees": {"least": 1, "most": 1}}' \
		'any("2 allocations and 1 frees are missing" in note for note in d["notes"])'
	expect_status 0 report trace
	grep -q '^ *~1 .*parser' "$work/out" || fail "counts are not marked"
}

a_process_that_tells_no_end_is_complete_up_to_its_last_checkpoint() {
	record_script trace <<-'END'
		begin 0
		alloc 0x1000 100 2 ,group=parser,
		group_stats 2 parser ,group=parser, 1 100 1 100 0 0
		alloc 0x2000 7 2 ,group=parser,
	END
	report_json trace
	expect_json 'd["complete"] is False' 'g("parser")["certain"] is False' \
		'd["processes"][0]["proof"] == "checkpoint" and d["processes"][0]["end"] is None' \
		'd["begin_ns"] < d["processes"][0]["complete_until_ns"] < d["end_ns"]' \
		'd["processes"][0]["missing"]["allocs"] == {"least": 0, "most": None}'
}

misuse_is_told() {
	record_script trace <<-'END'
		begin 0
		alloc 0x1000 100 2 ,group=parser,
		misuse exit_twice 2 0
		misuse enter_no_memory 0 0
		misuse exit_twice 2 0
		end 0
	END
	report_json trace
	expect_json 'd["misuses"] == {"exit_twice": 2, "enter_no_memory": 1}' 'd["complete"] is False' \
		'd["processes"][0]["misuse_count"] == 3' \
		'any("exit_twice 2, enter_no_memory 1" in note for note in d["notes"])'
}

without_vpid_the_report_says_so() {
	small_script
	contexts=''
	record_script trace <"$small"
	report_json trace
	expect_json 'g("parser")["vpid"] is None' 'g("parser")["peak_live_bytes"] == 2148' \
		'len(d["notes"]) == 1 and "vpid" in d["notes"][0]' 'd["complete"] is True'
}

buffers_per_process_need_no_vpid() {
	small_script
	contexts=''
	record_script trace --buffers-pid --subbuf-size=1M <"$small"
	report_json trace
	expect_json 'd["notes"] == []' 'g("parser")["vpid"] > 0' 'g("parser")["procname"]' \
		'g("parser")["peak_live_bytes"] == 2148'
}

two_traces_make_one_report() {
	small_script
	record_script first <"$small"
	record_script second <"$small"
	report_json first second
	expect_json 'len(d["groups"]) == 4' 'd["events"]["alloc"] == 8' 'd["complete"] is True'
	# One directory above both is the same.
	mkdir both
	mv first second both
	mv "$work/json" expected
	report_json both
	cmp expected "$work/json" || fail "the directory above says something else"
}

rotated_chunks_are_one_trace() {
	small_script
	{
		sed '/^end/d' "$small"
		echo 'shell lttng rotate session'
		echo 'alloc 0x5000 5 3 ,group=cache,'
		echo 'end 0'
	} >script
	start_session trace
	make_trace <script >"$work/out"
	end_session
	[ "$(find trace -name metadata | wc -l)" -ge 2 ] || fail "nothing was rotated"
	report_json trace
	expect_json 'len(d["groups"]) == 2' 'g("cache")["live_bytes"] == 15' 'd["complete"] is True'
}

any_bytes_in_names_are_harmless() {
	record_script trace <<-'END'
		group_register 2 %1b[2J%ff ,group=%1b[2J%ff,a%0ab=%c3%bc"/%5c%5c,
		alloc 0x1000 100 2 ,group=%1b[2J%ff,a%0ab=%c3%bc"/%5c%5c,
		group_register 3 bad no-tags-at-all
		alloc 0x2000 1 3 no-tags-at-all
	END
	expect_status 0 report trace
	grep -qF '\x1b[2J\xff a\x0ab=ü"/\\' "$work/out" || fail "not escaped"
	if grep -q "$(printf '\033')" "$work/out"; then
		fail "an escape sequence of the trace reaches the terminal"
	fi
	report_json trace
	expect_json 'd["groups"][0]["name"] == "\x1b[2J\ufffd"' \
		'd["groups"][0]["tags"] == {"a\nb": "\u00fc\"/\\"}' \
		'd["groups"][1]["name"] == "bad" and d["groups"][1]["tags"] == {}'
}

a_thousand_groups_are_all_there() {
	i=2
	while [ $i -lt 1002 ]; do
		echo "alloc 0x${i}000 $i $i ,group=g$i,tenant=$i,"
		i=$((i + 1))
	done >script
	record_script trace <script
	report_json trace
	expect_json '[x["id"] for x in d["groups"]] == list(range(1001, 1, -1))' \
		'all(x["peak_live_bytes"] == x["id"] for x in d["groups"])'
}

# What `record` would leave with a trace; $1 stands for processes that it did not record.
small_recording() {
	[ -d trace ] || record_script trace <<-'END'
		group_register 2 parser ,group=parser,
		alloc 0x1000 100 2 ,group=parser,
	END
	printf '{"format": "allocspan-recording/1", "unrecorded": [%s], "unrecorded_more": %s}' "$1" "${2:-0}" \
		>trace/allocspan.json
}

small_unrecorded() {
	printf '{"pid": %s, "parent_pid": 7, "name": "na\\u001bme", "exe": "/bin/name", "command": "name --all",
		"why": "static", "text": "it is statically linked"}' "$1"
}

processes_that_were_not_recorded_are_named() {
	small_recording "$(small_unrecorded 12)" 3
	expect_status 0 report trace
	grep -qxF 'note: na\x1bme (pid 12) was not recorded: it is statically linked; its command: name --all' "$work/out" ||
		fail "not named"
	grep -qx 'note: 3 more processes were not recorded' "$work/out" || fail "the others are not counted"
	report_json trace
	expect_json 'd["unrecorded"] == [{"pid": 12, "parent_pid": 7, "name": "na\x1bme", "exe": "/bin/name",
		"command": "name --all", "why": "static", "text": "it is statically linked"}]' 'd["unrecorded_more"] == 3'
	expect_status 0 report --format=html --output=page.html trace
	grep -q 'it is statically linked; its command: name --all' page.html || fail "not in the page"
}

only_the_first_unrecorded_have_a_line() {
	list=$(small_unrecorded 1)
	for pid in 2 3 4 5 6; do
		list="$list,$(small_unrecorded $pid)"
	done
	small_recording "$list"
	expect_status 0 report trace
	expect_equal "lines" "$(grep -c 'was not recorded: ' "$work/out")" 4
	grep -qx 'note: 2 more processes were not recorded' "$work/out" || fail "the others are not counted"
	report_json trace
	expect_json '[p["pid"] for p in d["unrecorded"]] == [1, 2, 3, 4, 5, 6]'
}

# The report goes on, and has this line about allocspan.json.
expect_unusable() {
	expect_status 0 report trace
	[ ! -s "$work/err" ] || fail "something on stderr"
	grep -qx "note: .*trace/allocspan.json cannot be used: $1; which processes were not recorded is not known" "$work/out" ||
		fail "not said: $1"
	grep -q ' parser$' "$work/out" || fail "no report"
}

an_unusable_allocspan_json_is_one_line() {
	small_recording ''
	cp trace/allocspan.json whole
	expect_status 0 report trace
	! grep -q allocspan.json "$work/out" || fail "complains of a good one"
	for bytes in 0 1 40 $(($(wc -c <whole) - 1)); do
		head -c "$bytes" whole >trace/allocspan.json
		expect_unusable "it ends too early"
	done
	echo 'no json' >trace/allocspan.json
	expect_unusable "it is no JSON"
	echo '{"format": "allocspan-recording/2"}' >trace/allocspan.json
	expect_unusable "it is not of the format allocspan-recording/1"
	echo '[]' >trace/allocspan.json
	expect_unusable "it is not of the format allocspan-recording/1"
	echo '{"format": "allocspan-recording/1", "unrecorded": 3, "unrecorded_more": 0}' >trace/allocspan.json
	expect_unusable "it lacks a member that it should have"
	small_recording "$(small_unrecorded -1),$(small_unrecorded 12)"
	expect_unusable "a process in it is not as it should be"
	grep -q "(pid 12) was not recorded" "$work/out" || fail "leaves out what is as it should be"
	rm trace/allocspan.json
	mkfifo trace/allocspan.json
	expect_unusable "it is no file"
}

run_claim "$@"
