#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The recorded trace of an oracle's run agrees with its account: oracle-recorded.sh MODE complete|lossy ROUNDS
#
# Set by ctest: ORACLE, PRELOAD, and ALLOCSPAN if the command is built: its report is compared too. "lossy" gives alloc and free so small buffers that events are discarded; spans and
# groups are recorded in a channel of their own, as `allocspan record` does.
set -euo pipefail
# shellcheck source=tests/integration/lttng-fixture.sh
. "$(dirname "$0")/lttng-fixture.sh"
trap lttng_fixture_stop EXIT
trap 'exit 1' HUP INT TERM

mode=$1
kind=$2
rounds=$3
here=$(cd "$(dirname "$0")" && pwd)

lttng_fixture_start
trace=$LTTNG_FIXTURE_DIR/trace
account=$LTTNG_FIXTURE_DIR/account
if [ "$kind" = lossy ]; then
	size=(--subbuf-size=4096 --num-subbuf=2)
else
	size=(--subbuf-size=8M --num-subbuf=8)
fi
{
	lttng create oracle --output="$trace"
	lttng enable-channel --userspace "${size[@]}" blocks
	lttng enable-channel --userspace --subbuf-size=4M --num-subbuf=8 others
	lttng enable-event --userspace --channel=blocks allocspan:alloc,allocspan:free
	lttng enable-event --userspace --channel=others \
		'allocspan:span_*,allocspan:group_*,allocspan:misuse'
	# The report wants to know which process it was.
	lttng add-context --userspace --type=vpid --type=vtid --type=procname
	lttng start
} >"$LTTNG_FIXTURE_DIR/lttng.log"

LD_PRELOAD=$PRELOAD ALLOCSPAN_STATS_INTERVAL_MS=20 \
	"$ORACLE" --mode "$mode" --rounds "$rounds" --account "$account"

lttng stop >"$LTTNG_FIXTURE_DIR/stop.log" 2>&1
lttng destroy >/dev/null
babeltrace2 "$trace" 2>"$LTTNG_FIXTURE_DIR/warnings" |
	python3 "$here/oracle-trace.py" "$kind" "$account"
if [ -n "${ALLOCSPAN:-}" ]; then
	"$ALLOCSPAN" report --format=json "$trace" | python3 "$here/oracle-report.py" "$kind" "$account"
fi
discarded=$(grep -c 'discarded' "$LTTNG_FIXTURE_DIR/warnings" || true)
if [ "$kind" = lossy ] && [ "$discarded" -eq 0 ]; then
	echo "oracle-recorded: no event was lost: this run shows nothing" >&2
	exit 1
elif [ "$kind" = complete ] && [ "$discarded" -ne 0 ]; then
	echo "oracle-recorded: events were lost: this run shows nothing" >&2
	cat "$LTTNG_FIXTURE_DIR/warnings" >&2
	exit 1
fi
