#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the analyses for Trace Compass against a recorded trace.

	tracecompass.py METADATA EVENTS REPORT MEMORY.XML SPANS.XML

METADATA is the trace's (TSDL), EVENTS what babeltrace2 prints of it, REPORT the JSON of `allocspan report`. Trace Compass itself
is not at hand, so this carries out what the files say as its documentation describes it: state changes and state machines,
event by event. Fails with one line for each thing that is wrong.
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree

# What the published schema allows, of what the files use: attributes ('!': required), then elements inside.
SCHEMA = {
    "tmfxml": ((), ("pattern", "xyView", "timeGraphView", "callstack")),
    "callstack": (("id!",), ("callstackGroup", "pattern")),
    "callstackGroup": (("name",), ("level", "thread")),
    "level": (("path!",), ()),
    "thread": (("level", "type", "cpu"), ()),
    "pattern": (("id!", "version!"), ("head", "location", "patternHandler")),
    "head": ((), ("traceType", "label", "viewLabelPrefix", "analysis")),
    "traceType": (("id!",), ()),
    "label": (("value",), ()),
    "viewLabelPrefix": (("value",), ()),
    "analysis": (("id!",), ()),
    "location": (("id!",), ("stateAttribute",)),
    "stateAttribute": (("type!", "value"), ("stateAttribute",)),
    "stateValue": (("type!", "value", "increment", "stack"), ("stateAttribute",)),
    "patternHandler": (("initial",), ("test", "action", "fsm")),
    "test": (("id!",), ("if",)),
    "if": ((), ("condition", "and")),
    "and": ((), ("condition",)),
    "condition": (("operator",), ("stateAttribute", "field", "stateValue")),
    "field": (("name!",), ()),
    "action": (("id!",), ("stateChange", "segment")),
    "stateChange": ((), ("if", "then", "else", "stateAttribute", "stateValue")),
    "then": ((), ("if", "then", "else", "stateAttribute", "stateValue")),
    "else": ((), ("if", "then", "else", "stateAttribute", "stateValue")),
    "segment": ((), ("segType", "segContent")),
    "segType": ((), ("segName",)),
    "segName": ((), ("stateValue",)),
    "segContent": ((), ("segField",)),
    "segField": (("name!", "type!"), ("stateValue",)),
    "fsm": (("id!", "initial", "multiple", "consuming"), ("state", "final")),
    "state": (("id!",), ("transition",)),
    "final": (("id!",), ()),
    "transition": (("event", "cond", "target", "action"), ()),
    "xyView": (("id!",), ("head", "entry")),
    "timeGraphView": (("id!",), ("head", "entry")),
    "entry": (("path!", "displayText"), ("display", "name", "entry")),
    "display": (("type!", "value"), ()),
    "name": (("type!", "value"), ()),
}

problems = []


def complain(text):
    if text not in problems:
        problems.append(text)


def check_schema(element, path):
    attributes, children = SCHEMA[element.tag]
    known = {name.rstrip("!") for name in attributes}
    given = {name for name in element.attrib if not name.startswith("{")}
    for name in given - known:
        complain(f"{path}: {element.tag} has no attribute {name}")
    for name in attributes:
        if name.endswith("!") and name[:-1] not in given:
            complain(f"{path}: {element.tag} lacks {name[:-1]}")
    for child in element:
        if child.tag not in children:
            complain(f"{path}: {element.tag} holds no {child.tag}")
        else:
            check_schema(child, path)


def block_after(text, start):
    """The text between the brace at or after `start` and the one that closes it."""
    begin = text.index("{", start)
    depth = 0
    for at in range(begin, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return text[begin + 1:at]
    raise ValueError("braces do not match")


def fields_of(struct):
    """Name to "string" or "integer"; a leading underscore is LTTng's way of writing names."""
    fields = {}
    for kind, name in re.findall(r"(string|integer|enum)\b[^;]*?\b_?(\w+);", re.sub(r"\{[^{}]*\}", "", struct)):
        fields[name] = "string" if kind == "string" else "integer"
    # Texts of a fixed length, such as procname, are arrays of characters.
    for name in re.findall(r"encoding = UTF8[^;]*;[^}]*\}\s*_?(\w+)\s*\[", struct):
        fields[name] = "string"
    return fields


def read_metadata(text):
    contexts = {}
    events = {}
    for match in re.finditer(r"event\.context := struct", text):
        contexts.update(fields_of(block_after(text, match.start())))
    for match in re.finditer(r"^event \{", text, re.MULTILINE):
        block = block_after(text, match.start())
        name = re.search(r'name = "([^"]+)"', block).group(1)
        events[name] = fields_of(block_after(block, block.index("fields := struct")))
    return contexts, events


VALUE = r'"(?:[^"\\]|\\.)*"|-?[0-9A-Fa-fx]+|\( [^()]* \)'


def read_events(text):
    """A dictionary for each event: its fields, and its contexts as Trace Compass calls them."""
    for line in text.splitlines():
        match = re.match(r"\[(\S+)\] \S+ ([\w]+:[\w]+): (.*)$", line)
        if not match:
            continue
        event = {"time": float(match.group(1)), "event": match.group(2)}
        scopes = re.split(r"(?<=\}), (?=\{)", match.group(3))
        for scope in scopes:
            for name, value in re.findall(rf"(\w+) = ({VALUE})", scope):
                key = name if scope is scopes[-1] else f"context._{name}"
                event[key] = value[1:-1] if value[0] == '"' else value if value[0] == "(" else int(value, 0)
        yield event


class Analysis:
    """One pattern, carried out."""

    def __init__(self, pattern):
        self.locations = {x.get("id"): list(x) for x in pattern.iter("location")}
        handler = pattern.find("patternHandler")
        self.tests = {x.get("id"): x for x in handler.findall("test")}
        self.actions = {x.get("id"): x for x in handler.findall("action")}
        self.machines = [x for x in handler.findall("fsm") if x.get("id") in handler.get("initial").split(":")]
        self.state = {}
        self.stacks = {}
        self.segments = []
        self.scenarios = {x.get("id"): [] for x in self.machines}

    def path(self, attributes, event, scenario):
        path = ()
        for attribute in attributes:
            kind, value = attribute.get("type"), attribute.get("value")
            if kind == "location":
                path += self.path(self.locations[value], event, scenario)
            elif kind == "eventField":
                path += (event[value],)
            else:
                path += (scenario,) if value == "#CurrentScenario" else (value,)
        return path

    def value(self, element, event, scenario):
        kind, value = element.get("type"), element.get("value")
        if kind == "eventField":
            return event[value]
        if kind == "query":
            return self.state.get(self.path(element.findall("stateAttribute"), event, scenario))
        return {"null": None, "long": int(value or 0), "string": value}[kind]

    def holds(self, condition, event, scenario):
        if condition.tag in ("if", "and"):
            return all(self.holds(x, event, scenario) for x in condition)
        values = [self.value(x, event, scenario) for x in condition.findall("stateValue")]
        field = condition.find("field")
        if field is not None:
            values.insert(0, event[field.get("name")])
        elif len(values) == 1:
            path = self.path(condition.findall("stateAttribute"), event, scenario)
            values.insert(0, self.state.get(path))
        left, right = values
        return {"eq": left == right, "ne": left != right}.get(
            condition.get("operator", "eq"), None not in values and left > right)

    def change(self, change, event, scenario):
        if change.find("if") is not None:
            branch = change.find("then" if self.holds(change.find("if"), event, scenario) else "else")
            if branch is not None:
                self.change(branch, event, scenario)
            return
        path = self.path(change.findall("stateAttribute"), event, scenario)
        element = change.find("stateValue")
        value = self.value(element, event, scenario)
        if element.get("stack") == "push":
            self.stacks.setdefault(path, []).append(value)
        elif element.get("stack") == "pop":
            if self.stacks.get(path):
                self.stacks[path].pop()
        elif element.get("increment"):
            self.state[path] = self.state.get(path, 0) + value
        else:
            self.state[path] = value

    def act(self, names, event, scenario):
        for name in filter(None, (names or "").split(":")):
            for step in self.actions[name]:
                if step.tag == "stateChange":
                    self.change(step, event, scenario)
                else:
                    name = self.value(step.find("segType/segName/stateValue"), event, scenario)
                    fields = {x.get("name"): self.value(x.find("stateValue"), event, scenario)
                              for x in step.iter("segField")}
                    self.segments.append((name, event["time"] - scenario.begin, fields))

    def step(self, machine, scenario, event):
        """Takes the transition of this scenario that fits, if one does."""
        for transition in machine.find(f"state[@id='{scenario.at}']") if scenario.at else ():
            tests = filter(None, (transition.get("cond") or "").split(":"))
            if transition.get("event") == event["event"] and all(
                    self.holds(self.tests[x].find("if"), event, scenario) for x in tests):
                self.act(transition.get("action"), event, scenario)
                scenario.at = transition.get("target")
                return True
        return False

    def take(self, event):
        for machine in self.machines:
            running = self.scenarios[machine.get("id")]
            final = machine.find("final")
            taken = any(self.step(machine, x, event) for x in running)
            if not taken and (machine.get("multiple") == "true" or not running):
                scenario = Scenario(machine.get("initial"), event["time"])
                if self.step(machine, scenario, event):
                    running.append(scenario)
            if final is not None:
                running[:] = [x for x in running if x.at != final.get("id")]


class Scenario:
    def __init__(self, at, begin):
        self.at = at
        self.begin = begin


def elements_of(analysis, machine, transition):
    """Every element that an event of this transition can meet."""
    for name in filter(None, (transition.get("action") or "").split(":")):
        yield from analysis.actions[name].iter()
    for name in filter(None, (transition.get("cond") or "").split(":")):
        yield from analysis.tests[name].iter()


def fields_used(analysis, elements):
    for element in elements:
        if element.tag == "field":
            yield element.get("name"), element
        elif element.get("type") == "eventField":
            yield element.get("value"), element
        elif element.get("type") == "location":
            yield from fields_used(analysis, analysis.locations[element.get("value")])


def check_fields(analysis, contexts, events, path):
    """Names and types: every field is there, what is added is a number, an attribute has one type."""
    types = {}
    for machine in analysis.machines:
        for transition in machine.iter("transition"):
            name = transition.get("event")
            if name not in events:
                complain(f"{path}: the trace has no event {name}")
                continue
            known = {**events[name], **{f"context._{x}": kind for x, kind in contexts.items()}}
            elements = list(elements_of(analysis, machine, transition))
            for field, element in fields_used(analysis, elements):
                if field not in known:
                    complain(f"{path}: {name} has no field {field}")
                elif element.get("increment") and known[field] != "integer":
                    complain(f"{path}: {name}.{field} is added and is no number")
            for change in elements:
                target = change.findall("stateAttribute")
                value = change.find("stateValue")
                if change.tag in ("stateChange", "then", "else") and target and value is not None:
                    kind = value.get("type")
                    kind = known.get(value.get("value")) if kind == "eventField" else {
                        "long": "integer", "int": "int"}.get(kind)
                    if kind and value.get("stack") != "pop":
                        types.setdefault(target[-1].get("value"), set()).add(kind)
    for attribute, kinds in types.items():
        if len(kinds) > 1:
            complain(f"{path}: {attribute} is of the types {' and '.join(sorted(kinds))}")


def check_views(top, path):
    """What views show is what the analysis makes."""
    made = {x.get("value") for x in top.iter("stateAttribute") if x.get("type") == "constant"}
    ids = {x.get("id") for x in top.iter("pattern")} | {x.get("id") for x in top.iter("callstack")}
    for view in [*top.findall("xyView"), *top.findall("timeGraphView")]:
        for analysis in view.iter("analysis"):
            if analysis.get("id") not in ids:
                complain(f"{path}: a view of {analysis.get('id')}, which is no analysis")
        for element in view.iter():
            words = element.get("path", "").split("/") if element.tag == "entry" else (
                [element.get("value")] if element.get("type") == "constant" else [])
            for word in words:
                if word != "*" and word not in made:
                    complain(f"{path}: a view shows {word}, which nothing sets")


def expect(what, is_value, should):
    if is_value != should:
        complain(f"{what} is {is_value} and should be {should}")


def check_memory(analysis, report):
    for group in report["groups"]:
        at = ("Processes", group["vpid"], "Groups", group["id"])
        expect(f"Live of {group['text']}", analysis.state.get((*at, "Live")), group["live_bytes"])
        expect(f"Peak of {group['text']}", analysis.state.get((*at, "Peak")), group["peak_live_bytes"])
        expect(f"ForeignCount of {group['text']}", analysis.state.get((*at, "ForeignCount"), 0),
               group["foreign_free_count"])
        name = "".join([f",group={group['name']},", *(f"{k}={v}," for k, v in group["tags"].items())])
        expect(f"Name of {group['text']}", analysis.state.get((*at, "Name")), name)


def check_spans(analysis, events, stacks):
    """Segments: one for each exit of a span that was entered, with the duration since."""
    entered = {}
    expected = []
    for event in events:
        key = (event["context._vpid"], event["context._vtid"], event.get("span_id"))
        if event["event"] == "allocspan:span_enter":
            entered[key] = event["time"]
        elif event["event"] == "allocspan:span_exit" and key in entered:
            fields = {x: event[x] for x in ("alloc_count", "alloc_bytes", "free_count", "free_bytes")}
            fields["thread"] = event["context._vtid"]
            expected.append((event["name"], event["time"] - entered.pop(key), fields))
    expect("the segments", analysis.segments, expected)
    if not expected:
        complain("the trace has no spans to test with")
    for path, stack in [*analysis.stacks.items(), *stacks.items()]:
        expect(f"the spans that are open at the end in {path}", stack, [])


def main():
    metadata, events, report, memory_path, spans_path = sys.argv[1:]
    with open(metadata, encoding="utf-8") as file:
        contexts, schema = read_metadata(file.read())
    with open(events, encoding="utf-8") as file:
        events = list(read_events(file.read()))
    with open(report, encoding="utf-8") as file:
        report = json.load(file)
    analyses = []
    for path in (memory_path, spans_path):
        top = ElementTree.parse(path).getroot()
        check_schema(top, path)
        check_views(top, path)
        analyses += [Analysis(x) for x in top.iter("pattern")]
        check_fields(analyses[-1], contexts, schema, path)
    if not problems:
        for event in events:
            for analysis in analyses:
                analysis.take(event)
        check_memory(analyses[0], report)
        check_spans(analyses[0], events, analyses[1].stacks)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
