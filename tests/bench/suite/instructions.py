# SPDX-License-Identifier: MIT
"""How many instructions an operation takes of its thread, wherever: callgrind counts, whatever else the machine does.

Two runs differ in the number of operations only; so starting, warming up and recording's own beginnings are not in the figure.
"""

import os
import re
import shutil
import subprocess

import runner

COLLECTED = re.compile(r"Collected : (\d+)")
# bench.c also runs a sixteenth of the operations before each round.
EXTRA = 16
WARM_UP = 2000


def is_there():
    return shutil.which("valgrind") is not None


def _collected(command, env, processors, ops):
    # What is preloaded is for the program, not for valgrind.
    preload = f"LD_PRELOAD={env['LD_PRELOAD']}" if "LD_PRELOAD" in env else "LC_ALL=C"
    plain = {name: value for name, value in env.items() if name != "LD_PRELOAD"}
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--trace-children=yes",
               "--toggle-collect=bench_measured", "env", preload, *(str(part) for part in command),
               "--rounds", "1", "--warm-up", str(WARM_UP), "--ops", str(ops)]
    done = subprocess.run(command, env=plain, capture_output=True, text=True, check=False, timeout=300,
                          preexec_fn=lambda: os.sched_setaffinity(0, processors))
    found = COLLECTED.search(done.stderr)
    if not found or done.returncode != 0:
        raise runner.RunError(f"{' '.join(command)}: status {done.returncode}: {done.stderr.strip()[-400:]}")
    return int(found.group(1))


def count(setting, processors, variant, command, ops, extra=None):
    """`command` without rounds and operations; `extra` goes into its environment."""
    counts = []
    for factor in (1, 2):
        env = runner.environment(setting, variant, extra)
        with runner.around(variant, env):
            counts.append(_collected(command, env, processors, ops * factor))
    return (counts[1] - counts[0]) / (ops + ops // EXTRA)


def per_operation(setting, processors, variant, command, ops):
    """As count(), but None where callgrind cannot run the variant."""
    try:
        return count(setting, processors, variant, command, ops)
    except runner.RunError:
        return None
