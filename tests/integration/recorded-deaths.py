#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Records programs that fork and are killed, and holds the report against their own accounts.

recorded-deaths.py ALLOCSPAN PROGRAM SEED TRIALS

PROGRAM is ledger-program. Each trial, chosen by the seed, records it in full or packed, and kills it at some time or lets
it end. Then no figure of the report may be silently wrong: what the report calls exact agrees with the account
(ledger-account.h), what it calls missing is within the bounds that it gives, and where neither is so it is not complete.
"""

import json
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time

GROUPS = ["first", "second", "third", "fourth", "fifth"]
THREADS = 9
PROCESSES = 64
TALLY_NUMBERS = 12
TALLY_BYTES = 8 * TALLY_NUMBERS
# One tally more than groups: of those that come and go.
TALLIES = len(GROUPS) + 1
PROCESS_BYTES = 16 + THREADS * TALLIES * TALLY_BYTES
ACCOUNT_BYTES = 8 + PROCESSES * PROCESS_BYTES
LARGEST = 600
TRIALS = ["churn", "fork", "fork_among_threads", "thread_churn", "group_churn", "vfork", "spawn"]

# A process is waited for until it has begun, and for this long before it is killed.
LONGEST_LIFE_S = 0.08


class Account:
    """What the program said, process by process."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = file.read()
        (self.process_count,) = struct.unpack_from("=Q", self.bytes, 0)

    def processes(self):
        for index in range(min(self.process_count, PROCESSES)):
            offset = 8 + index * PROCESS_BYTES
            pid, _, is_finished = struct.unpack_from("=iiQ", self.bytes, offset)
            if pid:
                yield pid, is_finished, offset + 16

    def group(self, offset, group):
        """Allocations and frees, their counts and bytes: what was done and what had begun."""
        sums = [0] * TALLY_NUMBERS
        for thread in range(THREADS):
            place = offset + (thread * TALLIES + group) * TALLY_BYTES
            numbers = struct.unpack_from("=12Q", self.bytes, place)
            sums = [a + b for a, b in zip(sums, numbers)]
        begun, done = sums[0:2], sums[2:4]
        free_begun = [sums[4] + sums[8], sums[5] + sums[9]]
        free_done = [sums[6] + sums[10], sums[7] + sums[11]]
        return {
            "alloc_count": (done[0], begun[0]),
            "alloc_bytes": (done[1], begun[1]),
            "free_count": (free_done[0], free_begun[0]),
            "free_bytes": (free_done[1], free_begun[1]),
        }


def judge_exact(pid, name, row, bounds):
    for number, (least, most) in bounds.items():
        if not least <= row[number] <= most:
            yield f"process {pid}, group {name}: {number} is {row[number]}, exact; the account has {least} to {most}"


def judge_missing(pid, process, rows, all_bounds):
    for which, number in (("allocs", "alloc_count"), ("frees", "free_count")):
        seen = sum(row[number] for row in rows)
        least = sum(bounds[number][0] for bounds in all_bounds)
        most = sum(bounds[number][1] for bounds in all_bounds)
        missing = process["missing"][which]
        if missing["most"] is not None and seen + missing["most"] < least:
            yield f"process {pid}: {number} {seen} and at most {missing['most']} missing; the account has {least}"
        if seen + missing["least"] > most:
            yield f"process {pid}: {number} {seen} and at least {missing['least']} missing; the account has {most}"


def judge_process(report, account, pid, offset):
    index = next((i for i, p in enumerate(report["processes"]) if p["vpid"] == pid), None)
    all_bounds = [account.group(offset, group) for group in range(len(GROUPS))]
    if index is None:
        if report["complete"] and any(bounds["alloc_count"][0] for bounds in all_bounds):
            yield f"process {pid} is not in the report, which is complete"
        return
    process = report["processes"][index]
    rows = [row for row in report["groups"] if row["process"] == index and row["name"] in GROUPS]
    for name, bounds in zip(GROUPS, all_bounds):
        row = next((row for row in rows if row["name"] == name), None)
        if row is None:
            if process["complete"] and bounds["alloc_count"][0]:
                yield f"process {pid}, complete: group {name} is missing"
        elif row["exact_counts"]:
            yield from judge_exact(pid, name, row, bounds)
        elif process["complete"]:
            yield f"process {pid}, complete: the counts of group {name} are not exact"
    if not process["complete"] and process["from"] == "events":
        yield from judge_missing(pid, process, rows, all_bounds)


def kill_when(path, life_s):
    """Kills the program's first process when it has lived that long; false if it is not there any more."""
    while True:
        pid = next((pid for pid, _, _ in Account(path).processes()), None)
        if pid:
            break
        time.sleep(0.005)
    time.sleep(life_s)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run_trial(allocspan, program, folder, chance):
    trial = chance.choice(TRIALS)
    seed = chance.randrange(1 << 30)
    form = chance.choice([[], ["--packed"]])
    is_killed = chance.random() < 0.6
    life_s = chance.random() * LONGEST_LIFE_S
    path = os.path.join(folder, "account")
    trace = os.path.join(folder, "trace")
    text = f"{trial}, seed {seed}{', packed' if form else ''}{f', killed after {life_s:.3f} s' if is_killed else ''}"
    with open(path, "wb") as file:
        file.truncate(ACCOUNT_BYTES)
    record = subprocess.Popen(
        [allocspan, "record", *form, "-o", trace, "--", program, path, trial, str(seed)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if is_killed:
        kill_when(path, life_s)
    said = record.communicate()[1]
    result = subprocess.run([allocspan, "report", "--format", "json", trace],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if not result.stdout:
        return text, [f"no report: {result.stderr.strip()}; record said: {said.strip()}"]
    report = json.loads(result.stdout)
    account = Account(path)
    faults = []
    for pid, is_finished, offset in account.processes():
        faults += judge_process(report, account, pid, offset)
        if not is_killed and not is_finished:
            faults.append(f"process {pid} did not come to its end")
    subprocess.run(["rm", "-rf", trace], check=True)
    return text, faults


def main():
    allocspan, program, seed, trials = sys.argv[1:5]
    chance = random.Random(int(seed))
    fault_count = 0
    print(f"seed {seed}, {trials} trials", flush=True)
    with tempfile.TemporaryDirectory(prefix="recorded-deaths-") as folder:
        for _ in range(int(trials)):
            text, faults = run_trial(allocspan, program, folder, chance)
            for fault in faults:
                print(f"{text}: {fault}", flush=True)
            fault_count += len(faults)
    return 1 if fault_count else 0


if __name__ == "__main__":
    sys.exit(main())
