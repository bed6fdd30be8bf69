#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# check-scope-disabled.sh OBJECT: fails if the object of scope-disabled.c needs or holds anything of allocspan.
object=$1

symbols=$(nm "$object" | grep -v ' scope_disabled$' || true)
if printf '%s\n' "$symbols" | grep -q allocspan; then
	echo "symbols of allocspan are left: $symbols" >&2
	exit 1
fi
if grep -q unmistakable "$object"; then
	echo "strings of a disabled ALLOCSPAN_SPAN are left in $object" >&2
	exit 1
fi
# The object is what was meant to be looked at.
nm "$object" | grep -q ' T scope_disabled$'
