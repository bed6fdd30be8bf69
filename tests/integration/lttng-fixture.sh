# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# A session daemon of the test's own, for `sh -eu` and bash scripts. Source this file as the first
# thing (it may run the script again from its start), then:
#
#	trap lttng_fixture_stop EXIT
#	trap 'exit 1' HUP INT TERM
#	lttng_fixture_start
#
# Afterwards `lttng`, `lttng-sessiond` and every traced program that the script starts use this daemon
# and no other, whoever else runs one on the machine. $LTTNG_FIXTURE_DIR is a temporary directory for
# whatever the test writes; it ends with the daemon. After sourcing alone, no daemon can be reached.
#
# Rules:
# - LTTng 2.13 lets an ordinary user choose where the daemon lives ($LTTNG_HOME/.lttng), but for root
#   it is always /var/run/lttng, and there can be one. For root, sourcing this file therefore runs
#   the script again in a mount namespace with a /var/run/lttng and a /dev/shm of its own. Where that is
#   not allowed (an ordinary container), it runs it again as the user nobody; and where nobody may not
#   read the script, such tests take turns with a lock, and see what other programs of root record.
# - A test that mounts asks lttng_fixture_may_mount first, and is skipped aloud where it says no.
# - Unix socket paths have 108 bytes: the directory has a short name.
# - The daemon is ended by its pid, and waited for; its consumer daemons end with it. If the script is
#   killed, the kernel ends the daemon.
# - In /dev/shm, LTTng unlinks each buffer as soon as it is mapped; what stays are the wait files
#   `lttng-ust-wait-*`, which all daemons of a user share, and which therefore are not ours to remove.

LTTNG_FIXTURE_DIR=
LTTNG_FIXTURE_PID=
# 60 seconds, for a machine under load; an ordinary start takes a tenth of one.
LTTNG_FIXTURE_POLLS=600

if [ "$(id -u)" = 0 ] && [ "${LTTNG_FIXTURE_ISOLATED:-}" != "$$" ]; then
	# exec keeps the pid, which says that it is done, for this script and not for those it calls.
	if unshare --mount true 2>/dev/null; then
		mkdir -p /var/run/lttng
		# shellcheck disable=SC2016
		LTTNG_FIXTURE_ISOLATED=$$ exec unshare --mount sh -euc '
			mount -t tmpfs -o mode=0755 allocspan-test /var/run/lttng
			mount -t tmpfs -o mode=1777 allocspan-test /dev/shm
			exec "$@"' sh "$(readlink "/proc/$$/exe")" "-$-" "$0" "$@"
	elif setpriv --reuid=65534 --regid=65534 --clear-groups test -r "$0" 2>/dev/null; then
		LTTNG_FIXTURE_ISOLATED=$$ exec setpriv --reuid=65534 --regid=65534 --clear-groups \
			"$(readlink "/proc/$$/exe")" "-$-" "$0" "$@"
	fi
	exec 9>/tmp/allocspan-fixture.lock
	flock 9
fi

# Whether the script has a mount namespace of its own and may mount in it: not in an ordinary container.
lttng_fixture_may_mount() {
	[ "$(id -u)" = 0 ] && [ "${LTTNG_FIXTURE_ISOLATED:-}" = "$$" ]
}

lttng_fixture_start() {
	LTTNG_FIXTURE_DIR=$(mktemp -d /tmp/allocspan-fixture.XXXXXX)
	export LTTNG_HOME="$LTTNG_FIXTURE_DIR/home"
	if [ "$(id -u)" = 0 ]; then
		export LTTNG_RUNDIR=/var/run/lttng
	else
		export LTTNG_RUNDIR="$LTTNG_HOME/.lttng"
	fi
	mkdir -p "$LTTNG_HOME"
	if lttng --no-sessiond list >/dev/null 2>&1; then
		echo "lttng-fixture: a session daemon of somebody else runs in $LTTNG_RUNDIR; end it first" >&2
		lttng_fixture_stop
		return 1
	fi

	setpriv --pdeathsig TERM lttng-sessiond --no-kernel \
		</dev/null >"$LTTNG_FIXTURE_DIR/sessiond.log" 2>&1 9>&- &
	LTTNG_FIXTURE_PID=$!

	_lttng_fixture_polls=0
	until lttng --no-sessiond list >/dev/null 2>&1; do
		_lttng_fixture_polls=$((_lttng_fixture_polls + 1))
		if ! kill -0 "$LTTNG_FIXTURE_PID" 2>/dev/null ||
			[ "$_lttng_fixture_polls" -ge "$LTTNG_FIXTURE_POLLS" ]; then
			echo "lttng-fixture: the session daemon did not start; its last words:" >&2
			tail -n 20 "$LTTNG_FIXTURE_DIR/sessiond.log" >&2
			lttng_fixture_stop
			return 1
		fi
		sleep 0.1
	done

	# A program waits in its constructor until the daemon has set up its sessions, however long
	# that takes: what it does in main() is recorded.
	export LTTNG_UST_REGISTER_TIMEOUT=-1
}

# May be called at any time and again; keeps the exit status, so that it can be an EXIT trap.
lttng_fixture_stop() {
	_lttng_fixture_status=$?
	if [ -n "$LTTNG_FIXTURE_PID" ]; then
		kill "$LTTNG_FIXTURE_PID" 2>/dev/null || true
		wait "$LTTNG_FIXTURE_PID" 2>/dev/null || true
		LTTNG_FIXTURE_PID=
	fi
	if [ -n "$LTTNG_FIXTURE_DIR" ]; then
		rm -rf "$LTTNG_FIXTURE_DIR" || true
		LTTNG_FIXTURE_DIR=
	fi
	unset LTTNG_HOME LTTNG_RUNDIR LTTNG_UST_REGISTER_TIMEOUT
	return "$_lttng_fixture_status"
}
