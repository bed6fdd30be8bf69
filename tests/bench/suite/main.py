# SPDX-License-Identifier: MIT
"""The benchmark suite's driver; tests/bench/run.sh builds, starts a session daemon, and calls this."""

import argparse
import json
import pathlib
import sys

import machine
import output
import runner
import session
import variants
import workloads

SOURCE = pathlib.Path(__file__).resolve().parents[3]


def parse(arguments):
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh", allow_abbrev=False)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--sessiond", type=int, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", metavar="CASE", action="append")
    parser.add_argument("--json", type=pathlib.Path)
    return parser.parse_args(arguments)


def main(arguments):
    options = parse(arguments)
    names = [workload.name for workload in workloads.ALL]
    for name in options.only or []:
        if name not in names:
            print(f"bench: no case {name}; there are: {' '.join(names)}", file=sys.stderr)
            return 2
    processors = machine.Processors()
    result = {"machine": machine.describe(options.build, SOURCE), "quick": options.quick, "rows": []}
    processors.keep_away(options.sessiond)
    try:
        setting = variants.Setting(options.build)
        for workload in workloads.ALL:
            if options.only and workload.name not in options.only:
                continue
            rows = workloads.measure(setting, processors, workload, 2 if options.quick else 9,
                                     options.quick, output.say)
            output.workload_table(rows)
            result["rows"] += rows
    except (runner.RunError, session.SessionError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
