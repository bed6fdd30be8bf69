#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-filter.sh PRELOAD PROGRAM: LTTng's run-time filters on `tags` are exact: they take all events of a group or a
# tag, and none of one that begins alike. Three sessions record the same run.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload=$1
shift

lttng_fixture_start
session_create parser 'allocspan:*' --filter 'tags == "*,group=parser,*"'
session_create tenant 'allocspan:*' --filter 'tags == "*,tenant=42,*"'
# A backslash of the tags is written twice in a filter.
session_create escaped 'allocspan:*' --filter 'tags == "*,group=na\\,me,*"'
for session in parser tenant escaped; do
	lttng --quiet start "$session"
done
run_traced "$@"

# filtered SESSION TEXT: the session has what the program did with this text in the tags, and nothing else.
filtered() {
	session=$1
	trace=$LTTNG_FIXTURE_DIR/$session
	lttng --quiet stop "$session"
	lttng --quiet destroy "$session"
	read_trace
	text=$2 awk '$2 != "group_stats" && index($0, ENVIRON["text"])' "$all" >"$journal"
	by_thread "$lines" misuse span_exit >"$LTTNG_FIXTURE_DIR/others"
	[ ! -s "$LTTNG_FIXTURE_DIR/others" ] || fail "events without tags pass the filter"
	same_events group_register span_enter alloc free
}

all=$LTTNG_FIXTURE_DIR/all
cp "$journal" "$all"
filtered parser ,group=parser,
filtered tenant ,tenant=42,
filtered escaped ',group=na\,me,'
