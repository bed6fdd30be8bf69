#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# The trace of the SQLite service agrees with the service's own account, to the byte, tenant by tenant.
#
#	examples-service-trace.sh LTTNG_FIXTURE PRELOAD PROGRAM
#
# Recorded with plain lttng commands, read with plain babeltrace2, added up by awk: nothing of
# allocspan's analysing side takes part.
preload=$2
program=$3
# shellcheck source=/dev/null
. "$1"
trap lttng_fixture_stop EXIT
trap 'exit 1' HUP INT TERM
lttng_fixture_start

lttng create service --output="$LTTNG_FIXTURE_DIR/trace" >/dev/null
lttng enable-channel --userspace --subbuf-size=8M --num-subbuf=8 events >/dev/null
lttng enable-event --userspace --channel=events 'allocspan:*' >/dev/null
lttng start >/dev/null
LD_PRELOAD=$preload "$program" --requests 1000 >"$LTTNG_FIXTURE_DIR/account"
lttng destroy >/dev/null

babeltrace2 "$LTTNG_FIXTURE_DIR/trace" >"$LTTNG_FIXTURE_DIR/events" 2>"$LTTNG_FIXTURE_DIR/warnings"
if [ -s "$LTTNG_FIXTURE_DIR/warnings" ]; then
	cat "$LTTNG_FIXTURE_DIR/warnings" >&2
	exit 1
fi

# Both print: tenant live_blocks live_bytes alloc_count alloc_bytes free_count free_bytes
awk '
	function field(name) {
		match($0, " " name " = [0-9]+")
		return substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 4)
	}
	!match($0, /",group=tenant,tenant=[a-z]+,"/) { next }
	{
		tenant = substr($0, RSTART + 22, RLENGTH - 24)
		tenants[tenant]
	}
	/ allocspan:alloc: / { allocs[tenant]++; alloc_bytes[tenant] += field("size") }
	/ allocspan:free: / { frees[tenant]++; free_bytes[tenant] += field("size") }
	/ allocspan:free: / && field("source_group_id") != field("current_group_id") { foreign++ }
	END {
		for (tenant in tenants) {
			print tenant, allocs[tenant] - frees[tenant], alloc_bytes[tenant] - free_bytes[tenant],
				allocs[tenant], alloc_bytes[tenant], frees[tenant], free_bytes[tenant]
		}
		if (foreign == 0) {
			print "no tenant freed an answer of another"
		}
	}' "$LTTNG_FIXTURE_DIR/events" | sort >"$LTTNG_FIXTURE_DIR/from-trace"
awk 'NR > 1 { print $1, $6, $7, $8, $9, $10, $11 }' "$LTTNG_FIXTURE_DIR/account" |
	sort >"$LTTNG_FIXTURE_DIR/from-service"

test "$(wc -l <"$LTTNG_FIXTURE_DIR/from-service")" -eq 4
diff "$LTTNG_FIXTURE_DIR/from-service" "$LTTNG_FIXTURE_DIR/from-trace" >&2

# A span a request: one import a tenant, and the queries.
requests=$(awk 'NR > 1 { sum += $3 } END { print sum }' "$LTTNG_FIXTURE_DIR/account")
imports=$(grep -c ' allocspan:span_enter: .* name = "import",.* tags = ",group=tenant,' "$LTTNG_FIXTURE_DIR/events")
spans=$(grep -c ' allocspan:span_enter: .* tags = ",group=tenant,' "$LTTNG_FIXTURE_DIR/events")
test "$imports" -eq 4
test "$spans" -eq "$requests"
test "$requests" -eq 1004
