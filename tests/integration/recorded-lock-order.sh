#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-lock-order.sh PRELOAD PROGRAM: the program ends, while a session records what it registers.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload=$1
program=$2

lttng_fixture_start
session_create lock-order
lttng --quiet start
LD_PRELOAD=$preload timeout --signal=KILL 60 "$program" || fail "two threads wait for each other: exit status $?"
session_end
read_trace
[ "$(grep -c ' group_register .* name=late ' "$lines")" -eq 1 ] || fail "what was registered was not recorded"
