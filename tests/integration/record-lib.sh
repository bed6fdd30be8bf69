# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What the tests of the command share. A test is a file of functions, each a claim; `FILE CLAIM` checks one:
#
#	. "$(dirname "$0")/record-lib.sh"
#	some_claim() { ... }
#	run_claim "$@"
#
# Set by ctest: ALLOCSPAN, the command; RECORD_TARGET, the program of record-target.c; RECORD_TICKER, a program with
# tracepoints of its own. A claim runs in an empty directory, with no session daemon in reach unless it starts one, and
# with a TMPDIR of its own, so that what is left behind can be seen.

# shellcheck source=tests/integration/lttng-fixture.sh
. "$(dirname "$0")/lttng-fixture.sh"

# shellcheck disable=SC2034
here=$(cd "$(dirname "$0")" && pwd)
SKIPPED=77

fail() {
	echo "$claim: $*" >&2
	for file in "$work"/out "$work"/err; do
		if [ -s "$file" ]; then
			echo "--- its ${file##*/}:" >&2
			cat "$file" >&2
		fi
	done
	exit 1
}

skip() {
	echo "skipped: $*"
	exit $SKIPPED
}

# Runs it with its output in $work/out and $work/err.
expect_status() {
	expected=$1
	shift
	status=0
	"$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
	[ "$status" -eq "$expected" ] || fail "status $status instead of $expected: $*"
}

record() {
	"$ALLOCSPAN" record "$@"
}

# One line that begins with "allocspan: " and has this in it.
expect_error() {
	[ "$(wc -l <"$work/err")" -eq 1 ] || fail "not one line on stderr"
	grep -q "^allocspan: .*$1" "$work/err" || fail "stderr lacks: $1"
}

expect_note() {
	grep -q "^allocspan: .*$1" "$work/err" || fail "stderr lacks: $1"
}

expect_equal() {
	[ "$2" = "$3" ] || fail "$1: $2 instead of $3"
}

# How many events of this name (a pattern) a trace has.
count() {
	babeltrace2 "$2" | grep -cE " $1: \{ cpu_id" || true
}

# How many lines of a trace have this text.
count_text() {
	babeltrace2 "$2" | grep -cF "$1" || true
}

# No file of the daemon, and no process: each inherits TMPDIR.
expect_nothing_left() {
	[ -z "$(ls -A "$TMPDIR")" ] || fail "left in TMPDIR: $(ls -A "$TMPDIR")"
	# Helpers of a daemon that was killed end a moment after it, on a busy machine within a minute.
	polled=0
	while left=$(list_processes) && [ -n "$left" ] && [ "$polled" -lt 600 ]; do
		polled=$((polled + 1))
		sleep 0.1
	done
	[ -z "$left" ] || fail "left: $left"
	! lttng_fixture_may_mount || [ -z "$(list_buffers)" ] || fail "left: $(list_buffers)"
}

list_processes() {
	for process in /proc/[0-9]*; do
		if grep -qsz "^TMPDIR=$TMPDIR\$" "$process/environ"; then
			tr '\0' ' ' 2>/dev/null <"$process/cmdline" |
				grep -E "lttng-|$ALLOCSPAN|$RECORD_TARGET" || true
		fi
	done
}

# Until the command of $recorder has said "ready".
wait_for_ready() {
	until grep -qs ready "$work/out"; do
		kill -0 "${recorder:?}" || fail "ended early"
		sleep 0.05
	done
}

list_buffers() {
	find /dev/shm -mindepth 1 ! -name 'lttng-ust-wait-*'
}

clean_up() {
	status=$?
	lttng_fixture_stop || true
	rm -rf "$work"
	exit $status
}

run_claim() {
	claim=$1
	work=$(mktemp -d /tmp/aspan.XXXXXX)
	trap clean_up EXIT
	trap 'exit 1' HUP INT TERM
	mkdir "$work/tmp" "$work/here"
	export TMPDIR="$work/tmp"
	cd "$work/here" || exit 1
	"$claim"
}
