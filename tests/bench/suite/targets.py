# SPDX-License-Identifier: MIT
"""The targets that the project set itself, and how the rows of a run stand to them.

A target is a function that gives (the target, the value, whether it is reached), or raises Missing where the rows do not have what it
looks for; the table then says why in the value's place.
"""

import output

OK_NOISE_NS = 0.3
OK_NOISE = 1.05


class Missing(RuntimeError):
    pass


class Rows:
    def __init__(self, rows):
        self.by_key = {(row["case"], row["variant"], row.get("registered", 0)): row for row in rows}

    def get(self, case, variant, registered=0):
        row = self.by_key.get((case, variant, registered))
        if row is None:
            raise Missing("not measured")
        if "unavailable" in row:
            raise Missing(row["unavailable"])
        return row

    def median(self, key, *of):
        row = self.get(*of)
        if key not in row:
            raise Missing("not measured")
        return row[key]["median"]


def _at_most(limit, unit, value):
    text = output.number(value)
    if value > limit >= float(text.replace(",", "")):
        text = f"{value:.3f}"
    return f"at most {limit} {unit}".rstrip(), f"{text} {unit}".rstrip(), value <= limit


def _dormant(rows):
    for allocator, case in (("glibc", "small-ring"), ("jemalloc", "small-ring-jemalloc"),
                            ("mimalloc", "small-ring-mimalloc")):
        yield (f"dormant, {allocator}",
               lambda case=case: _at_most(1.5, "ns over", rows.median("over_none", case, "dormant")))


def _simple(rows):
    ring, million = "small-ring", "random-million"
    yield "active, small ring", lambda: _at_most(6, "ns over", rows.median("over_none", ring, "active"))
    yield ("active, a million live blocks",
           lambda: _at_most(1.3, "times none", rows.median("times_none", million, "active")))
    yield "guard enter + exit", lambda: _at_most(2, "ns", rows.get("guard", "no session")["median"])
    yield "span enter + exit, no session", lambda: _at_most(5, "ns", rows.get("span", "no session")["median"])
    yield ("full recording",
           lambda: _at_most(1.0, "times stock recording", rows.median("times_stock_recording", ring, "full")))
    yield ("packed recording",
           lambda: _at_most(0.12, "times stock recording", rows.median("times_stock_recording", ring, "packed")))
    for case in ("bytes-small-ring", "bytes-random-million"):
        yield (f"packed bytes, {case[6:]}",
               lambda case=case: _at_most(12, "bytes a record", rows.get(case, "packed")["median"]))


def _threads(rows):
    """What is lost against no interposer with 16 threads is no more than the spread of what is lost with one."""
    for variant in ("dormant", "active"):
        def compare(variant=variant):
            one = rows.get("larson-1", variant)["times_none"]
            many = rows.get("larson-16", variant)["times_none"]["median"]
            return (f"at most 1 thread's {output.spread(one)}", f"{output.number(many)} times none",
                    many <= max(one["q3"], one["median"]))
        yield f"16 threads, {variant}", compare


def _many_groups(rows):
    """No effect: within what two runs of the same differ by."""
    def compare(few, many):
        return (f"as without: {output.number(few)} ns", f"{output.number(many)} ns",
                many <= max(few * OK_NOISE, few + OK_NOISE_NS))
    for variant in ("dormant", "active"):
        yield (f"a million groups, {variant}",
               lambda variant=variant: compare(rows.get("million-groups", variant)["median"],
                                               rows.get("million-groups", f"{variant}, a million groups")["median"]))
    for call in ("guard", "span"):
        yield (f"a million groups, {call}",
               lambda call=call: compare(rows.get(call, "no session")["median"],
                                         rows.get(call, "no session", 1000000)["median"]))


def _memory(rows):
    for case in ("memory-small", "memory-mixed"):
        yield (f"memory, tracked, {case[7:]} blocks",
               lambda case=case: _at_most(25, "% of the heap", rows.get(case, "active")["median"]))
    def untracked():
        more = max(rows.median("kib_more", case, "dormant") for case in ("memory-small", "memory-mixed"))
        return "nothing", f"{more:,.0f} KiB", more < 64
    yield "memory, untracked", untracked


def _report(rows):
    yield ("report on a packed trace",
           lambda: _at_least(10, rows.get("report-packed", "allocspan report")["median"]))


def _at_least(limit, value):
    return f"at least {limit} million records/s", f"{output.number(value)} million/s", value >= limit


def compare(rows):
    """A list of what was wanted and what came out."""
    found = []
    indexed = Rows(rows)
    for part in (_dormant, _simple, _threads, _many_groups, _memory, _report):
        for name, ask in part(indexed):
            try:
                target, value, is_reached = ask()
                found.append({"case": name, "target": target, "value": value, "reached": bool(is_reached)})
            except Missing as missing:
                found.append({"case": name, "target": None, "value": str(missing), "reached": None})
    return found


def show(found, quick):
    title = "Targets (a quick run says nothing about them)" if quick else "Targets (medians)"
    said = {True: "reached", False: "NOT reached", None: ""}
    output.table(title, ["case", "target", "value", ""],
                 [[row["case"], row["target"] or "", row["value"], said[row["reached"]]] for row in found])
