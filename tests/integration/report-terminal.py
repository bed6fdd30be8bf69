#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a command on a terminal: report-terminal.py [--interrupt] COLUMNS COMMAND...

Prints what the terminal shows. With --interrupt, Ctrl-C is typed as soon as the command has caught SIGINT, and the
command must then end by that signal; otherwise it must exit with 0.
"""

import fcntl
import os
import pty
import signal
import struct
import sys
import termios
import time

PATIENCE_S = 100
SIGINT_BIT = 1 << (signal.SIGINT - 1)


def has_caught_sigint(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        caught = next(line for line in status if line.startswith("SigCgt:"))
    return int(caught.split()[1], 16) & SIGINT_BIT


def main():
    arguments = sys.argv[1:]
    is_interrupted = arguments[0] == "--interrupt"
    columns, *command = arguments[is_interrupted:]
    go, ready = os.pipe()
    pid, terminal = pty.fork()
    if pid == 0:
        os.read(go, 1)
        os.execv(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(columns), 0, 0))
    os.write(ready, b".")
    signal.alarm(PATIENCE_S)
    if is_interrupted:
        # Python's own handler is inherited by nobody: exec resets it.
        while b"python" in open(f"/proc/{pid}/cmdline", "rb").read() or not has_caught_sigint(pid):
            time.sleep(0.001)
        os.write(terminal, b"\x03")
    shown = b""
    try:
        while chunk := os.read(terminal, 65536):
            shown += chunk
    except OSError:
        pass
    sys.stdout.buffer.write(shown.replace(b"\r\n", b"\n"))
    sys.stdout.flush()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    expected = -signal.SIGINT if is_interrupted else 0
    if status != expected:
        sys.exit(f"report-terminal: status {status} instead of {expected}")


main()
