#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a report (report.schema.json) for the tests of the page: example.py GROUPS [hostile] [lossy] [unproved]

It stands for a service with tenants and components, several processes, spans and threads. What each place holds over
time is made up, the same at every call; all else are sums of places, so all numbers agree as a real report's do.
"""

import json
import random
import sys

BEGIN_NS = 1795392435365030750
BUCKETS = 400
BUCKET_NS = 25_000_001
POINT_ROWS = 32
PARTS = 20

COMPONENTS = ["parser", "cache", "index", "session", "render"]
SPAN_PATHS = [[], ["request"], ["request", "parse"], ["request", "parse", "tokenize"], ["request", "render"],
              ["request", "query"], ["request", "query", "sort"], ["reload"], ["reload", "read file"]]
CALLSITES = [("xml_parse", "xml.c", 120), ("xml_attribute", "xml.c", 212), ("cache_add", "cache.c", 33),
             ("index_grow", "index.c", 87), ("row_make", "query.c", 401), ("string_copy", "text.c", 18),
             ("render_glyphs", "render.c", 77), ("session_open", "session.c", 9)]
HOSTILE = ["</script><script>document.title='broken'</script>", "<img src=x onerror=document.title='broken'>",
           "quote\" 'single' `back` \\ slash", "line\u2028separator\u2029end", "bell\u0007tab\tnew\nline\u0000nul",
           "right\u202eto left", "<!--<script>", "]]>&amp;&lt;", "{{7*7}}${7*7}", "123456789012345678901234567890",
           "@REPORT@", "__proto__", "\U0001f41d bee é 漢字", "x" * 300]


class Example:
    def __init__(self, group_count, is_hostile, is_lossy, is_unproved):
        self.random = random.Random(7)
        self.is_lossy = is_lossy
        self.is_unproved = is_unproved
        self.processes = [{"hostname": "vm", "vpid": 9863 + 40 * i, "procname": name, "text": f"{name}({9863 + 40 * i})"}
                          for i, name in enumerate(["server", "worker"][: 2 if group_count > 10 else 1])]
        for process in self.processes:
            process.update(self.proof("process_end", True, (0, 0), (0, 0)))
        if is_unproved:
            self.processes += self.unproved_processes(HOSTILE[0] if is_hostile else "child")
        self.threads = [{"process": 0, "vtid": 9863 + i, "name": name, "text": f"{name}({9863 + i})"}
                        for i, name in enumerate(["server", "io", "pool-1", "pool-2", "timer"])]
        self.callsites = [{"process": 0, "address": 94355073274420 + 64 * i, "binary": "/usr/bin/server",
                           "function": function, "file": f"/src/{file}", "line": line,
                           "text": f"{function} at {file}:{line}"} for i, (function, file, line) in enumerate(CALLSITES)]
        self.make_nodes(HOSTILE[:4] if is_hostile else [])
        self.names = HOSTILE if is_hostile else []
        self.groups = [self.make_group(i) for i in range(group_count)]
        self.places = [place for i in range(group_count) for place in self.make_places(i, group_count)]
        for i, place in enumerate(self.places):
            place["index"] = i
        self.totals = [sum(place["curve"][b] for place in self.places) for b in range(BUCKETS)]
        self.peak_bucket = self.totals.index(max(self.totals))

    @staticmethod
    def proof(proof, is_complete, allocs, frees, **others):
        missing = {key: {"least": least, "most": most} for key, (least, most) in (("allocs", allocs), ("frees", frees))}
        return {"end": "exit", "complete": is_complete, "proof": proof, "complete_until_ns": None, "missing": missing,
                "from": "events", "inherited": None, "missing_children": 0, "misuse_count": 0, **others}

    # One for each way in which a proof can be or fail.
    def unproved_processes(self, name):
        held = {"live_count": 7, "live_bytes": 123456, "certain": True}
        proofs = [self.proof("ledger", True, (0, 0), (0, 0), end="killed", inherited=held),
                  self.proof("ledger", False, (902, 902), (3, 3), end="killed", missing_children=2, **{"from": "ledger"}),
                  self.proof("ledger", False, (5, 90), (0, 40), inherited={**held, "certain": False}),
                  self.proof("checkpoint", False, (4, None), (0, None), end=None, complete_until_ns=self.time(9)),
                  self.proof("none", False, (0, None), (0, None), end=None, misuse_count=4)]
        return [{"hostname": "vm", "vpid": 12000 + i, "procname": name, "text": f"{name}({12000 + i})", **proof}
                for i, proof in enumerate(proofs)]

    # How exact the numbers of a row are: each way for some rows.
    def exactness(self, places):
        if not self.is_unproved:
            return {"certain": not self.is_lossy}
        way = places[0]["group"] if places else 0
        return {"certain": way % 4 == 3, "exact_live": way % 2 == 0, "exact_never_freed": way % 6 == 0, "doubtful": way % 3 == 0, "exact_counts": False,
                "from": "ledger" if way % 2 == 0 else "events"}

    def make_nodes(self, hostile):
        self.nodes = [{"parent": None, "name": None}]
        self.node_of = {(): 0}
        for path in [*SPAN_PATHS[1:], *[["request", name] for name in hostile]]:
            self.node_of[tuple(path)] = len(self.nodes)
            self.nodes.append({"parent": self.node_of[tuple(path[:-1])], "name": path[-1]})

    def make_group(self, i):
        component = self.names[i] if i < len(self.names) else COMPONENTS[i % len(COMPONENTS)]
        tenant = self.names[-1 - i] if i < len(self.names) else f"t{i // len(COMPONENTS):03}"
        return {"id": i + 2, "name": component, "tags": {"tenant": tenant}, "text": f"{component} tenant={tenant}",
                "process": i % min(2, len(self.processes))}

    # In whole blocks.
    def make_curve(self, weight, size):
        kind = self.random.choice(["grow", "burst", "saw", "plateau", "steps"])
        begin = self.random.randrange(0, BUCKETS // 2)
        length = self.random.randrange(BUCKETS // 12, BUCKETS // 2)
        curve = []
        for b in range(BUCKETS):
            part = (b - begin) / length
            height = {"grow": max(0, part) * 0.5,
                      "burst": max(0, 1 - abs(2 * part - 1)),
                      "saw": (part * 4) % 1 if part > 0 else 0,
                      "plateau": 1 if 0 < part < 1.5 else 0,
                      "steps": int(part * 5) % 4 / 4 if part > 0 else 0}[kind]
            # Steps hold between their points.
            noise = 1 if kind == "steps" else 0.92 + 0.16 * self.random.random()
            curve.append(int(weight * height * noise) // size * size)
        return curve

    def make_places(self, i, group_count):
        for _ in range(3 if group_count < 50 else 2):
            nodes = list(range(len(self.nodes)))
            size = self.random.choice([24, 64, 100, 176, 512, 4000, 70000])
            curve = self.make_curve(90_000_000 / (i + 3) ** 1.1 * self.random.random(), size)
            up = sum(max(0, b - a) for a, b in zip([0, *curve], curve))
            churn = up * self.random.randrange(0, 4)
            never = curve[-1] * self.random.randrange(0, 3) // 3 // size * size
            yield {"group": i, "node": self.random.choice(nodes), "thread": self.random.randrange(len(self.threads)),
                   "callsite": self.random.randrange(len(self.callsites)), "curve": curve, "size": size,
                   "alloc_bytes": up + churn, "free_bytes": up + churn - curve[-1], "never": never}

    # The sum of some places, as a row.
    def row(self, keys, places, has_points=True):
        curve = [sum(place["curve"][b] for place in places) for b in range(BUCKETS)]
        peak = max(curve)
        at = curve.index(peak)
        # Of each place a part: sums of parts are what adds up.
        blocks = lambda member, part=1: sum(place[member] // place["size"] // part for place in places)
        total = lambda member, part=1: sum(place[member] // part for place in places)
        lost = len(places) if self.is_lossy else 0
        foreign = [place for place in places if place["group"] % 4 == 0]
        foreign_count = sum(place["free_bytes"] // place["size"] // 10 for place in foreign)
        never = sum(place["never"] for place in places)
        sizes, lifetimes = {}, {}
        for place in places:
            for histogram, order, member in [(sizes, place["size"].bit_length(), "alloc_bytes"),
                                             (lifetimes, 14 + 3 * place["thread"] + place["callsite"] % 3, "free_bytes")]:
                old = histogram.get(order, (0, 0))
                histogram[order] = (old[0] + place[member] // place["size"], old[1] + place[member])
        row = {
            "keys": keys, "alloc_count": blocks("alloc_bytes"), "alloc_bytes": sum(p["alloc_bytes"] for p in places),
            "free_count": blocks("free_bytes"), "free_bytes": sum(p["free_bytes"] for p in places),
            "live_count": sum(p["curve"][-1] // p["size"] for p in places), "live_bytes": curve[-1],
            "lost_alloc_count": 12 * lost, "lost_free_count": 3 * lost,
            "unsure_free_count": 0, "unsure_free_bytes": 0, "foreign_free_count": foreign_count,
            "foreign_free_bytes": sum(place["free_bytes"] // 10 for place in foreign), **self.exactness(places),
            "peak_live_bytes": peak, "peak_time_ns": self.time(at), "bytes_at_total_peak": curve[self.peak_bucket],
            "other_thread_free_count": blocks("free_bytes", 5), "other_thread_free_bytes": total("free_bytes", 5),
            "temporary_count": blocks("alloc_bytes", 3), "temporary_bytes": total("alloc_bytes", 9),
            "never_freed_count": sum(p["never"] // p["size"] for p in places), "never_freed_bytes": never,
            "oldest_never_freed_ns": self.time(3) if never else None,
            "sizes": self.buckets(sizes), "lifetimes": self.buckets(lifetimes),
            "growth": {"step_count": 40 if foreign else 0, "grow_count": 38 if foreign else 0, "moved_count": 9 if foreign else 0,
                       "copied_bytes": 123456 if foreign else 0, "longest_step_count": 11 if foreign else 0,
                       "longest_first_bytes": 64 if foreign else 0, "longest_last_bytes": 65536 if foreign else 0},
            "peak_parts": self.parts(places, lambda place: place["curve"][at]),
            "never_freed_parts": self.parts(places, lambda place: place["never"])}
        if has_points:
            row["points"] = [[b, curve[b], curve[b]] for b in range(BUCKETS)
                             if curve[b] != (curve[b - 1] if b > 0 else 0)]
        return row

    def buckets(self, histogram):
        return [{"from": 1 << (order - 1), "to": (1 << order) - 1, "count": count, "bytes": total}
                for order, (count, total) in sorted(histogram.items()) if count]

    def parts(self, places, value):
        parts = [[place["index"], value(place)] for place in places if value(place) > 0]
        return sorted(parts, key=lambda part: -part[1])[:PARTS]

    def time(self, bucket):
        return BEGIN_NS + bucket * BUCKET_NS + BUCKET_NS // 2

    def breakdown(self, by, keys, key_of):
        found = {}
        for place in self.places:
            found.setdefault(json.dumps(key_of(place)), []).append(place)
        order = sorted(found, key=lambda key: -max(sum(p["curve"][b] for p in found[key]) for b in range(0, BUCKETS)))
        return {"by": by, "keys": [{"dimension": d, "tag": t} for d, t in keys],
                "rows": [self.row(json.loads(key), found[key], i < POINT_ROWS) for i, key in enumerate(order)]}

    def breakdowns(self):
        key = lambda text, index=None, state="value": {"text": text, "state": state, "index": index}
        group = lambda p: key(self.groups[p["group"]]["text"], p["group"])
        tag = lambda name: lambda p: key({**self.groups[p["group"]]["tags"], "group": self.groups[p["group"]]["name"]}[name])
        span = lambda p: key(self.nodes[p["node"]]["name"] or "(no span)", None, "value" if p["node"] else "none")
        thread = lambda p: key(self.threads[p["thread"]]["text"], p["thread"])
        process = lambda p: key(self.processes[self.groups[p["group"]]["process"]]["text"], self.groups[p["group"]]["process"])
        callsite = lambda p: key(self.callsites[p["callsite"]]["text"], p["callsite"])
        one = lambda f: lambda p: [f(p)]
        return [self.breakdown("group", [("group", None)], one(group)),
                self.breakdown("tag:tenant", [("tag", "tenant")], one(tag("tenant"))),
                self.breakdown("tag:group", [("tag", "group")], one(tag("group"))),
                self.breakdown("span", [("span", None)], one(span)),
                self.breakdown("thread", [("thread", None)], one(thread)),
                self.breakdown("process", [("process", None)], one(process)),
                self.breakdown("callsite", [("callsite", None)], one(callsite)),
                self.breakdown("tag:group,span", [("tag", "group"), ("span", None)], lambda p: [tag("group")(p), span(p)])]

    def group_object(self, i):
        row = self.row([], [place for place in self.places if place["group"] == i], False)
        numbers = ["alloc_count", "alloc_bytes", "free_count", "free_bytes", "live_count", "live_bytes", "peak_live_bytes",
                   "peak_time_ns", "foreign_free_count", "lost_alloc_count", "lost_free_count", "unsure_free_count",
                   "unsure_free_bytes", "certain"]
        process = self.processes[self.groups[i]["process"]]
        return {**self.groups[i], **{k: process[k] for k in ("hostname", "vpid", "procname")},
                **{k: row[k] for k in numbers}}

    def place_object(self, place):
        return {**{k: place[k] for k in ("group", "node", "thread", "callsite")}, "unseen": False,
                "alloc_count": place["alloc_bytes"] // place["size"], "alloc_bytes": place["alloc_bytes"],
                "free_count": place["free_bytes"] // place["size"], "free_bytes": place["free_bytes"],
                "live_count": place["curve"][-1] // place["size"], "live_bytes": place["curve"][-1],
                "never_freed_count": place["never"] // place["size"], "never_freed_bytes": place["never"],
                "bytes_at_total_peak": place["curve"][self.peak_bucket]}

    def handover(self):
        rows = []
        for i in range(0, len(self.groups), 4):
            freed = sum(p["free_bytes"] // 10 for p in self.places if p["group"] == i)
            other = (i * 7 + 3) % len(self.groups)
            current = None if i % 8 == 4 or other == i else other
            if freed:
                rows.append({"source": i, "current": current, "current_id": 0 if current is None else other + 2,
                             "count": max(1, freed // 128), "bytes": freed})
        return sorted(rows, key=lambda row: -row["bytes"])

    def spans(self):
        names = {node["name"] for node in self.nodes if node["name"]}
        return [{"name": name, "entry_count": 300 + 7 * i, "open_count": i % 2, "alloc_count": 9000 - 11 * i,
                 "alloc_bytes": 9_000_000 // (i + 1), "free_count": 8000 - 9 * i, "free_bytes": 8_000_000 // (i + 1),
                 "timed_count": 300, "duration_ns": 900_000_000 // (i + 1), "longest_ns": 12_000_000 // (i + 1)}
                for i, name in enumerate(sorted(names))]

    def entries(self):
        names = [node["name"] for node in self.nodes[1:]]
        return [{"name": names[i % len(names)], "thread": i % len(self.threads),
                 "enter_ns": None if i == 3 else self.time(20 * i), "exit_ns": self.time(20 * i) + 1_500_000 * (i + 1),
                 "alloc_count": 90 - i, "alloc_bytes": 900_000 // (i + 1), "free_count": 80 - i,
                 "free_bytes": 100_000 * i} for i in range(10)]

    def unrecorded(self):
        return [{"pid": 4711, "parent_pid": 9863, "name": "sleep", "exe": "/bin/sleep", "command": "sleep 1000",
                 "why": "no_preload", "text": "its environment lacks LD_PRELOAD"},
                {"pid": 4712, "parent_pid": 9863, "name": "bell\u0007", "exe": None, "command": None, "why": "static",
                 "text": None}]

    def report(self):
        end = BEGIN_NS + BUCKETS * BUCKET_NS
        total = self.row([], self.places)
        events = {"alloc": total["alloc_count"], "free": total["free_count"], "span_enter": 9000, "span_exit": 8998,
                  "group_register": len(self.groups), "group_release": 0, "group_stats": 120, "budget_exceeded": 0,
                  "misuse": 0, "other": 4}
        notes = ["the tracer discarded 15 events: live and peak bytes marked ~ are estimates; record with larger buffers "
                 "(lttng enable-channel --subbuf-size)"] if self.is_lossy else []
        return {"schema": "allocspan-report/2", "complete": not self.is_lossy and not self.is_unproved, "discarded_events": 15 if self.is_lossy else 0,
                "discarded_packets": 0, "begin_ns": BEGIN_NS, "end_ns": end, "window": {"begin_ns": BEGIN_NS, "end_ns": end},
                "coverage": {"begin_ns": self.time(7) if self.is_unproved else BEGIN_NS, "end_ns": end,
                             "reason": "overwritten" if self.is_unproved else "recording"},
                "overwritten_packets": 86 if self.is_unproved else 0,
                "events": events, "notes": notes, "groups": [self.group_object(i) for i in range(len(self.groups))],
                "processes": self.processes, "unrecorded": self.unrecorded() if self.is_unproved else [],
                "unrecorded_more": 0, "threads": self.threads, "callsites": self.callsites, "nodes": self.nodes,
                "places": [self.place_object(place) for place in self.places], "total": total,
                "breakdowns": self.breakdowns(),
                "timeline": {"begin_ns": BEGIN_NS, "bucket_ns": BUCKET_NS,
                             "moments": [[self.time(b), self.totals[b]] for b in range(BUCKETS)]},
                "handover": self.handover(), "spans": self.spans(),
                "worst_entries": {"by_bytes": self.entries(), "by_net": self.entries()[::-1][:5]}}


def main():
    report = Example(int(sys.argv[1]), "hostile" in sys.argv, "lossy" in sys.argv, "unproved" in sys.argv).report()
    json.dump(report, sys.stdout, ensure_ascii=False, separators=(",", ":"))


main()
