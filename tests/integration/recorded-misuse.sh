#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-misuse.sh PRELOAD PROGRAM: every misuse is in the trace under its name, in order, with ids beside it.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload=$1
shift

lttng_fixture_start
session_create misuses
lttng --quiet start
run_traced "$@"
session_end
read_trace
if grep ' misuse ' "$lines" | grep -v ' what=[a-z_]* group_id=[0-9]* span_id=[0-9]*$' >&2; then
	fail "a misuse event has other fields than what, group_id and span_id"
fi
sed -i '/ misuse /s/ group_id=.*//' "$lines"
same_events misuse
