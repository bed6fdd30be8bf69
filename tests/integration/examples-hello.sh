#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# What hello.c shows is in its trace: examples-hello.sh LTTNG_FIXTURE PRELOAD PROGRAM
#
# Recorded with plain lttng commands and read with plain babeltrace2.
preload=$2
program=$3
# shellcheck source=/dev/null
. "$1"
trap lttng_fixture_stop EXIT
trap 'exit 1' HUP INT TERM
lttng_fixture_start

lttng create hello --output="$LTTNG_FIXTURE_DIR/trace" >/dev/null
lttng enable-channel --userspace events >/dev/null
lttng enable-event --userspace --channel=events 'allocspan:*' >/dev/null
lttng start >/dev/null
LD_PRELOAD=$preload "$program" >/dev/null
lttng destroy >/dev/null

events=$LTTNG_FIXTURE_DIR/events
babeltrace2 "$LTTNG_FIXTURE_DIR/trace" >"$events"

expect() {
	count=$(grep -E -c "$2" "$events") || true
	if [ "$count" -ne "$1" ]; then
		echo "expected $1 events like '$2', found $count:" >&2
		cat "$events" >&2
		exit 1
	fi
}

# The greeting: one block of 8 bytes, of the group load, never freed.
load='tags = ",group=load,component=config,"'
expect 1 " allocspan:alloc: .*$load"
expect 1 " allocspan:alloc: .* size = 8, .* kind = \( \"malloc\" : container = 0 \), $load"
expect 0 " allocspan:free: .*$load"
# The span of each call.
expect 1 ' allocspan:span_enter: .* name = "load",'
expect 2 ' allocspan:span_enter: .* name = "greet",'
expect 1 ' allocspan:span_exit: .* name = "load", .* alloc_count = 1, alloc_bytes = 8, free_count = 0,'
# Each line that is printed is freed by the group that made it.
greet='tags = ",group=greet,component=output,"'
expect 1 " allocspan:free: .* size = 14, .* $greet" # Hello, world!
expect 1 " allocspan:free: .* size = 13, .* $greet" # Hello, heap!
