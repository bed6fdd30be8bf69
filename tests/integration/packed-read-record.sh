#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# `allocspan record --packed`: what it records, says and refuses.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

the_report_is_that_of_a_full_recording() {
	for form in --packed --root; do
		expect_status 0 record $form --root -o "trace$form" -- \
			"$RECORD_TARGET" enter g alloc 1000 free enter h alloc 50
	done
	report_json trace--packed
	expect_json 'd["complete"] is True' 'g("g")["alloc_count"] == 1000 and g("g")["live_count"] == 0' \
		'g("g")["peak_live_bytes"] == 100000 and g("g")["certain"] is True' \
		'g("h")["live_bytes"] == 5000'
	expect_equal "full events" "$(count 'allocspan:(alloc|free)' trace--packed)" 0
	report_json trace--root
	expect_json 'g("g")["alloc_count"] == 1000' 'g("h")["live_bytes"] == 5000'
	expect_equal "packed events" "$(count 'allocspan_packed:events' trace--root)" 0
}

the_other_events_are_recorded_too() {
	expect_status 0 record --packed -o trace -- "$RECORD_TARGET" enter g alloc 10 free
	expect_equal "registrations" "$(count allocspan:group_register trace)" 1
	[ "$(count allocspan:group_stats trace)" -ge 1 ] || fail "no checkpoints"
}

it_says_how_many_were_packed() {
	expect_status 0 record --packed -o trace -- "$RECORD_TARGET" enter g alloc 10 free
	expect_note "recorded [0-9]* events with 20 allocations and frees packed in them, lost 0, in trace"
	expect_nothing_left
}

it_says_how_many_are_missing() {
	cat >script <<-'END'
		group 2 ,group=parser,
		alloc 0 0x1000 100 2 0 0
		flush 0
		alloc 0 0x2000 1 2 0 0
		free 0 0x1000 100 2 0 0
		lose 0
		free 0 0x2000 1 2 0 0
		flush 0
		alloc 1 0x4000 1 2 0 0
		flush 1
	END
	# shellcheck disable=SC2016
	expect_status 0 record --packed -o trace -- sh -c 'exec "$1" "$2" <script' sh "$TRACE_MAKER" "$TP_LIBRARY"
	expect_note "recorded [0-9]* events with 3 allocations and frees packed in them, lost 0, in trace"
	expect_note "2 allocations and frees are missing between packed events"
}

no_allocation_is_doubled_by_other_events() {
	expect_status 0 record --packed -o trace --event '*' --event 'allocspan:alloc' -- \
		"$RECORD_TARGET" enter g alloc 10 free
	expect_equal "full events" "$(count 'allocspan:(alloc|free)' trace)" 0
	report_json trace
	expect_json 'g("g")["alloc_count"] == 10' 'd["notes"] == []'
}

# What of a folded report is of the program: what calls main is not, nor are pids.
sites_of() {
	"$ALLOCSPAN" report --format=folded "$1" | sed 's/^[^;]*;//' | sort
}

call_sites_have_the_names_of_a_full_recording() {
	expect_status 0 record --callsite -o full -- "$REPORT_STACK"
	expect_status 0 record --packed -o packed -- "$REPORT_STACK"
	sites_of full >full-sites
	sites_of packed >packed-sites
	diff full-sites packed-sites >"$work/why" || fail "$(cat "$work/why")"
	leaf="leaf at report-stack.c:$(grep -n '/[*] leaf' "$here/report-stack.c" | cut -d: -f1)"
	expect_equal "sites" "$(grep -c "$leaf" packed-sites)" 3
	expect_status 0 report --by=callsite packed
	expect_equal "rows" "$(grep -c "$leaf" "$work/out")" 1
	report_json packed
	expect_json 'any(c["function"] == "leaf" and c["file"].endswith("/report-stack.c") and c["line"] > 0
		for c in d["callsites"])'
}

short_children_are_complete() {
	expect_status 0 record --packed -o trace -- "$RECORD_TARGET" enter g alloc 2 fork 5 alloc 10 free
	report_json trace
	expect_json 'd["complete"] is True' 'd["events"]["alloc"] == 52' 'd["events"]["free"] == 60' \
		'len({x["vpid"] for x in d["groups"]}) == 6'
}

what_looks_at_single_events_is_refused() {
	expect_status 2 record --packed --filter 'size > 3' -- touch ran
	grep -q -- '--filter looks at each event' "$work/err" || fail "no clear message"
	expect_status 2 record --packed --stack 3 -- touch ran
	grep -q -- '--stack needs an event for each allocation' "$work/err" || fail "no clear message"
	[ ! -e ran ] || fail "the command ran"
}

# What plain lttng records of the packed form, without any context, of programs that keep ledgers.
record_without_contexts() {
	contexts='' events='allocspan_packed:*' start_session trace
	lttng --quiet enable-event -u -c channel 'allocspan:*' --exclude 'allocspan:alloc,allocspan:free'
	mkdir ledger
	ALLOCSPAN_LEDGER=$PWD/ledger LD_PRELOAD=$PRELOAD "$RECORD_TARGET" enter g alloc 10 free alloc 5 fork 2 alloc 3
	ALLOCSPAN_LEDGER=$PWD/ledger LD_PRELOAD=$PRELOAD "$RECORD_TARGET" enter h alloc 7
	end_session
}

without_pids_no_process_is_there_twice() {
	record_without_contexts
	report_json trace
	expect_json 'd["complete"] is True' 'len(d["processes"]) == 4' \
		'{p["proof"] for p in d["processes"]} == {"process_end"}'
	mv ledger trace
	report_json trace
	expect_json 'd["complete"] is True' 'len(d["processes"]) == 4' \
		'{p["proof"] for p in d["processes"]} == {"ledger"}' \
		'sorted((x["name"], x["alloc_count"], x["free_count"], x["live_count"]) for x in d["groups"]) ==
		[("g", 3, 0, 3), ("g", 3, 0, 3), ("g", 15, 10, 5), ("h", 7, 0, 7)]' \
		'all(x["exact_counts"] and x["exact_live"] for x in d["groups"])'
}

nothing_allocated_is_explained() {
	expect_status 0 record --packed -o trace -- "$RECORD_TARGET" enter g
	expect_note "no allocation was recorded: groups were registered"
}

the_doctor_tries_it() {
	expect_status 0 "$ALLOCSPAN" doctor
	grep -qE '^ok +packed recording +[0-9]+ events with [1-9][0-9]* allocations and frees packed in them' "$work/out" ||
		fail "no verdict"
}

# Buffers too small for full events while the consumer daemon sleeps, as in record-content.sh.
a_full_recording_that_loses_says_what_helps() {
	lttng_fixture_may_mount || skip "needs a /dev/shm of its own, and may not mount one here"
	cpus=$(nproc --all)
	mount -t tmpfs -o "size=$((cpus * 4))m" small /dev/shm
	cat >script <<-'END'
		"$1" enter g catch USR1 ready sleep alloc 40000 free >said &
		until grep -qs ready said; do
			sleep 0.05
		done
		consumers=$(grep -lsz "^TMPDIR=$TMPDIR\$" /proc/[0-9]*/environ | cut -d/ -f3 |
			while read -r pid; do ! grep -qs lttng-consumerd "/proc/$pid/cmdline" || echo "$pid"; done)
		kill -STOP $consumers
		kill -USR1 $!
		wait $!
		kill -CONT $consumers
	END
	expect_status 0 record -o full -- sh ./script "$RECORD_TARGET"
	expect_note "events were lost because the buffers .* record with --packed, which needs about a tenth of the room"
	# And so it is.
	rm said
	expect_status 0 record --packed -o packed -- sh ./script "$RECORD_TARGET"
	expect_note "with 80000 allocations and frees packed in them, lost 0, in packed"
}

run_claim "$@"
