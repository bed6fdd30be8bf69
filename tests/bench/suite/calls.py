# SPDX-License-Identifier: MIT
"""What the library's own calls cost: guards, spans, registering; with and without a session, and among a million groups."""

import figures
import instructions
import runner
import variants

NO_SESSION = variants.Variant("no session")
SESSION = variants.Variant("full session", session="full")
PACKED_SESSION = variants.Variant("packed session", session="packed")

EMPTY = "empty-loop"
OPERATIONS = {
    "guard": "enter + exit of a token",
    "guard-inside": "enter + exit of a token inside another",
    "span": "enter + exit of a span without a token",
    "span-token": "enter + exit of a span with a token",
    "register": "register + release of a group with two tags",
    "intern": "intern + release of a group that exists",
}
CASES = {"guard": ("guard", "guard-inside"), "span": ("span", "span-token"), "register": ("register", "intern")}
CHOICES = {"guard": (NO_SESSION,), "span": (NO_SESSION, SESSION, PACKED_SESSION),
           "register": (NO_SESSION, SESSION)}


def _command(context, names, variant, registered):
    command = [context.setting.program("bench-api"), ",".join(names)]
    if registered:
        command += ["--registered", registered]
    is_slow = "register" in names
    if variant.session:
        return command + ["--ops", 5000, "--warm-up", 5000 if context.quick else 250000, "--pause-ms", 8,
                          "--rounds", 5 if context.quick else 30]
    return command + ["--ops", 2000 if is_slow else 20000, "--warm-up", 20000,
                      "--rounds", 10 if context.quick else 100]


def _run_once(context, names, variant, registered):
    """The JSON lines by case, and how many events were lost."""
    env = runner.environment(context.setting, variant)
    with runner.around(variant, env) as recording:
        lines = runner.run_lines(_command(context, names, variant, registered), env, context.processors)
    return {line["case"]: line for line in lines}, recording.lost if recording else 0


def measure(context, name, registered=0):
    """Rows: each call in each choice, the empty loop taken off."""
    names = (EMPTY, *CASES[name])
    choices = [choice for choice in CHOICES[name] if not context.setting.why_not(choice)]
    taken = {choice: [] for choice in choices}
    for number in range(1 if context.quick else 9):
        for choice in choices:
            context.say(f"{name}: round {number + 1}: {choice.name}")
            taken[choice].append(_run_once(context, names, choice, registered))
    every_line = [line for of in taken.values() for lines, _ in of for line in lines.values()]
    fastest = figures.fastest_probe(every_line)
    rows = []
    for call in CASES[name]:
        for choice in CHOICES[name]:
            row = {"case": call, "variant": choice.name, "unit": "ns", "operation": OPERATIONS[call],
                   "registered": registered}
            if choice in taken:
                row |= _figures_of(call, taken[choice], fastest)
                row |= _instructions_of(context, call, choice, registered)
            else:
                row["unavailable"] = context.setting.why_not(choice)
            rows.append(row)
    return rows


def _figures_of(call, of, fastest):
    samples = [figures.Sample(lines[call], fastest) for lines, _ in of]
    empty = [figures.Sample(lines[EMPTY], fastest) for lines, _ in of]
    row = figures.describe(samples) | figures.differences(samples, empty)
    row["min"] = min(sample.min - other.min for sample, other in zip(samples, empty))
    row["lost_events"] = sum(lost for _, lost in of)
    return row


def _instructions_of(context, call, choice, registered):
    if registered or not instructions.is_there() or (context.quick and call != "guard"):
        return {}
    context.say(f"{call}: instructions: {choice.name}")
    counts = [instructions.per_operation(context.setting, context.processors.measured, choice,
                                         [context.setting.program("bench-api"), case], 4800)
              for case in (call, EMPTY)]
    return {} if None in counts else {"instructions": counts[0] - counts[1]}
