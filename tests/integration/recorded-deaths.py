#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Records programs that fork and are killed, and holds the report against their own accounts.

recorded-deaths.py ALLOCSPAN PROGRAM SEED TRIALS

PROGRAM is ledger-program. Each trial, chosen by the seed, records it in full or packed, and kills it at some time or lets
it end. Then no figure of the report may be silently wrong (judgement.py).
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import judgement  # noqa: E402

TRIALS = ["churn", "fork", "fork_among_threads", "thread_churn", "group_churn", "vfork", "spawn"]

# A process is waited for until it has begun, and for this long before it is killed.
LONGEST_LIFE_S = 0.08


def kill_when(path, life_s):
    """Kills the program's first process when it has lived that long; false if it is not there any more."""
    while True:
        pid = next((pid for pid, _, _ in judgement.Account(path).processes()), None)
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
    judgement.make_account(path)
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
    account = judgement.Account(path)
    faults = list(judgement.judge(report, account))
    for pid, is_finished, _ in account.processes():
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
