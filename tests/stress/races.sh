#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# tests/stress/races.sh BUILD_DIRECTORY [SECONDS]
#
# The core under many threads and under a signal after each single instruction (tests/unit/threads.cmake), again and
# again until the time is over (600 seconds if not said) or something is wrong. Worth a run in a build of the preset tsan, too.
set -euo pipefail

if [ $# -lt 1 ] || [ ! -x "$1/tests/unit/test-races" ]; then
	echo "usage: $0 BUILD_DIRECTORY [SECONDS]; the directory of a build with tests" >&2
	exit 2
fi
tests=$1/tests/unit
end=$((SECONDS + ${2:-600}))
rounds=0
export LTTNG_UST_REGISTER_TIMEOUT=0

run() {
	"$@" >"$tests/stress-races.log" 2>&1 || {
		cat "$tests/stress-races.log" >&2
		echo "races.sh: $1 failed in round $((rounds + 1))" >&2
		exit 1
	}
}

while [ "$SECONDS" -lt "$end" ]; do
	for _ in {1..20}; do
		run "$tests/test-races"
	done
	# Other distances put the signals at other places.
	ALLOCSPAN_TEST_STEPS_APART=$((23 + RANDOM % 200)) run "$tests/test-model-signal-steps"
	run "$tests/test-group-life"
	rounds=$((rounds + 1))
	echo "round $rounds passed, $((end - SECONDS)) seconds to go"
done
