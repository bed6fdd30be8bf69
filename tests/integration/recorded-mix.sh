#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-mix.sh PRELOAD PROGRAM [ARGUMENT]...
#
# Every event of the trace is what the program did, field by field, thread by thread; and so are its last
# checkpoints.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload=$1
shift

lttng_fixture_start
session_create all
lttng --quiet start
run_traced "$@"
session_end
read_trace
same_events group_register group_release span_enter span_exit alloc free misuse budget_exceeded
addresses_alternate
last_stats_equal
