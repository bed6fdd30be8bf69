# SPDX-License-Identifier: MIT
"""What the figures were taken on, and which processor does what."""

import os
import pathlib
import platform
import subprocess

PACKAGES = ["libc6", "liblttng-ust1", "lttng-tools", "babeltrace2", "gcc", "heaptrack", "libjemalloc2",
            "libmimalloc2.0", "valgrind", "sqlite3"]


def _read(path):
    try:
        return pathlib.Path(path).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None


def _processor():
    for line in (_read("/proc/cpuinfo") or "").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def package_version(name):
    query = subprocess.run(["dpkg-query", "--show", "--showformat=${Version}", name],
                           capture_output=True, text=True, check=False)
    return query.stdout or None


def _build_type(build):
    for line in (_read(build / "CMakeCache.txt") or "").splitlines():
        if line.startswith("CMAKE_BUILD_TYPE:"):
            return line.split("=", 1)[1]
    return None


def _commit(source):
    """None where there is no repository, or no git."""
    command = ["git", "-c", f"safe.directory={source}", "-C", str(source), "describe", "--always", "--dirty"]
    try:
        git = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return git.stdout.strip() or None


def describe(build, source):
    return {
        "processor": _processor(),
        "processors": len(os.sched_getaffinity(0)),
        "governor": _read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") or "not visible",
        "kernel": platform.release(),
        "load_average": os.getloadavg(),
        "transparent_hugepages": _read("/sys/kernel/mm/transparent_hugepage/enabled"),
        "build_type": _build_type(build),
        "commit": _commit(source),
        "packages": {name: package_version(name) for name in PACKAGES},
    }


class Processors:
    """One processor for the thread that is measured; everything else gets the others."""

    def __init__(self):
        self.all = set(os.sched_getaffinity(0))
        self.measured = {min(self.all)}
        self.others = (self.all - self.measured) or self.all
        # For a benchmark program, which moves its own threads.
        self.option = ["--processor", min(self.all)] if len(self.all) > 1 else []

    def keep_away(self, pid):
        """Moves a daemon's threads, and what they start later, and this program itself."""
        os.sched_setaffinity(0, self.others)
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), self.others)
