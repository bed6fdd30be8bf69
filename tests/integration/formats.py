#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that a format for tools says what the JSON report says: formats.py FORMAT FILE REPORT [ARGUMENT]

	csv FILE REPORT BY              BY is the breakdown that the table is of
	folded FILE REPORT VALUE
	pprof RAW REPORT                RAW is what `go tool pprof -raw` prints
	speedscope FILE REPORT [SCHEMA] SCHEMA is the published file-format-schema.json
	perfetto FILE REPORT

Prints what is wrong, a line each, and then exits with 1.
"""

import collections
import csv
import io
import json
import re
import sys

problems = []


def expect(what, is_value, should):
    if is_value != should:
        problems.append(f"{what} is {is_value} and should be {should}")


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def value_of(row, value):
    return row[{"bytes": "alloc_bytes", "count": "alloc_count", "live": "live_bytes",
                "live-count": "live_count", "peak": "bytes_at_total_peak"}[value]]


def check_csv(path, report, by):
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    outside = re.sub(r'"[^"]*"', "", text)
    expect("ends of lines that are not CR LF", len(re.findall(r"(?<!\r)\n", outside)), 0)
    records = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    breakdown = next(x for x in report["breakdowns"] if x["by"] == by)
    expect("the number of records", len(records), len(breakdown["rows"]))
    columns = [f"tag:{x['tag']}" if x["tag"] else x["dimension"] for x in breakdown["keys"]]
    for record, row in zip(records, breakdown["rows"]):
        for column, key in zip(columns, row["keys"]):
            expect(column, record[column], key["text"] if key["state"] == "value" else "")
            expect(f"{column}_state", record[f"{column}_state"], key["state"])
        for name, number in row.items():
            if isinstance(number, bool):
                expect(name, record[name], "true" if number else "false")
            elif isinstance(number, int):
                expect(f"{name} of {row['keys']}", int(record[name]), number)
        for name, number in row.get("growth", {}).items():
            expect(f"growth_{name}", int(record[f"growth_{name}"]), number)


def unescape(text):
    return re.sub(r"\\(?:x([0-9a-f]{2})|(\\))", lambda x: x.group(2) or chr(int(x.group(1), 16)), text)


def check_folded(path, report, value):
    sums = collections.Counter()
    spans = collections.Counter()
    with open(path, encoding="utf-8") as file:
        for line in file:
            match = re.fullmatch(r"(.*\S) (\d+)\n", line)
            if not match or int(match.group(2)) == 0:
                problems.append(f"no folded stack: {line!r}")
                continue
            frames = [unescape(x) for x in match.group(1).split(";")]
            group = next(x for x in frames if x.startswith("["))
            sums[group[1:-1]] += int(match.group(2))
            spans["/".join(frames[1:frames.index(group)])] += int(match.group(2))
    expect(f"the sum of {value}", sum(sums.values()), value_of(report["total"], value))
    rows = next(x for x in report["breakdowns"] if x["by"] == "group")["rows"]
    should = collections.Counter()
    for row in rows:
        should[row["keys"][0]["text"]] += value_of(row, value)
    expect(f"{value} by group", +sums, +should)
    if value == "bytes":
        expect("bytes by path", +spans, +bytes_by_path(report))


def path_of(report, node):
    names = []
    while node is not None and report["nodes"][node]["parent"] is not None:
        names.insert(0, report["nodes"][node]["name"])
        node = report["nodes"][node]["parent"]
    return "/".join(names)


def bytes_by_path(report):
    sums = collections.Counter()
    for place in report["places"]:
        sums[path_of(report, place["node"])] += place["alloc_bytes"]
    return sums


def check_pprof(path, report):
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    begin = lines.index("Samples:")
    expect("the sample types", lines[begin + 1],
           "alloc_objects/count alloc_space/bytes[dflt] inuse_objects/count inuse_space/bytes peak_space/bytes")
    sums = [0] * 5
    groups = collections.Counter()
    for line, labels in zip(lines[begin + 2:], lines[begin + 3:]):
        if line == "Locations":
            break
        match = re.match(r"\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(\d+): [\d ]+$", line)
        if match:
            sums = [x + int(y) for x, y in zip(sums, match.groups())]
            name = re.search(r"group:\[(.*?)\]", labels).group(1)
            groups[name] += int(match.group(2))
    total = report["total"]
    expect("the sums", sums, [total["alloc_count"], total["alloc_bytes"], total["live_count"],
                              total["live_bytes"], total["peak_live_bytes"]])
    should = collections.Counter()
    for group in report["groups"]:
        should[group["name"]] += group["alloc_bytes"]
    expect("bytes by the label group", +groups, +should)


def check_speedscope(path, report, schema=None):
    data = load(path)
    if schema:
        import jsonschema

        jsonschema.validate(data, load(schema))
    expect("$schema", data["$schema"], "https://www.speedscope.app/file-format-schema.json")
    frames = data["shared"]["frames"]
    for frame in frames:
        expect("the members of a frame", set(frame) - {"name", "file", "line", "col"}, set())
        expect(f"the type of a name ({frame['name']})", type(frame["name"]), str)
    values = ["bytes", "count", "live", "live-count", "peak"]
    expect("the number of profiles", len(data["profiles"]), len(values))
    for profile, value in zip(data["profiles"], values):
        expect("the type", profile["type"], "sampled")
        expect("a known unit", profile["unit"] in ("none", "bytes"), True)
        expect("as many weights as samples", len(profile["weights"]), len(profile["samples"]))
        expect("frames that are not there",
               [x for y in profile["samples"] for x in y if not 0 <= x < len(frames)], [])
        expect(f"the sum of {value}", sum(profile["weights"]), value_of(report["total"], value))
        expect("the range", profile["endValue"] - profile["startValue"], sum(profile["weights"]))


def check_slices(events):
    """Slices of a thread are one after the other, or one inside the other."""
    by_thread = collections.defaultdict(list)
    for event in events:
        if event["ph"] == "X":
            begin = round(event["ts"] * 1000)
            by_thread[event["pid"], event["tid"]].append((begin, -round(event["dur"] * 1000), event["name"]))
    for thread, slices in by_thread.items():
        open_ends = []
        for begin, minus, name in sorted(slices):
            while open_ends and open_ends[-1] <= begin:
                open_ends.pop()
            if open_ends and begin - minus > open_ends[-1]:
                problems.append(f"the slice {name} of {thread} sticks out of the one around it")
            open_ends.append(begin - minus)


def check_event(event):
    """What the published description of the format wants of each phase."""
    needs = {"M": {"name", "args"}, "C": {"ts", "name", "args"}, "X": {"ts", "dur", "tid", "name"},
             "B": {"ts", "tid", "name"}, "b": {"ts", "cat", "id2", "name"}, "e": {"ts", "cat", "id2", "name"},
             "i": {"ts", "tid", "s", "name"}}
    expect(f"what {event} lacks", (needs.get(event["ph"], {"a known ph"}) | {"pid"}) - set(event), set())
    for key in ("ts", "dur"):
        if event.get(key, 0) < 0:
            problems.append(f"{event} has a time below zero")


def check_counters(events, report):
    last = {}
    highest = collections.Counter()
    for event in events:
        if event["ph"] == "C":
            key = (event["pid"], event["name"])
            last[key] = event["args"]["bytes"]
            highest[key] = max(highest[key], event["args"]["bytes"])
    for group in report["groups"]:
        key = (group["vpid"], f"live: {group['text']}")
        expect(f"the end of {key}", last.get(key), group["live_bytes"])
        # What a group held before the trace, only what comes later tells.
        if group["certain"]:
            expect(f"the peak of {key}", highest[key], group["peak_live_bytes"])
    for process in report["processes"]:
        lives = sum(x["live_bytes"] for x in report["groups"] if x["vpid"] == process["vpid"])
        expect("the end of everything", last.get((process["vpid"], "live: (everything)")), lives)


def check_spans(events, report):
    ended = [x for x in events if x["ph"] in ("X", "e")]
    begun = {x["id2"]["local"]: x["ts"] for x in events if x["ph"] == "b"}
    for span in report["spans"]:
        entries = [x for x in ended if x["name"] == span["name"]]
        expect(f"the entries of {span['name']}", len(entries), span["entry_count"])
        for key in ("alloc_count", "alloc_bytes", "free_count", "free_bytes"):
            expect(f"{key} of {span['name']}", sum(x["args"][key] for x in entries), span[key])
        durations = [x["dur"] if x["ph"] == "X" else x["ts"] - begun[x["id2"]["local"]] for x in entries]
        expect(f"the duration of {span['name']}", round(sum(durations) * 1000), span["duration_ns"])
        open_now = [x for x in events if x["ph"] == "B" and x["name"] == span["name"]]
        expect(f"open spans {span['name']}", len(open_now), span["open_count"])


def check_perfetto(path, report):
    data = load(path)
    events = data["traceEvents"]
    for event in events:
        check_event(event)
    check_slices(events)
    check_counters(events, report)
    check_spans(events, report)
    names = {x["pid"]: x["args"]["name"] for x in events if x.get("name") == "process_name"}
    expect("the processes", names, {x["vpid"]: x["text"] for x in report["processes"]})
    expect("complete", data["otherData"]["complete"], str(report["complete"]).lower())


def main():
    name, path, report, *rest = sys.argv[1:]
    globals()[f"check_{name}"](path, load(report), *rest)
    for problem in problems[:20]:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
