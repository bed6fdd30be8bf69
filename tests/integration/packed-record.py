#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Takes packed events apart, as tp/packed-format.md describes them and knowing nothing else.

usage: packed-record.py lines|compare|facts|waits TEXT

TEXT is what `babeltrace2 --clock-cycles TRACE` printed.

lines    prints one line for each packed record, threads one after the other, as trace-lines.awk does for a full event.
compare  checks that full and packed events of the trace tell the same, record by record: all fields, the call site, and the time,
         which must lie between those of the full event of the record and of the next one.
facts    checks the same of the records of all threads together, in any order: for processes that LTTng takes for their
         parents, because they were made without fork().
waits    prints how long records waited until they were written, in microseconds: median, 99 %, longest.

Fails with a line that says what is wrong: also where the numbering has a gap, or a thread's times go back.
"""

import re
import sys
from collections import Counter, defaultdict

KINDS = ["malloc", "calloc", "realloc", "memalign", "new", "user"]
# lib/core/packed-clock.h
CLOCK_ERROR_NS = 1000
# tp/packed-format.h
MAX_EVENT_BYTES = 3584

EVENT = re.compile(rb"^\[(\d+)\][^{]* (allocspan(?:_packed)?):(\w+): ")
ESCAPES = {ord("a"): 7, ord("b"): 8, ord("t"): 9, ord("n"): 10, ord("v"): 11, ord("f"): 12, ord("r"): 13, ord("e"): 27}


class Wrong(Exception):
    pass


def unescape(text):
    """The bytes of a string that babeltrace2 printed, and where it ends."""
    out = bytearray()
    at = 1
    while text[at] != ord('"'):
        byte = text[at]
        at += 1
        if byte != ord("\\"):
            out.append(byte)
            continue
        byte = text[at]
        at += 1
        if byte == ord("x"):
            out.append(int(text[at:at + 2], 16))
            at += 2
        else:
            out.append(ESCAPES.get(byte, byte))
    return bytes(out), at + 1


def fields_of(text):
    """The `name = value` pairs of one pair of braces, and what follows it."""
    fields = {}
    rest = text.lstrip(b"{ ,")
    while not rest.startswith(b"}"):
        name, _, rest = rest.partition(b" = ")
        if rest.startswith(b'"'):
            value, end = unescape(rest)
        elif rest.startswith(b"( "):
            end = rest.index(b" )") + 2
            value = rest[3:rest.index(b'" :')]
        else:
            end = re.match(rb"[^ ,]*", rest).end()
            value = rest[:end]
        fields[name.decode()] = value
        rest = rest[end:].lstrip(b" ,")
    return fields, rest[1:]


def events_of(path):
    for line in open(path, "rb"):
        match = EVENT.match(line)
        if not match:
            continue
        context = {}
        payload, rest = fields_of(line[match.end():])
        while b"{" in rest:
            context.update(payload)
            payload, rest = fields_of(rest)
        yield int(match[1]), match[2] + b":" + match[3], context, payload


class Records:
    """The bytes of `records`, read from the front."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def byte(self):
        if self.at >= len(self.data):
            raise Wrong("a record ends in the middle")
        self.at += 1
        return self.data[self.at - 1]

    def number(self):
        value = 0
        shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if byte == 0 or value == 0:
            raise Wrong("a number that is longer than it must be")
        return value - 1

    def signed(self):
        value = self.number()
        return -(value >> 1) - 1 if value & 1 else value >> 1

    def is_left(self):
        return self.at < len(self.data)


def groups_of(text):
    groups = []
    while text:
        number, length, text = text.split(b":", 2)
        groups.append((int(number), text[:int(length)].decode()))
        if len(groups[-1][1].encode()) != int(length):
            raise Wrong("the tags of a group are cut off")
        text = text[int(length):]
    return groups


def records_of(payload):
    """(time, what a line says, call site) of each record of an event."""
    if payload["version"] != b"1":
        raise Wrong("version " + payload["version"].decode())
    if len(payload["groups"]) + len(payload["records"]) > MAX_EVENT_BYTES:
        raise Wrong("an event is too long for the smallest sub-buffer")
    groups = groups_of(payload["groups"])
    data = Records(payload["records"])
    time = int(payload["begin_ns"])
    span = int(payload["span_id"])
    current = None
    address = new_site = 0
    sites = []
    last = [{"size": 0, "kind": 0, "site": 0}, {"size": 0, "kind": 0, "site": 0}]
    while data.is_left():
        control = data.byte()
        operation = control & 3
        if not control & 0x80 or control & 0x40 or operation == 3 or (operation == 2 and control & 0x3C):
            raise Wrong(f"the control byte {control:#x}")
        if operation == 2:
            span = data.number()
            index = data.number()
            current = groups[index - 1] if index else None
            continue
        mine = last[operation]
        time += data.number()
        address = (address + data.signed() * 8) % 2**64
        if not control & 0x20:
            mine["size"] = data.number()
        owner = groups[data.number()] if control & 4 else current
        if control & 8:
            mine["kind"] = data.number()
        if control & 0x10:
            index = data.number()
            if index == 0:
                new_site = (new_site + data.signed()) % 2**64
                sites.append(new_site)
                mine["site"] = new_site
            else:
                mine["site"] = sites[index - 1]
        if owner is None:
            raise Wrong("a record of no group")
        kind = KINDS[mine["kind"]]
        if operation == 0:
            line = (f"alloc ptr=0x{address:X} size={mine['size']} group_id={owner[0]} span_id={span} "
                    f"kind={kind} tags={owner[1]}")
        else:
            line = (f"free ptr=0x{address:X} size={mine['size']} delta={-mine['size']} source_group_id={owner[0]} "
                    f"current_group_id={current[0] if current else 0} span_id={span} kind={kind} tags={owner[1]}")
        yield time, line, mine["site"]


def full_line(name, payload):
    """The line of a full event, as above."""
    values = {key: value.decode() for key, value in payload.items()}
    values["ptr"] = f"0x{int(values['ptr'], 16):X}"
    return name + "".join(f" {key}={value}" for key, value in values.items())


def read(path):
    """What full and what packed events tell of each thread, in their order; and how long packed records waited."""
    full = defaultdict(list)
    packed = defaultdict(list)
    waits = []
    expected = {}
    for written, name, context, payload in events_of(path):
        if name in (b"allocspan:alloc", b"allocspan:free"):
            thread = (int(context["vpid"]), int(context["vtid"]))
            line = full_line(name[10:].decode(), payload)
            full[thread].append((written, line, int(context.get("ip", 0))))
        elif name == b"allocspan_packed:events":
            thread = (int(payload["vpid"]), int(payload["vtid"]))
            index = int(payload["record_index"])
            records = list(records_of(payload))
            if len(records) != int(payload["record_count"]) or not records:
                raise Wrong(f"{len(records)} records where record_count says {payload['record_count'].decode()}")
            # The program that a process executes, and a thread with the number of one that ended, begin with 0.
            if index not in (expected.get(thread, index), 0):
                raise Wrong(f"thread {thread}: record {index} after {expected[thread]} records")
            if packed[thread] and packed[thread][-1][0] > records[0][0]:
                raise Wrong(f"thread {thread}: times go back from one event to the next")
            expected[thread] = index + len(records)
            packed[thread] += records
            waits += [int(payload["flush_ns"]) - time for time, _, _ in records]
    return full, packed, waits


def compare(full, packed):
    if not packed:
        raise Wrong("there is no packed event")
    if set(full) != set(packed):
        raise Wrong(f"threads {sorted(full)} in full, {sorted(packed)} packed")
    for thread, expected in full.items():
        for index, (one, other) in enumerate(zip(expected, packed[thread])):
            if one[1:] != other[1:]:
                raise Wrong(f"thread {thread}, record {index}:\n  full   {one[1]} ip={one[2]:#x}\n"
                            f"  packed {other[1]} ip={other[2]:#x}")
            after = expected[index + 1][0] if index + 1 < len(expected) else other[0]
            if not one[0] - CLOCK_ERROR_NS <= other[0] <= after + CLOCK_ERROR_NS:
                raise Wrong(f"thread {thread}, record {index}: time {other[0]} is not between {one[0]} and {after}")
        if len(expected) != len(packed[thread]):
            raise Wrong(f"thread {thread}: {len(expected)} full events and {len(packed[thread])} packed records")
    print(f"{sum(map(len, packed.values()))} records of {len(packed)} threads agree")


def compare_facts(full, packed):
    expected, actual = (Counter(record[1:] for records in form.values() for record in records) for form in (full, packed))
    for facts, what in ((expected - actual, "full only"), (actual - expected, "packed only")):
        for (line, site), count in list(facts.items())[:10]:
            print(f"{what}, {count} times: {line} ip={site:#x}")
    if expected != actual or not actual:
        raise Wrong(f"{sum(expected.values())} full events and {sum(actual.values())} packed records")
    print(f"{sum(actual.values())} records agree")


def print_lines(packed):
    for thread, records in sorted(packed.items()):
        for _, line, _ in records:
            print(thread[1], line)


def print_waits(waits):
    waits.sort()
    print(*(waits[min(len(waits) - 1, int(len(waits) * part))] // 1000 for part in (0.5, 0.99, 1)))


def main():
    what, path = sys.argv[1:]
    full, packed, waits = read(path)
    if what == "compare":
        compare(full, packed)
    elif what == "facts":
        compare_facts(full, packed)
    elif what == "waits":
        print_waits(waits)
    else:
        print_lines(packed)


try:
    main()
except Wrong as wrong:
    sys.exit(f"packed-record.py: {wrong}")
