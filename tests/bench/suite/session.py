# SPDX-License-Identifier: MIT
"""A recording session of the suite's own daemon, around one run of a program."""

import pathlib
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree

EVENTS = {"full": "allocspan:*", "packed": "allocspan_packed:*", "stock": "lttng_ust_libc:*"}

# 16 MiB for each processor: the warm-up goes through all of it once, so that a round writes to pages that it has
# already, as a long recording does. A round with its pause must produce less.
SMALL_BUFFERS = ("1M", "16")
# What `allocspan record` takes: for programs that do not pause.
LARGE_BUFFERS = ("8M", "16")


class SessionError(RuntimeError):
    pass


def lttng(*arguments):
    done = subprocess.run(["lttng", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SessionError(f"lttng {' '.join(arguments)}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


class Session:
    """Use with `with`; afterwards `lost` is how many events were discarded, `bytes` how large the trace is."""

    count = 0

    def __init__(self, kind, buffers=SMALL_BUFFERS, keep=None):
        Session.count += 1
        self.name = f"bench-{Session.count}"
        self.kind = kind
        self.buffers = buffers
        self.keep = keep
        self.lost = self.bytes = 0
        # In memory: no disk takes part in the figures.
        self.directory = pathlib.Path(keep or tempfile.mkdtemp(prefix="bench-", dir="/dev/shm"))

    def __enter__(self):
        size, count = self.buffers
        lttng("create", self.name, f"--output={self.directory}")
        lttng("enable-channel", "--userspace", f"--subbuf-size={size}", f"--num-subbuf={count}", "channel")
        lttng("enable-event", "--userspace", "--channel=channel", EVENTS[self.kind])
        lttng("start")
        return self

    def __exit__(self, *_):
        try:
            lttng("stop")
            self.lost = self._discarded()
            self.bytes = sum(file.stat().st_size for file in self.directory.rglob("channel_*")
                             if file.is_file())
        finally:
            if self.keep:
                lttng("destroy", self.name)
            else:
                # Nobody reads it: what the daemon still does to it, it does later.
                lttng("destroy", "--no-wait", self.name)
                shutil.rmtree(self.directory, ignore_errors=True)

    def _discarded(self):
        listed = xml.etree.ElementTree.fromstring(lttng("--mi", "xml", "list", self.name))
        return sum(int(node.text) for node in listed.iter() if node.tag.endswith("}discarded_events"))
