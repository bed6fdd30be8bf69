#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# Children that nobody tells of, and threads that have ended: none hangs, and all that they do is counted, or said not to be.

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

# The report's JSON of a trace says so, where p is the processes by how they began, and g the first group.
expect_report() {
	"$ALLOCSPAN" report --format json trace >"$work/json" || fail "no report"
	python3 - "$work/json" "$1" <<'END' || fail "the report: not $1"
import json, sys
report = json.load(open(sys.argv[1]))
p = report["processes"]
g = report["groups"]
if not eval("(" + sys.argv[2] + ")"):
    print(p, g)
    sys.exit(1)
END
}

# Where LTTng's locks are held for ever, by a thread that the children do not have: expect_three [OPTION]... All three processes are
# known, and what the last two counted.
expect_three() {
	for way in _Fork clone; do
		expect_status 0 timeout -k 1 60 "$ALLOCSPAN" record "$@" -o trace -- "$RECORD_UNTOLD" locked "$way"
		expect_report 'sorted(q["begin"] for q in p) == ["clone", "fork", "load"]
			and not any(q["missing_children"] for q in p)
			and {q["vpid"] for q in p if q["begin"] == "clone"} == {
				q["parent_vpid"] for q in p if q["begin"] == "fork"}
			and sorted(row["alloc_count"] for row in g) == [0, 1, 2]'
		rm -r trace
	done
}

untold_children_wait_for_nobody() {
	expect_three
}

packed_untold_children_wait_for_nobody() {
	expect_three --packed
}

# The fork() of its handler, which comes after ours, is passed over.
untold_children_wait_for_nobody_under_the_fork_handler_of_lttng() {
	expect_three --event 'record_untold:*'
}

# Its close() takes one of LTTng's locks.
untold_children_wait_for_nobody_under_the_close_handler_of_lttng() {
	LD_PRELOAD=liblttng-ust-fd.so.1 expect_three
}

# The program's destructor runs after the library's, whose key is older.
what_the_last_destructors_allocate_is_known_to_be_missing() {
	for option in --no-wait --packed --root; do
		expect_status 0 "$ALLOCSPAN" record "$option" -o trace -- "$RECORD_UNTOLD" destructors 10
		expect_note "10 changes of counters found no place in a ledger"
		expect_report 'len(p) == 1 and not p[0]["complete"] and not report["complete"]
			and not any(row["exact_counts"] for row in g)'
		rm -r trace
	done
}

a_thread_that_came_too_late_to_be_ended_is_not_looked_at() {
	expect_status 0 "$ALLOCSPAN" record -o trace -- "$RECORD_UNTOLD" late
	expect_report 'len(p) == 1 and g[0]["alloc_count"] == 4'
}

run_claim "$@"
