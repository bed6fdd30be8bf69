#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# A set-user-id program is not steered by the environment of who runs it:
# security-setuid.sh CC INCLUDE LIBRARY_DIR SOURCE
#
# Compiles the program in a place that everybody can reach, and runs it as its owner and as somebody else.
# Needs root, to be somebody else; skipped (77) without.
cc=$1
include=$2
libraries=$3
source=$4
OWNER=64321
OTHER=64322

if [ "$(id -u)" != 0 ]; then
	echo "skipped: only root can run a program as somebody else"
	exit 77
fi
work=$(mktemp -d /tmp/aspan-setuid.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$work"
mkdir "$work/lib" "$work/evil"
cp -P "$libraries"/liballocspan*.so* "$work/lib/"
cp "$libraries"/liballocspan-tp.so "$work/evil/"
"$cc" -I "$include" "$source" -o "$work/plain" -L "$work/lib" -lallocspan -Wl,-rpath,"$work/lib"
"$cc" -I "$include" "$source" -o "$work/linked" -L "$work/lib" -Wl,--no-as-needed -lallocspan-preload \
	-lallocspan -Wl,-rpath,"$work/lib"

run() {
	user=$1
	shift
	setpriv --reuid="$user" --regid="$user" --clear-groups env -i ALLOCSPAN_ROOT=1 ALLOCSPAN_DEBUG=1 \
		ALLOCSPAN_STATS_INTERVAL_MS=nonsense LTTNG_UST_REGISTER_TIMEOUT=0 \
		LD_LIBRARY_PATH="$work/evil" "$@" >"$work/out" 2>"$work/err"
}

fail() {
	echo "security-setuid: $1" >&2
	cat "$work/out" "$work/err" >&2
	exit 1
}

for program in plain linked; do
	chown "$OWNER:$OWNER" "$work/$program"
	chmod 4755 "$work/$program"
	chown -R "$OWNER" "$work/lib" "$work/evil"

	# So that what follows shows something: its owner does steer it.
	run "$OWNER" "$work/$program"
	grep -q '^secure=0 root=1$' "$work/out" || fail "$program: its owner cannot switch root tracking on"
	grep -q 'misuse' "$work/err" || fail "$program: its owner sees no debug output"

	run "$OTHER" "$work/$program"
	if grep -q '^secure=0' "$work/out"; then
		echo "skipped: $work ignores the set-user-id bit"
		exit 77
	fi
	grep -q '^secure=1 root=0$' "$work/out" || fail "$program: somebody else steers it"
	[ ! -s "$work/err" ] || fail "$program: somebody else makes it print"
	if grep -q "$work/evil" "$work/out"; then
		fail "$program: somebody else's library is in it"
	fi
done
