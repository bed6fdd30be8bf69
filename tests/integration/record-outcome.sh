#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# How `allocspan record` ends: statuses, wrong arguments, directories.

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

passes_on_exit_status() {
	expect_status 7 record -o trace -- "$RECORD_TARGET" enter g alloc 3 status 7
	expect_equal "allocations" "$(count allocspan:alloc trace)" 3
	expect_nothing_left
}

gives_128_and_the_number_of_the_signal() {
	# shellcheck disable=SC2016
	expect_status 137 record -o trace -- sh -c 'kill -KILL $$'
}

passes_on_arguments_and_streams() {
	# shellcheck disable=SC2016
	echo in | record -o trace -- sh -c 'cat; echo "$1" -- $#; echo err >&2' sh -o x >out 2>err
	expect_equal "output" "$(cat out)" "in
-o -- 2"
	grep -qx err err || fail "the command's stderr is lost"
}

tells_what_was_recorded_and_what_next() {
	expect_status 0 record -o trace -- "$RECORD_TARGET" enter g alloc 10 free
	total=$(babeltrace2 trace | wc -l)
	expect_note "recorded $total events, lost 0, in trace"
	expect_note "next: allocspan report trace"
	expect_equal "stdout" "$(cat "$work/out")" ""
}

keeps_what_the_user_preloads() {
	# shellcheck disable=SC2016
	expect_status 0 env LD_PRELOAD=libpthread.so.0:libdl.so.2 "$ALLOCSPAN" record -o trace -- \
		sh -c 'echo "$LD_PRELOAD"'
	grep -qE '/liballocspan-preload\.so[.0-9]*:liblttng-ust-fd\.so\.1:libpthread\.so\.0:libdl\.so\.2$' \
		"$work/out" || fail "preloads something else"
}

preloads_what_keeps_contexts_where_there_are_more() {
	# shellcheck disable=SC2016
	expect_status 0 record --context vuid -o trace -- sh -c 'echo "$LD_PRELOAD"'
	grep -qE '/liballocspan-preload\.so[.0-9]*:liblttng-ust-fd\.so\.1:liblttng-ust-fork\.so\.1$' "$work/out" ||
		fail "preloads something else"
}

closed_streams_do_no_harm() {
	status=0
	record -o trace -- "$RECORD_TARGET" enter g alloc 3 status 7 <&- >&- 2>&- || status=$?
	expect_equal "status" "$status" 7
	expect_equal "allocations" "$(count allocspan:alloc trace)" 3
}

what_to_type_next_can_be_typed() {
	expect_status 0 record -o "a trace" -- "$RECORD_TARGET" enter g alloc 1
	expect_note "next: allocspan report 'a trace'"
}

names_the_directory_after_command_and_time() {
	expect_status 0 record -- "$RECORD_TARGET" enter g alloc 1
	found=$(ls)
	echo "$found" | grep -qE "^allocspan-${RECORD_TARGET##*/}-[0-9]{8}-[0-9]{6}\$" ||
		fail "directory: $found"
	expect_note "in $found"
}

takes_an_empty_directory() {
	mkdir trace
	expect_status 0 record -o trace -- "$RECORD_TARGET" enter g alloc 2
	expect_equal "allocations" "$(count allocspan:alloc trace)" 2
}

# The command must not have run; nothing may be left.
expect_refusal() {
	expect_status "$@" touch ran
	[ ! -e ran ] || fail "the command ran"
	expect_nothing_left
}

refuses_a_directory_with_files() {
	mkdir trace
	touch trace/precious
	expect_refusal 1 record -o trace --
	expect_error "trace is not empty"
	[ -e trace/precious ] || fail "removed a file"
}

refuses_a_file_as_directory() {
	touch trace
	expect_refusal 1 record -o trace --
	expect_error "trace is no directory"
}

refuses_an_unwritable_directory() {
	expect_refusal 1 record -o /proc/allocspan-trace --
	expect_error "cannot write to /proc/allocspan-trace"
	expect_refusal 1 record -o no/such/trace --
	expect_error "cannot write to no/such/trace"
	[ ! -e no ] || fail "made a directory"
}

says_127_for_a_missing_command() {
	expect_status 127 record -o trace -- no-such-command
	expect_error "no-such-command: command not found"
	expect_status 127 record -o trace -- ./no-such-command
	expect_error "no-such-command: command not found"
	[ ! -e trace ] || fail "left a directory"
	expect_nothing_left
}

says_126_for_what_cannot_be_executed() {
	echo data >file
	expect_status 126 record -o trace -- ./file
	expect_error "./file: cannot be run: Permission denied"
	printf '#!/no/such/interpreter\n' >script
	chmod +x script
	expect_status 126 record -o trace -- ./script
	expect_error "./script: cannot be run: the interpreter"
	[ ! -e trace ] || fail "left a directory"
	expect_nothing_left
}

refuses_wrong_arguments_before_anything_runs() {
	expect_refusal 2 record --filter 'tags ==' --
	expect_error "does not understand 'tags =='"
	expect_refusal 2 record --filter 'nosuch == 1' --
	expect_error "'nosuch' is no field"
	expect_refusal 2 record --context nosuch --
	expect_error "no context 'nosuch'"
	expect_refusal 2 record --event 'allocspan_packed:*' --
	expect_error "would record every allocation twice"
	expect_status 2 record
	grep -q "no command to record" "$work/err" || fail "does not say what lacks"
	expect_equal "files" "$(ls)" ""
}

fails_where_the_daemon_does_not_start() {
	printf '#!/bin/sh\necho "Error: out of luck" >&2\nexit 1\n' >daemon
	chmod +x daemon
	export LTTNG_SESSIOND_PATH="$PWD/daemon"
	expect_refusal 1 record -o trace --
	expect_error "the session daemon does not start (it says: out of luck)"
	[ ! -e trace ] || fail "left a directory"
	export LTTNG_SESSIOND_PATH="$PWD/none"
	expect_refusal 1 record -o trace --
	expect_error "lttng-sessiond not found"
}

run_claim "$@"
