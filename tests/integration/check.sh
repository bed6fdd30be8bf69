#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# `allocspan check`: rules on traces with known answers.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

# parser: 3 allocations of 1600 bytes, 600 live and never freed, peak 1500; cache: of two processes; a span that
# allocates nothing itself and one in it that does; one block that is temporary and one freed by another group.
record_small() {
	record_script trace <<-'END'
		@0 thread_name server
		@0 begin 0
		@0 group_register 2 parser ,group=parser,tenant=42,
		@0 group_register 3 cache ,group=cache,
		@0 span_enter 1 0 render 2 ,group=parser,tenant=42,
		@0 span_enter 2 1 layout 2 ,group=parser,tenant=42,
		@0 alloc 0x1000 1000 2 ,group=parser,tenant=42, 2
		@0 alloc 0x2000 500 2 ,group=parser,tenant=42, 2
		@0 span_exit 2 layout 2 2 1500 0 0
		@0 span_enter 3 1 idle 2 ,group=parser,tenant=42,
		@0 span_exit 3 idle 2 0 0 0 0
		@0 span_exit 1 render 2 2 1500 0 0
		@0.1 free 0x1000 1000 2 3 ,group=parser,tenant=42,
		@0 alloc 0x3000 100 2 ,group=parser,tenant=42,
		@0 alloc 0x4000 50 3 ,group=cache,
		@0 free 0x4000 50 3 3 ,group=cache,
		@1 thread_name helper
		@1 begin 0
		@1 group_register 2 cache ,group=cache,
		@1 alloc 0x1000 70 2 ,group=cache,
		@0 end 0
		@1 end 0
	END
}

check() {
	"$ALLOCSPAN" check "$@"
}

# Every number of the trace, and one beside it.
rules_are_kept_exactly() {
	record_small
	while read -r what number; do
		expect_status 0 check trace "$what == $number" "$what <= $number" "$what >= $number" \
			"$what < $((number + 1))" "$what != $((number + 1))"
		[ "$(cat "$work/out")" = "5 of 5 rules are kept" ] || fail "another output"
		expect_status 1 check trace "$what == $((number + 1))" "$what < $number" \
			"$what > $number" "$what != $number" "$what >= $((number + 1))"
		[ "$(tail -n 1 "$work/out")" = "0 of 5 rules are kept" ] || fail "one is kept: $what"
		[ "$(grep -c '^broken: ' "$work/out")" -eq 5 ] || fail "not a line for each"
	done <<-'END'
		allocs(parser) 3
		bytes(parser) 1600
		frees(parser) 1
		freed_bytes(parser) 1000
		live(parser) 600
		live_blocks(parser) 2
		peak(parser) 1500
		leak(parser) 600
		leak_blocks(parser) 2
		temporary(cache) 1
		temporary_bytes(cache) 50
		frees_elsewhere(parser) 1
		bytes_elsewhere(parser) 1000
		frees_other_thread(total) 1
		allocs(total) 5
		bytes(tag:tenant=42) 1600
		leak(group:cache) 70
		leak(cache) 70
		allocs(span:render) 2
		allocs(span-only:render) 0
		allocs(span:idle) 0
		peak(span-only:layout) 1500
		bytes(process:helper) 70
		allocs(thread:server) 4
	END
}

a_broken_rule_is_one_line() {
	record_small
	expect_status 1 check trace 'peak(tag:tenant=42) < 1KiB' 'leak(parser) == 0' 'allocs(total) <= 5'
	cat >expected <<-'END'
		broken: peak(tag:tenant=42) < 1KiB: it is 1500 B (1.5 KiB)
		broken: leak(parser) == 0: it is 600 B
		1 of 3 rules are kept
	END
	diff expected "$work/out" >&2 || fail "another output"
	expect_status 0 check --verbose trace 'allocs(total) <= 5'
	[ "$(head -n 1 "$work/out")" = "kept: allocs(total) <= 5: it is 5" ] || fail "not verbose"
}

rules_come_from_files_too() {
	record_small
	cat >rules <<-'END'
		# what the parser may hold
		peak(parser) < 2KiB

		  leak(parser) <= 600B
	END
	expect_status 0 check -f rules trace
	grep -qx '2 of 2 rules are kept' "$work/out" || fail "another number"
	echo 'peek(parser) < 2' >>rules
	expect_status 2 check -f rules trace
	grep -q "rules:5: nothing is measured that is called 'peek'; did you mean 'peak'?" "$work/err" ||
		fail "no place or no near word"
	expect_status 2 check -f nowhere trace
}

# A misspelt rule must not be kept for ever.
what_the_trace_does_not_have_is_an_error() {
	record_small
	expect_status 1 check trace 'peak(parsr) < 1GiB'
	grep -q "^error: .*: the trace has no group 'parsr'; did you mean 'parser'?\$" "$work/out" ||
		fail "no near name"
	expect_status 1 check trace 'peak(tag:tenant=43) < 1GiB' 'peak(tag:tenat=42) < 1' 'allocs(span:rendr) == 0'
	[ "$(grep -c '^error: ' "$work/out")" -eq 3 ] || fail "not three errors"
	expect_status 0 check --allow-missing trace 'peak(tag:tenant=43) < 1GiB' 'allocs(span:rendr) == 0'
}

# expect_edited FROM TO STATEMENT: of Python, that changes the JSON d.
expect_edited() {
	python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
exec(sys.argv[3])
json.dump(d, open(sys.argv[2], "w"))' "$1" "$2" "$3" || fail "cannot edit: $3"
}

# Two groups of one name, by rows of their own: what they held at once lies between.
several_of_one_name_have_bounds() {
	record_small
	report_json trace
	expect_edited "$work/json" groups.json \
		'd["breakdowns"] = [x for x in d["breakdowns"] if x["by"] == "group"]'
	expect_status 0 check groups.json 'allocs(cache) == 2' 'peak(cache) >= 70' 'peak(cache) <= 120'
	expect_status 3 check groups.json 'peak(cache) <= 100'
	grep -q '^error: .*it is between 70 B and 120 B: what several of one name hold at once is not known' \
		"$work/out" || fail "decided"
}

# The tracer lost events, so a number may be larger than what is known of it.
losses_decide_only_what_they_cannot_change() {
	{
		echo 'group_register 2 g ,group=g,'
		echo 'churn 200000 1000 2 64'
	} >script
	record_script trace --subbuf-size=4K --num-subbuf=2 <script
	report_json trace
	expect_json 'd["discarded_events"] > 0'
	seen=$(python3 -c 'import json; print(json.load(open("'"$work/json"'"))["events"]["alloc"])')
	expect_status 0 check trace "allocs(total) >= $seen"
	expect_status 1 check trace "allocs(total) < $seen"
	grep -q '^broken: ' "$work/out" || fail "not broken for sure"
	expect_status 3 check trace 'allocs(total) <= 1M' 'leak(total) == 0' 'temporary(total) < 1M'
	[ "$(grep -c '^error: .*events are missing' "$work/out")" -eq 3 ] || fail "decided"
}

# What a ledger alone says: 15 blocks of 100 bytes in g, of which 5 live.
record_ledger() {
	mkdir ledger
	events='allocspan:process_*' start_session trace
	ALLOCSPAN_LEDGER=$PWD/ledger LD_PRELOAD=$PRELOAD "$RECORD_TARGET" enter g alloc 10 free alloc 5
	end_session
	mv ledger trace
}

what_lives_by_a_ledger_decides_on_leaks() {
	record_ledger
	report_json trace
	expect_json 'd["complete"] is False' 'g("g")["from"] == "ledger"' 'd["total"]["exact_never_freed"]'
	expect_status 0 check trace 'leak(g) == 500' 'leak_blocks(total) == 5' 'leak(process:record-target) <= 500' \
		'live(g) == 500' 'allocs(g) == 15'
	expect_status 1 check trace 'leak(g) == 0'
	grep -q '^broken: leak(g) == 0: it is 500 B' "$work/out" || fail "not broken for sure"
	# Which of its blocks it were, and how much it held at most, no ledger knows.
	expect_status 3 check trace 'leak(span:none) == 0' 'peak(g) <= 1000' --allow-missing
	grep -q '^error: peak(g) <= 1000: it is at least 500 B: events are missing' "$work/out" || fail "decided"
}

# Of a process that began before, what lives may be older than the trace.
what_lives_bounds_leaks_of_a_process_older_than_the_trace() {
	record_ledger
	report_json trace
	expect_edited "$work/json" older.json \
		'[row.update(exact_never_freed=False) for x in d["breakdowns"] for row in x["rows"]]'
	expect_status 0 check older.json 'leak(g) <= 500' 'leak_blocks(g) < 6'
	expect_status 1 check older.json 'leak(g) > 500'
	expect_status 3 check older.json 'leak(g) == 0'
	grep -q '^error: leak(g) == 0: it is between 0 B and 500 B: events are missing, and what lives at the end, which a ledger tells' \
		"$work/out" || fail "another reason"
}

junit_says_the_same() {
	record_small
	expect_status 1 check --junit=out.xml trace 'peak(parser) < 1KiB' 'allocs(total) <= 5' 'leak(par<&"ser) == 0'
	python3 - out.xml <<-'END' >"$work/why" 2>&1 || fail "$(cat "$work/why" out.xml)"
		import sys
		import xml.etree.ElementTree as ElementTree

		top = ElementTree.parse(sys.argv[1]).getroot()
		suite = top.find("testsuite")
		assert top.tag == "testsuites" and suite.get("name") == "trace"
		assert [suite.get(x) for x in ("tests", "failures", "errors", "skipped")] == ["3", "1", "1", "0"]
		cases = suite.findall("testcase")
		assert [x.get("name") for x in cases] == [
		    "peak(parser) < 1KiB", "allocs(total) <= 5", 'leak(par<&"ser) == 0']
		assert all(x.get("classname") for x in cases)
		assert [[y.tag for y in x] for x in cases] == [["failure"], [], ["error"]]
		assert cases[0][0].get("message") == "it is 1500 B (1.5 KiB)"
		assert cases[0][0].get("type") and cases[2][0].get("type")
	END
	# The published schema of JUnit's XML, as far as it is used.
	if command -v xmllint >/dev/null; then
		xmllint --noout --schema "$here/junit.xsd" out.xml 2>"$work/why" || fail "$(cat "$work/why")"
	fi
	expect_status 1 check --junit=nowhere/out.xml trace 'allocs(total) <= 5'
	expect_error 'cannot write nowhere/out.xml'
}

# What was made without it is no zero.
a_report_that_lacks_a_number_decides_nothing() {
	record_small
	report_json trace
	expect_edited "$work/json" groups.json 'del d["breakdowns"][1:], d["total"]["never_freed_bytes"]'
	expect_status 1 check groups.json 'leak(total) == 0'
	grep -q '^error: leak(total) == 0: the report was made without it' "$work/out" || fail "decided"
	expect_status 1 check groups.json 'allocs(span:render) == 0'
	expect_error 'groups.json has nothing by span: make it with'
	expect_status 0 check "$work/json" 'leak(parser) == 600' 'allocs(span:render) == 2' 'temporary(total) == 1'
}

# No verdict, and one line that says why.
what_is_no_trace_is_said() {
	mkdir empty
	expect_status 1 check empty 'allocs(total) < 1'
	expect_error 'empty'
	[ ! -s "$work/out" ] || fail "a verdict"
	echo '{' >broken.json
	expect_status 1 check broken.json 'allocs(total) < 1'
	expect_error 'broken.json is no report'
}

wrong_rules_are_wrong_usage() {
	mkdir trace
	while read -r rule; do
		expect_status 2 check trace "$rule"
	done <<-'END'
		peak
		peak(parser)
		peak(parser) <
		peak(parser) < many
		peak(parser) < 5KB
		allocs(parser) < 5KiB
		allocs(parser) < 1.5
		allocs(parser) = 5
		allocs() < 5
		allocs(tag:tenant) < 5
		allocs(tag:=5) < 5
		allocs(tga:a=5) < 5
		peak(span:render) < 5
		allocs(parser < 5
		allocs(parser) < 5 6
		allocs(parser) < 99999999999999999999
	END
	expect_status 2 check trace
	expect_status 2 check
}

run_claim "$@"
