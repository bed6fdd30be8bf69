#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-probes.sh PRELOAD PROGRAM: the hand-written probes of tp/direct-probes.h record what LTTng's own do, field by
# field and with the same contexts. Two sessions record the same run; in one of them the events have a filter that takes all,
# which the hand-written probes leave to LTTng's.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload=$1
shift

lttng_fixture_start
session_create direct 'allocspan:alloc,allocspan:free'
lttng --quiet enable-event -u -c channel 'allocspan_packed:events'
session_create generated 'allocspan:alloc,allocspan:free' --filter 'size >= 0'
lttng --quiet enable-event -u -c channel 'allocspan_packed:events' --filter 'record_count >= 0'
for session in direct generated; do
	lttng --quiet start "$session"
done
LD_PRELOAD=$preload "$@" || fail "$1: exit status $?"

# recorded SESSION: each event, thread after thread, without its time and its processor, which may change in between.
recorded() {
	lttng --quiet stop "$1"
	lttng --quiet destroy "$1"
	babeltrace2 --names=all "$LTTNG_FIXTURE_DIR/$1" 2>"$LTTNG_FIXTURE_DIR/warnings" |
		sed 's/^timestamp = [^,]*, delta = [^,]*, .*vtid = \([0-9]*\), ip/\1 &/
			s/timestamp = [^,]*, delta = [^,]*, //; s/ stream.packet.context = {[^}]*},//' |
		LC_ALL=C sort -s -k 1,1n >"$LTTNG_FIXTURE_DIR/$1.text"
	if grep -i discarded "$LTTNG_FIXTURE_DIR/warnings" >&2; then
		fail "the tracer lost events"
	fi
}

recorded direct
recorded generated
must_equal "$LTTNG_FIXTURE_DIR/generated.text" "$LTTNG_FIXTURE_DIR/direct.text" \
	"the hand-written probes (>) do not record what LTTng's own (<) do"
for event in allocspan:alloc allocspan:free allocspan_packed:events; do
	count=$(grep -c "name = $event," "$LTTNG_FIXTURE_DIR/direct.text") || true
	echo "$event: $count"
	[ "$count" -ge 100 ] || fail "only $count events $event"
done
for length in 1 220 237 238 255; do
	value=$(printf "%${length}s" '' | tr ' ' v)
	grep -q "key=$value," "$LTTNG_FIXTURE_DIR/direct.text" || fail "no tags with $length characters"
done
grep -q "key=$value,other=$value," "$LTTNG_FIXTURE_DIR/direct.text" || fail "no long tags"
