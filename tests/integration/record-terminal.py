#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs `allocspan record` as a shell does, as the foreground job of a terminal: record-terminal.py CASE

The terminal is a pseudo-terminal; keys are typed into it, so signals come from the kernel as they do when a
person types. The trace is left in ./trace. Exits with 1 and says why if the job behaves otherwise.
"""

import os
import pty
import signal
import sys

PATIENCE_S = 300
CTRL_C = b"\x03"
CTRL_Z = b"\x1a"
TARGET = [os.environ["RECORD_TARGET"], "enter", "g", "alloc", "10"]


def fail(why):
    sys.exit(f"record-terminal: {why}")


class Job:
    """A job of a little shell: a child that leads the terminal's session starts it, and tells its states."""

    def __init__(self, words, watches_stops=True):
        self.states, states_end = os.pipe()
        orders_end, self.orders = os.pipe()
        self.shell, self.terminal = pty.fork()
        if self.shell == 0:
            run_shell(TARGET + words, states_end, orders_end, os.WUNTRACED if watches_stops else 0)
        os.close(states_end)
        self.shown = b""
        signal.signal(signal.SIGALRM, lambda *_: fail(f"nothing happens; the terminal shows {self.shown!r}"))
        signal.alarm(PATIENCE_S)

    def expect(self, text):
        while text not in self.shown:
            try:
                self.shown += os.read(self.terminal, 4096)
            except OSError:
                fail(f"the terminal does not show {text!r} but {self.shown!r}")

    def press(self, key):
        os.write(self.terminal, key)

    def order(self, letter):
        os.write(self.orders, letter)

    def expect_state(self, state):
        seen = os.read(self.states, 64).decode()
        if seen != state:
            fail(f"the job is {seen!r} instead of {state!r}; the terminal shows {self.shown!r}")


def run_shell(command, states, orders, wait_flags):
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    job = os.fork()
    if job == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        allocspan = os.environ["ALLOCSPAN"]
        os.execv(allocspan, ["allocspan", "record", "-o", "trace", "--", *command])
    while True:
        _, status = os.waitpid(job, wait_flags)
        if not os.WIFSTOPPED(status):
            break
        os.tcsetpgrp(0, os.getpgrp())
        os.write(states, b"stopped")
        os.read(orders, 1)
        os.tcsetpgrp(0, job)
        os.killpg(job, signal.SIGCONT)
        os.write(states, b"continued")
    code = f"exit {os.WEXITSTATUS(status)}" if os.WIFEXITED(status) else "killed"
    os.write(states, code.encode())
    # The terminal must not hang up before its output is read.
    os.read(orders, 1)
    os._exit(0)


def ctrl_c():
    job = Job(["ready", "sleep"])
    job.expect(b"ready")
    job.press(CTRL_C)
    job.expect(b"next: allocspan report trace")
    job.expect_state("exit 130")


def ctrl_c_caught():
    job = Job(["catch", "INT", "catch", "TERM", "ready", "sleep", "ready", "sleep", "status", "5"],
              watches_stops=False)
    job.expect(b"ready")
    # The recorder comes late, so that a signal that it handed on could not merge with the terminal's.
    recorder = os.tcgetpgrp(job.terminal)
    os.kill(recorder, signal.SIGSTOP)
    job.press(CTRL_C)
    job.expect(b"caught INT\r\nready")
    # It would hand on the first before the second.
    os.kill(recorder, signal.SIGTERM)
    os.kill(recorder, signal.SIGCONT)
    job.expect(b"next: allocspan report trace")
    job.expect_state("exit 5")
    if job.shown.count(b"caught INT") != 1 or job.shown.count(b"caught TERM") != 1:
        fail(f"a key and a signal made other than two signals: {job.shown!r}")


def ctrl_z():
    job = Job(["catch", "TERM", "ready", "sleep", "status", "4"])
    job.expect(b"ready")
    job.press(CTRL_Z)
    job.expect_state("stopped")
    job.order(b"c")
    job.expect_state("continued")
    job.press(CTRL_C)
    job.expect(b"next: allocspan report trace")
    job.expect_state("exit 130")


{"ctrl_c": ctrl_c, "ctrl_c_caught": ctrl_c_caught, "ctrl_z": ctrl_z}[sys.argv[1]]()
