#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Damages a trace at random and lets every command read it: damaged-traces.py ALLOCSPAN SCHEMA KEEP SEED LIMIT ARCHIVE [SPEC]...

LIMIT is a number of damaged traces, or of seconds with an `s`. Each is the trace in ARCHIVE (NAME.tar.xz holds the directory NAME),
damaged by damage.py as SEED says; SPECs are for --bind. What a command may do with one: end with 0 and write what is well-formed, and
agrees with itself; or end with 1 and say why, in lines that begin with `allocspan: `. Where it says that babeltrace2 gave up, babeltrace2
alone must end by a signal, too. What does anything else is kept in KEEP, and what it was damaged by is printed.
"""

import gzip
import json
import os
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import xml.etree.ElementTree

import jsonschema

import damage

# Far above what a machine under load needs for a trace of some kilobytes.
HANG_SECONDS = 60
# babeltrace2's reader believes any length of an array: one such trace took 24 GB and met the kernel's OOM killer.
MEMORY_BYTES = 4 << 30
INDEX_HEADER = 16
FORMATS = ("text", "json", "html", "csv", "folded", "pprof", "speedscope", "perfetto")
QUESTIONS = ("group", "tag:tenant", "span", "thread", "process", "callsite", "tag:tenant,span")
RULES = ("peak(total) < 1TiB", "leak(total) >= 0", "allocs(span:parse) >= 0")
SANITIZER = re.compile(r"ERROR: \w*Sanitizer|runtime error:")
# A frame of a sanitizer's report: its number, function and file or module.
FRAME = re.compile(r"^\s+#(\d+) \S+ (?:in )?(.*)$", re.MULTILINE)
OURS = re.compile(r"/lib/(analysis|bt2-plugin|cli|bind)/|babeltrace-plugin-allocspan|bin/allocspan")
READER = re.compile(r"babeltrace-plugin-(ctf|utils|lttng)")


class Wrong(Exception):
    pass


def commands_for(pick, trace, whole, binds, output):
    """One report in JSON, which is looked at in full, and two others."""
    options = [f"--by={pick.choice(QUESTIONS)}", "--no-symbols"] + [f"--bind={bind}" for bind in binds]
    other = pick.choice(FORMATS)
    yield ["report", "--format=json", *options, trace]
    yield ["report", f"--format={other}", "--show=all" if other == "text" else "--verbose", *options, trace]
    yield pick.choice((
        ["check", "--allow-missing", f"--junit={output}.xml", *options[2:], trace, *RULES],
        ["diff", "--all", *options[2:], trace, whole],
        ["diff", f"--format={pick.choice(('json', 'csv'))}", *options[2:], whole, trace],
        ["export", "--as=ctf", f"--output={output}", trace],
        ["export", "--as=lttng-ust-libc", f"--output={output}", trace],
    ))


def limit_memory(is_sanitized):
    """A sanitizer's address space is without limit; it has one of its own."""
    if not is_sanitized:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def run(command, is_sanitized, directory):
    """Its status, stdout, and stderr; Wrong if it does not end."""
    # Without it the words of others do not reach stderr: also not a sanitizer's.
    debug = "1" if is_sanitized else "0"
    environment = dict(os.environ, TMPDIR=directory, ALLOCSPAN_DEBUG=debug, ASAN_OPTIONS=f"max_allocation_size_mb={MEMORY_BYTES >> 21}:hard_rss_limit_mb={MEMORY_BYTES >> 20}:detect_leaks=0:exitcode=99:handle_abort=1:allocator_may_return_null=1",
                       UBSAN_OPTIONS="print_stacktrace=1")
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env=environment, start_new_session=True, preexec_fn=lambda: limit_memory(is_sanitized))
    try:
        out, err = process.communicate(timeout=HANG_SECONDS)
    except subprocess.TimeoutExpired as late:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise Wrong(f"does not end in {HANG_SECONDS} seconds") from late
    return process.returncode, out, err.decode(errors="replace")


def is_of_babeltrace2(err):
    """Whether the code that ended it was called by babeltrace2's reader and not by us, by a sanitizer's report."""
    for _, where in FRAME.findall(err):
        if "sanitizer" not in where and OURS.search(where):
            return False
        if READER.search(where):
            return True
    return True


def is_judged(err):
    """Whether a sanitizer says who did wrong."""
    return "rss limit exhausted" in err or SANITIZER.search(err)


def check_words(status, out, err, is_check, is_strict):
    """What is said, by `check` also on stdout; whether babeltrace2 gave up, as far as the words tell. With is_strict, only we speak."""
    if is_judged(err):
        if "rss limit exhausted" in err or is_of_babeltrace2(err):
            return True
        raise Wrong("a sanitizer's report")
    lines = err.splitlines()
    # `check` may not be able to tell, and says so on stdout.
    if status not in (0, 1) and not (is_check and status == 3 and out):
        raise Wrong(f"status {status}")
    if is_strict and not all(line.startswith("allocspan") for line in lines):
        raise Wrong("words on stderr that are not ours")
    if status == 1 and not lines and not (is_check and out):
        raise Wrong("status 1 without a word")
    return any("gave up on the trace" in line for line in lines)


def whole_bytes(index, size):
    """How much of a stream file of this size is whole packets, and how much was written, by LTTng's index of it."""
    content = damage.read(index)
    whole = written = 0
    if len(content) >= INDEX_HEADER:
        entry_bytes = max(struct.unpack_from(">I", content, 12)[0], 24)
        for at in range(INDEX_HEADER, len(content) - 24 + 1, entry_bytes):
            offset, bits = struct.unpack_from(">QQ", content, at)
            written = offset + bits // 8
            whole = written if written <= size else whole
    return whole, written


def cut_to_packets(trace):
    """What `allocspan report` gives babeltrace2 of a trace that is cut short: whole packets, and no index of them."""
    for index in damage.find(trace, lambda path: "/index/" in path):
        stream = os.path.join(os.path.dirname(os.path.dirname(index)), os.path.basename(index).removesuffix(".idx"))
        whole, written = whole_bytes(index, os.path.getsize(stream))
        if whole < written:
            os.truncate(stream, whole)
            os.unlink(index)


def babeltrace2_gives_up(trace, directory):
    """Whether babeltrace2's reader, without anything of ours, ends by a signal."""
    copy = os.path.join(directory, "cut")
    shutil.copytree(trace, copy)
    cut_to_packets(copy)
    for path in (trace, copy):
        reader = subprocess.run(["babeltrace2", "--output-format=dummy", path], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, timeout=HANG_SECONDS, check=False, preexec_fn=lambda: limit_memory(False))
        if reader.returncode < 0:
            return True
    return False


def check_json(out, schema, check_itself):
    report = json.loads(out)
    schema.validate(report)
    # Sums of sizes that no machine has go beyond 64 bits.
    total = report["total"]
    sizes = [bucket["from"] for bucket in total["sizes"]] + [row[name] for breakdown in report["breakdowns"]
                                                             for row in [total, *breakdown["rows"]]
                                                             for name in ("alloc_bytes", "free_bytes", "peak_live_bytes")]
    if max(sizes, default=0) < 2**56:
        check_itself(report)


def check_output(command, status, out, schema, check_itself):
    """What is written is whole: never half a file."""
    if command[1] != "report" or not out:
        if status == 0 and command[1] == "report":
            raise Wrong("status 0 and nothing written")
        return
    form = command[2].removeprefix("--format=")
    if form == "json":
        check_json(out, schema, check_itself)
    elif form in ("speedscope", "perfetto"):
        json.loads(out)
    elif form == "html":
        if not out.rstrip().endswith(b"</html>"):
            raise Wrong("half a page")
    elif form == "pprof":
        gzip.decompress(out)
    elif form == "folded":
        for line in out.splitlines():
            int(line.rpartition(b" ")[2])


def check_files(command, status, output):
    """What goes into files appears whole or not at all."""
    if command[1] == "check" and os.path.exists(f"{output}.xml"):
        xml.etree.ElementTree.parse(f"{output}.xml")
    if command[1] == "export" and (status == 0) != os.path.exists(output):
        raise Wrong("the directory is not as the status says")


class Judge:
    def __init__(self, allocspan, schema_path):
        self.allocspan = allocspan
        with open(allocspan, "rb") as file:
            self.is_sanitized = b"__asan_init" in file.read()
        with open(schema_path, encoding="utf-8") as file:
            self.schema = jsonschema.Draft202012Validator(json.load(file))
        self.count = {"whole": 0, "damaged": 0, "gave up": 0}

    def check(self, arguments, trace, directory, output):
        command = [self.allocspan, *arguments]
        status, out, err = run(command, self.is_sanitized, directory)
        try:
            is_strict = not self.is_sanitized and "--verbose" not in arguments
            gave_up = check_words(status, out, err, arguments[0] == "check", is_strict)
            if gave_up and not is_judged(err) and not babeltrace2_gives_up(trace, directory):
                raise Wrong("an end by a signal that babeltrace2's reader does not explain")
            # Perfetto's JSON is written while the trace is read, and ends where babeltrace2 does.
            if not gave_up or "--format=perfetto" not in command:
                check_output(command, status, out, self.schema, damage.report_json().check_itself)
            check_files(command, status, output)
            left = os.listdir(directory)
            # What ends by a signal cannot clean up.
            if left and not gave_up:
                raise Wrong(f"left in TMPDIR: {left}")
        except (Wrong, AssertionError, ValueError, OSError, EOFError, jsonschema.ValidationError,
                xml.etree.ElementTree.ParseError) as wrong:
            raise Wrong(f"{type(wrong).__name__}: {str(wrong)[:2000]}\nstatus {status}, stderr:\n{err[:6000]}") from wrong
        for name in os.listdir(directory):
            path = os.path.join(directory, name)
            if os.path.isdir(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)
        self.count["gave up" if gave_up else "damaged" if status else "whole"] += 1

    def check_trace(self, pick, work, trace, whole, binds):
        """The command that does wrong and why, or None."""
        output = os.path.join(work, "output")
        for arguments in commands_for(pick, trace, whole, binds, output):
            try:
                self.check(arguments, trace, os.path.join(work, "tmp"), output)
            except Wrong as wrong:
                return f"allocspan {' '.join(arguments)}\n{wrong}"
        return None


def unpack(archive, directory):
    """The trace in an archive."""
    with tarfile.open(archive) as file:
        file.extractall(directory)
    return os.path.join(directory, os.path.basename(archive).removesuffix(".tar.xz"))


def check_number(judge, seed, number, whole, binds, keep):
    """Damages the trace in the way of this seed and number; whether a command did wrong, which is told and kept."""
    pick = random.Random(f"{seed}/{number}")
    name = os.path.basename(whole)
    with tempfile.TemporaryDirectory() as work:
        trace = os.path.join(work, "trace")
        shutil.copytree(whole, trace)
        os.mkdir(os.path.join(work, "tmp"))
        what = damage.damage(pick, trace)
        why = judge.check_trace(pick, work, trace, whole, binds)
        if why:
            kept = os.path.join(keep, f"{name}-{seed}-{number}")
            shutil.copytree(trace, kept, dirs_exist_ok=True)
            print(f"seed {seed}, number {number}, kept in {kept}: {'; '.join(what)}\n{why}\n", file=sys.stderr)
    return why is not None


def main():
    allocspan, schema, keep, seed, limit, archive, *binds = sys.argv[1:]
    judge = Judge(allocspan, schema)
    end = time.monotonic() + float(limit[:-1]) if limit.endswith("s") else None
    number = failures = 0
    with tempfile.TemporaryDirectory() as directory:
        whole = unpack(archive, directory)
        while time.monotonic() < end if end else number < int(limit):
            failures += check_number(judge, seed, number, whole, binds, keep)
            number += 1
    print(f"{os.path.basename(whole)}, seed {seed}: {number} damaged traces, {sum(judge.count.values())} commands: " +
          ", ".join(f"{count} {name}" for name, count in judge.count.items()) + f"; {failures} wrong")
    sys.exit(1 if failures else 0)


main()
