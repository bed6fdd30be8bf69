#!/bin/sh -eu
# SPDX-License-Identifier: MIT
#
# `allocspan record` and `allocspan report` of the SQLite service agree with the service's own account, to
# the byte, tenant by tenant, and show the tenant that holds too much.
#
#	examples-service-report.sh LTTNG_FIXTURE ALLOCSPAN PROGRAM
allocspan=$2
program=$3
# shellcheck source=/dev/null
. "$1"
trap lttng_fixture_stop EXIT
trap 'exit 1' HUP INT TERM
lttng_fixture_start

# The command's own lines and the service's account come on different streams or lines; the account
# is what begins with its title.
"$allocspan" record -o "$LTTNG_FIXTURE_DIR/trace" -- "$program" >"$LTTNG_FIXTURE_DIR/printed"
"$allocspan" report --format json "$LTTNG_FIXTURE_DIR/trace" >"$LTTNG_FIXTURE_DIR/report.json"

python3 - "$LTTNG_FIXTURE_DIR/printed" "$LTTNG_FIXTURE_DIR/report.json" <<'END'
import json, sys

lines = open(sys.argv[1]).read().splitlines()
title = next(i for i, line in enumerate(lines) if line.startswith("tenant "))
names = lines[title].split()
account = {row[0]: dict(zip(names, row)) for row in (l.split() for l in lines[title + 1:title + 5])}
report = json.load(open(sys.argv[2]))
groups = {g["tags"]["tenant"]: g for g in report["groups"] if g["name"] == "tenant"}

assert report["complete"] and report["discarded_events"] == 0, report
assert sorted(groups) == sorted(account) and len(groups) == 4, (groups.keys(), account.keys())
for tenant, group in groups.items():
    for ours, theirs in (("alloc_count", "alloc_count"), ("alloc_bytes", "alloc_bytes"),
                         ("free_count", "free_count"), ("free_bytes", "free_bytes"),
                         ("live_count", "live_blocks"), ("live_bytes", "live_bytes")):
        assert group[ours] == int(account[tenant][theirs]), (tenant, ours, group, account[tenant])
    assert group["peak_live_bytes"] >= group["live_bytes"], group
    assert group["foreign_free_count"] > 0, group
live_per_package = {t: groups[t]["live_bytes"] / int(a["packages"]) for t, a in account.items()}
assert max(live_per_package, key=live_per_package.get) == "base", live_per_package
assert report["events"]["span_enter"] >= sum(int(a["requests"]) for a in account.values()), report["events"]
END
