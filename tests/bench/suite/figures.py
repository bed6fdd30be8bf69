# SPDX-License-Identifier: MIT
"""Medians, quartiles, and comparisons of series that were taken in turn."""

import statistics


def summary(values):
    """The median of the values and how they spread."""
    ordered = sorted(values)
    if len(ordered) > 1:
        q1, _, q3 = statistics.quantiles(ordered, n=4, method="inclusive")
    else:
        q1 = q3 = ordered[0]
    return {"median": statistics.median(ordered), "q1": q1, "q3": q3, "min": ordered[0]}


def differences(values, base):
    """Value by value: both were measured in the same round, so what disturbed one disturbed the other."""
    return summary([value - other for value, other in zip(values, base)])


def ratios(values, base):
    return summary([value / other for value, other in zip(values, base) if other > 0])
