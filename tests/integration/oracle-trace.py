#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares a recorded run of the oracle with its account: oracle-trace.py complete|lossy ACCOUNT <TEXT

TEXT is what babeltrace2 prints of the trace. Exact:
- each free names the block that was allocated there, with its size and its group, and no address is live twice;
- each event has the tags that its group was registered with, and `delta` is minus the size;
- the sums of each group, of the spans and of the misuses are those of the account;
- the last group_stats of each group says what the account says.
With events lost on purpose ("lossy": of alloc and free only) the first is dropped and the sums are upper bounds; the
last group_stats must be exact all the same.
"""
import re
import sys

EVENT = re.compile(r'^\[.*?\] (?:\([^)]*\) )?\S+ (?:\S+ )??allocspan:(\w+): \{[^}]*\}, \{ (.*) \}$')
FIELD = re.compile(r'(\w+) = (?:"((?:[^"\\]|\\.)*)"|\( "(\w+)" : container = \d+ \)|(\S+?))(?:, |$)')
COUNTS = ("alloc_count", "alloc_bytes", "free_count", "free_bytes")


def fail(text):
    print(f"oracle-trace: {text}", file=sys.stderr)
    sys.exit(1)


def number(text):
    return int(text, 0)


def tags_of(group_id, name_number):
    """What the tag string of a group should be, from the number it was registered with."""
    if group_id == 1:
        return ",group=root,"
    value = str(name_number) if name_number % 3 else f"a\\,b\\={name_number}\\\\"
    return f",group=group {name_number},number={value},"


class Account:
    def __init__(self, path):
        self.groups = {}
        self.foreign = set()
        self.tags = {}
        with open(path, encoding="ascii") as file:
            for line in file:
                words = line.split()
                if words[0] == "spans":
                    self.spans = [int(word) for word in words[1:]]
                elif words[0] == "misuses":
                    self.misuses = int(words[1])
                else:
                    group_id = int(words[1])
                    self.tags[group_id] = tags_of(group_id, int(words[2]))
                    self.groups[group_id] = [int(word) for word in words[4:]]
                    if words[3] == "foreign":
                        self.foreign.add(group_id)


class Trace:
    def __init__(self, account, is_lossy):
        self.account = account
        self.is_lossy = is_lossy
        self.live = {}
        self.sums = {}
        self.spans = [0] * 6
        self.misuses = 0
        self.last_stats = {}
        self.registered = set()
        self.released = set()
        self.events = 0

    def check_tags(self, group_id, tags):
        if group_id not in self.account.tags:
            fail(f"group {group_id} is not in the account")
        if tags.replace("\\\\", "\\") != self.account.tags[group_id]:
            fail(f"group {group_id} has the tags {tags}, not {self.account.tags[group_id]}")

    def alloc(self, event):
        group_id = number(event["group_id"])
        self.check_tags(group_id, event["tags"])
        block = (number(event["size"]), group_id)
        if not self.is_lossy:
            if event["ptr"] in self.live:
                fail(f"{event['ptr']} is allocated twice")
            self.live[event["ptr"]] = block
        sums = self.sums.setdefault(group_id, [0] * 4)
        sums[0] += 1
        sums[1] += block[0]

    def free(self, event):
        group_id = number(event["source_group_id"])
        self.check_tags(group_id, event["tags"])
        block = (number(event["size"]), group_id)
        if number(event["delta"]) != -block[0]:
            fail(f"delta {event['delta']} of size {block[0]}")
        if not self.is_lossy and self.live.pop(event["ptr"], None) != block:
            fail(f"free of {event['ptr']}: {block} was not allocated there")
        sums = self.sums.setdefault(group_id, [0] * 4)
        sums[2] += 1
        sums[3] += block[0]

    def span_enter(self, event):
        self.spans[0] += 1

    def span_exit(self, event):
        self.spans[1] += 1
        for i, name in enumerate(COUNTS):
            self.spans[2 + i] = (self.spans[2 + i] + number(event[name])) % (1 << 64)

    def misuse(self, event):
        self.misuses += 1

    def group_register(self, event):
        group_id = number(event["group_id"])
        self.check_tags(group_id, event["tags"])
        if group_id in self.registered:
            fail(f"group {group_id} is registered twice")
        self.registered.add(group_id)

    def group_release(self, event):
        group_id = number(event["group_id"])
        if group_id not in self.registered:
            fail(f"group {group_id} is released and was not registered")
        self.registered.discard(group_id)
        self.released.add(group_id)

    def group_stats(self, event):
        group_id = number(event["group_id"])
        self.check_tags(group_id, event["tags"])
        stats = [number(event[name]) for name in COUNTS]
        if number(event["live_blocks"]) != stats[0] - stats[2]:
            fail(f"group_stats of {group_id}: live_blocks {event['live_blocks']} of {stats}")
        if number(event["live_bytes"]) != stats[1] - stats[3]:
            fail(f"group_stats of {group_id}: live_bytes {event['live_bytes']} of {stats}")
        before = self.last_stats.get(group_id, [0] * 4)
        if any(now < then for now, then in zip(stats, before)):
            fail(f"group_stats of {group_id} goes back from {before} to {stats}")
        self.last_stats[group_id] = stats

    def read(self, lines):
        for line in lines:
            match = EVENT.match(line)
            if not match:
                fail(f"not an event: {line}")
            # Nothing of `[^}]*` may match a value: names here have no braces.
            event = {f[0]: f[1] or f[2] or f[3] for f in FIELD.findall(match.group(2))}
            getattr(self, match.group(1))(event)
            self.events += 1

    def compare_group(self, group_id, what, found, expected):
        if group_id in self.account.foreign:
            # The C library's own blocks may come on top.
            if not self.is_lossy and any(f < e for f, e in zip(found, expected)):
                fail(f"group {group_id}: {what} {found}, the account has {expected} at least")
        elif found != expected:
            fail(f"group {group_id}: {what} {found}, the account has {expected}")

    def compare(self):
        for group_id, expected in self.account.groups.items():
            found = self.sums.get(group_id, [0] * 4)
            if not self.is_lossy:
                self.compare_group(group_id, "the events sum up to", found, expected)
            elif group_id not in self.account.foreign and any(f > e for f, e in zip(found, expected)):
                fail(f"group {group_id}: the events sum up to {found}, more than {expected}")
            stats = self.last_stats.get(group_id, [0] * 4)
            self.compare_group(group_id, "the last group_stats says", stats, expected)
        if not self.is_lossy:
            expected_live = {k for k, (_, group) in self.live.items() if group not in self.account.foreign}
            if expected_live:
                fail(f"{len(expected_live)} blocks are still live")
        if self.spans != self.account.spans:
            fail(f"the spans sum up to {self.spans}, the account has {self.account.spans}")
        if self.misuses != self.account.misuses:
            fail(f"{self.misuses} misuses, the account has {self.account.misuses}")


def main():
    kind, path = sys.argv[1:]
    trace = Trace(Account(path), kind == "lossy")
    trace.read(line.rstrip("\n") for line in sys.stdin)
    trace.compare()
    print(f"oracle-trace: {trace.events} events of {len(trace.account.groups)} groups agree")


main()
