#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# tests/stress/real-programs.sh BUILD_DIRECTORY [SECONDS [PROGRAM]...]
#
# Real programs do the same while everything that they allocate is recorded, with more work in each round, until the time
# is over (900 seconds if not said) or one does not. The programs are those of tests/integration/real-programs.sh.
set -euo pipefail

if [ $# -lt 1 ] || [ ! -e "$1/lib/liballocspan-preload.so" ]; then
	echo "usage: $0 BUILD_DIRECTORY [SECONDS [PROGRAM]...]; the directory of a build" >&2
	exit 2
fi
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preload=$(cd "$1" && pwd)/lib/liballocspan-preload.so
end=$((SECONDS + ${2:-900}))
shift "$(($# < 2 ? $# : 2))"
[ $# -gt 0 ] || set -- git gcc clang python3 perl sqlite3 node redis nginx java ffmpeg imagemagick
rounds=1

while [ "$SECONDS" -lt "$end" ]; do
	for program; do
		[ "$SECONDS" -lt "$end" ] || break
		status=0
		timeout --kill-after=10 "$((300 * rounds))" "$tests/integration/real-programs.sh" "$program" "$preload" \
			"$(dirname "$tests")" "$rounds" </dev/null || status=$?
		# 77 is for what is not installed.
		if [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; then
			echo "real-programs.sh: $program failed with $rounds times the work" >&2
			exit 1
		fi
	done
	rounds=$((2 * rounds))
done
