#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# tests/stress/oracle.sh BUILD_DIRECTORY [SECONDS]
#
# The oracle (tests/integration/oracle.h) with ever new seeds, in each mode, on few and on many threads, over each allocator
# that is there, and recorded, until the time is over (600 seconds if not said) or something disagrees. What it prints
# then brings the seed back.
set -euo pipefail

if [ $# -lt 1 ] || [ ! -x "$1/tests/integration/oracle" ]; then
	echo "usage: $0 BUILD_DIRECTORY [SECONDS]; the directory of a build with tests" >&2
	exit 2
fi
build=$(cd "$1" && pwd)
end=$((SECONDS + ${2:-600}))
scripts=$(cd "$(dirname "$0")/../integration" && pwd)
export ORACLE=$build/tests/integration/oracle PRELOAD=$build/lib/liballocspan-preload.so
seeds=0

allocators=("")
for name in libjemalloc.so.2 libmimalloc.so.2 libtcmalloc_minimal.so.4; do
	path=$(ldconfig -p | sed -n "s/.*$name .*=> //p" | head -n 1)
	[ -z "$path" ] || allocators+=("$path")
done

run() {
	local seed
	seed=$(date +%s%N)
	[ "$SECONDS" -lt "$end" ] || return 0
	LTTNG_UST_REGISTER_TIMEOUT=0 LD_PRELOAD="$PRELOAD $1" "$ORACLE" --mode "$2" --threads "$3" \
		--rounds "$4" --seed "$seed" >"$build/stress-oracle.log" || {
		echo "oracle.sh: failed over '${1:-glibc}': $ORACLE --mode $2 --threads $3 --rounds $4 --seed $seed" >&2
		exit 1
	}
	seeds=$((seeds + $4))
}

while [ "$SECONDS" -lt "$end" ]; do
	for mode in plain tracker reentered timer; do
		for allocator in "${allocators[@]}"; do
			run "$allocator" "$mode" 4 200
			run "$allocator" "$mode" 2 200
		done
		run "" "$mode" 50 10
		for kind in complete lossy; do
			[ "$SECONDS" -lt "$end" ] || break
			"$scripts/oracle-recorded.sh" "$mode" "$kind" 20 >"$build/stress-oracle.log" 2>&1 || {
				cat "$build/stress-oracle.log" >&2
				exit 1
			}
			seeds=$((seeds + 20))
		done
	done
	echo "$seeds seeds agree, $((end - SECONDS)) seconds to go"
done
