#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Measures: tests/bench/run.sh [BUILD_DIR] [--quick] [--only CASE]... [--json FILE] [--no-build]
#
# Builds what is measured in BUILD_DIR (default build/release, configured as it ships if it does not exist), prints a table
# for each case and how it stands to the targets, and writes everything as JSON. README.md beside this file
# says how to read it. The exit status says whether it could be measured, never what came out.
set -euo pipefail
# shellcheck source=tests/integration/lttng-fixture.sh
. "$(dirname "${BASH_SOURCE[0]}")/../integration/lttng-fixture.sh"
# shellcheck source=tests/bench/driver.sh
. "$(dirname "${BASH_SOURCE[0]}")/driver.sh"

build=$bench_source/build/release
is_building=yes
options=()

usage() {
	echo "usage: tests/bench/run.sh [BUILD_DIR] [--quick] [--only CASE]... [--json FILE] [--no-build]" >&2
	exit 2
}

while [ $# -gt 0 ]; do
	case "$1" in
	--quick) options+=("$1") ;;
	--no-build) is_building=no ;;
	--only | --json)
		[ $# -ge 2 ] || usage
		options+=("$1" "$2")
		shift
		;;
	-*) usage ;;
	*) build=$(realpath -m "$1") ;;
	esac
	shift
done

if [ "$is_building" = yes ]; then
	bench_build "$build" bench
fi
bench_drive main.py "$build" "${options[@]}"
