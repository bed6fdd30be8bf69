# SPDX-License-Identifier: MIT
"""What a bound pair of tracepoints costs: bench-bound-pair measures it and what it is made of; here are its rows."""

import figures
import runner
import variants


def measure(context):
    common = {"operation": "a bound pair of tracepoints, and its parts", "unit": "ns"}
    program = context.setting.program("bench-bound-pair")
    if not program.exists():
        return [common | {"case": "bound pair", "variant": "bound pair", "unavailable": "not built"}]
    taken = {}
    for number in range(2 if context.quick else 7):
        context.say(f"bound pair: round {number + 1}")
        command = [program, "--rounds", 50 if context.quick else 400]
        for line in runner.run_lines(command, runner.environment(context.setting, variants.NONE),
                                     context.processors, is_single=False):
            taken.setdefault(line["case"], []).append(line)
    rows = []
    for name, lines in taken.items():
        rows.append(common | {"case": "bound pair", "variant": name}
                    | figures.summary([line["median_ns"] for line in lines])
                    | {"min": min(line["min_ns"] for line in lines)})
    return rows
