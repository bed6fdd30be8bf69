#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-ends.sh PRELOAD PROGRAM: a program that ends, or is replaced, while its threads allocate leaves no event half
# recorded. LTTng would keep the rest of that processor's buffer for itself, whoever records there: so what another program records
# afterwards on each processor must be in the trace.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload=$1
program=$2
repetitions=3

lttng_fixture_start

# ends EVENTS: the processors that have events of the last program.
ends() {
	session_create "$1" "$2"
	lttng --quiet start
	for how in exec _exit quick_exit exit failing; do
		for i in $(seq $repetitions); do
			LD_PRELOAD=$preload "$program" "$how" || fail "$how $i: exit status $?"
		done
	done
	LD_PRELOAD=$preload "$program" last >"$LTTNG_FIXTURE_DIR/processors"
	session_end
	babeltrace2 --names=all "$trace" 2>"$LTTNG_FIXTURE_DIR/warnings" >"$LTTNG_FIXTURE_DIR/text" ||
		fail "babeltrace2: $(cat "$LTTNG_FIXTURE_DIR/warnings")"
	[ -s "$LTTNG_FIXTURE_DIR/processors" ] || fail "the last program did nothing"
}

ends full 'allocspan:alloc'
if grep -i discarded "$LTTNG_FIXTURE_DIR/warnings"; then
	fail "the tracer lost events"
fi
sed -n 's/.*cpu_id = \([0-9]*\).*size = 100,.*tags = ",group=last,".*/\1/p' "$LTTNG_FIXTURE_DIR/text" >"$LTTNG_FIXTURE_DIR/recorded"
must_equal "$LTTNG_FIXTURE_DIR/processors" "$LTTNG_FIXTURE_DIR/recorded" \
	"processors (<) have no event of a program that ran afterwards"

# The packed ones of a program are recorded at its end, wherever it is then.
ends packed 'allocspan_packed:events'
grep -q ',group=last,' "$LTTNG_FIXTURE_DIR/text" || fail "a program that ran afterwards has no packed event"
# record_index and record_count of each process and thread: nothing is missing in between.
sed -n 's/.*name = allocspan_packed:events.*event.fields = { version = 1, vpid = \([0-9]*\), vtid = \([0-9]*\), .*record_index = \([0-9]*\), record_count = \([0-9]*\),.*/\1 \2 \3 \4/p' \
	"$LTTNG_FIXTURE_DIR/text" | awk '
	{ thread = $1 " " $2 }
	thread in next_index && $3 > next_index[thread] { print $0 ": missing since " next_index[thread]; missing = 1 }
	{ next_index[thread] = $3 + $4 }
	END { exit missing }' || fail "packed records are missing"
