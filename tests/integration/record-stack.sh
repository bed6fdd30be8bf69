#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# `allocspan record --stack`: the event alloc_stack.

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

# The frames of the one stack in a trace, one a line, as the program prints addresses.
expect_frames() {
	babeltrace2 trace | grep -o 'allocspan:alloc_stack:.*' |
		grep -o '\[[0-9]*\] = 0x[0-9A-F]*' | sed 's/.*= //' | tr 'A-F' 'a-f' |
		sed 's/^0x/0x/' >frames
	[ -s frames ] || fail "no stack in the trace"
}

tells_who_called_whom() {
	record -o trace --stack 4 -- "$RECORD_STACK" >callers
	expect_frames
	expect_equal "callers" "$(tail -n +2 frames)" "$(cat callers)"
}

begins_where_the_context_ip_is() {
	record -o trace --stack 4 -- "$RECORD_STACK" >callers
	expect_frames
	ip=$(babeltrace2 trace | grep 'allocspan:alloc_stack:' | grep -o 'ip = [0-9]*' | sed 's/ip = //')
	expect_equal "the first frame" "$(head -n 1 frames)" "$(printf '0x%x' "$ip")"
}

comes_before_its_allocation() {
	record -o trace --stack 4 -- "$RECORD_STACK" >callers
	events=$(babeltrace2 trace | grep -oE 'allocspan:(alloc|alloc_stack):' | tr '\n' ' ')
	expect_equal "events" "$events" "allocspan:alloc_stack: allocspan:alloc: "
	addresses=$(babeltrace2 trace | grep -E 'allocspan:(alloc|alloc_stack):' |
		grep -oE 'ptr = 0x[0-9A-F]*' | sort -u | wc -l)
	expect_equal "addresses" "$addresses" 1
}

has_at_most_as_many_frames_as_asked_for() {
	record -o trace --stack 2 -- "$RECORD_STACK" >callers
	expect_frames
	expect_equal "frames" "$(wc -l <frames)" 2
	expect_equal "the second" "$(sed -n 2p frames)" "$(sed -n 1p callers)"
}

goes_to_the_end_of_a_shallow_stack() {
	record -o trace --stack 128 -- "$RECORD_STACK" >callers
	expect_frames
	[ "$(wc -l <frames)" -lt 12 ] || fail "$(wc -l <frames) frames below main"
	expect_equal "callers" "$(sed -n 2,4p frames)" "$(cat callers)"
}

# A file that is no library stands in its way.
needs_no_libunwind() {
	mkdir hidden
	touch hidden/libunwind.so.8
	expect_status 0 env LD_LIBRARY_PATH="$PWD/hidden" "$ALLOCSPAN" record -o trace --stack 4 -- \
		"$RECORD_STACK"
	expect_frames
	expect_equal "callers" "$(tail -n +2 frames)" "$(cat "$work/out")"
}

is_not_recorded_unasked() {
	record -o trace -- "$RECORD_STACK" >callers
	expect_equal "stacks" "$(count allocspan:alloc_stack trace)" 0
	expect_equal "allocations" "$(count allocspan:alloc trace)" 1
}

refuses_what_is_no_depth() {
	for depth in 0 129 many '' -1 3x; do
		expect_status 2 record -o trace --stack "$depth" -- "$RECORD_STACK"
		grep -qF -- "--stack: '$depth' is not a number of 1 to 128" "$work/err" ||
			fail "no word of the depth"
		expect_nothing_left
	done
}

run_claim "$@"
