# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What the tests of `allocspan report` share, on top of record-lib.sh: traces with known answers, recorded from a
# script of trace-maker.c with a session daemon of the claim's own.
#
# Set by ctest: ALLOCSPAN, the command; TRACE_MAKER; TP_LIBRARY, liballocspan-tp.so; PLUGIN_DIRECTORY, of our
# babeltrace2 plugin; REPORT_SCHEMA, report.schema.json.

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

# start_session DIRECTORY [enable-channel OPTION]...; $contexts and $events may be set before.
start_session() {
	directory=$PWD/$1
	shift
	[ -n "$LTTNG_FIXTURE_PID" ] || lttng_fixture_start
	lttng --quiet create session --output="$directory"
	# shellcheck disable=SC2086
	lttng --quiet enable-channel -u channel "${@:---subbuf-size=8M}"
	lttng --quiet enable-event -u -c channel "${events:-allocspan:*}"
	for context in ${contexts-vpid vtid procname}; do
		lttng --quiet add-context -u -c channel -t "$context"
	done
	lttng --quiet start
}

# Discarded events are told on lttng's stdout and stderr, and are what some claims are about.
end_session() {
	lttng --quiet stop >lttng.log 2>&1
	lttng --quiet destroy session >>lttng.log 2>&1
}

# A line of a script: waits until the consumer daemon has emptied the buffers. `lttng stop` returns when it has.
# shellcheck disable=SC2034
SHELL_EMPTY_BUFFERS='shell lttng --quiet stop >>lttng.log 2>&1; lttng --quiet start'

make_trace() {
	"$TRACE_MAKER" "$TP_LIBRARY"
}

# record_script DIRECTORY [enable-channel OPTION]... <SCRIPT
record_script() {
	start_session "$@"
	make_trace
	end_session
}

report() {
	"$ALLOCSPAN" report "$@"
}

# Puts the report of these traces as JSON in $work/json; the status must be 0.
report_json() {
	expect_status 0 report --format=json "$@"
	cp "$work/out" "$work/json"
}

# expect_json EXPRESSION...: of Python, true of the report d, with g(NAME) for the group of this name.
expect_json() {
	python3 "$here/report-json.py" "$REPORT_SCHEMA" "$work/json" "$@" >"$work/why" 2>&1 ||
		fail "$(cat "$work/why" "$work/json")"
}

# The part of a trace that holds its files.
trace_of() {
	dirname "$(find "$1" -name metadata)"
}
