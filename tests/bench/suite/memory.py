# SPDX-License-Identifier: MIT
"""What tracking costs in memory: how much more a process grows by the same blocks."""

import figures
import runner
import variants

SIZES = {"small": 143, "mixed": 4096}


def _grown(context, variant, largest):
    """KiB of resident memory and page tables, and the line."""
    # The same heap in bytes, whatever the sizes.
    blocks = (16 << 20 if context.quick else 256 << 20) // largest
    command = [context.setting.program("bench-memory"), blocks, largest]
    if variant.group == "entered":
        command.append("entered")
    line, = runner.run_lines(command, runner.environment(context.setting, variant), context.processors,
                             is_single=False)
    return line["resident_kib"] + line["page_tables_kib"], line


def measure(context):
    """Rows: how many percent more the same blocks take, of what they take with no interposer."""
    rows = []
    for name, largest in SIZES.items():
        taken = {variant: [] for variant in (variants.NONE, variants.DORMANT, variants.ACTIVE)}
        requested = 0
        for number in range(2 if context.quick else 5):
            for variant, of in taken.items():
                context.say(f"memory: {name}: round {number + 1}: {variant.name}")
                kib, line = _grown(context, variant, largest)
                of.append(kib)
                requested = line["requested_bytes"]
        for variant in (variants.DORMANT, variants.ACTIVE):
            more = [ours - none for ours, none in zip(taken[variant], taken[variants.NONE])]
            percent = [100 * kib / none for kib, none in zip(more, taken[variants.NONE])]
            rows.append({"case": f"memory-{name}", "variant": variant.name, "unit": "% more",
                         "operation": f"resident memory and page tables of live blocks of 16 to {largest} bytes",
                         "kib_more": figures.summary(more), "requested_bytes": requested,
                         "percent_of_requested": 100 * 1024 * figures.summary(more)["median"] / requested}
                        | figures.summary(percent))
    return rows
