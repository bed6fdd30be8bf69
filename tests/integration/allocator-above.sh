#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# allocator-above.sh PRELOAD ALLOCATOR PROGRAM [ARGUMENT]...
#
# Preloaded in the wrong order, the allocator comes before the interposer: nothing can be seen, and the program
# does what it does without the interposer.
preload=$1
allocator=$2
shift 2
export LTTNG_UST_REGISTER_TIMEOUT=0
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
trap 'exit 1' HUP INT TERM

expected=0
LD_PRELOAD=$allocator "$@" >"$out/alone" 2>&1 || expected=$?
status=0
LD_PRELOAD=$allocator:$preload ALLOCSPAN_ROOT=1 "$@" >"$out/under" 2>&1 || status=$?
diff "$out/alone" "$out/under"
[ "$status" -eq "$expected" ] || {
	echo "exit status $status instead of $expected" >&2
	exit 1
}
[ -s "$out/alone" ]
