# SPDX-License-Identifier: MIT
"""The cases by name, in the order in which they are run; each gives rows."""

import functools

import bound_pair
import calls
import delay
import memory
import programs
import report_speed
import sizes
import variants
import workloads


def _table():
    table = {}
    for workload in workloads.ALL:
        table[workload.name] = functools.partial(workloads.measure, workload=workload)
    for name in calls.CASES:
        table[name] = functools.partial(calls.measure, name=name)
    for name in ("guard", "span"):
        table[f"million-groups-{name}"] = functools.partial(calls.measure, name=name,
                                                            registered=variants.MANY_GROUPS)
    table["bound-pair"] = bound_pair.measure
    for name in programs.PROGRAMS:
        table[name] = functools.partial(programs.measure, name=name)
    table["bytes"] = sizes.measure
    table["delay"] = delay.measure
    table["memory"] = memory.measure
    table["report"] = report_speed.measure
    return table


CASES = _table()


def names():
    return list(CASES)


def choose(only):
    """The functions to call; none if a name is unknown. `larson` stands for all that begin so."""
    if not only:
        return list(CASES.values())
    chosen = []
    for wanted in only:
        found = [wanted] if wanted in CASES else [name for name in CASES if name.startswith(f"{wanted}-")]
        if not found:
            return []
        chosen += found
    return [CASES[name] for name in chosen]
