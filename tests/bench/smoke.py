#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The suite in its quick form: each case prints a number, and the JSON is whole. No number is judged.

smoke.py BUILD_DIR
"""

import json
import math
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "suite"))

# What a machine or a build may lack.
REASONS = ("not installed", "not built")
# Variants that nothing may be lacking for.
ALWAYS = ("none", "none, lttng loaded", "dormant", "active", "full", "stock dormant", "stock recording", "no session")
# Cases that print under other names than --only takes.
PARTS = {"bytes": ("bytes-small-ring", "bytes-random-million"), "memory": ("memory-small", "memory-mixed"),
         "report": ("report-full", "report-packed"), "bound-pair": ("bound pair",),
         "guard": ("guard", "guard-inside"), "span": ("span", "span-token"), "register": ("register", "intern"),
         "million-groups-guard": ("guard", "guard-inside"), "million-groups-span": ("span", "span-token")}


def faults_of_row(row):
    name = f"{row['case']}, {row['variant']}"
    if "unavailable" in row:
        if row["unavailable"] not in REASONS or row["variant"] in ALWAYS:
            return [f"{name}: not measured: {row['unavailable']}"]
        return []
    figures = [row[part] for part in ("median", "q1", "q3", "min")]
    if not all(isinstance(figure, (int, float)) and math.isfinite(figure) for figure in figures):
        return [f"{name}: not a number among {figures}"]
    # Of a call that an empty loop was taken off, the fastest and the median are differences of others: any may be the greater.
    if not row["q1"] <= row["median"] <= row["q3"]:
        return [f"{name}: out of order: {figures}"]
    return []


def faults(result, printed, names):
    found = list(result["failed"])
    cases = {row["case"] for row in result["rows"]}
    for name in names:
        for part in PARTS.get(name, (name,)):
            if part not in cases:
                found.append(f"no rows for {part}")
            elif f"\n{part}: " not in printed:
                found.append(f"no table for {part}")
    for row in result["rows"]:
        found += faults_of_row(row)
    if not any("instructions" in row for row in result["rows"]) and result["machine"]["packages"]["valgrind"]:
        found.append("instructions were not counted")
    if not result["targets"] or "Targets" not in printed:
        found.append("no targets")
    return found


def main(build):
    import cases  # pylint: disable=import-outside-toplevel

    with tempfile.TemporaryDirectory(prefix="allocspan-smoke.") as directory:
        # In a container the suite runs as nobody (lttng-fixture.sh).
        pathlib.Path(directory).chmod(0o777)
        file = pathlib.Path(directory) / "result.json"
        run = subprocess.run([HERE / "run.sh", build, "--no-build", "--quick", "--json", file],
                             stdout=subprocess.PIPE, text=True, check=False)
        found = faults(json.loads(file.read_text(encoding="utf-8")), run.stdout, cases.names())
    if run.returncode != 0:
        found.append(f"run.sh: status {run.returncode}")
    for fault in found:
        print(f"smoke: {fault}")
    print(run.stdout)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
