#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# What does not use the library gets no tracer: short processes stay short, and are known by their ledgers. What uses it late gets the
# tracer then.
# shellcheck disable=SC2154

. "$(dirname "$0")/record-lib.sh"

report() {
	"$ALLOCSPAN" report "$@"
}

# expect_facts FILE EXPRESSION...: `d` is the report as JSON.
expect_facts() {
	python3 - "$@" <<-'END' || fail "not so"
		import json, sys
		d = json.load(open(sys.argv[1]))
		bad = [text for text in sys.argv[2:] if not eval(text)]
		print("\n".join(bad))
		sys.exit(1 if bad else 0)
	END
}

a_program_without_a_group_loads_no_tracer() {
	"$RECORD_PLUGIN_HOST" >plain
	for form in '' --packed; do
		# shellcheck disable=SC2086
		record $form -o "trace$form" -- "$RECORD_PLUGIN_HOST" >recorded 2>"$work/err" || fail "status $?"
		read -r tracer threads kib <recorded
		read -r none one plain_kib <plain
		expect_equal tracer "$tracer" "$none"
		expect_equal threads "$threads" "$one"
		[ $((kib - plain_kib)) -le 8192 ] || fail "$kib KiB resident, $plain_kib without recording"
	done
}

with_root_or_linked_it_is_there_from_the_start() {
	record --root -o root -- "$RECORD_PLUGIN_HOST" >recorded 2>"$work/err" || fail "status $?"
	grep -q '^lttng ' recorded || fail "no tracer"
	# shellcheck disable=SC2016
	expect_status 0 record -o linked -- sh -c 'LD_PRELOAD="$LD_PRELOAD:$1" exec "$2"' sh "$RECORD_PLUGIN" "$RECORD_PLUGIN_HOST"
	grep -q '^lttng ' "$work/out" || fail "no tracer in a linked program"
}

a_plugin_brings_the_tracer_when_it_needs_it() {
	for how in '' --packed '--buffers process' '--buffers process --packed'; do
		rm -rf trace
		# shellcheck disable=SC2086
		expect_status 0 record $how -o trace -- "$RECORD_PLUGIN_HOST" "$RECORD_PLUGIN"
		grep -q '^none 1 ' "$work/out" || fail "the tracer was there before"
		report --format json trace >report.json 2>"$work/err" || fail "status $?"
		expect_facts report.json 'd["complete"] is True' 'len(d["processes"]) == 3' \
			'sum(g["alloc_count"] for g in d["groups"]) == 42' 'sum(g["free_count"] for g in d["groups"]) == 42' \
			'sorted(g["alloc_count"] for g in d["groups"]) == [5, 7, 30]' 'all(g["exact_counts"] for g in d["groups"])' \
			'sorted(p["begin"] for p in d["processes"]) == ["fork", "fork", "load"]' \
			'all(p["proof"] == "ledger" for p in d["processes"])'
	done
}

a_recording_of_no_group_has_a_whole_report() {
	expect_status 0 record -o trace -- sh -c 'true; /bin/true; (true); /bin/true | cat'
	[ ! -e trace/ust ] || fail "something loaded the tracer"
	expect_status 0 report trace
	grep -q '^complete *proved by ledger' "$work/out" || fail "not complete"
	report --format json trace >report.json 2>"$work/err" || fail "status $?"
	expect_facts report.json 'd["complete"] is True' 'd["groups"] == []' 'len(d["processes"]) >= 5' \
		'all(p["complete"] and p["missing_children"] == 0 for p in d["processes"])'
	expect_status 0 "$ALLOCSPAN" check trace 'allocs(total) == 0' 'leak(total) == 0'
	expect_status 0 "$ALLOCSPAN" diff trace trace
	expect_status 1 "$ALLOCSPAN" export --as ctf -o exported trace
	expect_error 'trace holds no events: no process of the recording entered a group'
	[ ! -e exported ] || fail "an export of nothing"
}

run_claim "$@"
