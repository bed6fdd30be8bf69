#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the report of an oracle's recorded run with its account: oracle-report.py complete|lossy ACCOUNT <JSON

Exact for each group. Where events were lost, the counts are those of the account all the same, by the last group_stats, and
nothing lives; and then nothing is certain.
"""
import json
import sys

NOTHING = {"live_count": 0, "live_bytes": 0, "lost_alloc_count": 0, "lost_free_count": 0,
           "unsure_free_count": 0, "unsure_free_bytes": 0, "certain": False}
FIELDS = ("alloc_count", "alloc_bytes", "free_count", "free_bytes")


def fail(text):
    print(f"oracle-report: {text}", file=sys.stderr)
    sys.exit(1)


def main():
    kind, path = sys.argv[1:]
    report = json.load(sys.stdin)
    groups = {group["id"]: group for group in report["groups"]}
    compared = 0
    if report["complete"] != (kind == "complete"):
        fail(f"complete is {report['complete']} for a {kind} trace")
    with open(path, encoding="ascii") as file:
        lines = [line.split() for line in file if line.startswith("group ")]
    for _, group_id, _, trait, *expected in lines:
        expected = [int(number) for number in expected]
        group = groups.pop(int(group_id), NOTHING | dict.fromkeys(FIELDS, 0))
        found = [group[name] for name in FIELDS]
        live = [group["live_count"], group["live_bytes"]]
        if trait == "foreign":
            continue
        lost = [group["lost_alloc_count"], group["lost_free_count"]]
        unsure = [group["unsure_free_count"], group["unsure_free_bytes"]]
        if found != expected or live != [0, 0] or unsure != [0, 0]:
            fail(f"group {group_id}: the report says {found}, live {live}, lost {lost}, unsure {unsure}, "
                 f"the account {expected}")
        if kind == "complete" and lost != [0, 0]:
            fail(f"group {group_id}: the report says that {lost} were lost")
        if kind == "lossy" and group["certain"]:
            fail(f"group {group_id}: the report is certain, and events were lost")
        compared += 1
    if groups:
        fail(f"the report has groups that never were: {sorted(groups)}")
    print(f"oracle-report: {compared} groups agree")


main()
