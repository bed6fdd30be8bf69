#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the table of a text report with a breakdown of the JSON: report-table.py BY JSON TEXT"""

import json
import re
import sys

UNITS = ["B", "KiB", "MiB", "GiB", "TiB"]


def to_text(size):
    unit = 0
    while size >= 1023.95 and unit < 4:
        size /= 1024
        unit += 1
    return f"{size:.1f} {UNITS[unit]}" if unit else f"{size} B"


def main():
    by, json_path, text_path = sys.argv[1:]
    with open(json_path, encoding="utf-8") as file:
        rows = next(b["rows"] for b in json.load(file)["breakdowns"] if b["by"] == by)
    with open(text_path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    begin = next(i for i, line in enumerate(lines) if line.lstrip().startswith("ALLOCS"))
    table = [line for line in lines[begin + 1:] if line]
    assert len(table) == len(rows) > 0, f"{len(table)} lines for {len(rows)} rows"
    for line, row in zip(table, rows):
        cells = re.split(r"  +", line.strip(), maxsplit=7)
        expected = [f"{row['alloc_count']:,}", to_text(row["alloc_bytes"]), f"{row['free_count']:,}",
                    f"{row['live_count']:,}", to_text(row["live_bytes"]), to_text(row["peak_live_bytes"]),
                    f"{row['foreign_free_count']:,}"]
        assert cells[:7] == expected, f"{cells} is not {expected}"
        assert cells[7].startswith(row["keys"][0]["text"]), f"{cells[7]} is not {row['keys']}"


main()
