# SPDX-License-Identifier: MIT
"""Claims about the tables: they have the numbers of the JSON, and can be sorted and searched."""

import re

from expected import in_bytes, path_of, row_name, shown

NUMBERS = ("peak_live_bytes", "bytes_at_total_peak", "live_bytes", "live_count", "never_freed_bytes", "alloc_bytes",
           "alloc_count", "free_count", "foreign_free_count", "other_thread_free_count")


def _rows(page, panel):
    """[(first cell, {key: value, with the text of each under its title})] of a table."""
    return page.run("return [...document.querySelectorAll(`${arguments[0]} tbody > tr:not(.detail)`)].map((row) =>"
                    "[row.firstChild.textContent, Object.fromEntries([...row.querySelectorAll('td[data-key]')].map((cell) =>"
                    "[cell.dataset.key, [cell.dataset.value, cell.textContent]]))])", panel)


def breakdowns_have_the_numbers_of_the_json(page):
    """Report: 120 hostile"""
    for breakdown in page.report["breakdowns"]:
        panel = page.open_table(breakdown["by"])
        found = _rows(page, panel)
        assert len(found) == len(breakdown["rows"]), breakdown["by"]
        expected = sorted((row_name(row), *(row[key] for key in NUMBERS)) for row in breakdown["rows"])
        assert sorted((name, *(int(cells[key][0]) for key in NUMBERS)) for name, cells in found) == expected
        for _, cells in found:
            for key in NUMBERS:
                value, text = int(cells[key][0]), cells[key][1]
                assert text == (in_bytes(value) if "bytes" in key else f"{value:,}"), (key, text, value)


def the_last_line_is_the_total(page):
    """Of every breakdown."""
    for breakdown in page.report["breakdowns"]:
        panel = page.open_table(breakdown["by"])
        values = page.run("return Object.fromEntries([...document.querySelectorAll(`${arguments[0]} tfoot td[data-key]`)]"
                          ".map((cell) => [cell.dataset.key, cell.dataset.value]))", panel)
        assert all(int(values[key]) == page.report["total"][key] for key in NUMBERS), (breakdown["by"], values)


def other_tables_have_the_numbers_of_the_json(page):
    """Parts, span entries, span totals, handovers, realloc chains."""
    report = page.report

    def found(table, *keys):
        return sorted((name, *(int(cells[key][0]) for key in keys))
                      for name, cells in _rows(page, page.open_table(table)))

    def parts(member):
        return sorted((shown(report["groups"][report["places"][place]["group"]]["text"]), value)
                      for place, value in report["total"][member])

    counts = ("alloc_bytes", "alloc_count", "free_bytes", "free_count")
    entries = {str(entry): entry for entry in report["worst_entries"]["by_bytes"] + report["worst_entries"]["by_net"]}
    assert found("never-freed", "bytes") == parts("never_freed_parts")
    assert found("at-peak", "bytes") == parts("peak_parts")
    assert found("spans", "entry_count", "open_count", *counts) == sorted(
        (shown(span["name"]), *(span[key] for key in ("entry_count", "open_count", *counts))) for span in report["spans"])
    assert found("entries", *counts, "net") == sorted(
        (shown(entry["name"]), *(entry[key] for key in counts), entry["alloc_bytes"] - entry["free_bytes"])
        for entry in entries.values())
    assert found("handed", "bytes", "count") == sorted(
        (shown(report["groups"][pair["source"]]["text"]), pair["bytes"], pair["count"]) for pair in report["handover"])
    growth = ("step_count", "grow_count", "moved_count", "copied_bytes", "longest_step_count")
    assert found("growth", *growth) == sorted(
        (row_name(row), *(row["growth"][key] for key in growth)) for row in report["breakdowns"][0]["rows"]
        if row["growth"]["step_count"])


def every_column_sorts_both_ways(page):
    """Numbers from the largest first, names from the first."""
    panel = page.open_table("group")
    for head in page.run("return [...document.querySelectorAll(`${arguments[0]} thead th`)]"
                         ".filter((th) => th.firstElementChild).map((th) => th.dataset.key)", panel):
        for expected in (["ascending", "descending"] if head in ("name", "process") else ["descending", "ascending"]):
            if (head, expected) == ("peak_live_bytes", "descending"):
                page.click(f'{panel} thead th[data-key="name"] button')
            page.click(f'{panel} thead th[data-key="{head}"] button')
            state = page.find(f'{panel} thead th[data-key="{head}"]').get_attribute("aria-sort")
            values = page.run("const at = [...document.querySelectorAll(`${arguments[0]} thead th`)]"
                              ".findIndex((th) => th.dataset.key === arguments[1]);"
                              "return [...document.querySelectorAll(`${arguments[0]} tbody tr`)].map((row) =>"
                              "row.children[at].dataset.value === undefined ? row.children[at].textContent :"
                              "Number(row.children[at].dataset.value))", panel, head)
            assert state == expected and len(page.find_all(f"{panel} th[aria-sort]")) == 1, (head, state)
            assert values == sorted(values, reverse=expected == "descending"), (head, expected, values)


def a_search_finds_rows_that_are_not_shown(page):
    """Report: 300"""
    panel = "#table-0"
    page.keys(f"{panel} input", "T059 cache")
    assert page.texts(f"{panel} tbody th button") == ["cache tenant=t059"]
    assert page.text(f"{panel} .data-head output") == "1 of 300 rows"
    page.find(f"{panel} input").clear()
    page.keys(f"{panel} input", "nobody is called so")
    assert page.texts(f"{panel} tbody tr") == [] and page.text(f"{panel} .data-head output") == "0 of 300 rows"


def more_rows_come_when_asked(page):
    """Report: 300"""
    panel = "#table-0"
    assert len(page.find_all(f"{panel} tbody tr")) == 25
    page.click(f"{panel} .more button")
    assert len(page.find_all(f"{panel} tbody tr")) == 125
    page.click(f"{panel} .more button:last-child")
    assert len(page.find_all(f"{panel} tbody tr")) == 300 and not page.find_all(f"{panel} .more button")


def a_row_opens_and_says_who_made_up_its_peak(page):
    """And what of it was never freed, with the places' spans and call sites."""
    row = page.report["breakdowns"][0]["rows"][0]
    page.click("#table-0 .opener")
    parts = page.run("return [...document.querySelectorAll('tr.detail .parts')].map((table) =>"
                     "[...table.tBodies[0].rows].map((tr) => [Number(tr.firstChild.dataset.value), tr.textContent]))")
    expected = [[value for _, value in row[member][:8]] for member in ("peak_parts", "never_freed_parts")]
    assert [[value for value, _ in table] for table in parts] == expected, (parts, expected)
    for (place, _), (_, text) in zip(row["peak_parts"], parts[0]):
        assert " › ".join(path_of(page.report, page.report["places"][place])) in text, text
    assert f"Peak {row['peak_live_bytes']:,} B" in page.text("tr.detail .facts")
    page.click("#table-0 .opener")
    assert not page.find_all("tr.detail")


def small_pictures_hold_between_points(page):
    """A row that jumps up, holds and falls is drawn so; the path is read back where it should be."""
    length = len(page.report["timeline"]["moments"])
    panel = page.open_table("group")
    # The one that changes least holds longest.
    row = min((row for row in page.report["breakdowns"][0]["rows"] if len(row.get("points", [])) > 4),
              key=lambda row: len(row["points"]))
    at = page.texts(f"{panel} tbody th button").index(row_name(row))
    most = max(max(point[1:]) for point in row["points"])
    path, x, y, corners = page.find_all(f"{panel} .spark path")[at].get_attribute("d"), 0.0, 0.0, []
    for step, first, second in re.findall(r"([MHVZ])([-\d.]*),?([-\d.]*)", path):
        x, y = {"M": (first, second), "H": (first, y), "V": (x, first), "Z": (x, y)}[step]
        corners.append((float(x), float(y)))
    for (bucket, value, _), (following, _, _) in zip(row["points"], [*row["points"][1:], (length, 0, 0)]):
        level = round(17 - 16 * value / most, 1)
        begin, end = round(72 * (bucket + 1) / length, 1), round(72 * following / length, 1)
        assert [corner for corner in corners if abs(corner[0] - begin) < 0.11 and abs(corner[1] - level) < 0.11], (bucket, value)
        if following < length:
            assert [corner for corner in corners if abs(corner[0] - end) < 0.11 and abs(corner[1] - level) < 0.11], (following, value)


def tabs_follow_the_arrow_keys(page):
    """One of them takes part in the order of tabs."""
    page.keys('[role="tab"]', "\ue014")  # arrow right
    selected = page.find_all('[role="tab"][aria-selected="true"]')
    assert [tab.get_attribute("data-table") for tab in selected] == [page.report["breakdowns"][1]["by"]]
    assert len(page.find_all('[role="tab"][tabindex="0"]')) == 1
    assert [panel.get_attribute("id") for panel in page.find_all(".table-panel") if panel.is_displayed()] == ["table-1"]
