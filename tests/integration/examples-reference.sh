#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# Every public function and macro has an example: examples-reference.sh HEADERS_DIR REFERENCE_DIR
#
# A function is declared with ALLOCSPAN_API, a macro for programs has an upper-case name with a @brief.
status=0
names=$(
	cat "$1"/*.h | tr '\n' ' ' | grep -o 'ALLOCSPAN_API [^;]*;' |
		sed 's/ *(.*//; s/.*[ *]//'
	awk '/@brief/ { documented = 1 } /^#define ALLOCSPAN_[A-Z_]+\(/ { if (documented) print }
		/^#define|^$/ { documented = 0 }' "$1"/scope.h | sed 's/#define //; s/(.*//'
)
[ "$(echo "$names" | wc -l)" -gt 40 ] || {
	echo "the list of public functions is too short: $names" >&2
	exit 1
}
for name in $names; do
	marks=$(cat "$2"/*.c | grep -c "^[[:space:]]*//! \[$name\]\$") || true
	if [ "$marks" -ne 2 ]; then
		echo "examples/reference: $name has $marks marks //! [$name], not 2" >&2
		status=1
	fi
done
exit $status
