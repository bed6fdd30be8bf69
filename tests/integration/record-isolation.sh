#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# `allocspan record` with buffers for each process and for each user (the default): what a process that is killed takes from others,
# what many processes need, what is said to be lost.
#
# Set by ctest, too: RECORD_CHURN, the program of record-churn.c.

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

BLOCKS=500
VICTIMS=4

# Each survivor's events fit into the ring of one CPU, so none of them is discarded, whatever the daemons do meanwhile. There is
# one on each CPU, since what a victim leaves stuck is the ring of a CPU.
write_survivors() {
	cat >survive <<-'END'
		preload=$LD_PRELOAD
		unset LD_PRELOAD
		mkfifo said
		for i in $(seq "$2"); do
			LD_PRELOAD=$preload "$1" -1 3 >said &
			read -r line <said
			kill -KILL $!
			wait $! || true
		done 2>/dev/null
		for cpu in $(taskset -cp $$ | sed 's/.*: //' | tr , ' '); do
			for one in $(seq "${cpu%-*}" "${cpu#*-}"); do
				taskset -c "$one" env LD_PRELOAD="$preload" "$1" "$3" 2 >/dev/null &
				echo $! >>survivors
				wait $!
			done
		done
	END
}

# A number for each survivor: COMMAND, which reads its events.
expect_of_survivors() {
	what=$1
	expected=$2
	shift 2
	[ -s survivors ] || fail "there was no survivor"
	babeltrace2 trace >events 2>/dev/null
	while read -r pid; do
		expect_equal "$what of survivor $pid" "$(grep -aE " vpid = ${pid}[, ]" events | "$@")" "$expected"
	done <survivors
}

a_killed_process_takes_nothing_of_others() {
	write_survivors
	expect_status 0 record --buffers process -o trace -- sh ./survive "$RECORD_CHURN" $VICTIMS $BLOCKS
	expect_of_survivors allocations $((2 * BLOCKS)) grep -ac ' allocspan:alloc: '
	expect_of_survivors frees $((2 * BLOCKS)) grep -ac ' allocspan:free: '
	expect_of_survivors ends 1 grep -ac ' allocspan:process_end: .* how = ( "exit"'
	expect_nothing_left
}

# shellcheck disable=SC2317
sum_of_records() {
	sed -n 's/.* record_count = \([0-9]*\),.*/\1/p' | awk '{ sum += $1 } END { print sum + 0 }'
}

a_killed_process_takes_nothing_of_others_packed() {
	write_survivors
	expect_status 0 record --buffers process --packed -o trace -- sh ./survive "$RECORD_CHURN" $VICTIMS $BLOCKS
	expect_of_survivors records $((4 * BLOCKS)) sum_of_records
	expect_of_survivors ends 1 grep -ac ' allocspan:process_end: .* how = ( "exit"'
	expect_nothing_left
}

# What was in its buffers when it was killed, but for what it had reserved and not committed: it was idle.
a_process_that_is_killed_while_idle_loses_nothing() {
	# shellcheck disable=SC2016
	expect_status 0 record --buffers process -o trace -- sh -c '"$0" enter g alloc 1234 ready sleep >said &
		until grep -qs ready said; do
			sleep 0.02
		done
		kill -KILL $!
		wait $! || true' "$RECORD_TARGET"
	expect_equal "allocations" "$(count allocspan:alloc trace)" 1234
	expect_note "lost 0, in trace"
}

# While the consumer daemon is kept from emptying the buffers, a program fills them, and is gone when the recording ends.
write_losing_script() {
	cat >lose <<-'END'
		"$1" enter g catch USR1 ready sleep alloc 100000 free >said &
		until grep -qs ready said; do
			sleep 0.02
		done
		consumers=$(grep -lsz "^TMPDIR=$TMPDIR\$" /proc/[0-9]*/environ | cut -d/ -f3 |
			while read -r pid; do ! grep -qs lttng-consumerd "/proc/$pid/cmdline" || echo "$pid"; done)
		kill -STOP $consumers
		kill -USR1 $!
		wait $!
		kill -CONT $consumers
	END
}

counts_what_ended_processes_lost() {
	write_losing_script
	expect_status 0 record --buffers process -o trace -- sh ./lose "$RECORD_TARGET"
	lost=$(sed -n 's/.*recorded [0-9]* events, lost \([0-9]*\), in trace/\1/p' "$work/err")
	[ "${lost:-0}" -gt 0 ] || fail "lost nothing"
	babeltrace2 trace >events 2>/dev/null
	recorded=$(grep -acE ' allocspan:(alloc|free): ' events)
	others=$(grep -acE ' allocspan:(group|process)_' events)
	[ $((recorded + lost)) -ge 200000 ] || fail "$recorded + $lost events are too few"
	# Statistics and ends can be among those that were lost.
	[ $((recorded + lost)) -le $((200000 + 100 + others)) ] || fail "$recorded + $lost events are too many"
	grep -q "\"discarded\": $lost," trace/allocspan.json || fail "allocspan.json has another number"
	expect_note "lost because the buffers (.* a process) were full"
}

expect_with_few_files() {
	# shellcheck disable=SC2016
	expect_status 0 sh -c 'ulimit -Sn 64; exec "$@"' sh "$ALLOCSPAN" "$@"
}

# A three-hundredth of a GiB for each on two CPUs, with ledgers and with metadata; and a directory of traces that
# babeltrace2 could not read with the usual limit of open files if there were as many processes as CPUs allow.
processes_need_little_room_and_are_read_with_few_open_files() {
	lttng_fixture_may_mount || skip "needs a /dev/shm of its own"
	[ "$(nproc --all)" -le 4 ] || skip "the bound is for few CPUs"
	cat >many <<-'END'
		children=
		for i in $(seq "$2"); do
			"$1" enter g alloc 10 free catch USR1 ready sleep >"said.$i" &
			children="$children $!"
		done
		until [ "$(cat said.* | grep -c ready)" -eq "$2" ]; do
			sleep 0.1
		done
		df --output=used -k /dev/shm | tail -n 1 >used
		kill -USR1 $children
		wait
	END
	expect_status 0 record --buffers process --packed -o trace -- sh ./many "$RECORD_TARGET" 40
	used=$(cat used)
	[ "$used" -le $((44 * 1048576 / 300)) ] || fail "44 processes need $used KiB of /dev/shm"
	[ "$(find trace/ust/pid -mindepth 1 -maxdepth 1 -name "record-target-*" | wc -l)" -eq 40 ] || fail "too few traces"
	expect_with_few_files report trace
	expect_equal "rows" "$(grep -c '^ *10 .* g kind=test \[record-target(' "$work/out")" 40
	expect_with_few_files check trace 'allocs(total) == 400'
	expect_with_few_files export --as ctf -o exported trace
	expect_with_few_files diff trace trace
	expect_status 1 sh -c 'ulimit -n 64; exec "$@"' sh "$ALLOCSPAN" report trace
	expect_error "files must be open, and only 64 may be; raise the limit"
}

# As LTTng leaves the trace of a process that is killed while it is set up: without the last piece of metadata.
a_trace_that_was_not_set_up_spoils_no_other() {
	# shellcheck disable=SC2016
	expect_status 0 record --buffers process -o trace -- sh -c '"$1" enter g alloc 3; "$1" enter g alloc 4' sh "$RECORD_TARGET"
	first=$(find trace/ust/pid -mindepth 1 -maxdepth 1 | sort | head -n 1)
	babeltrace2 -o ctf-metadata "$first" | sed '/^stream {/,$d' >metadata
	mv metadata "$first/metadata"
	expect_status 0 "$ALLOCSPAN" report trace
	expect_note "$first/metadata describes no stream of events: what is recorded there is left out"
	grep -Eq '^ *4 +400 B +0 +4 .* g kind=test' "$work/out" || fail "the other is not exact"
	grep -Eq '^ *3 +300 B +0 +3 .*~.* g kind=test' "$work/out" || fail "this one is not from its ledger"
	expect_status 0 "$ALLOCSPAN" check trace 'allocs(total) == 7'
	expect_status 0 "$ALLOCSPAN" export --as ctf -o exported trace
	expect_equal "allocations of the other" "$(babeltrace2 exported | grep -c ' allocspan:alloc: ')" 4
}

buffers_of_a_user_are_one_trace() {
	expect_status 0 record --buffers user -o trace -- "$RECORD_TARGET" enter g fork 3 alloc 10
	expect_equal "traces" "$(find trace -name metadata | wc -l)" 1
	expect_equal "allocations" "$(count allocspan:alloc trace)" 30
	expect_status 0 record --buffers process -o other -- "$RECORD_TARGET" enter g fork 3 alloc 10
	expect_equal "traces" "$(find other -name metadata | wc -l)" 4
	expect_equal "allocations" "$(count allocspan:alloc other)" 30
	expect_status 2 record --buffers cpu -o third -- "$RECORD_TARGET"
	grep -q "invalid value 'cpu' for --buffers (expected process or user)" "$work/err" || fail "says something else"
}

small_room_makes_small_buffers_and_says_so() {
	lttng_fixture_may_mount || skip "needs a /dev/shm of its own, and may not mount one here"
	mount -t tmpfs -o size=64m small /dev/shm
	expect_status 0 record --buffers process -o trace -- "$RECORD_TARGET" enter g alloc 100
	expect_note "the buffers of each process have 1 MiB instead of .*, because /dev/shm has only "
	expect_equal "allocations" "$(count allocspan:alloc trace)" 100
}

run_claim "$@"
