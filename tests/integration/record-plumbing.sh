#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# What `allocspan record` does when something that it stands on fails: the disk, the daemons, the room for buffers; and that it says
# no false thing of a program that could not be recorded.

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

# What no recording may say whose plumbing failed.
expect_no_false_word() {
	! grep -qE "allocated nothing|no group was ever entered" "$work/err" || fail "blames the program"
	! grep -qE "^(ERROR|CAUSED BY|[0-9]+-[0-9]+ )" "$work/err" || fail "shows what babeltrace2 says"
}

# A small file system for traces.
small_disk() {
	lttng_fixture_may_mount || skip "needs a mount namespace, and may not mount here"
	mount -t tmpfs -o size=4m small /mnt
}

# Records a shell script that ends with status 0 when this has been said. Events go to one stream, in order.
record_until() {
	said=$1
	echo "$said" >said
	shift
	cat >script <<END
until_said() { until grep -q -f said '$work/err'; do sleep 0.05; done; }
# Until an allocation of group "flushed" is on disk, and so all that was before.
flush() {
	"$RECORD_TARGET" enter flushed alloc 1
	until grep -qs group=flushed "\$1"/ust/uid/*/64-bit/allocspan_*; do sleep 0.05; done
}
$(cat)
until_said
END
	expect_status 125 taskset -c 0 "$ALLOCSPAN" record "$@" -- sh script
	expect_note "$said"
	expect_note "the recording is not complete: "
	expect_no_false_word
}

# The word for it in allocspan.json.
expect_fault() {
	expect_equal "faults" "$(python3 -c '
import json, sys
print(*[fault["what"] for fault in json.load(open(sys.argv[1]))["faults"]])' "$1/allocspan.json")" "$2"
}

expect_first_thousand() {
	expect_equal "allocations from before" \
		"$(babeltrace2 "$1" | grep ' allocspan:alloc: ' | grep -c 'group=first,')" 1000
	[ ! -s "$work/err" ] || ! grep -q "cannot be read" "$work/err" || fail "cannot read it"
}

a_full_disk_is_named_and_what_was_before_can_be_read() {
	small_disk
	record_until "cannot write to /mnt/trace: No space left on device" -o /mnt/trace <<END
"$RECORD_TARGET" enter first alloc 1000
flush /mnt/trace
"$RECORD_TARGET" enter second alloc 200000
END
	expect_fault /mnt/trace output_failed
	expect_first_thousand /mnt/trace
	expect_nothing_left
}

# What LTTng wrote after the gap is not where its index says.
a_disk_that_had_room_again_leaves_a_trace_that_can_be_read() {
	small_disk
	record_until "cannot write to /mnt/trace: No space left on device" -o /mnt/trace <<END
"$RECORD_TARGET" enter first alloc 1000
flush /mnt/trace
head -c 16m /dev/zero >/mnt/fill 2>/dev/null
"$RECORD_TARGET" enter second alloc 100000
until_said
rm /mnt/fill
"$RECORD_TARGET" enter third alloc 1000
END
	expect_first_thousand /mnt/trace
	expect_nothing_left
}

# The disk may have been full between two looks.
what_the_daemons_log_says_of_the_disk_is_told() {
	cat >daemon <<'END'
#!/bin/sh
echo 'PERROR - 1: Error in write mmap (ret -28 != write_len 4096): Disk quota exceeded (in f() at x.c:1)' >&2
exec lttng-sessiond "$@"
END
	chmod +x daemon
	[ "$(id -u)" -ne 0 ] || lttng_fixture_may_mount || skip "needs a daemon that is not shared"
	expect_status 125 env LTTNG_SESSIOND_PATH="$PWD/daemon" "$ALLOCSPAN" record -o trace -- \
		"$RECORD_TARGET" enter g alloc 5
	expect_note "could not write to trace for a while: Disk quota exceeded; events were lost"
	expect_equal "allocations" "$(count allocspan:alloc trace)" 5
}

a_removed_directory_is_named() {
	record_until "trace was removed or moved" -o trace <<END
"$RECORD_TARGET" enter first alloc 1000
rm -r trace
END
	[ ! -e trace ] || fail "made it again"
	expect_nothing_left
}

a_killed_consumer_is_named_and_what_was_before_can_be_read() {
	record_until "LTTng's consumer daemon (pid [0-9]*) ended" -o trace <<END
"$RECORD_TARGET" enter first alloc 1000
flush trace
recorder=\$PPID
kill -KILL "\$(pgrep -P "\$(pgrep -P \$recorder -f lttng-sessiond)" lttng-consumer)"
END
	expect_fault trace consumer_ended
	expect_first_thousand trace
	expect_nothing_left
}

a_killed_session_daemon_is_named_and_what_was_before_can_be_read() {
	[ "$(id -u)" -ne 0 ] || lttng_fixture_may_mount || skip "needs a daemon that is not shared"
	record_until "the session daemon (pid [0-9]*) ended" -o trace <<END
"$RECORD_TARGET" enter first alloc 1000
flush trace
recorder=\$PPID
kill -KILL "\$(pgrep -P \$recorder -f lttng-sessiond)"
END
	expect_fault trace session_daemon_ended
	expect_first_thousand trace
	expect_nothing_left
}

a_session_daemon_of_somebody_else_that_dies_is_named() {
	lttng_fixture_start
	record_until "the session daemon (pid $LTTNG_FIXTURE_PID) ended" -o trace <<END
"$RECORD_TARGET" enter first alloc 1000
kill -KILL $LTTNG_FIXTURE_PID
END
	expect_fault trace session_daemon_ended
}

processes_without_buffers_are_named() {
	lttng_fixture_may_mount || skip "needs a /dev/shm of its own, and may not mount one here"
	mount -t tmpfs -o size=64m small /dev/shm
	cat >daemon <<'END'
#!/bin/sh
head -c 63m /dev/zero >/dev/shm/fill
exec lttng-sessiond "$@"
END
	chmod +x daemon
	expect_status 125 env LTTNG_SESSIOND_PATH="$PWD/daemon" "$ALLOCSPAN" record -o trace -- \
		"$RECORD_TARGET" enter g alloc 1000
	rm /dev/shm/fill
	expect_note "the buffers of each [a-z]* have [0-9.]* MiB instead of [0-9]*, because /dev/shm has only 64.0 MiB free"
	expect_note "buffers ([0-9]* MiB) found no room in /dev/shm"
	expect_note "missing in the trace: record-target (pid [0-9]*)"
	expect_note "the recording is not complete: buffers could not be made"
	expect_no_false_word
	expect_fault trace no_buffers
	expect_nothing_left
}

a_programs_own_failure_comes_first() {
	mkdir trace
	# shellcheck disable=SC2016
	expect_status 7 record -o trace -- sh -c 'rm -r trace; exit 7'
	expect_note "trace was removed or moved"
}

# A group with so much memory, that the memory controller of cgroups, version 1 or 2, watches; as $group.
make_group() {
	[ "$(id -u)" -eq 0 ] || skip "needs root to make a cgroup"
	group=/sys/fs/cgroup/memory/allocspan-test-$$
	limit=memory.limit_in_bytes
	if [ ! -e "/sys/fs/cgroup/memory/$limit" ]; then
		group=/sys/fs/cgroup/allocspan-test-$$
		limit=memory.max
	fi
	mkdir "$group" 2>/dev/null || skip "cgroups cannot be made here"
	if ! [ -e "$group/$limit" ] || ! echo "$(($1 << 20))" >"$group/$limit"; then
		rmdir "$group"
		skip "there is no memory controller to use"
	fi
}

# Records in that group, which is gone afterwards; *kills* is how many processes the kernel killed for it.
record_in_group() {
	status=0
	# shellcheck disable=SC2016
	sh -c 'echo $$ >"$0/cgroup.procs"; echo -1000 >/proc/$$/oom_score_adj; exec "$@"' "$group" \
		"$ALLOCSPAN" record "$@" >"$work/out" 2>"$work/err" || status=$?
	kills=$(cat "$group"/memory.oom_control "$group"/memory.events 2>/dev/null | sed -n 's/^oom_kill //p')
	until rmdir "$group" 2>/dev/null; do sleep 0.05; done
}

a_memory_limit_makes_the_buffers_smaller() {
	make_group 150
	record_in_group --packed --buffers user -o trace -- "$RECORD_TARGET" enter g alloc 100000 free
	expect_equal "status" "$status" 0
	expect_equal "processes that the kernel killed" "$kills" 0
	expect_note "the buffers of each [a-z]* have [0-9.]* MiB instead of [0-9]*, because the memory limit of this container"
	expect_note "recorded .* with 200000 allocations and frees packed in them, lost 0"
}

# The kernel takes the consumer first and then what fills the memory, so that nobody else lacks it.
a_consumer_that_the_kernel_killed_for_memory_is_named() {
	make_group 200
	cat >script <<END
consumer=\$(pgrep -P "\$(pgrep -P "\$PPID" -f lttng-sessiond)" lttng-consumer)
echo 1000 >/proc/\$consumer/oom_score_adj
head -c 400m /dev/zero | sh -c 'echo 0 >/proc/\$\$/oom_score_adj; exec tail' >/dev/null
until grep -q "consumer daemon (pid \$consumer) ended" "$work/err"; do sleep 0.05; done
END
	record_in_group -o trace -- sh script
	expect_equal "status" "$status" 125
	expect_note "consumer daemon (pid [0-9]*) ended when the kernel ended processes, because the memory limit"
	expect_no_false_word
	expect_nothing_left
}

a_program_that_a_filter_killed_is_not_blamed() {
	# shellcheck disable=SC2016
	expect_status 159 record -o trace -- sh -c 'kill -SYS $$'
	expect_note "was killed by SIGSYS: a filter (seccomp) forbids"
	expect_no_false_word
}

a_program_that_crashed_first_is_not_blamed() {
	# shellcheck disable=SC2016
	expect_status 139 record -o trace -- sh -c 'kill -SEGV $$'
	expect_note "no allocation was recorded: .* was killed by signal 11 (.*) before"
	expect_no_false_word
}

a_program_whose_child_crashed_first_is_not_blamed() {
	# shellcheck disable=SC2016
	expect_status 0 record -o trace -- sh -c 'sh -c "kill -SEGV \$\$"; true'
	expect_note "(pid [0-9]*) ended without saying so (killed, or crashed); its final figures come from its ledger"
	# Which its ledger proves.
	expect_note "no allocation was recorded: no group was ever entered"
	rm -rf trace
	# shellcheck disable=SC2016
	expect_status 0 record --root -o trace -- sh -c 'sh -c "kill -SEGV \$\$"; true'
	! grep -q "no allocation was recorded" "$work/err" || fail "sh allocates"
}

a_program_that_the_loader_refuses_is_not_blamed() {
	command -v cc >/dev/null || skip "needs a compiler"
	echo 'int missing(void) { return 0; }' | cc -shared -fPIC -x c - -o libmissing.so
	echo 'int missing(void); int main(void) { return missing(); }' |
		cc -x c - -o program -L. -lmissing
	rm libmissing.so
	expect_status 127 record --root -o trace -- ./program
	expect_note "the libraries of allocspan were never active in .*, which ended with status 127"
	expect_no_false_word
}

a_program_with_a_sanitizer_is_not_blamed() {
	echo 'int main(void) { return 0; }' | cc -fsanitize=address -x c - -o program 2>/dev/null ||
		skip "needs a compiler with AddressSanitizer"
	status=0
	record --root -o trace -- ./program >"$work/out" 2>"$work/err" || status=$?
	expect_note "is built with a sanitizer, which replaces malloc itself"
	expect_no_false_word
}

run_claim "$@"
