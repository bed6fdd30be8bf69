# SPDX-License-Identifier: MIT
"""Medians, quartiles, comparisons of series that were taken in turn, and which rounds count.

A benchmark program times a fixed piece of work before and after each of its rounds. Where that took longer than the
fastest of the whole run, something else was running on the same core, and the round says nothing of the
program. Such rounds are left out, unless there is nothing else.
"""

import statistics

# Clocks vary by a tenth; what has half of a hyper-threaded core takes four tenths longer for the probe.
DISTURBED = 1.25
# So many undisturbed rounds of a process make a figure: a few may have been disturbed just between their probes.
ENOUGH_ROUNDS = 5
ENOUGH_SHARE = 0.2


def summary(values):
    """The median of the values and how they spread."""
    ordered = sorted(values)
    if len(ordered) > 1:
        q1, _, q3 = statistics.quantiles(ordered, n=4, method="inclusive")
    else:
        q1 = q3 = ordered[0]
    return {"median": statistics.median(ordered), "q1": q1, "q3": q3, "min": ordered[0]}


# Of all cases so far: a case may be disturbed from its beginning to its end.
_fastest = [float("inf")]


def fastest_probe(lines):
    """Not the very fastest, which may be the clock's own jump."""
    probes = sorted(probe for line in lines for probe in line["probe_ns"])
    _fastest[0] = min(_fastest[0], probes[min(4, len(probes) - 1)])
    return _fastest[0]


class Sample:
    """One series of one process: what an operation took in the rounds that count."""

    def __init__(self, line, fastest):
        walls = line["ns_per_op"]
        calm = [wall for wall, probe in zip(walls, line["probe_ns"]) if probe <= fastest * DISTURBED]
        enough = max(ENOUGH_ROUNDS, ENOUGH_SHARE * len(walls))
        self.is_calm = len(calm) >= min(enough, len(walls))
        self.rounds = len(walls)
        self.calm_rounds = len(calm)
        counted = calm if self.is_calm else walls
        self.median = statistics.median(counted)
        self.min = min(walls)
        self.cpu = statistics.median(line["cpu_ns_per_op"])


def _counted(samples):
    """Which of a variant's processes count: the calm ones, if there are some."""
    calm = [number for number, sample in enumerate(samples) if sample.is_calm]
    return calm if len(calm) >= 2 else list(range(len(samples)))


def describe(samples):
    counted = _counted(samples)
    figure = summary([samples[number].median for number in counted])
    return figure | {
        "min": min(sample.min for sample in samples),
        "cpu": summary([sample.cpu for sample in samples]),
        "processes": [sample.median for sample in samples],
        "rounds": sum(sample.rounds for sample in samples),
        "calm_rounds": sum(sample.calm_rounds for sample in samples),
        "is_calm": all(samples[number].is_calm for number in counted),
    }


def _pairs(samples, base):
    """Both of a pair were measured in the same round, so what disturbed one disturbed the other."""
    counted = set(_counted(samples)) & set(_counted(base))
    if not counted:
        counted = range(len(samples))
    return [(samples[number].median, base[number].median) for number in sorted(counted)]


def differences(samples, base):
    return summary([value - other for value, other in _pairs(samples, base)])


def ratios(samples, base):
    return summary([value / other for value, other in _pairs(samples, base)])
