#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# life-recorded.sh PRELOAD PROGRAM [CLAIM]: the claims hold while a session records, and for each process, children too, the
# events of each group are what its counters say.
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
preload=$1
shift

lttng_fixture_start
session_create life
lttng --quiet start
export LIFE_ACCOUNT="$LTTNG_FIXTURE_DIR/account"
LD_PRELOAD="$preload liblttng-ust-fork.so.1" "$@" >"$LTTNG_FIXTURE_DIR/said" 2>&1 ||
	fail "$* : exit status $?: $(grep -v ^ok "$LTTNG_FIXTURE_DIR/said" | head -n 20)"
grep -q ^ok "$LTTNG_FIXTURE_DIR/said" || fail "no claim was checked"
session_end
read_trace

# A process that did an exec has written twice.
awk '{ for (i = 3; i <= 6; i++) sum[$1 " " $2, i] += $i; key[$1 " " $2] }
	END { for (k in key) if (sum[k, 3] + sum[k, 5])
		print k, sum[k, 3], sum[k, 4], sum[k, 5], sum[k, 6] }' \
	"$LIFE_ACCOUNT" | sort >"$LTTNG_FIXTURE_DIR/expected"
awk '
	function number_after(name) {
		return match($0, " " name " = [0-9]+") ? substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 4) : "-"
	}
	/ allocspan:(alloc|free): / && match($0, /tags = ",group=(first|second|third),"/) {
		group = substr($0, RSTART + 15, RLENGTH - 17)
		key = number_after("vpid") " " group
		column = / allocspan:alloc: / ? 3 : 5
		sum[key, column]++
		sum[key, column + 1] += number_after("size")
		keys[key]
	}
	END { for (k in keys) print k, sum[k, 3] + 0, sum[k, 4] + 0, sum[k, 5] + 0, sum[k, 6] + 0 }
	' "$LTTNG_FIXTURE_DIR/text" | sort >"$LTTNG_FIXTURE_DIR/actual"
[ -s "$LTTNG_FIXTURE_DIR/expected" ] || fail "the program wrote no account"
must_equal "$LTTNG_FIXTURE_DIR/expected" "$LTTNG_FIXTURE_DIR/actual" \
	"the trace (>) is not what the counters of the processes say (<): pid, group, allocations, bytes, frees, bytes"
