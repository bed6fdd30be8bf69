#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds allocspan, records the service over SQLite, and prints who owned its heap: examples/run.sh
#
# Works from a fresh clone as root or with sudo, from any folder, again and again: it installs the
# Debian packages that are missing, builds the preset `release` in build/release, and leaves nothing
# running. The trace stays in build/release/examples/sqlite-service.trace. Arguments go to the
# service (build/release/examples/sqlite-service/sqlite-service --help lists them).
set -euo pipefail

# A plain user's PATH may lack sbin, where some systems keep what the session daemon needs.
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=build/release
trace=$build/examples/sqlite-service.trace
log=$build.log

fail() {
	echo "examples/run.sh: $1" >&2
	exit 1
}

step() {
	printf '\n== %s\n' "$1"
}

# Shows what a command wrote only if it fails.
quietly() {
	local what=$1
	shift
	mkdir -p build
	if ! "$@" >"$log" 2>&1 </dev/null; then
		tail -n 40 "$log" >&2
		fail "$what failed; all it wrote is in $PWD/$log"
	fi
}

.ci/install-packages build || fail "the packages above could not be installed"

step "Building allocspan and its examples (a minute the first time)"
quietly "configuring the build" cmake --preset release -D ALLOCSPAN_BUILD_TESTS=OFF
quietly "the build" cmake --build --preset release

step "Recording a service that works for four tenants"
rm -rf "$trace"
status=0
"$build/bin/allocspan" record -o "$trace" -- "$build/examples/sqlite-service/sqlite-service" "$@" \
	</dev/null || status=$?
[ "$status" -ne 2 ] || exit 2 # the service has said which argument it does not know
[ "$status" -eq 0 ] || fail "recording failed; $build/bin/allocspan doctor says what is wrong"

step "Who owned the heap: $build/bin/allocspan report $trace"
"$build/bin/allocspan" report "$trace" </dev/null ||
	fail "the report failed; the trace is in $PWD/$trace"

[ $# -eq 0 ] || exit 0
cat <<'END'

The tenant base holds several times what its packages explain. The service's own account above agrees
to the byte and has the reason: hundreds of prepared statements. examples/sqlite-service/README.md
follows the trail. Compare: examples/run.sh --statements 8
END
