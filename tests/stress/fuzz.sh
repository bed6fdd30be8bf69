#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# tests/stress/fuzz.sh BUILD_DIRECTORY [SECONDS]
#
# Each libFuzzer driver of tests/unit for its share of the time (600 seconds in all if not said). What they have learnt is kept
# in BUILD_DIRECTORY/fuzz, so that the next run goes on from there; what makes one fail is left there too. A driver that the build
# made seeds for, tests/unit/seeds-NAME, begins with those, and its inputs may be as long as they are.
set -euo pipefail

if [ $# -lt 1 ] || ! compgen -G "$1/tests/unit/fuzz-*" >/dev/null; then
	echo "usage: $0 BUILD_DIRECTORY [SECONDS]; the directory of a build with tests, and clang" >&2
	exit 2
fi
build=$(cd "$1" && pwd)
fuzzers=("$build"/tests/unit/fuzz-*)
share=$((${2:-600} / ${#fuzzers[@]} + 1))
export LTTNG_UST_REGISTER_TIMEOUT=0

for fuzzer in "${fuzzers[@]}"; do
	name=${fuzzer##*/}
	corpus=$build/fuzz/$name
	seeds=$build/tests/unit/seeds-${name#fuzz-}
	mkdir -p "$corpus"
	arguments=(-max_len=2000)
	[ ! -d "$seeds" ] || arguments=(-max_len=32768 "$seeds")
	"$fuzzer" -max_total_time="$share" -artifact_prefix="$corpus-" "$corpus" "${arguments[@]}" \
		>"$corpus.log" 2>&1 || {
		tail -n 40 "$corpus.log" >&2
		echo "fuzz.sh: $name failed; the input is beside $corpus.log" >&2
		exit 1
	}
	echo "$name: $(find "$corpus" -type f | wc -l) inputs, $(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$corpus.log") runs"
done
