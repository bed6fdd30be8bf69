#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks a report in JSON: report-json.py SCHEMA REPORT EXPRESSION...

The report must be as the JSON schema says, agree with itself, and each expression of Python must be true. In them, d is
the report, g(NAME) its only group of this name, and r(BY, TEXT...) the row with these keys of a breakdown.
"""

import json
import sys

import jsonschema

SUMS = ("alloc_count", "alloc_bytes", "free_count", "free_bytes", "lost_alloc_count", "lost_free_count",
        "foreign_free_count", "foreign_free_bytes", "other_thread_free_count", "other_thread_free_bytes",
        "temporary_count", "temporary_bytes", "never_freed_count", "never_freed_bytes", "unsure_free_count")
GROUP = ("alloc_count", "alloc_bytes", "free_count", "free_bytes", "live_count", "live_bytes", "peak_live_bytes",
         "peak_time_ns", "foreign_free_count", "lost_alloc_count", "lost_free_count", "unsure_free_count",
         "unsure_free_bytes", "certain")


def add_buckets(rows, name):
    sums = {}
    for row in rows:
        for bucket in row[name]:
            count, size = sums.get(bucket["from"], (0, 0))
            sums[bucket["from"]] = (count + bucket["count"], size + bucket["bytes"])
    return sums


def check_breakdown(d, breakdown):
    """Its rows are everything, told apart."""
    by, rows, total = breakdown["by"], breakdown["rows"], d["total"]
    for name in SUMS:
        found = sum(row[name] for row in rows)
        assert found == total[name], f"by {by} the {name} sum to {found}, not {total[name]}"
    for name in ("sizes", "lifetimes"):
        assert add_buckets(rows, name) == add_buckets([total], name), f"by {by}: {name}"
    if d["complete"]:
        for name in ("live_count", "live_bytes"):
            assert sum(row[name] for row in rows) == total[name], f"by {by}: {name}"
        peak = sum(row["bytes_at_total_peak"] for row in rows)
        assert peak == total["peak_live_bytes"], f"by {by} the peak is made up of {peak}"
    for row in rows:
        parts = sum(size for _, size in row["peak_parts"])
        if len(row["peak_parts"]) < 20 and row["certain"]:
            assert parts == row["peak_live_bytes"], f"the peak of {row['keys']} is made up of {parts}"


def check_timeline(d):
    """Each peak is in it, and what is in it was."""
    moments = d["timeline"]["moments"]
    if not moments:
        return
    highest = max(size for _, size in moments)
    assert highest == d["total"]["peak_live_bytes"], f"the timeline's highest is {highest}"
    for breakdown in d["breakdowns"]:
        if breakdown["by"].startswith("callsite") or any("points" not in row for row in breakdown["rows"]):
            continue
        for bucket, (_, size) in enumerate(moments):
            held = 0
            for row in breakdown["rows"]:
                held += max((p for p in row["points"] if p[0] <= bucket), default=[0, 0, 0])[1]
            assert not d["complete"] or held == size, f"by {breakdown['by']}: {held} of {size} in {bucket}"
        for row in breakdown["rows"]:
            most = max((p[2] for p in row["points"]), default=0)
            assert not row["certain"] or most == row["peak_live_bytes"], f"{row['keys']}: {most}"


def check_itself(d):
    for breakdown in d["breakdowns"]:
        check_breakdown(d, breakdown)
        if breakdown["by"] == "group":
            for row in breakdown["rows"]:
                group = d["groups"][row["keys"][0]["index"]]
                assert all(row[name] == group[name] for name in GROUP), f"{row} is not {group}"
    check_timeline(d)


def main():
    with open(sys.argv[1], encoding="utf-8") as schema, open(sys.argv[2], encoding="utf-8") as report:
        d = json.load(report)
        jsonschema.Draft202012Validator(json.load(schema)).validate(d)
    check_itself(d)

    def g(name):
        found = [group for group in d["groups"] if group["name"] == name]
        assert len(found) == 1, f"{len(found)} groups are called {name}"
        return found[0]

    def r(by, *texts):
        rows = next(breakdown["rows"] for breakdown in d["breakdowns"] if breakdown["by"] == by)
        found = [row for row in rows if tuple(key["text"] for key in row["keys"]) == texts]
        assert len(found) == 1, f"{len(found)} rows by {by} are {texts}, of " + \
            str([[key["text"] for key in row["keys"]] for row in rows])
        return found[0]

    for expression in sys.argv[3:]:
        assert eval(f"({expression})", {"d": d, "g": g, "r": r}), f"not true: {expression}"


if __name__ == "__main__":
    main()
