#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# Traces damaged at random (damaged-traces.py), read by each command. A claim records the trace that it damages.
#
# May be set, as tests/stress/traces.sh does: ANALYSER, the command that reads, if it is not the one that records; DAMAGE_SEED;
# DAMAGE_LIMIT, how many, or how many seconds with an s; DAMAGE_KEEP, the directory for what a command did wrong with.
# shellcheck disable=SC2154

. "$(dirname "$0")/report-lib.sh"

# expect_no_harm TRACE [SPEC]...
expect_no_harm() {
	trace=$PWD/$1
	shift
	lttng_fixture_stop
	mkdir -p "${DAMAGE_KEEP:=$work/keep}"
	python3 "$here/damaged-traces.py" "${ANALYSER:-$ALLOCSPAN}" "$REPORT_SCHEMA" "$DAMAGE_KEEP" "${DAMAGE_SEED:-1}" \
		"${DAMAGE_LIMIT:-15}" "$trace" "$@"
}

# Two processes, threads, spans, a checkpoint, and some packets of blocks.
a_full_trace() {
	record_script full --subbuf-size=4k --num-subbuf=64 <<-'END'
		@0 thread_name first
		@0 group_register 2 request ,group=request,tenant=42,
		@0 span_enter 1 0 serve 2 ,group=request,tenant=42,
		@0 span_enter 2 1 parse 2 ,group=request,tenant=42,
		@0 alloc 0x1000 100 2 ,group=request,tenant=42, 2
		@0 alloc 0x2000 2000 2 ,group=request,tenant=42, 2
		@0.1 free 0x1000 100 2 0 ,group=request,tenant=42,
		@0 free 0x2000 2000 2 2 ,group=request,tenant=42, 2 2
		@0 alloc 0x3000 3000 2 ,group=request,tenant=42, 2 2
		@0 span_exit 2 parse 2 3 5100 1 2000
		@0 span_exit 1 serve 2 3 5100 1 2000
		@1 group_register 2 cache ,group=cache,tenant=7,
		@1 alloc 0x1000 500 2 ,group=cache,tenant=7,
		@1 churn 150 20 3 64
		@1 group_stats 2 cache ,group=cache,tenant=7, 1 500 1 500 0 0
		@1 budget_exceeded 2 cache ,group=cache,tenant=7, 500 400
		@1 misuse double_exit 2 1
		@1 group_release 2 cache ,group=cache,tenant=7,
	END
	expect_no_harm full
}

a_packed_trace() {
	expect_status 0 record --packed --root -o packed -- "$REPORT_TARGET"
	expect_no_harm packed
}

a_trace_with_call_stacks() {
	expect_status 0 record --stack 16 -o stacks -- "$REPORT_TARGET"
	expect_no_harm stacks
}

a_stock_trace_that_is_bound() {
	events='lttng_ust_libc:*,stock:*'
	start_session stock
	LD_PRELOAD=liblttng-ust-libc-wrapper.so.1 "$BIND_STOCK"
	end_session
	expect_no_harm stock 'stock:work_begin..work_end,by=kind_arg'
}

run_claim "$@"
