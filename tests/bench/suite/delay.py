# SPDX-License-Identifier: MIT
"""How long a packed record waits in its thread's ring before it is an event: what a killed process would lose."""

import pathlib
import re
import shutil
import subprocess
import tempfile

import figures
import runner
import session
import variants

FIELDS = re.compile(r"begin_ns = (\d+), flush_ns = (\d+)")
# What the program does: its options. The rings of a busy thread are full before the bound.
PACES = {"17 pairs each millisecond": ("--ops", 16, "--rounds", 2000, "--pause-ms", 1, "--warm-up", 0),
         "as fast as it can": ("--ops", 20000, "--rounds", 60, "--pause-ms", 0, "--warm-up", 0)}


def _delays_ms(context, options, directory):
    """Of each event: the age of its oldest record when it was written."""
    command = [context.setting.program("bench-blocks"), "small-ring", "--group", "entered", *options]
    env = runner.environment(context.setting, variants.PACKED)
    with session.Session("packed", session.LARGE_BUFFERS, keep=directory):
        runner.run_lines(command, env, context.processors)
    shown = subprocess.run(["babeltrace2", directory], capture_output=True, text=True, errors="replace", check=False)
    if shown.returncode != 0:
        raise runner.RunError(f"babeltrace2: status {shown.returncode}: {shown.stderr.strip()[-400:]}")
    delays = [(int(flush) - int(begin)) / 1e6 for begin, flush in FIELDS.findall(shown.stdout)]
    if not delays:
        raise runner.RunError("a packed trace has no events")
    return delays


def measure(context):
    rows = []
    for pace, options in PACES.items():
        row = {"case": "delay", "variant": pace, "unit": "ms",
               "operation": "age of the oldest record of a packed event when it is written"}
        why_not = context.setting.why_not(variants.PACKED)
        if why_not:
            rows.append(row | {"unavailable": why_not})
            continue
        context.say(f"delay: {pace}")
        directory = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir="/dev/shm"))
        try:
            delays = _delays_ms(context, options, directory)
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        rows.append(row | figures.summary(delays) | {"max": max(delays), "events": len(delays)})
    return rows
