# SPDX-License-Identifier: MIT
"""Whether the fast paths take as many instructions as is recorded for this compiler and C library; instruction-gate.sh calls this.

A count is allocspan's own: what the same loop takes without it is taken off. Nothing of the machine is in it: the clock is
bench-instruction-clock, glibc takes the functions that every processor of the architecture can run, and of the environment
only what is named here reaches the program.
"""

import argparse
import dataclasses
import os
import pathlib
import platform
import signal
import sys

import calls
import instructions
import machine
import output
import runner
import session
import variants

TOLERANCE = 0.03
COUNTS = pathlib.Path(__file__).resolve().parents[1] / "instruction-counts"
RECORD = "tests/bench/instruction-gate.sh --record"
BUILD_TYPE = "RelWithDebInfo"

ENVIRONMENT = {
    "ALLOCSPAN_CLOCK": "monotonic",
    # Which strlen() glibc takes is up to the processor, else.
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=" + ",".join(
        f"-{name}" for name in ("AVX512F", "AVX512VL", "AVX512BW", "AVX2", "AVX", "SSE4_2", "SSE4_1", "SSSE3", "BMI1",
                                "BMI2", "LZCNT", "MOVBE", "ERMS", "FSRM", "RTM", "XSAVE", "XSAVEC")),
}
# Of the shell's environment: to find the programs and the session daemon.
KEPT = ("PATH", "TMPDIR", "LTTNG_HOME", "LTTNG_RUNDIR", "LTTNG_UST_REGISTER_TIMEOUT")
# A whole number of the small ring's turns, also of the sixteenth that a round begins with. Packed records wait in a ring that is
# encoded when it is half full: what is left of that in either run must not matter.
OPERATIONS = 4096
PACKED_OPERATIONS = 65536


@dataclasses.dataclass(frozen=True)
class Loop:
    """What is run; `ops` operations and twice as many."""
    program: str
    case: str
    variant: variants.Variant
    ops: int = OPERATIONS

    def count(self, setting, processors):
        preload = [setting.build / "tests/bench/bench-instruction-clock.so", *setting.preload(self.variant)]
        command = [setting.program(self.program), self.case, "--group", self.variant.group]
        extra = ENVIRONMENT | {"LD_PRELOAD": ":".join(str(library) for library in preload)}
        return instructions.count(setting, processors, self.variant, command, self.ops, extra)


RING = Loop("bench-blocks", "small-ring", variants.BASE)
EMPTY = Loop("bench-api", calls.EMPTY, calls.NO_SESSION)
# What a fast path is called: its loop, and the one to take off.
PATHS = {
    "malloc-free-dormant": (dataclasses.replace(RING, variant=variants.DORMANT), RING),
    "malloc-free-active": (dataclasses.replace(RING, variant=variants.ACTIVE), RING),
    "malloc-free-packed": (dataclasses.replace(RING, variant=variants.PACKED, ops=PACKED_OPERATIONS), RING),
    "guard": (dataclasses.replace(EMPTY, case="guard"), EMPTY),
    "span": (dataclasses.replace(EMPTY, case="span"), EMPTY),
    "intern": (dataclasses.replace(EMPTY, case="intern"), EMPTY),
}


class GateError(RuntimeError):
    pass


def count_all(setting, processors):
    """Instructions an operation, by path."""
    loops = dict.fromkeys(loop for pair in PATHS.values() for loop in pair)
    for loop in loops:
        output.say(f"instructions: {loop.case}: {loop.variant.name}")
        loops[loop] = loop.count(setting, processors)
    output.say("")
    return {name: round(loops[loop] - loops[base], 2) for name, (loop, base) in PATHS.items()}


def read(file):
    """The counts of a file; lines that begin with # are for people."""
    counts = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, number = line.split()
            counts[name] = float(number)
    return counts


def text_of(counts):
    packages = [f"{name} {machine.package_version(name)}" for name in ("libc6", "liblttng-ust1", "valgrind")]
    lines = [f"# Instructions of allocspan's own for one operation; written by {RECORD}",
             f"# {', '.join(packages)}"]
    lines += [f"{name:20}{number:10.2f}" for name, number in counts.items()]
    return "\n".join(lines) + "\n"


def judge(recorded, now):
    """A line for each path, and whether all are within the tolerance."""
    lines, is_passed = [], True
    for name in [*now, *(name for name in recorded if name not in now)]:
        if name not in recorded or name not in now:
            where = "in the file" if name not in recorded else "counted any more"
            lines.append(f"{name}: not {where}: FAILED")
            is_passed = False
            continue
        change = now[name] / recorded[name] - 1
        is_within = abs(now[name] - recorded[name]) <= TOLERANCE * recorded[name]
        is_passed &= is_within
        verdict = "" if is_within else f": FAILED, more than {TOLERANCE:.0%} {'more' if change > 0 else 'fewer'}"
        lines.append(f"{name}: recorded {recorded[name]:.2f}, now {now[name]:.2f}, {change:+.2%}{verdict}")
    return lines, is_passed


def file_of(build):
    """Where the counts of this build are, whether or not there are any."""
    compiler, build_type, flags = (build / "tests/bench/instruction-gate-build.txt").read_text(
        encoding="utf-8").splitlines()
    if build_type != BUILD_TYPE or flags:
        raise GateError(f"{build}: built as {build_type} {flags}".rstrip() + f" (expected {BUILD_TYPE}, no flags)")
    library = os.confstr("CS_GNU_LIBC_VERSION").replace(" ", "-")
    return COUNTS / f"{compiler}_{library}_{platform.machine()}.txt"


def record(file, counts):
    text = text_of(counts)
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        # In a container this runs as nobody (lttng-fixture.sh).
        print(text, end="")
        raise GateError(f"could not write it: {error}; what belongs into it is above") from error
    print(f"recorded in {file}:\n{text}", end="")
    return 0


def compare(file, counts):
    lines, is_passed = judge(read(file), counts)
    print("\n".join(lines))
    if not is_passed:
        print(f"instruction-gate: {file.name} says otherwise. Where the change is wanted, {RECORD} writes the file anew; the "
              "commit says what changed and why.", file=sys.stderr)
    return 0 if is_passed else 1


def count(build, sessiond):
    if not instructions.is_there():
        raise GateError("no valgrind; .ci/install-packages check installs it")
    processors = machine.Processors()
    processors.keep_away(sessiond)
    setting = variants.Setting(build)
    if setting.why_not(variants.PACKED):
        raise GateError(f"packed recording: {setting.why_not(variants.PACKED)}")
    return count_all(setting, processors.measured)


def main(arguments):
    parser = argparse.ArgumentParser(prog="tests/bench/instruction-gate.sh", allow_abbrev=False)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--sessiond", type=int, required=True)
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args(arguments)
    file = file_of(options.build)
    if not options.record and not file.exists():
        print(f"instruction-gate: SKIPPED: nothing is recorded for {file.stem}; {RECORD} does it")
        return 0
    for name in set(os.environ) - set(KEPT):
        del os.environ[name]
    counts = count(options.build, options.sessiond)
    return record(file, counts) if options.record else compare(file, counts)


if __name__ == "__main__":
    # Ended from outside: what was begun is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        sys.exit(main(sys.argv[1:]))
    except (GateError, runner.RunError, session.SessionError) as problem:
        sys.exit(f"instruction-gate: {problem}")
