#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# tests/bench/short-processes.sh ALLOCSPAN
#
# How much longer a shell takes to run `true` 20 times while it is recorded; the start and the end of `allocspan record` do not count.
# It fails beyond LIMIT times: a process that loads the tracer, or has buffers made for it, takes longer by far.
set -euo pipefail

LIMIT=8
if [ $# -ne 1 ] || [ ! -x "$1" ]; then
	echo "usage: $0 ALLOCSPAN; the command of a build" >&2
	exit 2
fi
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

# The best of five, in microseconds.
cat >"$directory/measure" <<'END'
best=
for round in 1 2 3 4 5; do
	begin=$(date +%s%N)
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		/bin/true
	done
	us=$((($(date +%s%N) - begin) / 1000))
	[ -n "$best" ] && [ "$best" -le "$us" ] || best=$us
done
echo "$best"
END
plain_us=$(sh "$directory/measure")
for form in full packed; do
	options=(-o "$directory/$form")
	[ "$form" = full ] || options+=(--packed)
	recorded_us=$("$1" record "${options[@]}" -- sh "$directory/measure" 2>"$directory/log") || {
		cat "$directory/log" >&2
		exit 1
	}
	echo "20 x true: plain $plain_us us, recorded ($form) $recorded_us us: $((recorded_us * 10 / plain_us)) tenths of it"
	if [ "$recorded_us" -gt $((LIMIT * plain_us)) ]; then
		echo "more than $LIMIT times" >&2
		exit 1
	fi
done
