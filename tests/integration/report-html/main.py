#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""One claim about the page of a report, in real Chromium: main.py CLAIM [HTML JSON]

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
import tables

MODULES = (pages, charts, flame, tables)


def claims():
    """A claim is a public function of one of the modules."""
    return {name: function for module in MODULES for name, function in vars(module).items()
            if callable(function) and function.__module__ == module.__name__ and not name.startswith("_")}


def main():
    if len(sys.argv) == 1:
        print("\n".join(claims()))
        return
    browser.skip_without_browser()
    claim = claims()[sys.argv[1]]
    if len(sys.argv) == 4:
        report = json.loads(pathlib.Path(sys.argv[3]).read_bytes())
        with browser.opened(sys.argv[2], report) as page:
            claim(page)
    else:
        with browser.page_of(browser.make_report(*claim.__doc__.rsplit("Report:", 1)[-1].split())
                             if "Report:" in claim.__doc__ else browser.make_report(30)) as page:
            claim(page)


main()
