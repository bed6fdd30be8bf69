#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-settling.sh PRELOAD PROGRAM: a group that changed and is at rest again has one checkpoint more than changes, and no
# other: the last one comes after all events that it counts.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload=$1
program=$2

lttng_fixture_start
session_create settling
lttng --quiet start
mkfifo "$LTTNG_FIXTURE_DIR/words"
ALLOCSPAN_TEST_JOURNAL=$LTTNG_FIXTURE_DIR/journal ALLOCSPAN_STATS_INTERVAL_MS=10 LD_PRELOAD=$preload \
	"$program" <"$LTTNG_FIXTURE_DIR/words" >"$LTTNG_FIXTURE_DIR/answers" &
program_pid=$!
exec 3>"$LTTNG_FIXTURE_DIR/words"

# How often the helper thread has gone to sleep: after each look at the groups, and now and then while it waits in one.
sleeps() {
	for comm in "/proc/$program_pid/task"/*/comm; do
		if grep -qx allocspan-stats "$comm"; then
			awk '$1 == "voluntary_ctxt_switches:" { print $2 }' "${comm%comm}status"
		fi
	done
}

# The group `idle` has changed when the program answers.
echo start >&3
polled=0
until [ -s "$LTTNG_FIXTURE_DIR/answers" ] && begun=$(sleeps) && [ -n "$begun" ]; do
	polled=$((polled + 1))
	[ "$polled" -lt 600 ] || fail "the program does not answer, or has no helper thread"
	sleep 0.1
done
until [ "$(sleeps)" -gt $((begun + 20)) ]; do
	polled=$((polled + 1))
	[ "$polled" -lt 600 ] || fail "the helper thread does not look at the groups"
	sleep 0.1
done
exec 3>&-
wait "$program_pid" || fail "the program: exit status $?"
session_end
read_trace

grep ' group_stats .* name=idle ' "$lines" >"$LTTNG_FIXTURE_DIR/idle" || true
count=$(wc -l <"$LTTNG_FIXTURE_DIR/idle")
[ "$count" -eq 2 ] || fail "a group that changed once has $count checkpoints instead of 2"
[ "$(sort -u "$LTTNG_FIXTURE_DIR/idle" | wc -l)" -eq 1 ] || fail "they differ"
