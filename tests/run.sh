#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Builds allocspan and passes all of its tests: tests/run.sh [CTEST OPTION]...
#
# Works from a fresh clone as root or with sudo, from any folder: it installs the Debian packages that
# are missing, builds the preset `release` in build/release, and ends with ctest's summary. It
# also fails if a test left a process behind.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

.ci/install-packages test
cmake --preset release
cmake --build --preset release

# Inherited by every process of every test, so that what is left over can be recognised.
export ALLOCSPAN_TEST_RUN=$$-$RANDOM

status=0
# Most tests wait most of the time: for daemons, browsers, and programs that sleep.
ctest --preset release --parallel "$((2 * $(nproc)))" "$@" </dev/null || status=$?

for process in /proc/[0-9]*; do
	pid=${process#/proc/}
	if [ "$pid" -ne $$ ] && grep -qsz "^ALLOCSPAN_TEST_RUN=$ALLOCSPAN_TEST_RUN\$" "$process/environ"; then
		command=$(tr '\0' ' ' <"$process/cmdline" 2>/dev/null) || continue
		echo "tests/run.sh: a test left process $pid behind: $command" >&2
		status=1
	fi
done
exit "$status"
