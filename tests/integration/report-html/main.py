#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Claims about the page of a report, in real Chromium: main.py CLAIM or main.py CLAIM,CLAIM... HTML JSON

Without HTML, the page is filled with a made-up report (example.py). REPORT_PAGE, set by ctest, is the page as it is built. Exits
with 77 where there is no browser. main.py alone lists the claims.

Debian's own python3 runs this, as python3-selenium is Debian's.
"""

import json
import pathlib
import sys

import browser
import charts
import flame
import pages
import proofs
import tables

MODULES = (pages, charts, flame, proofs, tables)


def claims():
    """A claim is a public function of one of the modules."""
    return {name: function for module in MODULES for name, function in vars(module).items()
            if callable(function) and function.__module__ == module.__name__ and not name.startswith("_")}


def main():
    if len(sys.argv) == 1:
        print("\n".join(claims()))
        return
    browser.skip_without_browser()
    wanted = [claims()[name] for name in sys.argv[1].split(",")]
    if len(sys.argv) == 4:
        report = json.loads(pathlib.Path(sys.argv[3]).read_bytes())
        with browser.opened(sys.argv[2], report) as page:
            for claim in wanted:
                page.load()
                claim(page)
        return
    for claim in wanted:
        words = claim.__doc__.split("Report:")[1].split() if "Report:" in claim.__doc__ else [30]
        with browser.page_of(browser.make_report(*words)) as page:
            claim(page)


main()
