#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# tests/stress/long-trace.sh BUILD_DIRECTORY [SECONDS]
#
# The memory of `allocspan report` does not grow with a trace: a full and a packed trace as long as the time allows (600 seconds
# if not said), each beside one of a tenth of its length with as many live blocks and groups. Peak memory may differ by a
# tenth. Needs room in TMPDIR: 100 bytes an event for the full one, 8 GiB at most, and time for 200 million packed events at least.
set -euo pipefail

if [ $# -lt 1 ] || [ ! -x "$1/tests/integration/trace-maker" ]; then
	echo "usage: $0 BUILD_DIRECTORY [SECONDS]; the directory of a build with tests" >&2
	exit 2
fi
export BUILD SECONDS_IN_ALL
BUILD=$(cd "$1" && pwd)
SECONDS_IN_ALL=${2:-600}
# shellcheck source=tests/integration/lttng-fixture.sh disable=SC1091
. "$(dirname "$0")/../integration/lttng-fixture.sh"

LIVE_BLOCKS=200000
GROUPS_OF_TRACE=16
# What a second is worth on a slow machine, making and reading together.
FULL_PER_SECOND=100000
PACKED_PER_SECOND=500000
# A tenth of them has to be more than all blocks that live; and packed, more than the half second of records that is held back to
# be put in order (lib/analysis/packed-merge.h), which is many records where a program does nothing else.
FULL_LEAST=5000000
PACKED_LEAST=100000000
MAX_BYTES=$((8 << 30))
work=$(mktemp -d "${TMPDIR:-/tmp}/aspan-long.XXXXXX")

clean_up() {
	local status=$?
	lttng_fixture_stop || true
	rm -rf "$work"
	exit "$status"
}

fail() {
	echo "long-trace.sh: $*" >&2
	exit 1
}

# The script of so many allocations, each but the last freed.
script_of() {
	if [ "$1" = full ]; then
		echo "churn $2 $LIVE_BLOCKS $GROUPS_OF_TRACE 64"
	else
		for ((group = 2; group < GROUPS_OF_TRACE; group++)); do
			echo "group $group ,group=churn,tenant=$group,"
		done
		echo "churn 2 $(($2 / 2)) $((LIVE_BLOCKS / 2)) 64 400"
	fi
}

# make_trace DIRECTORY full|packed ALLOCATIONS. A program that waits for room loses nothing.
make_trace() {
	local maker=trace-maker events='allocspan:*'
	if [ "$2" = packed ]; then
		maker=packed-maker events='allocspan_packed:*'
	fi
	lttng --quiet create long --output="$1"
	LTTNG_UST_ALLOW_BLOCKING=1 lttng --quiet enable-channel -u channel --subbuf-size=8M --num-subbuf=8 --blocking-timeout=inf
	lttng --quiet enable-event -u -c channel "$events"
	lttng --quiet add-context -u -c channel -t vpid -t vtid -t procname
	lttng --quiet start
	script_of "$2" "$3" |
		LTTNG_UST_ALLOW_BLOCKING=1 "$BUILD/tests/integration/$maker" "$BUILD/lib/liballocspan-tp.so"
	lttng --quiet stop
	lttng --quiet destroy long
}

# Says what a report of the trace takes, and sets peak_kib: of its own memory, as what is mapped of files comes and goes as
# the machine likes. The command works in a child.
measure() {
	python3 - "$BUILD/bin/allocspan" "$1" >"$work/measured" <<'END'
import json, re, subprocess, sys, tempfile, time

def own_kib(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            pids = [str(pid), *children.read().split()]
        return max(int(re.search(r"RssAnon:\s+(\d+)", open(f"/proc/{one}/status", encoding="utf-8").read())[1]) for one in pids)
    except (OSError, TypeError):
        return 0

begin, peak = time.monotonic(), 0
with tempfile.TemporaryFile() as out:
    with subprocess.Popen([sys.argv[1], "report", "--format=json", "--by=tag:tenant", sys.argv[2]], stdout=out) as report:
        while report.poll() is None:
            peak = max(peak, own_kib(report.pid))
            time.sleep(0.005)
    assert report.returncode == 0, "the report failed"
    out.seek(0)
    d = json.load(out)
assert d["complete"] and d["discarded_events"] == 0, d["notes"]
print(d["events"]["alloc"] + d["events"]["free"], d["total"]["live_count"], peak, f"{time.monotonic() - begin:.1f}")
END
	read -r events live peak_kib seconds <"$work/measured"
	[ "$live" -eq "$LIVE_BLOCKS" ] || fail "$live blocks live instead of $LIVE_BLOCKS"
	[ "$peak_kib" -gt 0 ] || fail "its memory was not seen"
	printf '%s: %d events, %d MiB, %d KiB at the peak, %s s\n' "${1##*/}" "$events" \
		"$(du -sm "$1" | cut -f 1)" "$peak_kib" "$seconds"
}

# compare full|packed ALLOCATIONS LEAST
compare() {
	local allocations=$(($2 > $3 ? $2 : $3)) short
	make_trace "$work/short-$1" "$1" $((allocations / 10))
	measure "$work/short-$1"
	short=$peak_kib
	make_trace "$work/long-$1" "$1" "$allocations"
	measure "$work/long-$1"
	rm -rf "$work/short-$1" "$work/long-$1"
	[ $((peak_kib * 10)) -le $((short * 11)) ] || fail "$1: $peak_kib KiB for ten times the length of $short KiB"
}

trap clean_up EXIT
trap 'exit 1' HUP INT TERM
lttng_fixture_start
# Half of the time each; two events are one allocation.
full=$((SECONDS_IN_ALL * FULL_PER_SECOND / 4))
most=$((MAX_BYTES / 200))
compare full "$((full < most ? full : most))" $FULL_LEAST
compare packed "$((SECONDS_IN_ALL * PACKED_PER_SECOND / 4))" $PACKED_LEAST
