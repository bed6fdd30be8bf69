#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# tracing-life.sh CLAIM PRELOAD PROGRAM: whatever becomes of the tracer, the program goes on, and its counters stay exact (it
# checks them itself); what can be recorded is, exactly.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
claim=$1
preload=$2
program=$3
SKIPPED=77
dir=$(mktemp -d /tmp/allocspan-life.XXXXXX)
trap 'lttng_fixture_stop || true; rm -rf "$dir"' EXIT

# Daemons come and go; a program that is not root's looks for all of them in one place.
start_daemon() {
	lttng_fixture_start
	rm -f "$dir/home"
	ln -s "$LTTNG_HOME" "$dir/home"
}

start_program() {
	mkfifo "$dir/words" "$dir/answers"
	LTTNG_HOME=$dir/home LD_PRELOAD=$preload "$program" <"$dir/words" >"$dir/answers" &
	program_pid=$!
	exec 3>"$dir/words" 4<"$dir/answers"
	tell "work 10"
}

tell() {
	echo "$1" >&3
	read -r answer <&4 || fail "$claim: the program ended at: $1"
}

end_program() {
	echo end >&3
	wait "$program_pid" || fail "$claim: the program: exit status $?"
}

# create NAME SUBBUF_SIZE SUBBUFS EVENTS [lttng create OPTION]...
create() {
	session=$1
	size=$2
	number=$3
	events=$4
	shift 4
	trace=$dir/$session
	if [ $# -eq 0 ]; then
		set -- --output="$trace"
	fi
	lttng --quiet create "$session" "$@" &&
		lttng --quiet enable-channel -u -s "$session" --subbuf-size="$size" --num-subbuf="$number" channel &&
		lttng --quiet enable-event -u -s "$session" -c channel "$events"
}

# counted TRACE EVENT: how many of them were recorded, of the groups of the program.
counted() {
	babeltrace2 "$1" 2>"$dir/warnings" | grep -cE "allocspan:$2: .*group=(busy|last)," || true
}

must_be() {
	[ "$2" -eq "$3" ] || fail "$claim: $1: $2 instead of $3"
}

# The daemon's own children do the writing.
kill_daemon() {
	for child in $(pgrep -P "$LTTNG_FIXTURE_PID") $LTTNG_FIXTURE_PID; do
		for grandchild in $(pgrep -P "$child"); do
			kill -KILL "$grandchild" 2>/dev/null || true
		done
		kill -KILL "$child" 2>/dev/null || true
	done
	wait "$LTTNG_FIXTURE_PID" 2>/dev/null || true
	LTTNG_FIXTURE_PID=
}

# wait_until WHAT COMMAND...: polls until it succeeds, for a minute.
wait_until() {
	what=$1
	shift
	polls=0
	until "$@"; do
		polls=$((polls + 1))
		[ "$polls" -lt 600 ] || fail "$claim: in vain was waited for: $what"
		sleep 0.1
	done
}

is_registered() {
	lttng list --userspace 2>/dev/null | grep -q "PID: $program_pid "
}

wait_until_registered() {
	wait_until "the program registers" is_registered
}

# A session from its creation to its end: all of this work is in its trace.
record_work() {
	create "$1" 1M 16 'allocspan:*'
	lttng --quiet start "$1"
	tell "work $2"
	lttng --quiet stop "$1"
	lttng --quiet destroy "$1"
	must_be "allocations in $1" "$(counted "$trace" alloc)" $((2 * $2))
	must_be "frees in $1" "$(counted "$trace" free)" $((2 * $2))
}

needs_mounts() {
	lttng_fixture_may_mount || {
		echo "SKIP $claim: needs a full disk of its own, and may not mount one here"
		exit $SKIPPED
	}
}

a_daemon_that_comes_late_records_what_follows() {
	LTTNG_UST_REGISTER_TIMEOUT=0 start_program
	tell "work 1000"
	start_daemon
	wait_until_registered
	record_work late 500
	end_program
}

the_daemon_is_killed_and_another_one_comes() {
	start_daemon
	start_program
	create killed 1M 8 'allocspan:*'
	lttng --quiet start
	tell "work 1000"
	kill_daemon
	# More than the buffers hold, with nobody to empty them.
	tell "work 200000"
	rm -rf "$LTTNG_FIXTURE_DIR"
	start_daemon
	wait_until_registered
	record_work reborn 500
	end_program
}

sessions_come_and_go_while_a_program_runs() {
	start_daemon
	start_program
	for round in 1 2 3; do
		record_work "round$round" $((100 * round))
		tell "work 50"
	done
	# Stopped and started without being destroyed.
	create again 1M 16 'allocspan:*'
	for round in 1 2 3; do
		lttng --quiet start
		tell "work 100"
		lttng --quiet stop
		tell "work 77"
	done
	lttng --quiet destroy again
	must_be "allocations" "$(counted "$trace" alloc)" 600
	end_program
}

two_sessions_record_what_each_asked_for() {
	start_daemon
	start_program
	create allocs 1M 16 allocspan:alloc
	create frees 1M 16 allocspan:free
	lttng --quiet start allocs
	tell "work 100"
	lttng --quiet start frees
	tell "work 1000"
	lttng --quiet stop allocs
	tell "work 10000"
	lttng --quiet stop frees
	tell "work 100"
	lttng --quiet destroy allocs
	lttng --quiet destroy frees
	must_be "allocations where asked for" "$(counted "$dir/allocs" alloc)" 2200
	must_be "frees where not asked for" "$(counted "$dir/allocs" free)" 0
	must_be "allocations where not asked for" "$(counted "$dir/frees" alloc)" 0
	must_be "frees where asked for" "$(counted "$dir/frees" free)" 22000
	end_program
}

# The blocks' events are lost, the counters' are not.
when_buffers_overflow_the_loss_is_counted_and_totals_are_exact() {
	start_daemon
	start_program
	create overflow 4096 2 'allocspan:alloc,allocspan:free'
	lttng --quiet enable-channel -u --subbuf-size=1M --num-subbuf=8 counters
	lttng --quiet enable-event -u -c counters allocspan:group_stats
	lttng --quiet start
	tell "work 300000"
	tell stats
	end_program
	lttng --quiet stop
	discarded=$(lttng list overflow | awk '/Discarded events:/ { sum += $3 } END { print sum + 0 }')
	lttng --quiet destroy overflow
	[ "$discarded" -gt 0 ] || fail "$claim: nothing was lost; the test shows nothing"
	recorded=$(($(counted "$trace" alloc) + $(counted "$trace" free)))
	grep -q "discarded" "$dir/warnings" || fail "$claim: the reader does not say that events are missing"
	# Those of `work 10` came before the session.
	must_be "recorded and discarded together" $((recorded + discarded)) 1200000
	last=$(babeltrace2 "$trace" 2>/dev/null | grep 'allocspan:group_stats: .*name = "busy"' | tail -n 1 |
		sed -E 's/.*alloc_count = ([0-9]+), alloc_bytes = ([0-9]+), free_count = ([0-9]+), free_bytes = ([0-9]+).*/\1 \2 \3 \4/')
	[ "$last" = "$answer" ] || fail "$claim: the last checkpoint is $last instead of $answer"
}

# Buffers that overwrite keep the end of what happened.
a_snapshot_has_the_last_events() {
	start_daemon
	start_program
	create snapshot 64k 4 'allocspan:*' --snapshot --output="$dir/snapshot"
	lttng --quiet start
	for round in 1 2 3; do
		tell "work 20000"
		tell "last 7"
		lttng --quiet snapshot record --name="shot$round"
		shot=$(echo "$dir"/snapshot/shot"$round"*)
		babeltrace2 "$shot" 2>/dev/null | grep -E 'allocspan:alloc: ' | tail -n 7 >"$dir/end"
		must_be "blocks of the group \`last' at the end" "$(grep -c 'group=last,' "$dir/end")" 7
		babeltrace2 "$shot" 2>/dev/null | grep -q 'group=busy,' || fail "$claim: nothing from before"
	done
	lttng --quiet destroy snapshot
	end_program
}

# Buffers are files there.
without_room_for_buffers_the_program_runs() {
	needs_mounts
	start_daemon
	for size in 64k 1m 9m; do
		mount -o "remount,size=$size" /dev/shm
		rm -f "$dir/words" "$dir/answers"
		start_program
		create "room$size" 1M 16 'allocspan:*' >"$dir/said" 2>&1 || true
		lttng --quiet start "room$size" >>"$dir/said" 2>&1 || true
		tell "work 20000"
		lttng --quiet destroy "room$size" >>"$dir/said" 2>&1 || true
		end_program
		# The program starts while the session is there, too.
		rm -f "$dir/words" "$dir/answers"
		create "before$size" 1M 16 'allocspan:*' >"$dir/said" 2>&1 || true
		lttng --quiet start "before$size" >>"$dir/said" 2>&1 || true
		start_program
		tell "work 20000"
		end_program
		lttng --quiet destroy "before$size" >>"$dir/said" 2>&1 || true
	done
	mount -o remount,size=50% /dev/shm
	rm -f "$dir/words" "$dir/answers"
	start_program
	record_work afterwards 100
	end_program
}

# What the consumer daemon does not write in time is lost, and fills no disk.
work_until_full() {
	tell "work 20000"
	[ "$(df --output=avail "$1" | tail -n 1)" -le 64 ]
}

without_room_for_the_trace_the_program_runs() {
	needs_mounts
	start_daemon
	start_program
	mkdir "$dir/small"
	mount -t tmpfs -o size=512k allocspan-test "$dir/small"
	create full 64k 4 'allocspan:*' --output="$dir/small/trace"
	lttng --quiet start
	wait_until "the disk is full" work_until_full "$dir/small"
	tell "work 20000"
	timeout 60 lttng --quiet stop full >"$dir/said" 2>&1 || true
	timeout 60 lttng --quiet destroy full >>"$dir/said" 2>&1 || true
	umount -l "$dir/small"
	tell "work 1000"
	# Somewhere else there is room.
	record_work elsewhere 100
	end_program
}

"$claim"
