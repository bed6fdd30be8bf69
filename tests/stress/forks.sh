#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# tests/stress/forks.sh BUILD_DIRECTORY [SECONDS]
#
# Programs that fork in all ways and are killed at any time, with ever new seeds, until the time is over (600 seconds if not
# said) or a ledger disagrees with the program's own account (tests/integration/ledger-judge.c). What it prints then brings the seed
# back.
set -euo pipefail

if [ $# -lt 1 ] || [ ! -x "$1/tests/integration/ledger-judge" ]; then
	echo "usage: $0 BUILD_DIRECTORY [SECONDS]; the directory of a build with tests" >&2
	exit 2
fi
build=$(cd "$1" && pwd)
end=$((SECONDS + ${2:-600}))
export LEDGER_PRELOAD=$build/lib/liballocspan-preload.so LTTNG_UST_REGISTER_TIMEOUT=0
trials=0

while [ "$SECONDS" -lt "$end" ]; do
	"$build/tests/integration/ledger-judge" "$build/tests/integration/ledger-program" "$(date +%s%N)" 50 \
		>"$build/stress-forks.log" 2>&1 || {
		cat "$build/stress-forks.log" >&2
		exit 1
	}
	trials=$((trials + 50))
done
echo "forks.sh: $trials trials agree with their accounts"
