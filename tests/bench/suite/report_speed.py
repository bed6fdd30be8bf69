# SPDX-License-Identifier: MIT
"""How fast a trace is read: `allocspan report` beside babeltrace2 that decodes it and throws everything away."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import figures
import runner
import session
import variants

BLOCKS = 100000


def _record(context, variant, directory):
    """A trace of random replacements; gives how many events are in it."""
    pairs = 20000 if context.quick else 2000000
    command = [context.setting.program("bench-blocks"), "random-million", "--blocks", BLOCKS, "--group", "entered",
               "--ops", 1600, "--rounds", 1, "--warm-up", pairs, "--pause-ms", 3]
    env = runner.environment(context.setting, variant)
    with session.Session(variant.session, session.LARGE_BUFFERS, keep=directory) as recording:
        runner.run_lines(command, env, context.processors)
    # bench.c runs a sixteenth of the operations before the round; the table of the blocks is a block as well.
    return 2 * (pairs + 1700) + BLOCKS + 1 - recording.lost, recording.lost


def _check(context, directory, events):
    """A reader that leaves out half of the events is twice as fast."""
    command = [str(context.setting.command), "report", "--format", "json", str(directory)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise runner.RunError(f"allocspan report: status {done.returncode}: {done.stderr.strip()[-400:]}")
    counted = json.loads(done.stdout)["events"]
    if counted["alloc"] + counted["free"] != events:
        raise runner.RunError(f"allocspan report counts {counted['alloc']} + {counted['free']} events of {events}")


def _processor_seconds(command, processors):
    """User and system time of the command: what it takes of one core."""
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, preexec_fn=lambda: os.sched_setaffinity(0, processors))
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise runner.RunError(f"{command[0]}: status {process.returncode}: {said.decode().strip()[-400:]}")
    return usage.ru_utime + usage.ru_stime


def _readers(context, directory):
    return {"babeltrace2 dummy": ["babeltrace2", directory, "--component=sink.utils.dummy"],
            "allocspan report": [context.setting.command, "report", directory]}


def measure(context):
    """Rows: millions of events, or of packed records, read in a second of one core's time."""
    rows = []
    for form, variant in (("full", variants.FULL), ("packed", variants.PACKED)):
        common = {"case": f"report-{form}", "unit": "million events/s",
                  "operation": f"a {form} trace read, events by second of processor time"}
        why_not = context.setting.why_not(variant)
        if why_not:
            rows.append(common | {"variant": "allocspan report", "unavailable": why_not})
            continue
        directory = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir="/dev/shm"))
        try:
            context.say(f"report: recording a {form} trace")
            events, lost = _record(context, variant, directory)
            _check(context, directory, events)
            rows += _measure_trace(context, directory, events, common | {"events": events, "lost_events": lost})
        finally:
            shutil.rmtree(directory, ignore_errors=True)
    return rows


def _measure_trace(context, directory, events, common):
    readers = _readers(context, directory)
    taken = {name: [] for name in readers}
    for number in range(2 if context.quick else 5):
        for name, command in readers.items():
            context.say(f"report: round {number + 1}: {name}")
            taken[name].append(_processor_seconds(command, context.processors.measured))
    dummy = taken["babeltrace2 dummy"]
    rows = []
    for name, seconds in taken.items():
        rates = [events / second / 1e6 for second in seconds]
        rows.append(common | {"variant": name, "seconds": figures.summary(seconds),
                              "times_dummy": figures.summary([own / other for own, other in zip(seconds, dummy)])}
                    | figures.summary(rates))
    return rows
