#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-nothing.sh PRELOAD PROGRAM LIBALLOCSPAN TP: programs start and run normally where nothing can be recorded: without a session
# daemon, without our provider, and without liblttng-ust.
. "$(dirname "$0")/lttng-fixture.sh"
preload=$1
program=$2
library=$3
tp=$4

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
trap 'exit 1' HUP INT TERM

# runs NAME LIBRARY_DIR: its claims hold, and it says nothing on stderr.
runs() {
	if ! LD_LIBRARY_PATH="$2" LD_PRELOAD="$2/$(basename "$preload")" "$program" \
		>"$out/stdout" 2>"$out/stderr" || [ -s "$out/stderr" ]; then
		echo "$1:" >&2
		cat "$out/stderr" >&2
		exit 1
	fi
	grep -q ^ok "$out/stdout"
}

# The libraries under the names that the loader asks for, with and without the provider.
copy_libraries() {
	mkdir "$1"
	cp "$preload" "$1"
	cp "$library" "$1/$(readelf -d "$library" | sed -n 's/.*SONAME.*\[\(.*\)\].*/\1/p')"
}

copy_libraries "$out/whole"
cp "$tp" "$out/whole"
runs "without a session daemon" "$out/whole"

copy_libraries "$out/no-provider"
runs "without the provider" "$out/no-provider"

copy_libraries "$out/no-lttng"
cp "$tp" "$out/no-lttng"
echo "not a library" >"$out/no-lttng/liblttng-ust.so.1"
# It is the one that the loader would take.
if LD_LIBRARY_PATH=$out/no-lttng ldd "$tp" 2>/dev/null | grep -q 'liblttng-ust.so.1 => /[^t]'; then
	echo "liblttng-ust is still found" >&2
	exit 1
fi
runs "without liblttng-ust" "$out/no-lttng"
