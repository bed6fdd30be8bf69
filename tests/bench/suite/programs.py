# SPDX-License-Identifier: MIT
"""Two real programs, with everything tracked: a C++ compiler and SQLite."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import figures
import runner
import session
import variants

# ALLOCSPAN_ROOT=1 gives every block to a group, as the programs enter none.
CHOICES = [variants.NONE, variants.BASE, variants.DORMANT, variants.ACTIVE, variants.FULL, variants.PACKED,
           variants.STOCK_DORMANT, variants.STOCK_RECORDING, variants.HEAPTRACK_RECORDING]

CPP = """
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <regex>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>
template <int N> struct part {
	std::map<int, std::vector<std::string>> lines;
	std::unordered_map<std::string, std::function<int(int)>> calls;
	int run(int seed)
	{
		std::mt19937 random(seed + N);
		std::vector<int> numbers(100);
		std::generate(numbers.begin(), numbers.end(), random);
		std::sort(numbers.begin(), numbers.end(), [](int a, int b) { return a % (N + 2) < b % (N + 2); });
		calls.emplace("key", [this](int x) { return x + int(lines.size()); });
		return std::regex_match("text", std::regex("t.*t")) ? calls["key"](numbers[N]) : part<N - 1>().run(seed);
	}
};
template <> struct part<0> { int run(int seed) { return seed; } };
int main() { return part<PARTS>().run(1); }
"""

SQL = """
CREATE TABLE package(name TEXT PRIMARY KEY, section TEXT, size INTEGER, about TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
INSERT INTO package SELECT 'package-' || i, 'section-' || (i % 40), i * 7919 % 100003, hex(randomblob(60)) FROM n;
CREATE INDEX by_section ON package(section, size);
"""
QUERY = """
SELECT section, count(*), group_concat(substr(about, 1, 3 + {i} % 5), '-') FROM package WHERE size % 17 = {i} % 17 GROUP BY section;
UPDATE package SET about = about || {i} WHERE size % 101 = {i};
"""


def _compiler(directory, quick):
    """The compiler proper, on preprocessed text: one process."""
    source, text = directory / "big.cpp", directory / "big.ii"
    source.write_text("#include <string>\nstd::string f() { return {}; }\n" if quick else CPP)
    subprocess.run(["g++", "-E", "-DPARTS=8", "-o", text, source], check=True)
    compiler = subprocess.run(["g++", "-print-prog-name=cc1plus"], check=True, capture_output=True, text=True)
    return [compiler.stdout.strip(), "-quiet", "-O0", "-fpreprocessed", str(text), "-o", "/dev/null"], None


def _sqlite(directory, quick):
    script = directory / "work.sql"
    script.write_text(SQL.format(rows=2000 if quick else 40000) +
                      "".join(QUERY.format(i=i) for i in range(2 if quick else 30)))
    return ["sqlite3", ":memory:"], script


PROGRAMS = {"gcc": (_compiler, "cc1plus -O0 of a C++ file with many templates"),
            "sqlite3": (_sqlite, "sqlite3: inserts, an index, grouping queries, updates")}


def _run_once(context, variant, command, standard_input):
    """Milliseconds of processor time of the program's own, and lost events."""
    env = runner.environment(context.setting, variant)
    if variant.group == "entered":
        env["ALLOCSPAN_ROOT"] = "1"
    with runner.around(variant, env, session.LARGE_BUFFERS) as recording, \
            open(standard_input or os.devnull, "rb") as given:
        process = subprocess.Popen(command, env=env, stdin=given, stdout=subprocess.DEVNULL,
                                   preexec_fn=lambda: os.sched_setaffinity(0, context.processors.measured))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise runner.RunError(f"{command[0]}: status {process.returncode} in variant {variant.name}")
    return 1000 * (usage.ru_utime + usage.ru_stime), recording.lost if recording else 0


def measure(context, name):
    if not shutil.which({"gcc": "g++"}.get(name, name)):
        return [{"case": name, "variant": variant.name, "unit": "ms", "operation": PROGRAMS[name][1],
                 "unavailable": "not installed"} for variant in CHOICES]
    prepare, operation = PROGRAMS[name]
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/dev/shm") as directory:
        command, standard_input = prepare(pathlib.Path(directory), context.quick)
        able = [variant for variant in CHOICES if not context.setting.why_not(variant)]
        taken = {variant: [] for variant in able}
        for number in range(1 if context.quick else 5):
            for variant in able if number % 2 == 0 else reversed(able):
                context.say(f"{name}: round {number + 1}: {variant.name}")
                taken[variant].append(_run_once(context, variant, command, standard_input))
    return [_row(context, name, operation, variant, taken) for variant in CHOICES]


def _row(context, name, operation, variant, taken):
    row = {"case": name, "variant": variant.name, "unit": "ms", "operation": f"{operation}; its processor time"}
    if variant not in taken:
        return row | {"unavailable": context.setting.why_not(variant)}
    times = [time for time, _ in taken[variant]]
    row |= figures.summary(times) | {"lost_events": sum(lost for _, lost in taken[variant])}
    for base_name, base in (("none", variants.NONE), ("lttng_loaded", variants.BASE)):
        others = [time for time, _ in taken[base]]
        pairs = list(zip(times, others))
        row[f"over_{base_name}"] = figures.summary([time - other for time, other in pairs])
        row[f"times_{base_name}"] = figures.summary([time / other for time, other in pairs])
    return row
