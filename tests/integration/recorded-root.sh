#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-root.sh PRELOAD: with ALLOCSPAN_ROOT=1 everything that a program allocates, which knows nothing of allocspan, belongs to the
# group `root`; without, nothing is recorded.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload=$1

lttng_fixture_start
session_create off
lttng --quiet start
LD_PRELOAD=$preload sort "$0" >/dev/null
session_end
# Without a group, the program does not even load the tracer.
if [ -n "$(find "$trace" -name metadata)" ]; then
	fail "something is recorded though no group is active"
fi

session_create on
lttng --quiet start
ALLOCSPAN_ROOT=1 LD_PRELOAD=$preload sort "$0" >/dev/null
session_end
read_trace
[ "$(grep -c ' alloc ' "$lines")" -ge 10 ] || fail "hardly anything is recorded under root tracking"
if grep ' alloc ' "$lines" | grep -v ' group_id=1 span_id=0 kind=[a-z]* tags=,group=root,$' >&2; then
	fail "blocks belong to another group than root"
fi
addresses_alternate
