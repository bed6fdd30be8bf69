# SPDX-License-Identifier: MIT
"""Claims about what the page says of completeness: of all, of each process, of each number."""

import os

from expected import in_bytes, in_time, row_name, shown

KINDS = ("ledger", "process_end", "checkpoint", "none")


def _cells(page, panel):
    """{first cell: {title of the column: text}} of a table."""
    return dict(page.run(
        "const titles = [...document.querySelectorAll(`${arguments[0]} thead th`)].map((th) => th.textContent);"
        "return [...document.querySelectorAll(`${arguments[0]} tbody > tr`)].map((row) => [row.firstChild.textContent,"
        "Object.fromEntries([...row.children].map((cell, i) => [titles[i], cell.textContent]))])", panel))


def _line(report):
    """As lib/analysis/report-text-processes.c writes it."""
    complete = [process["proof"] for process in report["processes"] if process["complete"]]
    kinds = [(kind, complete.count(kind)) for kind in KINDS if kind in complete]
    words = [f"{kind} ({count}{'' if i else ' process' if count == 1 else ' processes'})" for i, (kind, count) in enumerate(kinds)]
    if report["complete"]:
        return "proved by " + ", ".join(words)
    count = sum(1 + process["missing_children"] for process in report["processes"])
    return f"proved for {len(complete)} of {count} processes" + (", by " + ", ".join(words) if words else "")


def the_completeness_line_is_that_of_the_text_report(page):
    """PROOF_LINE is that line, where there is one. Report: 30 unproved"""
    expected = os.environ.get("PROOF_LINE") or _line(page.report)
    assert expected == _line(page.report), "the claim has another line than the text"
    assert page.text("#proof") == f"Completeness: {expected}", page.text("#proof")


def a_complete_report_has_a_line_too(page):
    """By what it is proved."""
    assert page.text("#proof") == "Completeness: proved by process_end (2 processes)", page.text("#proof")


def a_page_says_from_when_on_everything_is_there(page):
    """As the text report. Report: 30 unproved"""
    begin = in_time(page.report["coverage"]["begin_ns"] - page.report["window"]["begin_ns"])
    assert page.text("#coverage") == \
        f"Coverage: from +{begin} on; 86 earlier packets of events are not in the trace", page.text("#coverage")


def a_page_of_everything_has_no_such_line(page):
    """Nor has its text report."""
    assert not page.find_all("#coverage")


def _missing(bounds):
    least, most = bounds["least"], bounds["most"]
    if most is None:
        return f"at least {least:,}" if least else "not known"
    return f"{least:,}" if least == most else f"{least:,} to {most:,}" if least else f"at most {most:,}"


def _complete(report, process):
    until = process["complete_until_ns"]
    return "yes" if process["complete"] else "not proved" if until is None else \
        f"until +{in_time(until - report['window']['begin_ns'])}"


def _inherited(held):
    return "–" if held is None else \
        f"{'' if held['certain'] else '~'}{in_bytes(held['live_bytes'])} in {held['live_count']:,} block{'' if held['live_count'] == 1 else 's'}"


def each_process_says_what_proves_it(page):
    """And what is missing, at least and at most. Report: 30 hostile unproved"""
    found = _cells(page, page.open_table("proofs"))
    assert set(found) == {shown(process["text"]) for process in page.report["processes"]}
    for process in page.report["processes"]:
        assert found[shown(process["text"])] == {
            "Process": shown(process["text"]), "Complete": _complete(page.report, process), "By": process["proof"],
            "Missing allocations": _missing(process["missing"]["allocs"]), "Missing frees": _missing(process["missing"]["frees"]),
            "Figures from": process["from"], "Ended": process["end"] or "–", "Inherited": _inherited(process["inherited"]),
            "Children not seen": str(process["missing_children"]), "Misuses": str(process["misuse_count"])}, process


def processes_that_were_not_recorded_have_a_table(page):
    """Report: 30 unproved"""
    found = _cells(page, page.open_table("unrecorded"))
    assert found == {
        "sleep": {"Process": "sleep", "Pid": "4711", "Why": "its environment lacks LD_PRELOAD", "Command": "sleep 1000"},
        "bell\\x07": {"Process": "bell\\x07", "Pid": "4712", "Why": "static", "Command": "–"}}, found


def where_all_were_recorded_there_is_no_such_table(page):
    """And no column for what is from ledgers."""
    assert not page.find_all('[data-table="unrecorded"]')
    assert "From" not in page.texts(f'{page.open_table("group")} thead th')


def _marks(row):
    """Which columns of a row have a ~ in the text report."""
    counts = ("alloc_bytes", "alloc_count", "free_count", "rate") if row.get("doubtful") else ()
    if row["certain"]:
        return set(counts)
    return {*counts, "peak_live_bytes", "bytes_at_total_peak",
            *(() if row.get("exact_never_freed") else ("never_freed_bytes",)),
            *(() if row.get("exact_live") else ("live_bytes", "live_count"))}


def marks_are_those_of_the_text_report(page):
    """Of each number of each row, and of the key figures. Report: 30 unproved"""
    rows = page.report["breakdowns"][0]["rows"]
    panel = page.open_table("group")
    found = dict(page.run(
        "return [...document.querySelectorAll(`${arguments[0]} tbody > tr`)].map((row) => [row.firstChild.textContent,"
        "[...row.querySelectorAll('td[data-key]')].filter((td) => td.textContent.startsWith('~')).map((td) => td.dataset.key)])",
        panel))
    for row in rows:
        name = next(text for text in found if text == row_name(row) or text.startswith(f"{row_name(row)} in "))
        assert set(found.pop(name)) == _marks(row), (name, row)
    figures = {key: page.text(f'[data-figure="{key}"] dd').startswith("~") for key in ("peak", "live", "allocated", "rate", "never_freed")}
    marks = _marks(page.report["total"])
    assert figures == {"peak": "peak_live_bytes" in marks, "live": "live_bytes" in marks, "allocated": "alloc_bytes" in marks,
                       "rate": "rate" in marks, "never_freed": "never_freed_bytes" in marks}, figures


def what_is_from_a_ledger_says_so(page):
    """Report: 30 unproved"""
    found = _cells(page, page.open_table("group"))
    for row in page.report["breakdowns"][0]["rows"]:
        assert found[row_name(row)]["From"] == row["from"], row
