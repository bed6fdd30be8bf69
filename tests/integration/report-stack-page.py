#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The flame graph of a page of report-stack.c, in real Chromium: report-stack-page.py HTML JSON

Exits with 77 where there is no browser. Debian's own python3 runs this, as python3-selenium is Debian's.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent / "report-html"))

import browser
from flame import _frames as frames_of_page


def check(page):
    """It begins with stacks: functions below the spans, from main in, with the sums of what they called."""
    page.load()
    sums = {}
    for path, (value, _) in frames_of_page(page).items():
        if "main" in path:
            below = tuple(name.split(" at ")[0] for name in path[path.index("main"):])
            spans = path[1:path.index("main")]
            sums[tuple(name for name in spans if not name.startswith(("_", "lib"))) + below] = value
    assert sums[("request", "parse", "main", "parse", "left", "leaf")] == 100, sums
    assert sums[("request", "parse", "main", "parse", "right")] == 37, sums
    assert sums[("request", "parse", "main", "parse", "right", "inlined")] == 7, sums
    assert sums[("request", "parse", "main", "parse")] == 137, sums
    page.choose("Below the spans", "callsite")
    assert not [path for path in frames_of_page(page) if "main" in path]


browser.skip_without_browser()
with browser.opened(sys.argv[1], json.loads(pathlib.Path(sys.argv[2]).read_bytes())) as opened:
    check(opened)
