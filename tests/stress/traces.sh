#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# tests/stress/traces.sh BUILD_DIRECTORY [SECONDS]
#
# Traces damaged at random, read by `report` in each format, `check`, `diff` and `export` (tests/integration/damaged-traces.sh),
# with ever new seeds until the time is over (600 seconds if not said). The commands are built anew in
# BUILD_DIRECTORY/stress-traces with address and undefined behaviour sanitizers. What a command does wrong with is kept there too.
set -euo pipefail

if [ $# -lt 1 ] || [ ! -d "$1" ]; then
	echo "usage: $0 BUILD_DIRECTORY [SECONDS]" >&2
	exit 2
fi
build=$(cd "$1" && pwd)
end=$((SECONDS + ${2:-600}))
source=$(cd "$(dirname "$0")/../.." && pwd)
sanitized=$build/stress-traces
claims=(a_full_trace a_packed_trace a_trace_with_call_stacks a_stock_trace_that_is_bound)
flags="-O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"

{
	cmake -S "$source" -B "$sanitized" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS="$flags" -DCMAKE_CXX_FLAGS="$flags"
	ninja -C "$sanitized" allocspan-cli babeltrace-plugin-allocspan
} >"$build/stress-traces.log" 2>&1 || {
	tail -n 20 "$build/stress-traces.log" >&2
	exit 1
}

export ALLOCSPAN=$sanitized/bin/allocspan RECORD_TARGET=''
export REPORT_SCHEMA=$source/lib/bt2-plugin/report.schema.json
export DAMAGE_KEEP=$sanitized/kept

while [ "$SECONDS" -lt "$end" ]; do
	for claim in "${claims[@]}"; do
		share=$(((end - SECONDS) < 60 ? end - SECONDS : 60))
		[ "$share" -gt 0 ] || break
		DAMAGE_SEED=$(date +%s%N) DAMAGE_LIMIT=${share}s "$source/tests/integration/damaged-traces.sh" "$claim" || {
			echo "traces.sh: $claim failed; the traces are in $DAMAGE_KEEP" >&2
			exit 1
		}
	done
done
