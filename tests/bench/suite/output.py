# SPDX-License-Identifier: MIT
"""The tables for people; the JSON is the same rows, complete."""

import sys


def say(text):
    """Progress, for a person who waits."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _number(value):
    return f"{value:,.1f}" if abs(value) < 1000 else f"{value:,.0f}"


def _spread(summary, sign=""):
    median = f"{summary['median']:{sign},.1f}"
    return f"{median} [{_number(summary['q1'])} .. {_number(summary['q3'])}]"


def _cells(row):
    if "unavailable" in row:
        return [row["variant"], row["unavailable"]]
    cells = [row["variant"], _spread(row), _number(row["min"])]
    for key in ("over_none", "over_lttng_loaded"):
        cells.append(_spread(row[key], "+") if key in row else "-")
    cells.append(f"{row['times_none']['median']:.2f}" if "times_none" in row else "-")
    cells.append(_number(row["instructions"]) if "instructions" in row else "-")
    cells.append(f"{row['lost_events']:,} LOST" if row.get("lost_events") else "")
    return cells


def table(title, header, lines):
    widths = [max(len(line[column]) if column < len(line) else 0 for line in [header, *lines])
              for column in range(len(header))]
    print(f"\n{title}")
    for line in [header, *lines]:
        cells = [cell.ljust(width) if column == 0 else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(line, widths))]
        print("  " + "  ".join(cells).rstrip())
    sys.stdout.flush()


def workload_table(rows):
    if sys.stderr.isatty():
        say("")
    first = rows[0]
    header = ["variant", f"{first['unit']} [quartiles]", "min", "over none", "over none, lttng loaded",
              "times none", "instructions", "lost"]
    table(f"{first['case']}: {first['operation']}", header, [_cells(row) for row in rows])
