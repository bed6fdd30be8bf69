#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# Traces of traces/, damaged at random (damaged-traces.py), read by each command. The seed alone says what is damaged and what is asked.
#
# May be set, as tests/stress/traces.sh does: DAMAGE_SEED; DAMAGE_LIMIT, how many, or how many seconds with an s; DAMAGE_KEEP, the
# directory for what a command did wrong with.
# shellcheck disable=SC2154

. "$(dirname "$0")/record-lib.sh"

# expect_no_harm TRACE [SPEC]...
expect_no_harm() {
	archive=$here/traces/$1.tar.xz
	shift
	mkdir -p "${DAMAGE_KEEP:=$work/keep}"
	python3 "$here/damaged-traces.py" "$ALLOCSPAN" "$REPORT_SCHEMA" "$DAMAGE_KEEP" "${DAMAGE_SEED:-1}" \
		"${DAMAGE_LIMIT:-15}" "$archive" "$@"
}

a_full_trace() {
	expect_no_harm full
}

a_packed_trace() {
	expect_no_harm packed
}

a_trace_with_call_stacks() {
	expect_no_harm stacks
}

a_stock_trace_that_is_bound() {
	expect_no_harm stock 'stock:work_begin..work_end,by=kind_arg'
}

run_claim "$@"
