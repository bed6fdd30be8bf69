#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# `allocspan diff`: what changed between two traces with known answers.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

# Of the second trace: parser allocates more, holds less and has a lower peak; cache is gone, index new, log the same.
record_both() {
	record_script before <<-'END'
		thread_name server
		begin 0
		group_register 2 parser ,group=parser,tenant=42,
		group_register 3 cache ,group=cache,
		group_register 4 log ,group=log,
		span_enter 1 0 parse 2 ,group=parser,tenant=42,
		alloc 0x1000 1000 2 ,group=parser,tenant=42, 1
		alloc 0x2000 3000 2 ,group=parser,tenant=42, 1
		span_exit 1 parse 2 2 4000 0 0
		alloc 0x3000 64 3 ,group=cache,
		alloc 0x4000 10 4 ,group=log,
		end 0
	END
	record_script after <<-'END'
		thread_name server
		begin 0
		group_register 2 parser ,group=parser,tenant=42,
		group_register 4 log ,group=log,
		group_register 5 index ,group=index,
		span_enter 1 0 parse 2 ,group=parser,tenant=42,
		alloc 0x1000 1000 2 ,group=parser,tenant=42, 1
		free 0x1000 1000 2 2 ,group=parser,tenant=42, 1
		alloc 0x2000 3000 2 ,group=parser,tenant=42, 1
		free 0x2000 3000 2 2 ,group=parser,tenant=42, 1
		alloc 0x2000 2000 2 ,group=parser,tenant=42, 1
		span_exit 1 parse 2 3 6000 2 4000
		alloc 0x4000 10 4 ,group=log,
		alloc 0x5000 5 5 ,group=index,
		end 0
	END
}

diff_of() {
	"$ALLOCSPAN" diff "$@"
}

# expect_rows EXPRESSION...: of Python, true of the JSON d and its rows by their keys, r.
expect_rows() {
	for expression; do
		python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
r = {" | ".join(x["keys"]): x for x in d["rows"]}
sys.exit(not eval(sys.argv[2]))' "$work/out" "$expression" || fail "not so: $expression"
	done
}

the_table_says_what_changed() {
	record_both
	expect_status 0 diff_of before after
	cat >expected <<-'END'
		before  before
		after   after

		ALLOCS        CHANGE    BYTES               CHANGE  LIVE BYTES               CHANGE  PEAK BYTES               CHANGE  GROUP
		     5   +1 (+25.0%)  5.9 KiB   +1.9 KiB (+47.6%)     2.0 KiB  -2.0 KiB (-50.5%)     2.9 KiB  -1.0 KiB (-26.4%)  (everything)
		     3   +1 (+50.0%)  5.9 KiB   +2.0 KiB (+50.0%)     2.0 KiB  -2.0 KiB (-50.0%)     2.9 KiB  -1000 B (-25.0%)  parser tenant=42
		     0  -1 (-100.0%)      0 B     -64 B (-100.0%)         0 B     -64 B (-100.0%)         0 B    -64 B (-100.0%)  cache (gone)
		     1            +1      5 B                +5 B         5 B                +5 B         5 B               +5 B  index (new)

		3 of 4 rows differ by group
	END
	tr -s ' ' <expected >expected.plain
	tr -s ' ' <"$work/out" >out.plain
	diff expected.plain out.plain >&2 || fail "another table"
}

json_has_both_sides_and_the_change() {
	record_both
	expect_status 0 diff_of --format=json --all before after
	expect_rows 'd["schema"] == "allocspan-diff/1" and d["by"] == "group"' \
		'd["before"] == {"path": "before", "complete": True}' \
		'[x["state"] for x in d["rows"]] == ["changed", "gone", "new", "same"]' \
		'r["parser tenant=42"]["before"]["live_bytes"] == 4000' \
		'r["parser tenant=42"]["after"] == {"alloc_count": 3, "alloc_bytes": 6000, "free_count": 2,
			"free_bytes": 4000, "live_count": 1, "live_bytes": 2000, "peak_live_bytes": 3000,
			"certain": True, "exact_counts": True, "exact_live": True, "doubtful": False}' \
		'r["parser tenant=42"]["change"] == {"alloc_count": 1, "alloc_bytes": 2000, "free_count": 2,
			"free_bytes": 4000, "live_count": -1, "live_bytes": -2000, "peak_live_bytes": -1000}' \
		'all(all(x["exact"].values()) and len(x["exact"]) == 7 for x in d["rows"])' \
		'r["cache"]["after"] is None and r["index"]["before"] is None' \
		'd["total"]["change"]["alloc_bytes"] == 6015 - 4074'
}

csv_has_the_same_numbers() {
	record_both
	expect_status 0 diff_of --format=csv --by=span before after
	tr -d '\r' <"$work/out" >table
	[ "$(head -n 1 table | cut -d , -f 1-5)" = \
		"key1,state,alloc_count_before,alloc_count_after,alloc_count_change" ] || fail "another header"
	grep -qx '"parse",changed,2,3,1,4000,6000,2000,0,2,2,0,4000,4000,2,1,-1,4000,2000,-2000,4000,3000,-1000,' \
		table || fail "another row"
}

# In two runs the ids of processes and threads differ.
threads_and_processes_are_the_same_by_name() {
	record_both
	for by in thread process; do
		expect_status 0 diff_of --format=json --by=$by before after
		expect_rows 'list(r) == ["server"]' 'r["server"]["state"] == "changed"' \
			'r["server"]["change"]["alloc_bytes"] == 6015 - 4074'
	done
	expect_status 0 diff_of --format=json --by=tag:tenant,span before after
	expect_rows 'r["42 | parse"]["change"]["live_bytes"] == -2000'
}

reports_can_be_compared_instead_of_traces() {
	record_both
	expect_status 0 diff_of before after
	cp "$work/out" expected
	expect_status 0 report --format=json -o before.json before
	expect_status 0 report --format=json -o after.json after
	expect_status 0 diff_of before.json after.json
	sed 's/\.json$//' "$work/out" >out.plain
	cmp expected out.plain || fail "another result"
	expect_status 1 diff_of --by=span,thread before.json after.json
	expect_error "before.json has nothing by span,thread: make it with"
	echo '{"schema": "another/1"}' >other.json
	expect_status 1 diff_of before.json other.json
	expect_error "other.json is no report"
}

the_order_and_the_number_of_rows_can_be_chosen() {
	record_both
	expect_status 0 diff_of --format=json --sort=name before after
	expect_rows 'list(r) == ["cache", "index", "parser tenant=42"]'
	expect_status 0 diff_of --format=json --sort=allocs --top=1 before after
	expect_rows 'list(r) == ["cache"]'
	expect_status 2 diff_of --sort=peek before after
	grep -q "did you mean 'peak'" "$work/err" || fail "no near word"
	expect_status 2 diff_of --by=spam before after
	grep -q "did you mean 'span'" "$work/err" || fail "no near word"
}

the_exit_status_can_tell() {
	record_both
	expect_status 0 diff_of before after
	expect_status 1 diff_of --exit-code before after
	expect_status 0 diff_of --exit-code before before
	grep -q '^nothing differs by group (3 rows)$' "$work/out" || fail "it differs from itself"
	expect_status 2 diff_of --exit-code before nowhere
	expect_error 'cannot read nowhere: No such file'
	expect_status 1 diff_of before nowhere
	expect_status 2 diff_of before
	expect_status 2 diff_of before after after
}

# A number that lost events make unsure is marked, and the trace that lacks them is named.
what_is_not_certain_is_marked() {
	record_both
	record_script lossy <<-'END'
		alloc 0x1000 1000 2 ,group=parser,tenant=42,
		free 0x9000 700 2 2 ,group=parser,tenant=42,
	END
	expect_status 0 diff_of before lossy
	grep -q '~' "$work/out" || fail "no mark"
	grep -q 'parser tenant=42$' "$work/out" || fail "no row"
}

# Of the second trace it is not proved that it has everything: it was killed, or its end was lost.
record_one_that_tells_no_end() {
	record_script before <<-'END'
		begin 0
		group_register 2 parser ,group=parser,
		group_register 3 cache ,group=cache,
		alloc 0x1000 100 2 ,group=parser,
		free 0x1000 100 2 2 ,group=parser,
		alloc 0x3000 64 3 ,group=cache,
		end 0
	END
	record_script killed <<-'END'
		begin 0
		group_register 2 parser ,group=parser,
		alloc 0x1000 100 2 ,group=parser,
		free 0x1000 100 2 2 ,group=parser,
	END
}

what_may_be_missing_is_marked_in_numbers_and_changes() {
	record_one_that_tells_no_end
	expect_status 0 diff_of --all before killed
	cat >expected <<-'END'
		before before
		after killed (not proved complete)

		ALLOCS CHANGE BYTES CHANGE LIVE BYTES CHANGE PEAK BYTES CHANGE GROUP
		 ~1 ~-1 (-50.0%) ~100 B ~-64 B (-39.0%) ~0 B ~-64 B (-100.0%) ~100 B ~= (everything)
		 ~0 ~-1 (-100.0%) ~0 B ~-64 B (-100.0%) ~0 B ~-64 B (-100.0%) ~0 B ~-64 B (-100.0%) cache (gone)
		 ~1 ~= ~100 B ~= ~0 B ~= ~100 B ~= parser

		note: ~ marks what is not certain, as something is or may be missing; 'allocspan report' says of each trace what
	END
	tr -s ' ' <"$work/out" | sed 's/^ *//' >out.plain
	sed 's/^ *//' expected | diff - out.plain >&2 || fail "another table"
	# The other way round, what stands in the table is exact, and how much that changed is not.
	expect_status 0 diff_of --all killed before
	tr -s ' ' <"$work/out" | grep -qx ' 1 ~= 100 B ~= 0 B ~= 100 B ~= parser' || fail "other marks"
}

json_and_csv_say_which_changes_are_exact() {
	record_one_that_tells_no_end
	expect_status 0 diff_of --all --format=json before killed
	expect_rows 'd["after"]["complete"] is False' 'not any(any(x["exact"].values()) for x in d["rows"])' \
		'r["parser"]["before"]["exact_counts"] and not r["parser"]["after"]["exact_counts"]' \
		'r["parser"]["after"]["doubtful"] and not r["parser"]["after"]["certain"]' 'r["cache"]["after"] is None'
	expect_status 0 diff_of --all --format=csv before killed
	tr -d '\r' <"$work/out" >table
	[ "$(grep -c ',alloc_count alloc_bytes free_count free_bytes live_count live_bytes peak_live_bytes$' table)" -eq 2 ] ||
		fail "the last column has other names"
}

what_is_not_exact_decides_no_exit_status() {
	record_one_that_tells_no_end
	expect_status 3 diff_of --exit-code before killed
	expect_error "whether before and killed differ cannot be told"
	expect_status 3 diff_of --exit-code killed killed
	# What is missing could only add to what is there.
	record_script more <<-'END'
		begin 0
		group_register 2 parser ,group=parser,
		alloc 0x1000 100 2 ,group=parser,
		alloc 0x2000 100 2 ,group=parser,
	END
	expect_status 1 diff_of --exit-code before more
	[ ! -s "$work/err" ] || fail "something on stderr"
	expect_status 0 diff_of before killed
}

# What two threads of one name held at once nobody knows.
peaks_that_are_summed_up_are_not_exact() {
	record_script twice <<-'END'
		thread_name worker
		begin 0
		group_register 2 parser ,group=parser,
		alloc 0x1000 100 2 ,group=parser,
		@0.1 thread_name worker
		@0.1 alloc 0x2000 50 2 ,group=parser,
		end 0
	END
	expect_status 0 diff_of --all --format=json --by=thread twice twice
	expect_rows 'r["worker"]["after"]["peak_live_bytes"] == 150' \
		'[key for key, value in r["worker"]["exact"].items() if not value] == ["peak_live_bytes"]'
}

run_claim "$@"
