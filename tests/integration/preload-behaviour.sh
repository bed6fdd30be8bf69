#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# preload-behaviour.sh EXIT_STATUS PRELOAD COMMAND [ARGUMENT]...
#
# The command does the same to the byte, and ends with this exit status: on its own, under the interposer while
# nothing is tracked, and under it while everything is (root tracking).
expected_status=$1
preload=$2
shift 2

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
trap 'exit 1' HUP INT TERM

# The name of a run, then the environment of the command.
run() {
	name=$1
	shift
	status=0
	env "$@" >"$out/$name" 2>&1 </dev/null || status=$?
	if [ "$status" -ne "$expected_status" ]; then
		echo "$name: exit status $status instead of $expected_status; the end of what it said:" >&2
		tail -n 20 "$out/$name" >&2
		exit 1
	fi
}

export LTTNG_UST_REGISTER_TIMEOUT=0
run alone "$@"
run dormant LD_PRELOAD="$preload" "$@"
run tracked LD_PRELOAD="$preload" ALLOCSPAN_ROOT=1 "$@"
test -s "$out/alone"
for name in dormant tracked; do
	if ! diff "$out/alone" "$out/$name" >"$out/diff"; then
		echo "$name under the interposer, it behaves differently:" >&2
		head -n 40 "$out/diff" >&2
		exit 1
	fi
done
