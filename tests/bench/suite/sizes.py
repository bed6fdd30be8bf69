# SPDX-License-Identifier: MIT
"""How many bytes of trace an allocation or deallocation takes: the size of the trace by the number of events."""

import figures
import runner
import variants

# The options, and what is to be added to two events for each pair:
# the ring's first turn frees nothing, and the million (and the table of it) are allocated beforehand.
WORKLOADS = {"small-ring": ((), -64), "random-million": (("--blocks", 100000), 100001)}
RECORDED = {"full": variants.FULL, "packed": variants.PACKED, "stock": variants.STOCK_RECORDING}


def _bytes_per_event(context, variant, workload, options, living):
    """One recording; its bytes by event, and how many events were lost."""
    rounds, ops, warm_up = (4, 4800, 4800) if context.quick else (60, 4800, 100000)
    command = [context.setting.program("bench-blocks"), workload, "--group", variant.group, "--ops", ops,
               "--rounds", rounds, "--warm-up", warm_up, "--pause-ms", 8, *options]
    env = runner.environment(context.setting, variant)
    with runner.around(variant, env) as recording:
        runner.run_lines(command, env, context.processors)
    # bench.c also runs a sixteenth of the operations before each round.
    pairs = warm_up + rounds * (ops + ops // 16)
    events = 2 * pairs + living
    return recording.bytes / (events - recording.lost), recording.lost


def measure(context):
    rows = []
    for workload, (options, living) in WORKLOADS.items():
        for name, variant in RECORDED.items():
            row = {"case": f"bytes-{workload}", "variant": name, "unit": "bytes",
                   "operation": "of trace for one alloc or free, before compression"}
            why_not = context.setting.why_not(variant)
            if why_not:
                row["unavailable"] = why_not
            else:
                context.say(f"bytes: {workload}: {name}")
                taken = [_bytes_per_event(context, variant, workload, options, living)
                         for _ in range(1 if context.quick else 3)]
                row |= figures.summary([size for size, _ in taken])
                row["lost_events"] = sum(lost for _, lost in taken)
            rows.append(row)
    return rows
