# SPDX-License-Identifier: MIT
"""Holds a report against what the programs said of themselves, for recorded-deaths.py and recorded-faults.py.

No figure may be silently wrong: what the report calls exact agrees with the account (ledger-account.h), in which each
completed call is, and perhaps one that a thread was in the middle of; what it calls missing is within the bounds that it
gives; and where neither is so, it is not complete.
"""

import struct

GROUPS = ["first", "second", "third", "fourth", "fifth"]
THREADS = 9
PROCESSES = 64
TALLY_NUMBERS = 12
TALLY_BYTES = 8 * TALLY_NUMBERS
# One tally more than groups: of those that come and go.
TALLIES = len(GROUPS) + 1
HEADER_BYTES = 16
IS_TOLD_AT = 8
PROCESS_BYTES = 16 + THREADS * TALLIES * TALLY_BYTES
ACCOUNT_BYTES = HEADER_BYTES + PROCESSES * PROCESS_BYTES


def make_account(path):
    with open(path, "wb") as file:
        file.truncate(ACCOUNT_BYTES)


def tell_account(path):
    """Says to the program that what it waits for is done."""
    with open(path, "r+b") as file:
        file.seek(IS_TOLD_AT)
        file.write(struct.pack("=Q", 1))


class Account:
    """What the programs said, process by process."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = file.read()
        (self.process_count,) = struct.unpack_from("=Q", self.bytes, 0)

    def processes(self):
        for index in range(min(self.process_count, PROCESSES)):
            offset = HEADER_BYTES + index * PROCESS_BYTES
            pid, _, is_finished = struct.unpack_from("=iiQ", self.bytes, offset)
            if pid:
                yield pid, is_finished, offset + 16

    def group(self, offset, group):
        """Least and most of each number of a group: what was done, and what had begun."""
        sums = [0] * TALLY_NUMBERS
        for thread in range(THREADS):
            place = offset + (thread * TALLIES + group) * TALLY_BYTES
            numbers = struct.unpack_from("=12Q", self.bytes, place)
            sums = [a + b for a, b in zip(sums, numbers)]
        bounds = {}
        for number, unit in enumerate(("count", "bytes")):
            begun, done, own_begun, own_done, inherited_begun, inherited_done = sums[number::2]
            bounds["alloc_" + unit] = (done, begun)
            bounds["free_" + unit] = (own_done + inherited_done, own_begun + inherited_begun)
            # What was inherited is its parent's.
            bounds["live_" + unit] = (done - own_begun, begun - own_done)
        return bounds

    def groups(self, offset):
        return [self.group(offset, group) for group in range(len(GROUPS))]

    def all_bounds(self):
        return [self.group(offset, group) for _, _, offset in self.processes() for group in range(TALLIES)]


COUNTS = ("alloc_count", "alloc_bytes", "free_count", "free_bytes")
LIVE = ("live_count", "live_bytes")


def add_bounds(all_bounds, number):
    return sum(bounds[number][0] for bounds in all_bounds), sum(bounds[number][1] for bounds in all_bounds)


def judge_numbers(what, row, bounds, numbers):
    for number in numbers:
        least, most = bounds[number]
        if not least <= row[number] <= most:
            yield f"{what}: {number} is {row[number]}, exact; the account has {least} to {most}"


def judge_row(what, row, bounds):
    if row["exact_counts"]:
        yield from judge_numbers(what, row, bounds, COUNTS)
    if row["exact_live"] or row["certain"]:
        yield from judge_numbers(what, row, bounds, LIVE)
    least, most = bounds["live_bytes"][0], bounds["alloc_bytes"][1]
    if row["certain"] and not least <= row["peak_live_bytes"] <= most:
        yield f"{what}: the peak is {row['peak_live_bytes']}, certain; the account has {least} to {most}"


def judge_missing(pid, process, rows, all_bounds):
    """Beside what events told. How many frees they only show, by an address that is given out again, the report does not say."""
    for which, name in (("allocs", "alloc"), ("frees", "free")):
        seen = sum(row[name + "_count"] - row[f"lost_{name}_count"] for row in rows)
        least, most = add_bounds(all_bounds, name + "_count")
        missing = process["missing"][which]
        if missing["most"] is not None and seen + missing["most"] < least:
            yield f"process {pid}: {seen} {which}, and at most {missing['most']} missing; the account has {least}"
        if missing["least"] + (seen if which == "allocs" else 0) > most:
            yield f"process {pid}: {seen} {which}, and at least {missing['least']} missing; the account has {most}"


def find_process(report, pid):
    """Its index."""
    return next((i for i, process in enumerate(report["processes"]) if process["vpid"] == pid), None)


def rows_of(report, index):
    return {row["name"]: row for row in report["groups"] if row["process"] == index and row["name"] in GROUPS}


def judge_process(report, account, pid, offset):
    index = find_process(report, pid)
    all_bounds = account.groups(offset)
    if index is None:
        if report["complete"] and add_bounds(all_bounds, "alloc_count")[0]:
            yield f"process {pid} is not in the report, which is complete"
        return
    process = report["processes"][index]
    rows = rows_of(report, index)
    for name, bounds in zip(GROUPS, all_bounds):
        if name in rows:
            yield from judge_row(f"process {pid}, group {name}", rows[name], bounds)
            if process["complete"] and not rows[name]["exact_counts"]:
                yield f"process {pid}, complete: the counts of group {name} are not exact"
        elif process["complete"] and bounds["alloc_count"][0]:
            yield f"process {pid}, complete: group {name} is missing"
    if not process["complete"] and process["from"] == "events":
        yield from judge_missing(pid, process, rows.values(), all_bounds)
    if report["complete"] and not process["complete"]:
        yield f"process {pid} is not complete; the report is"


def judge_total(report, account):
    all_bounds = account.all_bounds()
    bounds = {number: add_bounds(all_bounds, number) for number in COUNTS + LIVE}
    # That of several processes at once is not in the account.
    yield from judge_row("total", report["total"] | {"peak_live_bytes": bounds["live_bytes"][0]}, bounds)


def judge(report, account):
    """What is silently wrong: a line each."""
    for pid, _, offset in account.processes():
        yield from judge_process(report, account, pid, offset)
    yield from judge_total(report, account)


def judge_exactness(report, account):
    """What of a process that has a ledger is not known exactly, and should be: a line each."""
    for pid, _, offset in account.processes():
        index = find_process(report, pid)
        if index is None:
            yield f"process {pid} is not in the report"
            continue
        process = report["processes"][index]
        rows = rows_of(report, index)
        if not process["complete"] and process["from"] != "ledger":
            yield f"process {pid} ({process['end']}): not complete, proof {process['proof']}, missing {process['missing']}"
        for name, bounds in zip(GROUPS, account.groups(offset)):
            if name not in rows and bounds["alloc_count"][0]:
                yield f"process {pid}: group {name} is missing"
            elif name in rows and not (rows[name]["exact_counts"] and rows[name]["exact_live"]):
                yield f"process {pid}: group {name} is not exact"
