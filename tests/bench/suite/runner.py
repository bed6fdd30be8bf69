# SPDX-License-Identifier: MIT
"""Runs one program in one variant."""

import contextlib
import json
import os
import subprocess
import tempfile

import session


class RunError(RuntimeError):
    pass


def environment(setting, variant, extra=None):
    env = dict(os.environ)
    # Everything is looked up before the first round.
    env["LD_BIND_NOW"] = "1"
    preload = setting.preload(variant)
    if preload:
        env["LD_PRELOAD"] = ":".join(preload)
    env.update(extra or {})
    return env


@contextlib.contextmanager
def around(variant, env, buffers=session.SMALL_BUFFERS):
    """What a variant needs while its program runs; gives the session, or None."""
    if variant.session:
        with session.Session(variant.session, buffers) as recording:
            yield recording
    elif variant.above == "heaptrack":
        # Into memory, uncompressed: its writing is measured, its compressing is not.
        with tempfile.TemporaryDirectory(prefix="bench-", dir="/dev/shm") as directory:
            env["DUMP_HEAPTRACK_OUTPUT"] = f"{directory}/heaptrack"
            yield None
    else:
        yield None


def run_lines(command, env, processors, is_single=True):
    """Runs a benchmark program, its thread on a processor of its own; gives its JSON lines."""
    command = [str(part) for part in [*command, *(processors.option if is_single else [])]]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False,
                          preexec_fn=lambda: os.sched_setaffinity(0, processors.all))
    if done.returncode != 0:
        raise RunError(f"{' '.join(command)}: status {done.returncode}: {done.stderr.strip()[-400:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
