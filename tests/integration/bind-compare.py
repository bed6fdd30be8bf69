#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares reports with what bind-loop counted itself: bind-compare.py COUNTS REPORT...

COUNTS is the output of bind-loop, REPORT is JSON of `allocspan report`. Each report must lack no event and have exactly
the program's groups, with its allocations and bytes, all of them freed. Exits with 1 and says where they differ.
"""

import json
import sys


def own_groups(path):
    """{(name, tags): (allocations, bytes)}"""
    groups = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            fields = line.rstrip("\n").split("\t")
            if len(fields) != 5:
                continue
            kind, key, label, count, size = fields
            name, tags = {
                "callback": ("loop:callback", {"callback": key, "symbol": label}),
                "tenant": ("loop:request", {"tenant": label}),
                "phase": ("loop:phase", {}),
            }[kind]
            groups[name, tuple(sorted(tags.items()))] = (int(count), int(size))
    return groups


def reported_groups(path):
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    # Not "complete": nothing proves that of a stock trace, nor of one without the context vpid.
    if report["discarded_events"] or report["discarded_packets"]:
        sys.exit(f"{path}: events were discarded")
    groups = {}
    for group in report["groups"]:
        key = group["name"], tuple(sorted(group["tags"].items()))
        if group["name"] == "root":
            continue
        if (group["free_count"], group["free_bytes"]) != (group["alloc_count"], group["alloc_bytes"]):
            sys.exit(f"{path}: {key} did not free what it allocated")
        groups[key] = group["alloc_count"], group["alloc_bytes"]
    return groups


def main():
    expected = own_groups(sys.argv[1])
    if not expected:
        sys.exit(f"{sys.argv[1]}: the program counted nothing")
    for path in sys.argv[2:]:
        found = reported_groups(path)
        for key in sorted(expected.keys() | found.keys()):
            if expected.get(key) != found.get(key):
                sys.exit(f"{path}: {key} is {found.get(key)} instead of {expected.get(key)}")


if __name__ == "__main__":
    main()
