#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# What `allocspan record` and `allocspan doctor` say where nothing can be seen.

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

no_group_was_entered() {
	expect_status 0 record -o trace -- "$RECORD_TARGET" alloc 10
	expect_note "no group was ever entered; try --root"
}

a_group_was_registered_and_not_entered() {
	expect_status 0 record -o trace -- "$RECORD_TARGET" register g alloc 10
	expect_note "groups were registered, but nothing was allocated inside of one; try --root"
}

the_filter_let_nothing_pass() {
	expect_status 0 record -o trace --filter 'tags == "*,group=other,*"' -- \
		"$RECORD_TARGET" enter g alloc 10
	expect_note "none passed the filter"
}

the_program_is_static() {
	expect_status 0 record -o trace --root -- "$RECORD_STATIC"
	expect_note "is statically linked, so nothing can be preloaded"
	[ ! -e trace ] || fail "left an empty directory"
	expect_status 1 "$ALLOCSPAN" doctor "$RECORD_STATIC"
	grep -q "^fail  allocations .*statically linked" "$work/out" || fail "the doctor does not say so"
}

the_program_defines_malloc() {
	expect_status 0 record -o trace --root -- "$RECORD_ALLOCATOR"
	expect_note "brings an allocator of its own"
	expect_status 1 "$ALLOCSPAN" doctor -- "$RECORD_ALLOCATOR" with arguments
	grep -q "^fail  allocations .*allocator of its own" "$work/out" || fail "the doctor does not say so"
}

the_program_gains_privileges() {
	[ "$(id -u)" -eq 0 ] || skip "needs root to make a program of another user"
	cp "$RECORD_STATIC" static
	cp /bin/true privileged
	chown 65534 privileged
	chmod u+s privileged
	expect_status 0 record -o trace --root -- ./privileged
	expect_note "gains privileges"
	expect_status 1 "$ALLOCSPAN" doctor ./privileged
	grep -q "^fail  allocations .*gains privileges" "$work/out" || fail "the doctor does not say so"
}

the_interpreter_of_a_script_counts() {
	printf '#!%s\n' "$RECORD_STATIC" >script
	chmod +x script
	expect_status 0 record -o trace --root -- ./script
	expect_note "$RECORD_STATIC, which runs ./script, is statically linked"
}

run_claim "$@"
