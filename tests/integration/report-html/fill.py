#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Puts a report into the page, as report-html.c does: fill.py PAGE JSON >HTML"""

import sys


def main():
    with open(sys.argv[1], encoding="utf-8") as page, open(sys.argv[2], encoding="utf-8") as report:
        before, after = page.read().split("@REPORT@")
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
        sys.stdout.write(before + report.read().replace("<", "\\u003c") + after)


main()
