#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that the layers hold: layering.py FOLDER [LINKS]

cli -> bt2-plugin -> analysis; preload, bind -> core -> tp; nothing points back, and the two sides share
nothing but tp/trace-kind.h, tp/trace-process.h, tp/packed-format.h and the layout of a ledger, whose reader is the reading side's. FOLDER is the top folder; LINKS is a file with one line per target: its name, then
what it links. Prints each breach on a line and exits with 1 if there is one.
"""

import pathlib
import re
import sys

# Which version this is, both sides may say.
VERSION = "include/allocspan/version.h"

# What a binding is called and what it means, the replay of a trace knows too.
BIND_SPEC = {
    f"lib/bind/{name}.h"
    for name in ("near-names", "pair-words", "signature", "spec", "symbol", "value-text")
}

# What both sides know of a trace beyond the names of its events and fields.
SCHEMA = {"tp/trace-kind.h", "tp/trace-process.h", "tp/packed-format.h"}

# The core writes a ledger, the other side reads it.
LEDGER_LAYOUT = {"lib/ledger/layout.h", "lib/ledger/layout-rings.h"}
LEDGER_READER = {f"lib/ledger/{name}.h" for name in ("account", "layout", "ledger-error", "reader", "waiting")}

# Of which folders (or single files) a folder's files may include headers.
MAY_INCLUDE = {
    "include/allocspan": {"include/allocspan"},
    "tp": {"tp"},
    "lib/ledger": {"lib/ledger", "tp/trace-process.h"},
    "lib/core": {"lib/core", "tp", "include/allocspan"} | LEDGER_LAYOUT,
    "lib/preload": {"lib/preload", "lib/core", "tp", "include/allocspan"},
    "lib/bind": {"lib/bind", "lib/core", "tp", "include/allocspan"},
    "lib/analysis": {"lib/analysis"} | SCHEMA | BIND_SPEC | LEDGER_READER,
    "lib/bt2-plugin": {"lib/bt2-plugin", "lib/analysis"} | SCHEMA | BIND_SPEC | LEDGER_READER,
    "lib/cli": {"lib/cli", "lib/bt2-plugin", "lib/analysis", VERSION} | SCHEMA | BIND_SPEC | LEDGER_READER,
}

# The only folders that may include headers of these libraries.
LIBRARY_USERS = {
    r"lttng/(tracepoint|ust-).*": {"tp"},
    r"lttng/.*": {"tp", "lib/cli"},
    r"babeltrace2/.*": {"lib/bt2-plugin", "lib/cli"},
    r"json-c/.*": {"lib/bt2-plugin", "lib/cli"},
    r"protobuf-c/.*": {"lib/bt2-plugin"},
    r"zlib.h": {"lib/bt2-plugin"},
    r"elfutils/libdw.*": {"lib/bt2-plugin"},
}

# Which of our targets a target may link, and which libraries; anything else is a breach.
MAY_LINK = {
    "allocspan-tp": {"LTTNG_UST"},
    "allocspan-ledger": {"LIBELF"},
    "allocspan": {"Threads"},
    "allocspan-preload": {"allocspan", "Threads"},
    "allocspan-bind-spec": set(),
    "allocspan-bind": {"allocspan", "allocspan-bind-spec", "Threads"},
    "allocspan-analysis": {"allocspan-bind-spec", "allocspan-ledger"},
    "allocspan-report-formats": {"allocspan-analysis", "JSON_C", "PROTOBUF_C", "ZLIB"},
    "babeltrace-plugin-allocspan": {
        "allocspan-report-formats", "allocspan-analysis", "allocspan-ledger",
        "BABELTRACE2", "JSON_C", "LIBDW", "stdc++",
    },
    "allocspan-cli": {
        "allocspan-analysis", "allocspan-bind-spec", "allocspan-ledger", "babeltrace-plugin-allocspan",
        "BABELTRACE2", "JSON_C", "LTTNG_CTL", "LIBELF", "Threads",
    },
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.MULTILINE)
SOURCES = ("*.c", "*.h", "*.cpp", "*.hpp")


def files_of(folder):
    return sorted(path for pattern in SOURCES for path in folder.rglob(pattern))


def find_ours(top, folder, name):
    """The file of ours that an include line names, relative to the top folder; None if it is not ours."""
    places = [folder, *MAY_INCLUDE, "include", "lib", "."]
    for candidate in ((top / place / name).resolve() for place in places):
        if candidate.is_file() and candidate.is_relative_to(top):
            return candidate.relative_to(top)
    return None


def is_allowed(folder, target):
    allowed = MAY_INCLUDE[folder]
    return any(target.is_relative_to(place) for place in allowed)


def include_breaches(top):
    for folder in MAY_INCLUDE:
        for path in files_of(top / folder):
            for _, name in INCLUDE.findall(path.read_text()):
                where = path.relative_to(top)
                ours = find_ours(top, folder, name)
                if ours is not None and not is_allowed(folder, ours):
                    yield f"{where}: includes {ours}, which {folder} must not know"
                users = next((u for p, u in LIBRARY_USERS.items() if re.fullmatch(p, name)), None)
                if ours is None and users is not None and folder not in users:
                    yield f"{where}: includes <{name}>, which is for {', '.join(sorted(users))}"


def plain_name(library):
    """PkgConfig::JSON_C, Threads::Threads, allocspan::allocspan and plain names all become one word."""
    name = re.sub(r"^.*::", "", library)
    return {"preload": "allocspan-preload"}.get(name, name)


def link_breaches(lines):
    for line in lines:
        target, *libraries = line.split()
        for library in map(plain_name, libraries):
            if library not in MAY_LINK[target] | {"allocspan_warnings", "dl", "m"}:
                yield f"target {target}: links {library}, which it must not know"


def main():
    if len(sys.argv) not in (2, 3):
        print("usage: layering.py FOLDER [LINKS]", file=sys.stderr)
        return 2
    top = pathlib.Path(sys.argv[1]).resolve()
    breaches = list(include_breaches(top))
    if len(sys.argv) == 3:
        breaches += link_breaches(pathlib.Path(sys.argv[2]).read_text().splitlines())
    for breach in breaches:
        print(breach)
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
