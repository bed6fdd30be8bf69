# SPDX-License-Identifier: MIT
"""The workloads of malloc and free: every variant in turn, round after round."""

import dataclasses

import figures
import instructions
import runner
import session
import variants


# With so many undisturbed processes of each variant a case is done; without, after `max_rounds`.
MIN_ROUNDS = 5


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    program: str
    # What one operation is.
    operation: str
    ops: int
    inner_rounds: int
    variants: tuple = tuple(variants.ALL)
    options: tuple = ()
    # The program's own name of the case, if another.
    case: str = ""
    # A round of a recorded program must fit in the buffers; the pause lets the consumer empty them.
    recorded_ops: int = 10000
    recorded_warm_up: int = 500000
    pause_ms: int = 8
    buffers: tuple = session.SMALL_BUFFERS
    single_threaded: bool = True
    counts_instructions: bool = True
    max_rounds: int = 7
    # With --quick: sessions take most of the time; and options that make it small.
    has_quick_sessions: bool = True
    quick_options: tuple = ()


ALLOCATORS = ("jemalloc", "mimalloc")


def _also_over(workload, chosen):
    """The workload, and it over the other allocators: cases of their own, as each is compared within itself."""
    rest = [dataclasses.replace(workload, name=f"{workload.name}-{allocator}", case=workload.name,
                                operation=f"{workload.operation}, over {allocator}",
                                variants=variants.over(allocator, chosen))
            for allocator in ALLOCATORS]
    return [workload, *rest]


RING = Workload("small-ring", "bench-blocks", "malloc + free of 16 to 143 bytes, 64 live", 20000, 120,
                recorded_ops=5000, max_rounds=12)
# A million live blocks take a while to make.
MILLION = Workload("random-million", "bench-blocks",
                   "malloc + free of 16 to 271 bytes, a million live, at random", 20000, 40,
                   variants=tuple(variant for variant in variants.ALL if variant.group != "both"),
                   recorded_ops=5000, counts_instructions=False,
                   quick_options=("--blocks", 50000))
GROWTH = Workload("realloc-growth", "bench-blocks", "a realloc, of buffers that grow by half to 4 KiB", 5000, 60,
                  recorded_ops=3000, recorded_warm_up=250000, has_quick_sessions=False)
NEW = Workload("new-ring", "bench-containers", "new + delete of 16 to 143 bytes, 64 live", 20000, 120,
               recorded_ops=5000, has_quick_sessions=False)
CONTAINERS = Workload("containers", "bench-containers",
                      "a C++ document: 16 strings, a vector, a map, a hash map", 400, 120,
                      recorded_ops=40, recorded_warm_up=4000)
LARSON = [Workload(f"larson-{threads}", "bench-larson",
                   f"malloc + free, rows of blocks handed on, {threads} threads", 160000, 12,
                   variants=tuple(variant for variant in variants.ALL if variant.group != "both"),
                   options=("--threads", threads), case="larson", recorded_ops=16000, recorded_warm_up=480000,
                   pause_ms=20, single_threaded=False, counts_instructions=False, has_quick_sessions=threads == 16)
          for threads in (1, 2, 4, 16)]
# Without a pause: who records more than his helpers and daemons can take pays for it, or loses events.
SUSTAINED = dataclasses.replace(
    RING, name="sustained", case=RING.name, operation="small-ring for half a second without a pause", buffers=session.LARGE_BUFFERS,
    variants=(variants.NONE, variants.BASE, variants.FULL, variants.PACKED, variants.STOCK_RECORDING,
              variants.HEAPTRACK_RECORDING),
    recorded_ops=20000, recorded_warm_up=1000000, pause_ms=0, counts_instructions=False, max_rounds=9)
MANY_GROUPS = Workload("million-groups", "bench-blocks", "small-ring among a million groups", 20000, 120,
                       variants=(variants.NONE, variants.DORMANT, variants.DORMANT_MANY, variants.ACTIVE,
                                 variants.ACTIVE_MANY),
                       case="small-ring", max_rounds=9, counts_instructions=False)

ALL = [*_also_over(RING, variants.ALL), *_also_over(MILLION, variants.SHORT), *_also_over(GROWTH, variants.SHORT),
       NEW, *_also_over(CONTAINERS, variants.SHORT), *LARSON, SUSTAINED, MANY_GROUPS]


def _base_command(setting, workload, variant, quick):
    return [setting.program(workload.program), workload.case or workload.name, "--group", variant.group,
            "--registered", variant.registered, *workload.options,
            *(workload.quick_options if quick else ())]


def _timed_command(setting, workload, variant, quick):
    command = _base_command(setting, workload, variant, quick)
    rounds = workload.inner_rounds
    if variant.session or variant.above == "heaptrack":
        rounds = max(3, rounds // 4)
        warm_up = workload.recorded_warm_up // 50 if quick else workload.recorded_warm_up
        command += ["--ops", workload.recorded_ops, "--warm-up", warm_up, "--pause-ms", workload.pause_ms]
    else:
        command += ["--ops", workload.ops, "--warm-up", workload.ops * 5]
    return command + ["--rounds", max(3, rounds // 8) if quick else rounds]


def _run_once(context, workload, variant):
    """One process: its JSON line, and how many events were lost."""
    env = runner.environment(context.setting, variant)
    command = _timed_command(context.setting, workload, variant, context.quick)
    with runner.around(variant, env, workload.buffers) as recording:
        lines = runner.run_lines(command, env, context.processors, workload.single_threaded)
    # "both" prints the rounds without the group first.
    return lines[0] | {"lost": recording.lost if recording else 0}


def _is_enough(taken, rounds, workload, context):
    if context.quick:
        return True
    if rounds < MIN_ROUNDS:
        return False
    lines = [line for of in taken.values() for line in of]
    fastest = figures.fastest_probe(lines)
    calm = min(sum(figures.Sample(line, fastest).is_calm for line in of) for of in taken.values())
    return not workload.single_threaded or calm >= MIN_ROUNDS or rounds >= workload.max_rounds


def _wanted(context, workload):
    is_glibc = workload.variants[0].allocator == "glibc"
    if context.quick and not (is_glibc and workload.has_quick_sessions):
        return [variant for variant in workload.variants if not variant.session]
    return workload.variants


def measure(context, workload):
    """Rows of a table: one for each variant."""
    wanted = _wanted(context, workload)
    able = [variant for variant in wanted if not context.setting.why_not(variant)]
    taken = {variant: [] for variant in able}
    rounds = 0
    while not rounds or not _is_enough(taken, rounds, workload, context):
        # Forth and back: no variant is always the one after the same other.
        for variant in able if rounds % 2 == 0 else reversed(able):
            context.say(f"{workload.name}: round {rounds + 1}: {variant.name}")
            taken[variant].append(_run_once(context, workload, variant))
        rounds += 1
    fastest = figures.fastest_probe([line for of in taken.values() for line in of])
    samples = {variant: [figures.Sample(line, fastest) for line in of] for variant, of in taken.items()}
    rows = []
    for variant in wanted:
        row = {"case": workload.name, "variant": variant.name, "unit": "ns", "operation": workload.operation}
        if variant in taken:
            row |= _figures_of(variant, samples)
            row["lost_events"] = sum(line["lost"] for line in taken[variant])
            row |= _instructions_of(context, workload, variant)
        else:
            row["unavailable"] = context.setting.why_not(variant)
        rows.append(row)
    return rows


BASES = {"none": variants.NONE, "lttng_loaded": variants.BASE, "stock_recording": variants.STOCK_RECORDING}


def _figures_of(variant, samples):
    row = figures.describe(samples[variant])
    for name, base in BASES.items():
        base = dataclasses.replace(base, allocator=variant.allocator)
        if base in samples:
            row[f"over_{name}"] = figures.differences(samples[variant], samples[base])
            row[f"times_{name}"] = figures.ratios(samples[variant], samples[base])
    return row


QUICK_INSTRUCTIONS = (variants.NONE, variants.DORMANT)


def _instructions_of(context, workload, variant):
    # heaptrack notices nothing under valgrind.
    is_countable = variant.group != "both" and variant.above != "heaptrack"
    if variant.allocator != "glibc":
        is_countable = is_countable and not variant.session
    is_wanted = workload.counts_instructions and is_countable and instructions.is_there()
    if context.quick:
        is_wanted = is_wanted and workload is RING and variant in QUICK_INSTRUCTIONS
    if not is_wanted:
        return {}
    context.say(f"{workload.name}: instructions: {variant.name}")
    command = _base_command(context.setting, workload, variant, context.quick)
    count = instructions.per_operation(context.setting, context.processors.measured, variant, command,
                                       max(1600, workload.recorded_ops // 160 * 16))
    return {} if count is None else {"instructions": count}
