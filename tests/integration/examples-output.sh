#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# An example prints just what its file promises: examples-output.sh NAME PROGRAM
#
# The examples that print link the interposer themselves, so what they print is what was counted.

case "$1" in
tracker)
	expected='parser allocates 8 bytes and gets more
parser allocates 4 bytes and gets more
renderer frees 4 bytes of parser
1 freed by their own group, 1 by another'
	;;
thread-pool)
	expected='images: 100 blocks, 500000 bytes
mails: 100 blocks, 7000 bytes'
	;;
cpp-scopes)
	# The page of 500 characters with its final zero, and the vector's one std::string of 32 bytes.
	expected='this page is too long; active group afterwards: 0
tenant blue: 2 blocks, 533 bytes
images: 1 blocks, 4096 bytes'
	;;
hello)
	expected='Hello, world!
Hello, heap!'
	;;
*)
	echo "usage: $0 NAME PROGRAM" >&2
	exit 2
	;;
esac

actual=$("$2" 2>&1)
if [ "$actual" != "$expected" ]; then
	printf 'expected:\n%s\nprinted:\n%s\n' "$expected" "$actual" >&2
	exit 1
fi
