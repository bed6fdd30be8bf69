#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# The answers of a report to its questions, of traces and of a program with known answers.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

# Two processes, two threads, spans in spans, tenants, a handover, a block that grows.
small_script() {
	small=$work/small-script
	cat >"$small" <<-'END'
		@0 thread_name first
		@0 begin 0
		@0 group_register 2 request ,group=request,tenant=42,
		@0 group_register 3 cache ,group=cache,
		@0 span_enter 1 0 serve 2 ,group=request,tenant=42,
		@0 alloc 0x1000 100 2 ,group=request,tenant=42, 1
		@0 span_enter 2 1 parse 2 ,group=request,tenant=42,
		@0 alloc 0x2000 2000 2 ,group=request,tenant=42, 2
		@0 free 0x2000 2000 2 2 ,group=request,tenant=42, 2 2
		@0 alloc 0x3000 3000 2 ,group=request,tenant=42, 2 2
		@0 span_exit 2 parse 2 2 5000 1 2000
		@0 span_exit 1 serve 2 3 5100 1 2000
		@0.1 alloc 0x4000 40 3 ,group=cache,
		@0.1 free 0x1000 100 2 3 ,group=request,tenant=42,
		@1 thread_name second
		@1 begin 0
		@1 group_register 2 request ,group=request,tenant=7,
		@1 span_enter 1 0 serve 2 ,group=request,tenant=7,
		@1 alloc 0x1000 500 2 ,group=request,tenant=7, 1
		@1 free 0x1000 500 2 2 ,group=request,tenant=7, 1
		@1 span_exit 1 serve 2 1 500 1 500
		@0 end 0
		@1 end 0
	END
}

every_question_has_an_exact_answer() {
	small_script
	record_script trace <"$small"
	report_json trace
	expect_json 'd["complete"] is True and d["notes"] == []' \
		'r("tag:tenant", "42")["alloc_bytes"] == 5100' \
		'r("tag:tenant", "42")["peak_live_bytes"] == 3100' \
		'r("tag:tenant", "7")["peak_live_bytes"] == 500' \
		'r("tag:tenant", "(no tenant)")["live_bytes"] == 40' \
		'r("tag:group", "request")["alloc_count"] == 4' \
		'r("span", "parse")["alloc_bytes"] == 5000 and r("span", "parse")["live_bytes"] == 3000' \
		'r("span", "serve")["alloc_bytes"] == 600' \
		'r("span", "(no span)")["alloc_bytes"] == 40' \
		'len(d["processes"]) == 2 and len(d["threads"]) == 3' \
		'd["total"]["peak_live_bytes"] == 3540' \
		'r("tag:tenant", "7")["bytes_at_total_peak"] == 500' \
		'r("span", "parse")["bytes_at_total_peak"] == 3000' \
		'd["total"]["never_freed_count"] == 2 and d["total"]["never_freed_bytes"] == 3040' \
		'd["total"]["temporary_count"] == 1 and d["total"]["other_thread_free_bytes"] == 100' \
		'd["total"]["growth"] == {"step_count": 1, "grow_count": 1, "moved_count": 1, "copied_bytes": 2000,
			"longest_step_count": 1, "longest_first_bytes": 2000, "longest_last_bytes": 3000}' \
		'[(h["count"], h["bytes"]) for h in d["handover"]] == [(1, 100)]' \
		'd["groups"][d["handover"][0]["source"]]["tags"] == {"tenant": "42"}' \
		'd["groups"][d["handover"][0]["current"]]["name"] == "cache"' \
		'[(s["name"], s["entry_count"], s["alloc_bytes"]) for s in d["spans"]] ==
			[("serve", 2, 5600), ("parse", 1, 5000)]' \
		'[e["name"] for e in d["worst_entries"]["by_bytes"]] == ["serve", "parse", "serve"]' \
		'[e["alloc_bytes"] - e["free_bytes"] for e in d["worst_entries"]["by_net"]] == [3100, 3000, 0]' \
		'[[n["parent"], n["name"]] for n in d["nodes"]] == [[None, None], [0, "serve"], [1, "parse"]]'
}

# expect_table BY: the table of the text has the numbers of the JSON.
expect_table() {
	expect_status 0 report --by="$1" trace
	python3 "$here/report-table.py" "$1" "$work/json" "$work/out" >"$work/why" 2>&1 ||
		fail "$(cat "$work/why")"
}

text_and_json_agree() {
	small_script
	record_script trace <"$small"
	report_json trace
	for by in group tag:tenant tag:group span thread process host; do
		expect_table "$by"
	done
}

a_section_for_each_thing_that_is_shown() {
	small_script
	record_script trace <"$small"
	expect_status 0 report --by=tag:tenant,span --show=leaks,handover,spans,growth,peak,rates trace
	for line in '^ *ALLOCS .* BYTES/s .* tenant  *SPAN$' '^When everything together was highest$' \
		'^3.5 KiB, at +' '^2 blocks, 3.0 KiB$' \
		'^ *1  *2.9 KiB .* 42  *parse  *request tenant=42 in serve > parse$' \
		'^ *1  *100 B  request tenant=42  *first.*  cache$' '^ *1  *0  *2  *4.9 KiB  *2.9 KiB .* parse$' \
		'^ *1  *1  *1  *2.0 KiB  *1  *2.0 KiB  *2.9 KiB  42  *parse$'; do
		grep -Eq "$(echo "$line" | sed 's/\([+]\)/\\\1/g; s/\\\\//g')" "$work/out" || fail "no line: $line"
	done
	if grep -q ' $' "$work/out"; then
		fail "a line ends in spaces"
	fi
}

the_table_is_in_the_order_and_length_asked_for() {
	small_script
	record_script trace <"$small"
	expect_status 0 report --by=tag:tenant --sort=allocs --top=2 trace
	[ "$(sed -n '/ALLOCS/,$p' "$work/out" | sed -n '2s/.*  //p;3s/.*  //p')" = "42
7" ] || fail "another order"
	grep -q '^(1 more; --top shows more)$' "$work/out" || fail "the rest is not told"
}

# The time of the event number $1 of the trace, as --from takes it.
small_time() {
	babeltrace2 --clock-seconds trace | sed -n "$1s/^\[\([0-9]*\)\.\([0-9]*\)\].*/@\1\2/p"
}

a_window_counts_what_is_in_it() {
	record_script trace <<-'END'
		group_register 2 parser ,group=parser,
		alloc 0x1000 100 2 ,group=parser,
		alloc 0x2000 30 2 ,group=parser,
		free 0x1000 100 2 2 ,group=parser,
		alloc 0x3000 5 2 ,group=parser,
		free 0x2000 30 2 2 ,group=parser,
	END
	report_json --from="$(small_time 3)" --to="$(small_time 5)" trace
	expect_json 'd["total"]["alloc_count"] == 2 and d["total"]["alloc_bytes"] == 35' \
		'd["total"]["free_count"] == 1 and d["total"]["live_bytes"] == 35' \
		'd["total"]["peak_live_bytes"] == 130 and d["total"]["never_freed_bytes"] == 35' \
		'd["begin_ns"] < d["window"]["begin_ns"] < d["window"]["end_ns"]'
}

times_are_those_of_the_trace() {
	small_script
	record_script trace <"$small"
	expect_status 1 report --from=1h trace
	expect_error "the trace ends before --from '1h'"
	expect_status 1 report --from=2h --to=1h trace
	expect_error "--to '1h' is before --from '2h'"
	report_json trace
	cp "$work/json" whole
	# All of it, said in other ways.
	report_json --from=-1h --to=1h trace
	python3 -c '
import json, sys
whole, window = (json.load(open(path)) for path in sys.argv[1:])
whole["window"] = window["window"]
assert whole["groups"] == window["groups"] and whole["total"]["alloc_count"] == window["total"]["alloc_count"]
' whole "$work/json" || fail "another report"
}

two_hosts_are_told_apart() {
	small_script
	record_script first <"$small"
	record_script second <"$small"
	name=$(hostname)
	other=$(echo "$name" | tr 'a-y0-8' 'b-z1-9')
	LC_ALL=C sed -i "s/hostname = \"$name\"/hostname = \"$other\"/" "$(trace_of second)/metadata"
	report_json first second
	expect_json 'd["complete"] is True and len(d["processes"]) == 4' \
		"r('host', '$name')['alloc_bytes'] == r('host', '$other')['alloc_bytes'] == 5640" \
		'r("tag:tenant", "42")["alloc_bytes"] == 10200' \
		"all(p['text'].startswith(('$name:', '$other:')) for p in d['processes'])"
}

# A process of this pid in a namespace of pids; what it leaves, the next one finds in the trace.
small_process() {
	# shellcheck disable=SC2016
	unshare --pid --fork --mount-proc sh -euc '
		for script; do
			# The process of the script is the first that trace-maker starts.
			echo 99 >/proc/sys/kernel/ns_last_pid
			"$TRACE_MAKER" "$TP_LIBRARY" <"$script"
		done' sh "$@"
}

a_pid_that_is_used_again_is_another_process() {
	lttng_fixture_may_mount || skip "pids can be chosen by root alone, outside of containers"
	unshare --pid --fork --mount-proc sh -c 'echo 99 >/proc/sys/kernel/ns_last_pid' ||
		skip "the kernel does not let a pid be chosen"
	cat >first <<-'END'
		thread_name same
		begin 0
		group_register 2 request ,group=request,tenant=42,
		alloc 0x1000 100 2 ,group=request,tenant=42,
		alloc 0x2000 1000 2 ,group=request,tenant=42,
		free 0x2000 1000 2 2 ,group=request,tenant=42,
		end 0
	END
	cat >second <<-'END'
		thread_name same
		begin 0
		group_register 2 request ,group=request,tenant=42,
		alloc 0x1000 30 2 ,group=request,tenant=42,
		free 0x1000 30 2 2 ,group=request,tenant=42,
		alloc 0x3000 7 2 ,group=request,tenant=42,
		end 0
	END
	start_session trace
	small_process first second
	end_session
	[ "$(babeltrace2 trace | grep -o ' vpid = [0-9]*' | sort -u)" = " vpid = 101" ] || fail "not one pid"
	report_json trace
	# The block at 0x1000 of the first is not the one that the second frees there.
	expect_json 'd["complete"] is True and d["total"]["certain"] is True' \
		'[(p["vpid"], p["procname"]) for p in d["processes"]] == [(101, "same")] * 2' \
		'[(g["alloc_count"], g["alloc_bytes"], g["free_count"], g["free_bytes"], g["live_count"], g["live_bytes"],
			g["peak_live_bytes"]) for g in d["groups"]] == [(2, 1100, 1, 1000, 1, 100, 1100), (2, 37, 1, 30, 1, 7, 30)]' \
		'[g["process"] for g in d["groups"]] == [0, 1]' \
		'd["total"]["never_freed_count"] == 2 and d["total"]["never_freed_bytes"] == 107' \
		'd["total"]["foreign_free_count"] == 0'
}

lost_events_withhold_verdicts() {
	start_session trace --subbuf-size=4k --num-subbuf=2
	make_trace <<-END
		group_register 2 churn ,group=churn,tenant=2,
		churn 200000 100 1 64
		$SHELL_EMPTY_BUFFERS
		group_stats 2 churn ,group=churn,tenant=2, 100 6400 200000 12800000 199900 12793600
	END
	end_session
	report_json trace
	expect_json 'd["complete"] is False and d["total"]["certain"] is False' \
		'r("tag:tenant", "2")["alloc_count"] == 200000 and r("tag:tenant", "2")["live_count"] == 100' \
		'r("tag:tenant", "2")["certain"] is False' \
		'r("tag:tenant", "2")["lost_alloc_count"] == g("churn")["lost_alloc_count"] > 0'
	expect_status 0 report --show=leaks trace
	grep -q '^~.* which of them leaked cannot be told' "$work/out" || fail "a verdict"
}

a_snapshot_from_the_middle_agrees_with_itself() {
	lttng_fixture_start
	lttng --quiet create session --snapshot --output="$PWD/trace"
	lttng --quiet enable-channel -u channel --subbuf-size=16k --num-subbuf=2
	lttng --quiet enable-event -u -c channel 'allocspan:*'
	lttng --quiet add-context -u -c channel -t vpid -t vtid -t procname
	lttng --quiet start
	make_trace >"$work/out" <<-'END'
		churn 20000 100 1 64
		shell lttng --quiet snapshot record
	END
	lttng --quiet destroy session
	report_json trace
	expect_json 'r("span", "(not in the trace)")["free_count"] > 0' 'd["total"]["certain"] is False'
}

other_providers_leave_the_answers_as_they_are() {
	small_script
	events='allocspan:*,lttng_ust_lib:*,lttng_ust_statedump:*'
	record_script trace <"$small"
	report_json trace
	expect_json 'd["events"]["other"] > 0' 'r("tag:tenant", "42")["peak_live_bytes"] == 3100' \
		'd["total"]["peak_live_bytes"] == 3540'
}

what_the_trace_lacks_for_an_answer_is_said() {
	small_script
	contexts='vpid procname'
	record_script trace <"$small"
	expect_status 0 report --by=callsite trace
	grep -q "^note: .* no context 'ip'" "$work/out" || fail "nothing of ip"
	expect_status 0 report --by=thread trace
	grep -q "^note: .* no context 'vtid'" "$work/out" || fail "nothing of vtid"
}

wrong_questions_are_usage() {
	for arguments in --by=spam --by=tag --by=a,b,c --show=leeks --sort=peek --top=0 --top=x --from=soon \
		--to=5 --temporary=5 --value=gold; do
		expect_status 2 report "$arguments" trace
		grep -q "^allocspan report: ${arguments%%=*}" "$work/err" || fail "$arguments: no message"
	done
}

# A program that says what it does, under the interposer.
a_real_program_is_answered_by_the_code_that_called() {
	lttng_fixture_start
	expect_status 0 "$ALLOCSPAN" record --callsite -o trace -- "$REPORT_TARGET"
	report_json trace
	expect_json 'd["complete"] is True' \
		'r("span", "parse")["alloc_count"] == 23 and r("span", "parse")["live_bytes"] == 3000' \
		'r("span", "parse")["temporary_count"] == 20' \
		'r("span", "grow")["growth"]["step_count"] == 8' \
		'r("span", "grow")["growth"]["longest_first_bytes"] == 10' \
		'r("span", "grow")["growth"]["longest_last_bytes"] == 18' \
		'r("span", "give")["other_thread_free_count"] == 5' \
		'r("tag:tenant", "42")["foreign_free_bytes"] == 320' \
		'[(h["count"], h["bytes"], d["groups"][h["source"]]["name"], d["groups"][h["current"]]["name"])
			for h in d["handover"]] == [(5, 320, "give", "take")]' \
		'len(d["processes"]) == 2' \
		'sorted(g["free_bytes"] for g in d["groups"] if g["tags"].get("tenant") == "9") == [500, 500]' \
		'all(g["live_bytes"] == 0 for g in d["groups"] if g["tags"].get("tenant") == "9")' \
		'{s["name"] for s in d["spans"]} == {"serve", "parse", "grow", "give", "take", "inherit"}' \
		'{c["function"] for c in d["callsites"]} == {"parse", "grow", "give", "inherit"}' \
		'any((c["file"] or "").endswith("report-target.c") and c["line"] > 0 for c in d["callsites"])'
	expect_status 0 report --by=callsite --show=leaks trace
	grep -Eq '^ +3 +2.9 KiB .* parse' "$work/out" || fail "no function"
}

run_claim "$@"
