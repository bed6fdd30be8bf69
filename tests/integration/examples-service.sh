#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# The service over SQLite, without a session daemon: examples-service.sh CLAIM PRELOAD PROGRAM
#
# Columns of its account: tenant packages requests statements checksum live_blocks live_bytes
# alloc_count alloc_bytes free_count free_bytes.
claim=$1
export LD_PRELOAD="$2"
program=$3

fail() {
	echo "$1" >&2
	exit 1
}

# Prints the given columns of the account, a line a tenant.
columns() {
	wanted=$1
	shift
	account=$("$program" "$@") || fail "the service failed: $*"
	echo "$account" | awk -v wanted="$wanted" '
		NR > 1 {
			n = split(wanted, column, ",")
			for (i = 1; i <= n; i++) {
				printf "%s ", $column[i]
			}
			print ""
		}'
}

case $claim in
same_work_in_each_run)
	first=$(columns 1,2,3,4,5 --requests 500 --workers 1)
	second=$(columns 1,2,3,4,5 --requests 500 --workers 8)
	[ "$first" = "$second" ] || fail "one worker and eight gave different answers: $first; $second"
	[ "$(echo "$first" | wc -l)" -eq 4 ] || fail "there are four tenants, not: $first"
	;;
closing_gives_all_memory_back)
	live=$(columns 6,7 --requests 500 --close)
	[ "$(echo "$live" | sort -u)" = "0 0 " ] || fail "blocks and bytes left: $live"
	;;
unbounded_statements_are_what_base_holds)
	unbounded=$(columns 1,7 | awk '$1 == "base" { print $2 }')
	bounded=$(columns 1,7 --statements 8 | awk '$1 == "base" { print $2 }')
	[ "$unbounded" -gt $((4 * bounded)) ] ||
		fail "base holds $unbounded bytes, and $bounded with 8 statements"
	;;
the_bug_changes_no_answer)
	[ "$(columns 1,3,5)" = "$(columns 1,3,5 --statements 8)" ] || fail "the answers differ"
	;;
without_interposer_it_says_what_to_do)
	unset LD_PRELOAD
	said=$("$program" --requests 10 2>&1 >/dev/null)
	case $said in
	"sqlite-service: nothing was counted; run it with "*) ;;
	*) fail "it said: $said" ;;
	esac
	;;
bad_input_is_one_line)
	status=0
	said=$("$program" --status /nonexistent 2>&1) || status=$?
	[ "$status" -eq 1 ] || fail "exit status $status for a missing file"
	[ "$said" = "sqlite-service: cannot read packages from /nonexistent: No such file or directory; \
name another file with --status" ] || fail "it said: $said"
	status=0
	"$program" --status /etc/passwd >/dev/null 2>&1 || status=$?
	[ "$status" -eq 1 ] || fail "exit status $status for a file of another sort"
	status=0
	"$program" --workers 0 >/dev/null 2>&1 || status=$?
	[ "$status" -eq 2 ] || fail "exit status $status for no workers"
	;;
*)
	fail "no such claim: $claim"
	;;
esac
