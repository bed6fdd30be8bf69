#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# What `allocspan record` says of processes: which are not recorded although they run under the command, which namespace they
# are in, what they did wrong.

# shellcheck source=tests/integration/record-lib.sh
. "$(dirname "$0")/record-lib.sh"

# A command, a shell script, in the background, until this line has been said of a process of it; then ends it.
expect_told() {
	text=$1
	shift
	ALLOCSPAN_DEBUG=1 "$ALLOCSPAN" record -o trace -- sh -c "$@" >"$work/out" 2>"$work/err" &
	recorder=$!
	until grep -qs "^allocspan: .* was not recorded: $text" "$work/err"; do
		kill -0 "$recorder" 2>/dev/null || fail "not told: $text"
		sleep 0.05
	done
	kill "$recorder"
	wait "$recorder" || true
	# At the end, too.
	[ "$(grep -c "^allocspan: .* was not recorded: $text" "$work/err")" -ge 2 ] || fail "not told at the end"
}

# The only process that is not recorded, by allocspan.json: name and reason.
expect_unrecorded() {
	expect_equal "unrecorded" "$(python3 -c '
import json
for process in json.load(open("trace/allocspan.json"))["unrecorded"]:
    print(process["name"], process["why"])')" "$1"
}

names_a_program_without_environment() {
	expect_told "its environment lacks LD_PRELOAD" 'env -i sleep 1000 & trap "kill $!" TERM; wait'
	expect_unrecorded "sleep no_preload"
	expect_nothing_left
}

names_a_program_whose_preload_was_replaced() {
	expect_told "its LD_PRELOAD was replaced" \
		'LD_PRELOAD=libdl.so.2 sleep 1000 & trap "kill $!" TERM; wait'
	expect_unrecorded "sleep preload_replaced"
}

names_a_static_program() {
	# shellcheck disable=SC2016
	expect_told "it is statically linked" '"$0" wait & trap "kill $!" TERM; wait' "$RECORD_STATIC"
	expect_unrecorded "record-static static"
	"$ALLOCSPAN" report trace >"$work/out"
	grep -qE "^note: record-static \(pid [0-9]+\) was not recorded: it is statically linked; its command: $RECORD_STATIC wait\$" \
		"$work/out" || fail "not in the report"
}

names_a_program_in_another_root() {
	[ "$(id -u)" -eq 0 ] || skip "needs root for chroot"
	chroot / true || skip "chroot is not allowed"
	mkdir -p root
	cp --parents "$(command -v sleep)" root
	ldd "$(command -v sleep)" | grep -oE '/[^ ]+' | while read -r library; do
		cp --parents "$library" root
	done
	# shellcheck disable=SC2016
	expect_told "it has another root directory" \
		'chroot "$0" "$1" 1000 & trap "kill $!" TERM; wait' "$PWD/root" "$(command -v sleep)"
	expect_unrecorded "sleep other_root"
}

names_a_program_that_gained_privileges() {
	[ "$(id -u)" -eq 0 ] || skip "needs root to make a set-user-id program"
	cp "$(command -v sleep)" owned-sleep
	chown 65534 owned-sleep
	chmod 4755 owned-sleep
	chmod 755 "$work"
	[ "$(findmnt -n -o OPTIONS -T . | grep -c nosuid)" -eq 0 ] || skip "set-user-id means nothing here"
	expect_told "it gained privileges" './owned-sleep 1000 & trap "kill $!" TERM; wait'
	expect_unrecorded "owned-sleep secure"
}

names_a_program_that_cannot_find_the_daemon() {
	[ "$(id -u)" -ne 0 ] || lttng_fixture_may_mount || skip "needs a daemon of its own"
	expect_told "its environment lacks LTTNG_HOME" \
		'env -u LTTNG_HOME sleep 1000 & trap "kill $!" TERM; wait'
	expect_unrecorded "sleep no_daemon"
}

names_nobody_who_is_recorded() {
	# shellcheck disable=SC2016
	expect_status 0 record -o trace -- sh -c \
		'for i in 1 2 3 4 5; do "$0" enter g alloc 3; done; (sleep 1; true)' "$RECORD_TARGET"
	expect_unrecorded ""
	! grep -q "was not recorded" "$work/err" || fail "names somebody"
}

bounds_what_it_says() {
	# shellcheck disable=SC2016
	ALLOCSPAN_DEBUG=1 "$ALLOCSPAN" record -o trace -- sh -c '
		for i in 1 2 3 4 5 6 7 8 9 10 11 12; do env -i sleep 1000 & list="$list $!"; done
		trap "kill $list" TERM; wait' >"$work/out" 2>"$work/err" &
	recorder=$!
	until [ "$(grep -cs "was not recorded" "$work/err")" -eq 12 ]; do
		kill -0 "$recorder" 2>/dev/null || fail "not told"
		sleep 0.05
	done
	kill "$recorder"
	wait "$recorder" || true
	expect_note "\.\.\. and 2 more were not recorded"
	expect_equal "lines" "$(grep -c "was not recorded:" "$work/err")" 22
}

each_event_tells_its_pid_namespace() {
	[ -e /proc/self/ns/pid ] || skip "the kernel has no PID namespaces"
	namespace=$(stat -L -c %i /proc/self/ns/pid)
	expect_status 0 record -o trace -- "$RECORD_TARGET" enter g alloc 5
	expect_equal "allocations in it" \
		"$(babeltrace2 trace | grep ' allocspan:alloc: ' | grep -c " pid_ns = $namespace ")" 5
	expect_status 0 record --context pid_ns -o again -- "$RECORD_TARGET" enter g alloc 5
	expect_equal "namespaces in a line" \
		"$(babeltrace2 again | grep ' allocspan:alloc: ' | head -1 | grep -o pid_ns | wc -l)" 1
}

tells_what_was_misused() {
	expect_status 0 record -o trace -- "$RECORD_TARGET" enter g alloc 1 exit misuse misuse
	expect_note "2 misuses of guards, tokens or spans (exit_twice 2)"
}

# The daemon is not part of what is recorded.
the_daemon_gets_nothing_that_is_meant_for_the_command() {
	cat >daemon <<'END'
#!/bin/sh
env >"$DAEMON_ENVIRONMENT"
exec lttng-sessiond "$@"
END
	chmod +x daemon
	expect_status 0 env LTTNG_SESSIOND_PATH="$PWD/daemon" DAEMON_ENVIRONMENT="$PWD/environment" \
		ALLOCSPAN_ROOT=1 LTTNG_UST_REGISTER_TIMEOUT=7 LTTNG_UST_CLOCK_PLUGIN= LD_PRELOAD=libdl.so.2 \
		"$ALLOCSPAN" record -o trace -- "$RECORD_TARGET" enter g alloc 1
	expect_equal "environment" \
		"$(grep -E '^(LD_PRELOAD|ALLOCSPAN_|LTTNG_UST_)' environment)" "LTTNG_UST_CLOCK_PLUGIN="
}

run_claim "$@"
