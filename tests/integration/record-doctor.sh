#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# `allocspan doctor` on a system where recording works, and where something lacks.

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

# The verdict on a subject.
expect_verdict() {
	grep -qE "^$1 +$2 " "$work/out" || fail "not '$1' on $2"
}

all_is_well_where_recording_works() {
	expect_status 0 "$ALLOCSPAN" doctor "$RECORD_TARGET"
	for subject in liballocspan-preload.so liballocspan.so liballocspan-tp.so liblttng-ust.so.1 \
		liblttng-ust-fork.so.1 liblttng-ust-fd.so.1 'babeltrace2 plugin' lttng-sessiond \
		/dev/shm 'trial recording' program allocations groups; do
		expect_verdict ok "$subject"
	done
	! grep -q '^fail' "$work/out" || fail "something fails"
	expect_nothing_left
}

output_into_a_file_is_plain() {
	expect_status 0 env TERM=xterm "$ALLOCSPAN" doctor
	! grep -q "$(printf '\033')" "$work/out" || fail "has escape sequences"
}

the_daemon_that_runs_is_named() {
	lttng_fixture_start
	expect_status 0 "$ALLOCSPAN" doctor
	grep -qE "^ok +session daemon +(root's|yours) runs" "$work/out" || fail "does not see the daemon"
}

a_missing_daemon_program_fails() {
	expect_status 1 env LTTNG_SESSIOND_PATH=/none "$ALLOCSPAN" doctor
	expect_verdict fail lttng-sessiond
	grep -q "install Debian's lttng-tools" "$work/out" || fail "does not say what to do"
}

an_incomplete_installation_fails() {
	mkdir bin
	cp "$ALLOCSPAN" bin/
	expect_status 1 bin/allocspan doctor
	for subject in liballocspan-preload.so liballocspan.so liballocspan-tp.so 'babeltrace2 plugin'; do
		expect_verdict fail "$subject"
	done
	expect_status 1 bin/allocspan record -o trace -- touch ran
	expect_error "liballocspan-preload.so not found"
	[ ! -e ran ] || fail "the command ran"
}

little_room_for_buffers_warns_and_none_fails() {
	lttng_fixture_may_mount || skip "needs a /dev/shm of its own, and may not mount one here"
	mount -t tmpfs -o "size=$(($(nproc --all) * 4))m" small /dev/shm
	expect_status 0 "$ALLOCSPAN" doctor
	expect_verdict warn /dev/shm
	mount -t tmpfs -o size=64k tiny /dev/shm
	expect_status 1 "$ALLOCSPAN" doctor
	expect_verdict fail /dev/shm
	expect_status 1 record -o trace -- touch ran
	expect_error "/dev/shm has only"
	[ ! -e ran ] || fail "the command ran"
}

a_missing_program_fails() {
	expect_status 1 "$ALLOCSPAN" doctor no-such-program
	expect_verdict fail program
}

run_claim "$@"
