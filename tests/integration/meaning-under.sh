#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# meaning-under.sh ALLOCATOR COMMAND [ARGUMENT]...: runs the command over this allocator, which comes after whatever is
# preloaded already. For preload-behaviour.sh.
allocator=$1
shift
export LD_PRELOAD="${LD_PRELOAD:+$LD_PRELOAD:}$allocator"
exec "$@"
