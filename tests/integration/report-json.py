#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks a report in JSON: report-json.py SCHEMA REPORT EXPRESSION...

The report must be as the JSON schema says, and each expression of Python true. In them, d is the report and g(NAME)
its only group of this name. Of JSON Schema this knows what report.schema.json uses, and refuses anything else.
"""

import json
import sys

KNOWN = {"$schema", "$id", "title", "description", "type", "properties", "required", "items",
         "additionalProperties", "const", "minimum"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int,
         "null": type(None)}


def is_of_type(value, name):
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def check(value, schema, where):
    unknown = set(schema) - KNOWN
    assert not unknown, f"the schema uses {unknown}, which this check does not know"
    types = schema.get("type", list(TYPES))
    types = [types] if isinstance(types, str) else types
    assert any(is_of_type(value, name) for name in types), f"{where} is {value!r}, not of {types}"
    assert "const" not in schema or value == schema["const"], f"{where} is {value!r}"
    assert "minimum" not in schema or value >= schema["minimum"], f"{where} is {value}"
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        others = schema.get("additionalProperties", {})
        missing = set(schema.get("required", [])) - set(value)
        assert not missing, f"{where} lacks {missing}"
        for key, member in value.items():
            assert key in properties or others is not False, f"{where} has an unknown {key}"
            check(member, properties.get(key, others or {}), f"{where}.{key}")
    if isinstance(value, list):
        for index, item in enumerate(value):
            check(item, schema.get("items", {}), f"{where}[{index}]")


def main():
    with open(sys.argv[1], encoding="utf-8") as schema, open(sys.argv[2], encoding="utf-8") as report:
        d = json.load(report)
        check(d, json.load(schema), "report")

    def g(name):
        found = [group for group in d["groups"] if group["name"] == name]
        assert len(found) == 1, f"{len(found)} groups are called {name}"
        return found[0]

    for expression in sys.argv[3:]:
        assert eval(expression, {"d": d, "g": g}), f"not true: {expression}"


main()
