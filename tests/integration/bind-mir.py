#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares a report on Mir's server with its trace, read anew: babeltrace2 TRACE | bind-mir.py REPORT

Follows each thread through the text of babeltrace2: what is allocated between began_frame and finished_frame belongs to
the output `id`, whose width added_display told. Knows events of allocspan and of LTTng's liblttng-ust-libc-wrapper. Exits
with 1 and says where the report differs; prints for each output its width, its frames and what they allocated, then
"outside" and how many allocations were in no frame.
"""

import json
import re
import sys

EVENT = re.compile(r" ([a-z_]+:[a-z_]+): .*?vtid = (\d+)[^}]*\}, \{ (.*)\}$")
FIELD = re.compile(r"(\w+) = (0x[0-9A-F]+|-?\d+)")


class Output:
    def __init__(self):
        self.width = None
        self.frames = self.alloc_count = self.alloc_bytes = self.free_count = self.free_bytes = 0

    def figures(self):
        return self.alloc_count, self.alloc_bytes, self.free_count, self.free_bytes


class Replay:
    def __init__(self):
        self.outputs = {}
        self.active = {}  # by thread
        self.blocks = {}  # by address: whose it is, and its size
        self.outside = 0

    def alloc(self, thread, address, size):
        output = self.active.get(thread)
        self.blocks.pop(address, None)
        if output is None:
            self.outside += 1
        elif address:
            output.alloc_count += 1
            output.alloc_bytes += size
            self.blocks[address] = output, size

    def free(self, address):
        output, size = self.blocks.pop(address, (None, 0))
        if output is not None:
            output.free_count += 1
            output.free_bytes += size

    def take(self, name, thread, fields):
        provider, event = name.split(":")
        if provider == "mir_server_compositor":
            self.take_mir(event, thread, fields)
        elif event == "alloc":
            self.alloc(thread, fields["ptr"], fields["size"])
        elif event == "free":
            self.free(fields["ptr"])
        elif provider == "lttng_ust_libc":
            self.take_stock(event, thread, fields)

    def take_mir(self, event, thread, fields):
        if event in ("added_display", "began_frame"):
            output = self.outputs.setdefault(fields["id"], Output())
        if event == "added_display":
            output.width = fields["width"]
        elif event == "began_frame":
            output.frames += 1
            self.active[thread] = output
        elif event == "finished_frame":
            self.active.pop(thread)

    def take_stock(self, event, thread, fields):
        if event == "realloc":
            self.free(fields["in_ptr"])
        if event == "posix_memalign":
            self.alloc(thread, fields["out_ptr"], fields["size"])
        else:
            self.alloc(thread, fields["ptr"], fields["size"] * fields.get("nmemb", 1))


def replay(lines):
    state = Replay()
    for line in lines:
        event = EVENT.search(line)
        if event:
            fields = {key: int(value, 0) for key, value in FIELD.findall(event[3])}
            state.take(event[1], event[2], fields)
    return state


def main():
    state = replay(sys.stdin)
    with open(sys.argv[1], encoding="utf-8") as file:
        report = json.load(file)
    # Nothing proves a stock trace complete: LTTng's wrapper has no last word.
    if report["discarded_events"] or report["discarded_packets"]:
        sys.exit("events were discarded")
    found = {}
    for group in report["groups"]:
        if group["name"] != "root":
            found[group["tags"]["id"]] = group
    if not found or found.keys() != {hex(key) for key in state.outputs}:
        sys.exit(f"the groups are {sorted(found)} instead of {sorted(map(hex, state.outputs))}")
    for key, output in state.outputs.items():
        group = found[hex(key)]
        if group["name"] != "mir_server_compositor:frame" or group["tags"]["width"] != str(output.width):
            sys.exit(f"{hex(key)} is called {group['name']} {group['tags']}")
        figures = tuple(group[field] for field in ("alloc_count", "alloc_bytes", "free_count", "free_bytes"))
        if figures != output.figures():
            sys.exit(f"{hex(key)} has {figures} instead of {output.figures()}")
        print(output.width, output.frames, *figures)
    print("outside", state.outside)


if __name__ == "__main__":
    main()
