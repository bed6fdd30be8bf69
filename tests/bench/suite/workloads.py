# SPDX-License-Identifier: MIT
"""The workloads of malloc and free: every variant in turn, round after round."""

import dataclasses
import statistics

import figures
import runner
import variants


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    program: str
    # What one operation is.
    operation: str
    ops: int
    inner_rounds: int
    variants: tuple = tuple(variants.GLIBC)
    options: tuple = ()
    # A round of a recorded program must fit in the buffers; the pause lets the consumer empty them.
    recorded_ops: int = 10000
    recorded_warm_up: int = 500000
    pause_ms: int = 8
    single_threaded: bool = True


RING = Workload("small-ring", "bench-blocks", "malloc + free of 16 to 143 bytes, 64 live", 20000, 60,
                variants=tuple(variants.GLIBC + variants.over("jemalloc") + variants.over("mimalloc")),
                recorded_ops=20000)

ALL = [RING]


def command_of(setting, workload, variant, quick):
    command = [setting.build / "tests/bench" / workload.program, workload.name, "--group", variant.group,
               *workload.options]
    recorded = variant.session or variant.above == "heaptrack"
    if recorded:
        rounds = max(3, workload.inner_rounds // 4)
        warm_up = workload.recorded_warm_up // 50 if quick else workload.recorded_warm_up
        command += ["--ops", workload.recorded_ops, "--warm-up", warm_up, "--pause-ms", workload.pause_ms]
    else:
        rounds = workload.inner_rounds
        command += ["--ops", workload.ops, "--warm-up", workload.ops * 5]
    return command + ["--rounds", max(3, rounds // 8) if quick else rounds]


def run_once(setting, processors, workload, variant, quick):
    """One process; gives the median and the minimum of its rounds, and how many events were lost."""
    env = runner.environment(setting, variant)
    where = processors.measured if workload.single_threaded else processors.all
    with runner.around(variant, env) as recording:
        lines = runner.run_lines(command_of(setting, workload, variant, quick), env, where)
    # "both" prints the rounds without the group first.
    rounds = lines[0]["ns_per_op"]
    cpu = lines[0]["cpu_ns_per_op"]
    return {"median": statistics.median(rounds), "min": min(rounds), "cpu": statistics.median(cpu),
            "lost": recording.lost if recording else 0}


def measure(setting, processors, workload, rounds, quick, say):
    """Rows of a table: one for each variant."""
    able = [variant for variant in workload.variants if not setting.why_not(variant)]
    taken = {variant: [] for variant in able}
    for number in range(rounds):
        say(f"{workload.name}: round {number + 1} of {rounds}")
        # Forth and back: no variant is always the one after the same other.
        for variant in able if number % 2 == 0 else reversed(able):
            taken[variant].append(run_once(setting, processors, workload, variant, quick))
    return [_row(setting, workload, variant, taken) for variant in workload.variants]


def _row(setting, workload, variant, taken):
    row = {"case": workload.name, "variant": variant.label, "unit": "ns", "operation": workload.operation}
    if variant not in taken:
        return row | {"unavailable": setting.why_not(variant)}
    medians = [run["median"] for run in taken[variant]]
    row |= figures.summary(medians) | {"rounds": medians}
    row["min"] = min(run["min"] for run in taken[variant])
    row["cpu"] = figures.summary([run["cpu"] for run in taken[variant]])
    row["lost_events"] = sum(run["lost"] for run in taken[variant])
    for key, base in (("over_none", variants.NONE), ("over_lttng_loaded", variants.BASE)):
        base = dataclasses.replace(base, allocator=variant.allocator)
        if base in taken:
            base_medians = [run["median"] for run in taken[base]]
            row[key] = figures.differences(medians, base_medians)
            row[key.replace("over", "times")] = figures.ratios(medians, base_medians)
    return row
