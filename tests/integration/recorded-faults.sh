#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# recorded-faults.sh ALLOCSPAN PROGRAM SEED TRIALS [FAULT...]: see recorded-faults.py. Here it can mount, and sees no daemon.

# shellcheck source=tests/integration/lttng-fixture.sh
. "$(dirname "$0")/lttng-fixture.sh"

exec python3 "$(dirname "$0")/recorded-faults.py" "$@"
