# SPDX-License-Identifier: MIT
"""What stands between the program and its allocator: the variants that every workload is run in."""

import dataclasses
import os
import pathlib
import subprocess

import session

HEAPTRACK = "/usr/lib/heaptrack/libheaptrack_preload.so"
STOCK = "liblttng-ust-libc-wrapper.so.1"
UST = "liblttng-ust.so.1"
BELOW = {"glibc": [], "jemalloc": ["libjemalloc.so.2"], "mimalloc": ["libmimalloc.so.2"]}


@dataclasses.dataclass(frozen=True)
class Variant:
    name: str
    # In front of the allocator: "ours", "stock", "ust" (LTTng's library alone), "heaptrack", or nothing.
    above: str = ""
    # Whether the group is entered; "both" measures outside of it in a process that has tracked blocks.
    group: str = "none"
    # The events that a session records: "full", "packed", "stock", or no session.
    session: str = ""
    allocator: str = "glibc"
    # Other groups that exist.
    registered: int = 0


NONE = Variant("none")
BASE = Variant("none, lttng loaded", "ust")
DORMANT = Variant("dormant", "ours")
DORMANT_AFTER = Variant("dormant, was active", "ours", group="both")
ACTIVE = Variant("active", "ours", group="entered")
FULL = Variant("full", "ours", group="entered", session="full")
PACKED = Variant("packed", "ours", group="entered", session="packed")
STOCK_DORMANT = Variant("stock dormant", "stock")
STOCK_RECORDING = Variant("stock recording", "stock", session="stock")
HEAPTRACK_RECORDING = Variant("heaptrack", "heaptrack")

# As many other groups as a service with a group for each of its users may have.
MANY_GROUPS = 1000000
DORMANT_MANY = dataclasses.replace(DORMANT, name="dormant, a million groups", registered=MANY_GROUPS)
ACTIVE_MANY = dataclasses.replace(ACTIVE, name="active, a million groups", registered=MANY_GROUPS)

ALL = [NONE, BASE, DORMANT, DORMANT_AFTER, ACTIVE, FULL, PACKED, STOCK_DORMANT, STOCK_RECORDING,
       HEAPTRACK_RECORDING]


SHORT = [NONE, BASE, DORMANT, ACTIVE]


def over(allocator, chosen):
    """The same variants, over another allocator."""
    return tuple(dataclasses.replace(variant, allocator=allocator) for variant in chosen)


class Setting:
    """What this machine and this build can run."""

    def __init__(self, build):
        self.build = build
        self.ours = next(build.glob("lib*/**/liballocspan-preload.so"))
        self.missing = {}
        if not pathlib.Path(HEAPTRACK).exists():
            self.missing["heaptrack"] = "not installed"
        for allocator in ("jemalloc", "mimalloc"):
            if not self._can_preload(BELOW[allocator][0]):
                self.missing[allocator] = "not installed"
        if not self._records_packed():
            self.missing["packed"] = "not built"

    @property
    def command(self):
        return self.build / "bin/allocspan"

    def program(self, name):
        return self.build / "tests/bench" / name

    def why_not(self, variant):
        """None, or why the variant cannot be run."""
        for part in (variant.above, variant.session, variant.allocator):
            if part in self.missing:
                return self.missing[part]
        return None

    def preload(self, variant):
        above = {"": [], "ours": [str(self.ours)], "stock": [STOCK], "ust": [UST],
                 "heaptrack": [HEAPTRACK]}[variant.above]
        return above + BELOW[variant.allocator]

    @staticmethod
    def _can_preload(library):
        # The dynamic linker says so on stderr and goes on.
        tried = subprocess.run(["true"], env={"LD_PRELOAD": library, "PATH": "/usr/bin:/bin"},
                               capture_output=True, check=False)
        return not tried.stderr

    def _records_packed(self):
        """A provider alone records nothing, at no cost: that would be a wonderful figure."""
        pairs = 20000
        env = dict(os.environ, LD_PRELOAD=str(self.ours))
        with session.Session("packed") as recording:
            subprocess.run([self.program("bench-blocks"), "small-ring", "--group", "entered", "--ops", str(pairs),
                            "--rounds", "1"], env=env, stdout=subprocess.DEVNULL, check=True)
        return recording.bytes > 2 * pairs
