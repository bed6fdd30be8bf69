#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# The session daemon of `allocspan record`: its own where none runs, otherwise the one that runs.

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

ends_its_own_daemon_and_leaves_nothing() {
	expect_status 0 record -o trace -- "$RECORD_TARGET" enter g alloc 5 free
	expect_equal "allocations" "$(count allocspan:alloc trace)" 5
	expect_nothing_left
	! lttng --no-sessiond list >/dev/null 2>&1 || fail "a daemon runs"
}

# Where root's daemon has one place, they share it.
several_recordings_run_at_once() {
	for i in 1 2 3; do
		record -o "trace$i" -- "$RECORD_TARGET" enter "g$i" alloc 1000 free 2>/dev/null &
	done
	wait
	for i in 1 2 3; do
		expect_equal "frees in trace$i" \
			"$(babeltrace2 "trace$i" | grep free: | grep -c "group=g$i,")" 1000
	done
	expect_nothing_left
}

# As root in an ordinary container.
confined() { setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$@"; }

where_namespaces_are_not_allowed_recordings_share_a_daemon() {
	lttng_fixture_may_mount || skip "needs a /var/run/lttng of its own, and may not mount one here"
	for i in 1 2 3 4; do
		confined "$ALLOCSPAN" record -o "trace$i" -- "$RECORD_TARGET" enter "g$i" alloc 1000 free \
			2>"$work/err" || fail "recording $i" &
	done
	wait
	for i in 1 2 3 4; do
		expect_equal "frees in trace$i" \
			"$(babeltrace2 "trace$i" | grep free: | grep -c "group=g$i,")" 1000
	done
	expect_nothing_left
	! lttng --no-sessiond list >/dev/null 2>&1 || fail "a daemon runs"
}

leaves_a_shared_daemon_to_others() {
	lttng_fixture_may_mount || skip "needs a /var/run/lttng of its own, and may not mount one here"
	expect_status 0 confined "$ALLOCSPAN" record -o trace -- lttng --quiet create mine --output="$work/mine"
	lttng --no-sessiond list | grep -q mine || fail "ended somebody's session"
	expect_status 0 confined "$ALLOCSPAN" record -o trace2 -- lttng --quiet destroy mine
	expect_nothing_left
	! lttng --no-sessiond list >/dev/null 2>&1 || fail "a daemon runs"
}

plainly() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

an_ordinary_user_needs_no_help() {
	[ "$(id -u)" -eq 0 ] || skip "is what all tests show when not run as root"
	chmod 755 "$work"
	chmod 777 "$work/here" "$TMPDIR"
	plainly test -x "$ALLOCSPAN" -a -x "$RECORD_TARGET" || skip "others may not read the build directory"
	expect_status 0 plainly "$ALLOCSPAN" record -o trace -- "$RECORD_TARGET" enter g alloc 5 free
	expect_equal "allocations" "$(count allocspan:alloc trace)" 5
	expect_nothing_left
}

uses_the_daemon_that_runs_and_leaves_it_alone() {
	lttng_fixture_start
	lttng --quiet create mine --output="$work/mine"
	lttng --quiet enable-event -u 'nothing:*'
	lttng --quiet start
	before=$LTTNG_FIXTURE_PID
	expect_status 0 record -o trace -- "$RECORD_TARGET" enter g alloc 5 free
	expect_equal "allocations" "$(count allocspan:alloc trace)" 5
	kill -0 "$before" || fail "the daemon ended"
	expect_equal "sessions" "$(lttng list | grep -c '\[')" 1
	lttng list | grep -q 'mine.*\[active\]' || fail "the other session changed"
	[ -z "$(ls -A "$TMPDIR")" ] || fail "left in TMPDIR: $(ls -A "$TMPDIR")"
}

leaves_no_session_where_the_command_cannot_run() {
	lttng_fixture_start
	printf '#!/no/such/interpreter\n' >script
	chmod +x script
	expect_status 126 record -o trace -- ./script
	lttng list | grep -q 'no available' || lttng list | grep -qv '\[' || fail "left a session"
	[ ! -e trace ] || fail "left a directory"
}

# A recording in the background, when its command has said "ready".
start() {
	"$ALLOCSPAN" record -o trace -- "$RECORD_TARGET" enter g alloc 1000 ready sleep \
		>"$work/out" 2>"$work/err" &
	recorder=$!
	wait_for_ready
}

keeps_the_trace_when_it_is_killed_itself() {
	[ "$(id -u)" -ne 0 ] || [ -n "${LTTNG_FIXTURE_ISOLATED:-}" ] || skip "needs a daemon that is not shared"
	start
	daemon=$(pgrep -P "$recorder" -f lttng-sessiond)
	command=$(pgrep -P "$recorder" -f "$RECORD_TARGET")
	kill -KILL "$recorder"
	while kill -0 "$daemon" 2>/dev/null; do
		sleep 0.05
	done
	kill -TERM "$command"
	expect_equal "allocations" "$(count allocspan:alloc trace)" 1000
}

says_so_when_its_daemon_dies() {
	start
	kill -KILL "$(pgrep -P "$recorder" -f lttng-sessiond)"
	kill -TERM "$recorder"
	status=0
	wait "$recorder" || status=$?
	expect_equal "status" "$status" 143
	expect_note "the session daemon (pid [0-9]*) ended"
	expect_nothing_left
}

# As the daemon does now and then whose consumer sleeps on.
make_stubborn() {
	cat >stubborn <<'END'
#!/bin/sh
trap '' TERM
trap 'kill -USR1 $PPID' USR1
lttng-sessiond "$@" &
daemon=$!
while kill -0 $daemon 2>/dev/null; do
	wait $daemon
done
END
	chmod +x stubborn
}

a_daemon_that_does_not_end_is_killed() {
	make_stubborn
	expect_status 0 env LTTNG_SESSIOND_PATH="$PWD/stubborn" "$ALLOCSPAN" record -o trace -- \
		"$RECORD_TARGET" enter g alloc 3
	expect_equal "allocations" "$(count allocspan:alloc trace)" 3
	expect_nothing_left
}

# The kernel ends the daemon with its recorder; the wrapper keeps it from that.
the_next_recording_ends_the_daemon_of_one_that_was_killed() {
	[ "$(id -u)" -ne 0 ] || lttng_fixture_may_mount || skip "needs a daemon that is not shared"
	make_stubborn
	LTTNG_SESSIOND_PATH=$PWD/stubborn "$ALLOCSPAN" record -o trace -- \
		"$RECORD_TARGET" enter g alloc 1000 ready sleep >"$work/out" 2>"$work/err" &
	recorder=$!
	wait_for_ready
	command=$(pgrep -P "$recorder" -f "$RECORD_TARGET")
	daemon=$(cat "$(find "$TMPDIR" -name lttng-sessiond.pid)")
	kill -KILL "$recorder"
	wait "$recorder" || true
	kill "$command"
	kill -0 "$daemon" || fail "there is nothing to clean up"
	expect_status 0 record -o trace2 -- "$RECORD_TARGET" enter g alloc 1
	! kill -0 "$daemon" 2>/dev/null || fail "left the daemon"
	expect_nothing_left
}

a_strangers_pid_in_a_dead_home_does_him_no_harm() {
	sleep 1000 &
	stranger=$!
	mkdir -p "$TMPDIR/allocspan-run-dead/run" "$TMPDIR/allocspan-run-dead/.lttng"
	echo "$stranger" >"$TMPDIR/allocspan-run-dead/run/lttng-sessiond.pid"
	echo "$stranger" >"$TMPDIR/allocspan-run-dead/.lttng/lttng-sessiond.pid"
	expect_status 0 record -o trace -- "$RECORD_TARGET" enter g alloc 1
	kill "$stranger" || fail "it was killed"
	expect_nothing_left
}

run_claim "$@"
