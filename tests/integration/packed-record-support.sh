# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What the scripts that record packed events share. Source it after recorded-support.sh, which sets $here and $trace.
# shellcheck disable=SC2154

# Reads $trace once more, for packed-record.py.
read_packed() {
	LC_ALL=C babeltrace2 --clock-cycles "$trace" >"$LTTNG_FIXTURE_DIR/cycles" 2>"$LTTNG_FIXTURE_DIR/warnings" ||
		fail "babeltrace2: $(cat "$LTTNG_FIXTURE_DIR/warnings")"
	if grep -i discarded "$LTTNG_FIXTURE_DIR/warnings" >&2; then
		fail "the tracer lost events"
	fi
}

# packed WHAT: see packed-record.py.
packed() {
	python3 "$here/packed-record.py" "$1" "$LTTNG_FIXTURE_DIR/cycles"
}
