#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# tests/stress/life.sh BUILD_DIRECTORY [SECONDS]
#
# The interposer under other allocators, in every stage of a process's, a thread's and the tracer's life, again and again in
# another order each time, two at once on each processor, until the time is over (600 seconds if not said) or one fails.
set -euo pipefail

if [ $# -lt 1 ] || [ ! -e "$1/CTestTestfile.cmake" ]; then
	echo "usage: $0 BUILD_DIRECTORY [SECONDS]; the directory of a build with tests" >&2
	exit 2
fi
build=$1
end=$((SECONDS + ${2:-600}))
rounds=0

while [ "$SECONDS" -lt "$end" ]; do
	ctest --test-dir "$build" --tests-regex '^integration/(allocator|meaning|preload|life|tracing-life)' \
		--schedule-random --parallel "$((2 * $(nproc)))" --output-on-failure --no-tests=error \
		--stop-on-failure </dev/null >"$build/stress-life.log" 2>&1 || {
		cat "$build/stress-life.log"
		echo "life.sh: failed in round $((rounds + 1))" >&2
		exit 1
	}
	rounds=$((rounds + 1))
	echo "round $rounds passed, $((end - SECONDS)) seconds to go"
done
