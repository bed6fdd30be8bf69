#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# test-bind-entry.c on an AArch64 that qemu-user emulates. SOURCE_DIR: the project.

for tool in aarch64-linux-gnu-gcc qemu-aarch64; do
	if ! command -v "$tool" >/dev/null; then
		echo "skipped: $tool is not installed (Debian: gcc-aarch64-linux-gnu, libc6-dev-arm64-cross, qemu-user)"
		exit 77
	fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
aarch64-linux-gnu-gcc -static -O2 -D_GNU_SOURCE -I"$SOURCE_DIR/lib/bind" -I"$SOURCE_DIR/include" \
	"$SOURCE_DIR/tests/unit/test-bind-entry.c" "$SOURCE_DIR/lib/bind/probe-entry.c" -o "$work/entry"
qemu-aarch64 "$work/entry"
