#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# What `allocspan` answers by itself: check-cli.sh COMMAND

allocspan=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
	echo "check-cli: $*" >&2
	cat "$work/out" "$work/err" >&2
	exit 1
}

# STATUS ARGUMENT...: its output goes to $work/out and $work/err.
expect() {
	expected=$1
	shift
	status=0
	"$allocspan" "$@" >"$work/out" 2>"$work/err" || status=$?
	[ "$status" -eq "$expected" ] || fail "allocspan $*: status $status instead of $expected"
}

out_has() { grep -q -- "$1" "$work/out" || fail "stdout lacks: $1"; }
err_is() { [ "$(cat "$work/err")" = "$1" ] || fail "stderr is not: $1"; }

expect 0 --help
out_has '^Usage: allocspan COMMAND'
for name in record doctor; do
	expect 0 --help
	out_has "^  $name "
	expect 0 help "$name"
	out_has "^Usage: allocspan $name "
	cp "$work/out" "$work/help"
	expect 0 "$name" --help
	cmp -s "$work/out" "$work/help" || fail "help $name and $name --help differ"
	expect 0 "$name" --version
	out_has '^allocspan [0-9]*\.[0-9]*\.[0-9]*$'
	expect 2 "$name" --no-such-option
	grep -q "^allocspan $name: unrecognized option '--no-such-option'" "$work/err" || fail "does not name the option"
done
expect 0 --version
out_has '^allocspan [0-9]*\.[0-9]*\.[0-9]*$'

expect 2
[ ! -s "$work/out" ] || fail "usage is no output"
expect 2 recrod
err_is "allocspan: there is no command 'recrod'; did you mean 'record'?"
expect 2 docter
err_is "allocspan: there is no command 'docter'; did you mean 'doctor'?"
expect 2 help recor
err_is "allocspan: there is no command 'recor'; did you mean 'record'?"
expect 2 something-else
err_is "allocspan: there is no command 'something-else'; see 'allocspan --help'"
expect 2 "$(printf '%0500d' 0)"

# Each ledger that cannot be read is told, and the rest is salvaged.
mkdir -p "$work/trace/ledger"
expect 0 salvage -o "$work/trace"
echo nothing >"$work/trace/ledger/cut.ledger"
mkfifo "$work/trace/ledger/pipe.ledger"
ln -s /etc/passwd "$work/trace/ledger/link.ledger"
expect 1 salvage -o "$work/trace"
for name in cut pipe link; do
	grep -q "^allocspan: .*/$name.ledger: " "$work/err" || fail "nothing tells of $name.ledger"
done
