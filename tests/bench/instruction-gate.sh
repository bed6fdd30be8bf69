#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Whether the fast paths take as many instructions as is recorded: tests/bench/instruction-gate.sh [BUILD_DIR] [--record] [--no-build]
#
# Builds in BUILD_DIR (default build/release), counts with callgrind, and compares with the file of this compiler and C library in
# instruction-counts/. --record writes that file instead. README.md beside this file says what is counted. Exit status 0: all are
# within the tolerance, or nothing is recorded for this compiler and C library, which is said; 1: one is not; 2: usage.
set -euo pipefail
# shellcheck source=tests/integration/lttng-fixture.sh
. "$(dirname "${BASH_SOURCE[0]}")/../integration/lttng-fixture.sh"
# shellcheck source=tests/bench/driver.sh
. "$(dirname "${BASH_SOURCE[0]}")/driver.sh"

build=$bench_source/build/release
is_building=yes
options=()

for argument in "$@"; do
	case "$argument" in
	--record) options+=("$argument") ;;
	--no-build) is_building=no ;;
	-*)
		echo "usage: tests/bench/instruction-gate.sh [BUILD_DIR] [--record] [--no-build]" >&2
		exit 2
		;;
	*) build=$(realpath -m "$argument") ;;
	esac
done

if [ "$is_building" = yes ]; then
	bench_build "$build" check
fi
bench_drive gate.py "$build" "${options[@]}"
