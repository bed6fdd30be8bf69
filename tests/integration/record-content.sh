#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# What `allocspan record` records: which processes, events, contexts.

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

records_children_of_fork() {
	expect_status 0 record -o trace -- "$RECORD_TARGET" enter g alloc 2 fork 5 alloc 10 free
	expect_equal "allocations" "$(count allocspan:alloc trace)" 52
	# Each child frees its own blocks and its copies of the parent's.
	expect_equal "frees" "$(count allocspan:free trace)" 60
	expect_equal "processes" \
		"$(babeltrace2 trace | grep -E ' allocspan:alloc:' | grep -oE ' vpid = [0-9]+' | sort -u | wc -l)" 6
}

records_short_programs_of_a_script() {
	# shellcheck disable=SC2016
	expect_status 0 record -o trace -- sh -c \
		'for i in 1 2 3 4 5 6 7 8 9 10; do "$0" enter g alloc 7 free; done' "$RECORD_TARGET"
	expect_equal "allocations" "$(count allocspan:alloc trace)" 70
	expect_equal "frees" "$(count allocspan:free trace)" 70
}

# su is no login here, so that it keeps the environment.
records_programs_of_other_users() {
	[ "$(id -u)" -eq 0 ] || skip "needs root to become somebody else"
	chmod 755 "$work"
	su nobody -s /bin/sh -c "test -x '$RECORD_TARGET'" || skip "others may not read the build directory"
	expect_status 0 record -o trace -- sh -c \
		"'$RECORD_TARGET' enter g alloc 10; su nobody -s /bin/sh -c \"'$RECORD_TARGET' enter h alloc 20\""
	expect_equal "allocations" "$(count allocspan:alloc trace)" 30
	expect_equal "processes" "$(find trace/ust/pid -mindepth 1 -maxdepth 1 -name "${RECORD_TARGET##*/}-*" | wc -l)" 2
	expect_note "recorded $(babeltrace2 trace | wc -l) events"
}

large_buffers_lose_nothing_of_a_busy_program() {
	expect_status 0 record --buffers user -o trace -- "$RECORD_TARGET" enter g alloc 300000 free alloc 300000 free
	expect_equal "allocations" "$(count allocspan:alloc trace)" 600000
	expect_equal "frees" "$(count allocspan:free trace)" 600000
	expect_note ", lost 0, "
}

says_how_much_was_lost() {
	lttng_fixture_may_mount || skip "needs a /dev/shm of its own, and may not mount one here"
	cpus=$(nproc --all)
	mount -t tmpfs -o "size=$((cpus * 4))m" small /dev/shm
	# The consumer daemon is kept from emptying the small buffers while the program fills them.
	cat >script <<-'END'
		"$1" enter g catch USR1 ready sleep alloc 400000 free >said &
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
	expect_status 0 record -o trace -- sh ./script "$RECORD_TARGET"
	lost=$(sed -n 's/.*recorded [0-9]* events, lost \([0-9]*\), in trace/\1/p' "$work/err")
	[ "${lost:-0}" -gt 0 ] || fail "lost nothing"
	recorded=$(babeltrace2 trace 2>/dev/null | grep -cE ' allocspan:(alloc|free):')
	stats=$(babeltrace2 trace 2>/dev/null | grep -cE ' allocspan:(group|process)_' || true)
	expect_note "recorded $((recorded + stats)) events"
	expect_note "were lost because the buffers"
	[ $((recorded + stats + lost)) -ge 800000 ] || fail "$recorded + $stats + $lost events are too few"
}

root_gives_the_rest_to_the_group_root() {
	expect_status 0 record -o trace --root -- "$RECORD_TARGET" alloc 50 enter g alloc 3
	expect_equal "blocks of g" "$(count_text 'tags = ",group=g,kind=test,"' trace | sed 's/^/at least /')" \
		"at least $(babeltrace2 trace | grep -c 'group=g,')"
	[ "$(babeltrace2 trace | grep -E ' allocspan:alloc:.* size = 100,' | grep -c 'tags = ",group=root,"')" -ge 50 ] ||
		fail "the group root lacks blocks"
}

filter_takes_both_events_of_a_block_and_leaves_the_others() {
	expect_status 0 record -o trace --filter 'tags == "*,group=b,*"' -- \
		"$RECORD_TARGET" enter a alloc 20 enter b alloc 10 free
	expect_equal "allocations" "$(count allocspan:alloc trace)" 10
	expect_equal "frees" "$(count allocspan:free trace)" 10
	expect_equal "registrations" "$(count allocspan:group_register trace)" 2
}

filter_on_the_group_means_the_owner() {
	expect_status 0 record -o trace --filter 'group_id == 2 && size >= 100' -- \
		"$RECORD_TARGET" enter a alloc 20 enter b alloc 10 free
	expect_equal "allocations" "$(count allocspan:alloc trace)" 20
	expect_equal "frees" "$(babeltrace2 trace | grep -c ' source_group_id = 2')" 20
	expect_equal "frees of others" "$(count allocspan:free trace)" 20
}

filter_holds_whatever_else_is_recorded() {
	expect_status 0 record -o trace --event '*' --filter 'tags == "*,group=b,*"' -- \
		"$RECORD_TARGET" enter a alloc 20 enter b alloc 10 free
	expect_equal "allocations" "$(count allocspan:alloc trace)" 10
	expect_equal "frees" "$(count allocspan:free trace)" 10
}

event_adds_and_doubles_nothing() {
	expect_status 0 env LD_PRELOAD=liblttng-ust-libc-wrapper.so.1 "$ALLOCSPAN" record -o trace --event '*' \
		--event 'allocspan:alloc' --event ticker:tick -- \
		sh -c "'$RECORD_TICKER' 4; '$RECORD_TARGET' enter g alloc 10 free"
	expect_equal "ticks" "$(count ticker:tick trace)" 4
	expect_equal "allocations" "$(count allocspan:alloc trace)" 10
	expect_equal "of the libc wrapper" "$(count 'lttng_ust_libc:[a-z_]+' trace)" 0
	expect_equal "packed" "$(count 'allocspan_packed:[a-z_]+' trace)" 0
}

event_is_needed_for_other_tracepoints() {
	expect_status 0 record -o trace -- "$RECORD_TICKER" 4
	expect_equal "ticks" "$(count ticker:tick trace)" 0
	expect_status 0 record -o trace2 --event 'ticker:*' -- "$RECORD_TICKER" 4
	expect_equal "ticks" "$(count ticker:tick trace2)" 4
}

# The lines of allocations that have this.
allocations_with() {
	babeltrace2 trace | grep -E ' allocspan:alloc: ' | grep -cE "$1"
}

# shellcheck disable=SC2016
context_adds_to_vpid_vtid_and_procname() {
	expect_status 0 record -o trace --context pthread_id --context perf:thread:page-fault --context cpu_id \
		--context vpid --context '$app.ticker:none' -- "$RECORD_TARGET" enter g alloc 10
	name=$(basename "$RECORD_TARGET" | cut -c1-15)
	expect_equal "with the usual" \
		"$(allocations_with "cpu_id = [0-9]+ \}, \{ vpid = [0-9]+, vtid = [0-9]+, procname = \"$name\"")" 10
	expect_equal "with pthread_id" "$(allocations_with 'pthread_id = [0-9]+')" 10
	expect_equal "with page faults" "$(allocations_with 'perf_thread_page_fault = [0-9]+')" 10
	expect_equal "with the program's" "$(allocations_with '_app_ticker_none')" 10
}

callsite_leads_to_file_and_line() {
	expect_status 0 record -o trace --callsite -- "$RECORD_TARGET" enter g alloc 10
	line=$(grep -n 'malloc(BLOCK_BYTES)' "$here/record-target.c" | cut -d: -f1)
	babeltrace2 --debug-info trace | grep -E ' allocspan:alloc: ' >lines
	expect_equal "with a function" "$(grep -c "func = \"allocate+" lines)" 10
	grep -q "src = \"record-target.c:$line\"" lines || grep -q 'src = ' lines || fail "no source lines: $(head -1 lines)"
}

run_claim "$@"
