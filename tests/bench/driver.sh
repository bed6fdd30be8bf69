# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What run.sh and instruction-gate.sh share: bash scripts that build what they measure and start a driver of suite/ beside a session
# daemon. Source ../integration/lttng-fixture.sh first, as the first thing, then this, and call
#
#	bench_build BUILD_DIR LEVEL
#	bench_drive FILE_OF_SUITE BUILD_DIR [OPTION]...

bench_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bench_source=$(cd "$bench_here/../.." && pwd)

# Installs the packages of a level (.ci/install-packages) and builds what is measured, configured as it ships if the folder does not
# exist.
bench_build() {
	local build=$1 said

	"$bench_source/.ci/install-packages" "$2"
	if [ ! -e "$build/CMakeCache.txt" ]; then
		cmake -S "$bench_source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
	fi
	# Ninja prints what a compiler said on its own standard output.
	if ! said=$(cmake --build "$build" --target allocspan-bench 2>&1); then
		printf '%s\n' "$said" | tail -n 40 >&2
		echo "bench: could not build in $build; see above" >&2
		exit 1
	fi
}

# Runs the driver beside a session daemon of its own; its status is the function's.
bench_drive() {
	local driver file=$1 build=$2

	shift 2
	trap lttng_fixture_stop EXIT
	trap 'exit 1' HUP INT TERM
	lttng_fixture_start
	python3 -B "$bench_here/suite/$file" --build "$build" --sessiond "$LTTNG_FIXTURE_PID" "$@" &
	driver=$!
	# shellcheck disable=SC2064 # the driver's pid of now: when the trap is run, the function is over
	trap "kill $driver 2>/dev/null || true; wait $driver || true; exit 1" HUP INT TERM
	wait "$driver"
}
