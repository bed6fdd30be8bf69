#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# packed-record-claims.sh compare|facts PRELOAD PROGRAM [CLAIM]: the claims hold while both forms are recorded, plainly and
# re-entered, and both forms tell the same (packed-record.py).
. "$(dirname "$0")/lttng-fixture.sh"
. "$(dirname "$0")/recorded-support.sh"
. "$(dirname "$0")/packed-record-support.sh"
what=$1
preload=$2
shift 2

lttng_fixture_start
export LIFE_ACCOUNT="$LTTNG_FIXTURE_DIR/account"
for how in plainly tracker timer; do
	session_create "$how" 'allocspan:alloc,allocspan:free,allocspan_packed:*'
	lttng --quiet start
	if [ "$how" != plainly ]; then
		export ALLOCSPAN_TEST_REENTER="$how"
	fi
	LD_PRELOAD=$preload "$@" >"$LTTNG_FIXTURE_DIR/said" 2>&1 ||
		fail "$*, $how: exit status $?: $(grep -v ^ok "$LTTNG_FIXTURE_DIR/said" | head -n 20)"
	session_end
	read_packed
	packed "$what" || fail "$*, $how"
done
