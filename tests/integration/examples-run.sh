#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# examples/run.sh works in a tree where nothing was built, from another folder, with a bare environment, and
# a second time, and leaves no process behind: examples-run.sh LTTNG_FIXTURE SOURCE_DIR
source_dir=$2
# Only for a place without other people's session daemons: the script has to start its own.
# shellcheck source=/dev/null
. "$1"

tree=$(mktemp -d /tmp/allocspan-run.XXXXXX)
trap 'rm -rf "$tree"' EXIT
trap 'exit 1' HUP INT TERM
tar -C "$source_dir" --exclude=./build --exclude=./.git -cf - . | tar -C "$tree" -xf -
cd /

for round in first second; do
	if ! env -i PATH=/usr/bin:/bin HOME="$HOME" ALLOCSPAN_EXAMPLE_RUN="$tree" \
		"$tree/examples/run.sh" >"$tree/printed" 2>&1 </dev/null; then
		echo "the $round run failed:" >&2
		cat "$tree/printed" >&2
		exit 1
	fi
	# The account and the report name each tenant.
	for tenant in base libraries developers applications; do
		grep -q "^$tenant " "$tree/printed"
		grep -q " tenant tenant=$tenant\$" "$tree/printed"
	done
	for process in /proc/[0-9]*; do
		if grep -qsz "^ALLOCSPAN_EXAMPLE_RUN=$tree\$" "$process/environ"; then
			echo "left behind: $(tr '\0' ' ' <"$process/cmdline")" >&2
			exit 1
		fi
	done
done
