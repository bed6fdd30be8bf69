#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Records a program to which something happens, and holds the report against the program's own account (judgement.py).

recorded-faults.py ALLOCSPAN PROGRAM SEED TRIALS [FAULT...]

PROGRAM is fault-program. Each FAULT, all of them if none is named, has so many trials in full and so many in packed. At the
end there is a table: in how many of them a figure was silently wrong, in how many the figures of a dead process, which has
a ledger, were not exact, and in how many there was no report. Where the disk is full or a daemon dead, the last two may be,
but without a report there must be one line that says why. recorded-faults.sh runs it where it can reach no other daemon.
"""

import concurrent.futures
import contextlib
import dataclasses
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
import typing

sys.dont_write_bytecode = True

import judgement  # noqa: E402

SKIPPED = 77
MIB = 1 << 20
FORMS = {"full": [], "packed": ["--packed"]}
# A program is waited for until it has begun, and for this long before anything happens to it.
LONGEST_LIFE_S = 0.08
LONGEST_TRIAL_S = 180
# At once: a daemon may sleep for seconds at the end of a trial.
JOBS = 4


class Skipped(Exception):
    """This machine cannot do it."""


class Trial:
    """One recording, of one seed, in a folder of its own."""

    def __init__(self, folder, chance):
        self.account_path = os.path.join(folder, "account")
        self.trace = os.path.join(folder, "trace")
        self.folder = folder
        self.chance = chance
        self.seed = chance.randrange(1 << 30)
        self.life_s = chance.random() * LONGEST_LIFE_S
        self.environment = {}
        self.record = None

    def pid_of_program(self):
        return next((pid for pid, _, _ in judgement.Account(self.account_path).processes()), None)


def wait_for(found, trial):
    """What found() gives, or None if the recording ends first."""
    while trial.record.poll() is None:
        result = found()
        if result:
            return result
        time.sleep(0.005)
    return None


def kill(pid):
    if pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def kill_program(trial):
    pid = wait_for(trial.pid_of_program, trial)
    time.sleep(trial.life_s)
    kill(pid)


def child_of(pid, name):
    """The child of this name, of which there is one at most."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:
                children = file.read().split()
            for child in children:
                with open(f"/proc/{child}/comm", encoding="utf-8") as file:
                    if file.read().startswith(name):
                        return int(child)
    return None


def kill_daemon(*names):
    def meanwhile(trial):
        wait_for(trial.pid_of_program, trial)
        pid = trial.record.pid
        for name in names:
            pid = wait_for(lambda name=name, pid=pid: child_of(pid, name), trial)
        time.sleep(trial.life_s)
        kill(pid)
        wait_for(lambda: not os.path.exists(f"/proc/{pid}") or is_zombie(pid), trial)
        judgement.tell_account(trial.account_path)
    return meanwhile


def is_zombie(pid):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    return True


def write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def make_cgroup(name, limit):
    """A memory cgroup of version 1 or 2, as the machine has."""
    with open("/proc/mounts", encoding="utf-8") as file:
        mounts = [line.split() for line in file]
    for _, place, kind, options, *_ in mounts:
        path = os.path.join(place, name)
        if kind == "cgroup" and "memory" in options.split(","):
            os.mkdir(path)
            write(os.path.join(path, "memory.limit_in_bytes"), str(limit))
            with contextlib.suppress(OSError):
                write(os.path.join(path, "memory.memsw.limit_in_bytes"), str(limit))
            return path
        if kind == "cgroup2" and os.path.exists(os.path.join(place, "cgroup.subtree_control")):
            with contextlib.suppress(OSError):
                write(os.path.join(place, "cgroup.subtree_control"), "+memory")
            os.mkdir(path)
            if os.path.exists(os.path.join(path, "memory.max")):
                write(os.path.join(path, "memory.max"), str(limit))
                with contextlib.suppress(OSError):
                    write(os.path.join(path, "memory.swap.max"), "0")
                return path
            os.rmdir(path)
    raise Skipped("this machine has no memory cgroup")


def remove_cgroup(path):
    """Who was in it may not be gone yet."""
    while True:
        try:
            return os.rmdir(path)
        except OSError:
            time.sleep(0.01)


@contextlib.contextmanager
def in_cgroup(trial):
    try:
        path = make_cgroup(f"allocspan-{os.path.basename(trial.folder)}", trial.chance.randrange(8, 40) * MIB)
    except OSError as error:
        raise Skipped(f"cannot make a memory cgroup: {error}") from error
    trial.environment["FAULT_CGROUP"] = os.path.join(path, "cgroup.procs")
    try:
        yield
    finally:
        remove_cgroup(path)


@contextlib.contextmanager
def on_small_disk(trial):
    # Room for a part of the trace; in some, not even for its beginning.
    disk = os.path.join(trial.folder, "disk")
    size_kib = int(2 ** trial.chance.uniform(5, 15))
    os.mkdir(disk)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_kib}k", "allocspan-test", disk],
                             stderr=subprocess.DEVNULL, check=False)
    if mounted.returncode:
        os.rmdir(disk)
        raise Skipped("cannot mount a small disk")
    trial.trace = os.path.join(disk, "trace")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
        os.rmdir(disk)


@dataclasses.dataclass
class Fault:
    argument: str = ""
    meanwhile: typing.Callable = lambda trial: None
    place: typing.Callable = lambda trial: contextlib.nullcontext()
    must_be_exact: bool = True
    may_fail: bool = False


FAULTS = {name: Fault(name) for name in (
    "kill_self", "segv", "abort", "term", "exit_group", "_exit", "quick_exit", "exit", "grow_kill_self", "grow_segv",
    "grow_term", "grow_exit_group", "main_thread_exit")} | {
        "kill_outside": Fault("kill_outside", kill_program),
        "grow_kill_outside": Fault("grow_kill_outside", kill_program),
        "cgroup": Fault("cgroup", place=in_cgroup),
        "rlimit_as_at_once": Fault("rlimit_at_once", must_be_exact=False),
        "rlimit_as_later": Fault("rlimit_later", must_be_exact=False),
        "grow_rlimit_as_later": Fault("grow_rlimit_later", must_be_exact=False),
        "session_daemon_killed": Fault("daemon", kill_daemon("lttng-sessiond"), must_be_exact=False, may_fail=True),
        "consumer_daemon_killed": Fault("daemon", kill_daemon("lttng-sessiond", "lttng-consumerd"),
                                        must_be_exact=False, may_fail=True),
        "disk_full": Fault("disk", place=on_small_disk, must_be_exact=False, may_fail=True),
    }


@dataclasses.dataclass
class Outcome:
    wrong: list
    inexact: list
    failure: str = ""  # of the report: what it says
    is_broken: bool = False  # and that may not be


def record(allocspan, program, fault, form, trial):
    judgement.make_account(trial.account_path)
    trial.record = subprocess.Popen(
        [allocspan, "record", *FORMS[form], "-o", trial.trace, "--", program, trial.account_path,
         fault.argument, str(trial.seed)],
        env=os.environ | trial.environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    fault.meanwhile(trial)
    try:
        return trial.record.communicate(timeout=LONGEST_TRIAL_S)[1]
    except subprocess.TimeoutExpired:
        kill(trial.pid_of_program())
        return trial.record.communicate()[1] + "(it did not end)"


def judge_failure(fault, result, said):
    lines = result.stderr.strip().splitlines()
    # What is damaged is said of each file; then the one line says why there is no report.
    reasons = [line for line in lines if " is cut short: " not in line]
    is_clear = result.returncode == 1 and len(reasons) == 1 and all(line.startswith("allocspan: ") for line in lines)
    text = f"no report, status {result.returncode}: {result.stderr.strip()}; record said: {said.strip()}"
    return Outcome([], [], text, not (fault.may_fail and is_clear))


def judge(allocspan, fault, trial, said):
    result = subprocess.run([allocspan, "report", "--format", "json", trial.trace],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if not result.stdout:
        return judge_failure(fault, result, said)
    report = json.loads(result.stdout)
    account = judgement.Account(trial.account_path)
    inexact = judgement.judge_exactness(report, account) if fault.must_be_exact else []
    return Outcome(list(judgement.judge(report, account)), list(inexact))


def run_trial(allocspan, program, name, form, seed):
    fault = FAULTS[name]
    with tempfile.TemporaryDirectory(prefix="recorded-faults-") as folder:
        trial = Trial(folder, random.Random(seed))
        with fault.place(trial):
            said = record(allocspan, program, fault, form, trial)
            outcome = judge(allocspan, fault, trial, said)
    for line in outcome.wrong + outcome.inexact + [outcome.failure] * outcome.is_broken:
        print(f"{name}, {form}, {seed}: {line}", file=sys.stderr, flush=True)
    return outcome


def show(outcomes):
    trials = len(outcomes)
    wrong, inexact, failed, broken = (sum(map(bool, column)) for column in (
        [outcome.wrong for outcome in outcomes], [outcome.inexact for outcome in outcomes],
        [outcome.failure for outcome in outcomes], [outcome.is_broken for outcome in outcomes]))
    return f"{wrong} of {trials}" + "".join(f", {number} {text}" for number, text in (
        (inexact, "not exact"), (failed, "no report"), (broken, "without a clear line")) if number)


def make_row(name, trials_by_form):
    """A row of the table, and whether it is as it should be."""
    cells, is_good = [], True
    for trials in trials_by_form:
        try:
            outcomes = [trial.result() for trial in trials]
        except Skipped as why:
            return f"| {name} | skipped | {why} |", True
        cells.append(show(outcomes))
        is_good &= not any(outcome.wrong or outcome.inexact or outcome.is_broken for outcome in outcomes)
    return f"| {name} | {' | '.join(cells)} |", is_good


def main():
    allocspan, program, seed, trials, *names = sys.argv[1:]
    unknown = set(names) - set(FAULTS)
    if unknown:
        sys.exit(f"unknown fault {unknown.pop()}; there are {' '.join(FAULTS)}")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print(f"seed {seed}, {trials} trials of each\n| fault | full, silently wrong | packed, silently wrong |\n|---|---|---|", flush=True)
    are_good, are_skipped = [], []
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        rows = {name: [[pool.submit(run_trial, allocspan, program, name, form, f"{seed}:{number}")
                        for number in range(int(trials))] for form in FORMS] for name in names or FAULTS}
        for name, trials_by_form in rows.items():
            row, is_good = make_row(name, trials_by_form)
            print(row, flush=True)
            are_good.append(is_good)
            are_skipped.append("skipped" in row)
    return SKIPPED if all(are_skipped) else 0 if all(are_good) else 1


if __name__ == "__main__":
    sys.exit(main())
