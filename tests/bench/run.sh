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

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../.." && pwd)
build=$source/build/release
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
	"$source/.ci/install-packages" bench
	if [ ! -e "$build/CMakeCache.txt" ]; then
		cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
	fi
	# Ninja prints what a compiler said on its own standard output.
	if ! said=$(cmake --build "$build" --target allocspan-bench 2>&1); then
		printf '%s\n' "$said" | tail -n 40 >&2
		echo "bench: could not build in $build; see above" >&2
		exit 1
	fi
fi

trap lttng_fixture_stop EXIT
trap 'exit 1' HUP INT TERM
lttng_fixture_start
python3 -B "$here/suite/main.py" --build "$build" --sessiond "$LTTNG_FIXTURE_PID" "${options[@]}" &
driver=$!
trap 'kill "$driver" 2>/dev/null || true; wait "$driver" || true; exit 1' HUP INT TERM
wait "$driver"
