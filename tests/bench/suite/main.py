# SPDX-License-Identifier: MIT
"""The benchmark suite's driver; tests/bench/run.sh builds, starts a session daemon, and calls this."""

import argparse
import json
import os
import pathlib
import signal
import sys

import cases
import machine
import output
import runner
import session
import targets
import variants

SOURCE = pathlib.Path(__file__).resolve().parents[3]


class Context:
    """What every case is given."""

    def __init__(self, setting, processors, quick):
        self.setting = setting
        self.processors = processors
        self.quick = quick
        self.say = output.say


def parse(arguments):
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh", allow_abbrev=False)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--sessiond", type=int, required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", metavar="CASE", action="append", default=[])
    parser.add_argument("--json", type=pathlib.Path)
    return parser.parse_args(arguments)


def main(arguments):
    options = parse(arguments)
    chosen = cases.choose(options.only)
    if not chosen:
        print(f"bench: no case {' '.join(options.only)}; there are: {' '.join(cases.names())}", file=sys.stderr)
        return 2
    processors = machine.Processors()
    result = {"machine": machine.describe(options.build, SOURCE), "quick": options.quick, "failed": []}
    processors.keep_away(options.sessiond)
    context = Context(variants.Setting(options.build), processors, options.quick)
    result["rows"] = measure_all(context, chosen, result["failed"])
    result["targets"] = targets.compare(result["rows"])
    if not options.only:
        targets.show(result["targets"], options.quick)
    result["machine"]["load_average_after"] = os.getloadavg()
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 1 if result["failed"] else 0


def measure_all(context, chosen, failed):
    """The rows of all cases; one that could not be measured does not keep the others from it."""
    rows = []
    for measure in chosen:
        try:
            found = measure(context)
        except (runner.RunError, session.SessionError) as error:
            output.say("")
            print(f"bench: {error}", file=sys.stderr)
            failed.append(str(error))
        else:
            output.show(found)
            rows += found
    return rows


def stop(*_):
    """Ended from outside: what was begun is ended on the way out."""
    sys.exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    sys.exit(main(sys.argv[1:]))
