# SPDX-License-Identifier: MIT
"""The tables for people; the JSON is the same rows, complete."""

import itertools
import sys


def say(text):
    """Progress, for a person who waits."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def number(value):
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def spread(summary, sign=False):
    mark = "+" if sign and summary["median"] >= 0 else ""
    return f"{mark}{number(summary['median'])} [{number(summary['q1'])} .. {number(summary['q3'])}]"


def _note(row):
    notes = []
    if row.get("lost_events"):
        notes.append(f"{row['lost_events']:,} events LOST")
    if not row.get("is_calm", True):
        notes.append("disturbed")
    return ", ".join(notes)


def _processor_time(row):
    """Where it is more than the time that passed: others of the program's threads work for it."""
    if "cpu" not in row or row["cpu"]["median"] < 1.15 * row["median"]:
        return ""
    return spread(row["cpu"])


# Column: its heading, and what a row has to say there; a column that no row fills is left out.
COLUMNS = [
    ("min", lambda row: number(row["min"]) if "min" in row else ""),
    ("over none", lambda row: spread(row["over_none"], True) if "over_none" in row else ""),
    ("over none, lttng loaded", lambda row: spread(row["over_lttng_loaded"], True) if "over_lttng_loaded" in row else ""),
    ("times none", lambda row: number(row["times_none"]["median"]) if "times_none" in row else ""),
    ("times stock recording", lambda row: spread(row["times_stock_recording"]) if "times_stock_recording" in row
     and row["variant"] in ("full", "packed") else ""),
    ("with its other threads", _processor_time),
    ("longest", lambda row: number(row["max"]) if "max" in row else ""),
    ("KiB more", lambda row: number(row["kib_more"]["median"]) if "kib_more" in row else ""),
    ("of requested", lambda row: f"{row['percent_of_requested']:.1f} %" if "kib_more" in row else ""),
    ("time of babeltrace2 dummy", lambda row: f"{row['times_dummy']['median']:.2f} times" if "times_dummy" in row else ""),
    ("instructions", lambda row: number(row["instructions"]) if "instructions" in row else ""),
    ("", _note),
]


def table(title, header, lines):
    widths = [max(len(line[column]) for line in [header, *lines]) for column in range(len(header))]
    print(f"\n{title}")
    for line in [header, *lines]:
        cells = [cell.ljust(width) if column == 0 else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(line, widths))]
        print("  " + "  ".join(cells).rstrip())
    sys.stdout.flush()


def _case_table(rows):
    first = rows[0]
    used = [(heading, tell) for heading, tell in COLUMNS if any(tell(row) for row in rows)]
    header = ["variant", f"{first['unit']} [quartiles]", *(heading for heading, _ in used)]
    lines = []
    for row in rows:
        middle = row.get("unavailable") or spread(row)
        lines.append([row["variant"], middle, *(tell(row) for _, tell in used)])
    calm = sum(row.get("calm_rounds", 0) for row in rows)
    rounds = sum(row.get("rounds", 0) for row in rows)
    share = f" ({calm:,} of {rounds:,} rounds undisturbed)" if rounds else ""
    among = " among a million groups" if first.get("registered") else ""
    table(f"{first['case']}: {first['operation']}{among}{share}", header, lines)


def show(rows):
    """A table for each case that the rows are of."""
    say("")
    for _, of_case in itertools.groupby(rows, key=lambda row: (row["case"], row.get("registered", 0))):
        _case_table(list(of_case))
