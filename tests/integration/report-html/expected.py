# SPDX-License-Identifier: MIT
"""What the page of a report must show, worked out from its JSON a second time.

A report here is the JSON as Python reads it, with exact integers.
"""

import re

UNITS = ["B", "KiB", "MiB", "GiB", "TiB"]


def in_bytes(value):
    number, unit = abs(value), 0
    while number >= 1023.95 and unit + 1 < len(UNITS):
        number, unit = number / 1024, unit + 1
    return f"{'−' if value < 0 else ''}{number:.1f} {UNITS[unit]}" if unit else f"{value} B"


def in_time(ns):
    if ns < 1000:
        return f"{ns} ns"
    if ns < 10**6:
        return f"{ns / 1e3:.1f} us"
    return f"{ns / 1e6:.1f} ms" if ns < 10**9 else f"{ns / 1e9:.3f} s"


def shown(name):
    """A name as the page and the text report write it."""
    def escaped(match):
        code = ord(match.group())
        return "\\\\" if code == 92 else f"\\x{code:02x}" if code < 128 else f"\\u{{{code:x}}}"
    return re.sub("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\\\\]", escaped, name)


def row_name(row):
    return " × ".join(shown(key["text"]) for key in row["keys"])


def held(row, length):
    """What the row held at each moment of the timeline."""
    points = {bucket: value for bucket, value, _ in row.get("points", [])}
    values, now = [], 0
    for bucket in range(length):
        now = points.get(bucket, now)
        values.append(now)
    return values


def peak_moment(report):
    moments = report["timeline"]["moments"]
    return max(range(len(moments)), key=lambda i: (moments[i][1], -i))


def series_of(report, breakdown, most=11):
    """Name and values of each of the stack, the rest last."""
    length = len(report["timeline"]["moments"])
    rows = [row for row in breakdown["rows"] if row.get("points")][:most]
    series = [(row_name(row), held(row, length), row) for row in rows]
    rest = [max(0, moment[1] - sum(values[i] for _, values, _ in series))
            for i, moment in enumerate(report["timeline"]["moments"])]
    return series + ([("other", rest, None)] if any(rest) else [])


def stackable(report):
    """[(index, breakdown)] of those that are told over time."""
    return [(i, breakdown) for i, breakdown in enumerate(report["breakdowns"])
            if any(row.get("points") for row in breakdown["rows"])]


def path_of(report, place):
    names, node = [], place["node"]
    while node is not None and report["nodes"][node]["parent"] is not None:
        name = report["nodes"][node]["name"]
        names.insert(0, "(unknown span)" if name is None else shown(name))
        node = report["nodes"][node]["parent"]
    if place["unseen"]:
        return ["(not seen allocated)"]
    return names or ["(no span)"]


def frames_of(report, metric):
    """{path: value} of the flame graph with spans only; no place may be below zero."""
    frames = {}
    for place in report["places"]:
        path = ("everything", *path_of(report, place))
        for length in range(1, len(path) + 1):
            frames[path[:length]] = frames.get(path[:length], 0) + place[metric]
    return {path: value for path, value in frames.items() if value > 0}
