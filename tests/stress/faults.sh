#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# tests/stress/faults.sh BUILD_DIRECTORY [TRIALS [FAULT...]]
#
# A program that comes to its end in each way there is, and recordings whose daemon dies or whose disk is full, with a new seed:
# so many trials of each in each form (20 if not said). It prints a table of how many reports were silently wrong, and fails if one
# was (tests/integration/recorded-faults.py).
set -euo pipefail

if [ $# -lt 1 ] || [ ! -x "$1/tests/integration/fault-program" ]; then
	echo "usage: $0 BUILD_DIRECTORY [TRIALS [FAULT...]]; the directory of a build with tests" >&2
	exit 2
fi
build=$(cd "$1" && pwd)
scripts=$(cd "$(dirname "$0")/../integration" && pwd)
trials=${2:-20}
shift $(($# < 2 ? $# : 2))
exec "$scripts/recorded-faults.sh" "$build/bin/allocspan" "$build/tests/integration/fault-program" "$(date +%s%N)" \
	"$trials" "$@"
