# SPDX-License-Identifier: MIT
"""Claims about the page as a whole. `Report:` in a claim says with what words example.py makes its report."""

import base64
import os
import pathlib
import subprocess
import tempfile

from expected import in_bytes, in_time, path_of, row_name

ALL_TABS = "document.querySelectorAll('[role=\"tab\"]').forEach((tab) => tab.click())"


def opens_without_an_error_and_asks_no_network(page):
    """Report: 30 hostile"""
    page.run(ALL_TABS)
    assert page.text("#subject") and page.find_all(".area"), "the page is empty"
    errors, requests = page.errors(), page.requests()
    assert errors == [], errors
    assert requests == [], requests


def a_lossy_report_says_so_before_any_number(page):
    """Report: 30 lossy"""
    first = page.find("main > :first-child")
    assert first.get_attribute("id") == "losses" and first.get_attribute("role") == "alert"
    lost = page.report["discarded_events"]
    assert lost > 1 and f"Not complete: the tracer discarded {lost:,} events." in first.text, first.text
    assert all(note in first.text for note in page.report["notes"]) and page.report["notes"], first.text
    assert page.text('[data-figure="peak"] dd') == "~" + in_bytes(page.report["total"]["peak_live_bytes"])
    assert page.text('#tables tbody tr [data-key="peak_live_bytes"]').startswith("~")
    assert page.text(".peak text").startswith("peak ~"), page.text(".peak text")


def a_complete_report_says_so_too(page):
    """No number of it has a mark."""
    assert page.text("#losses") == "Complete: nothing that happened while the tracer ran is missing."
    assert not [text for text in page.texts(".figure dd") + page.texts("#tables .number") if "~" in text]


def key_figures_are_the_totals(page):
    """Each in binary units, and exact as its title."""
    total = page.report["total"]
    for figure, member in [("peak", "peak_live_bytes"), ("live", "live_bytes"), ("allocated", "alloc_bytes"),
                           ("never_freed", "never_freed_bytes"), ("temporary", "temporary_bytes"),
                           ("foreign", "foreign_free_bytes"), ("other_thread", "other_thread_free_bytes")]:
        assert page.text(f'[data-figure="{figure}"] dd') == in_bytes(total[member]), figure
        assert f"{total[member]:,} B" in page.find(f'[data-figure="{figure}"]').get_attribute("title"), figure
    begin, end = page.report["window"]["begin_ns"], page.report["window"]["end_ns"]
    assert page.text('[data-figure="rate"] dd') == f"{round(total['alloc_count'] * 1e9 / (end - begin)):,}/s"
    assert page.text('[data-figure="peak"] .detail') == f"at +{in_time(total['peak_time_ns'] - begin)}"


def hostile_names_are_text(page):
    """Report: 30 hostile"""
    page.run(ALL_TABS)
    panel = page.open_table("group")
    names = set(page.texts(f"{panel} tbody th button"))
    assert names == {row_name(row) for row in page.report["breakdowns"][0]["rows"]}
    assert any("</script><script>" in name for name in names), "the report is not hostile"
    spans = {name for place in page.report["places"] if place["alloc_bytes"] for name in path_of(page.report, place)}
    assert spans <= set(page.texts(".frame")), (spans, page.texts(".frame"))
    assert "broken" not in page.driver.title, page.driver.title
    # Its data and its script; nothing that a name made.
    assert page.run("return [document.scripts.length, document.images.length]") == [2, 0]
    visible = page.run("return document.body.innerText")
    assert not [c for c in visible if c in "\u2028\u2029\u202e\x07"], "a character hides what a name is"


def no_foreign_script_runs(page):
    """The policy of the page stops it, also one that came into the page somehow."""
    page.run("const foreign = document.createElement('script');"
             "foreign.textContent = 'document.title = \"foreign\"'; document.body.append(foreign);"
             "const image = document.createElement('div');"
             "image.innerHTML = '<img src=\"https://allocspan.invalid/x.png\" onerror=\"document.title=1\">';"
             "document.body.append(image);")
    errors = page.errors()
    assert page.driver.title.endswith("allocspan report"), page.driver.title
    assert any("script-src" in error for error in errors) and any("img-src" in error for error in errors), errors


def is_dark_where_the_system_is(page):
    """And the switch has the last word."""
    ground = "return getComputedStyle(document.documentElement).backgroundColor"
    light, dark = "rgb(246, 246, 244)", "rgb(20, 23, 27)"
    page.wait(ground, light)
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    page.wait(ground, dark)
    page.click('.top [data-value="light"]')
    page.wait(ground, light)
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    page.keys('.top [data-value="light"]', "\ue014")  # arrow right
    page.wait(ground, dark)
    assert page.find('.top [data-value="dark"]').get_attribute("aria-checked") == "true"


def paper_has_all_tables_in_light_colours(page):
    """Printed by the browser, read back by pdftotext."""
    page.click('.top [data-value="dark"]')
    pdf = base64.b64decode(page.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        text = subprocess.run(["pdftotext", "-layout", file.name, "-"], check=True, stdout=subprocess.PIPE, text=True).stdout
    for heading in ("Live memory over time", "Where it was allocated", "Memory that was handed over",
                    *[title.rstrip("0123456789,") for title in page.texts('[role="tab"]')]):
        assert heading in text, f"{heading} is not on paper"
    for breakdown in page.report["breakdowns"]:
        assert row_name(breakdown["rows"][0]) in text, f"{breakdown['by']} is not on paper"
    assert "Auto" not in text and "Stacked by" not in text, "there are controls on paper"
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert page.run("return getComputedStyle(document.documentElement).getPropertyValue('--panel')") == "#fff"


def a_thousand_groups_are_small(page):
    """Report: 1000 lossy"""
    size = page.path.stat().st_size
    nodes = page.run("return document.querySelectorAll('*').length")
    assert size < 6_000_000, f"{size} bytes"
    assert nodes < 3000, f"{nodes} elements"
    assert len(page.find_all(".area")) == 12
    assert len(page.find_all("#tables tbody tr")) == 25
    assert page.text("#tables .data-head output") == "1,000 rows, 25 shown"
    assert len(page.find_all(".matrix tbody tr")) <= 13 and len(page.find_all(".matrix thead th")) <= 13


def everything_has_a_name_for_those_who_cannot_see(page):
    """What the browser tells a reader of screens."""
    page.run(ALL_TABS)
    tree = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    wanted = {"button", "radio", "tab", "searchbox", "combobox", "treeitem", "radiogroup", "tree", "table", "region", "link"}
    found = [node for node in tree if not node.get("ignored") and node["role"]["value"] in wanted]
    nameless = [node["role"]["value"] for node in found if not node.get("name", {}).get("value")]
    roles = {node["role"]["value"] for node in found}
    assert {"button", "radio", "tab", "searchbox", "combobox", "treeitem", "tree"} <= roles, roles
    # Tables within a section have its heading before them.
    assert set(nameless) <= {"table"}, nameless
    assert page.run("return [...document.querySelectorAll('th')].every((th) => th.scope)")


def the_notice_names_each_part_of_d3(page):
    """What esbuild put into the script, by its own list."""
    built = pathlib.Path(os.environ["REPORT_PAGE"])
    inputs = built.with_name("page.json").read_text(encoding="utf-8")
    notice = page.path.read_text(encoding="utf-8").split("-->", 1)[0]
    parts = {part.split("/")[0] for part in inputs.split("nodejs/")[1:]}
    assert len(parts) > 10 and not [part for part in parts if f"{part}," not in notice], parts


def times_are_exact_to_the_nanosecond(page):
    """A double would round them to 256 ns."""
    script = "return JSON.parse(document.getElementById('report').textContent).window.begin_ns"
    assert page.run(script) != page.report["window"]["begin_ns"], "the report has no time that a double rounds"
    panel = page.open_table("entries")
    begin = page.report["window"]["begin_ns"]
    entries = page.report["worst_entries"]["by_bytes"]
    expected = sorted(str(entry["enter_ns"] - begin) for entry in entries if entry["enter_ns"] is not None)
    assert sorted(value for value in page.values(f'{panel} td[data-key="enter"]') if value) == expected


def a_report_of_nothing_is_a_page_too(page):
    """Report: 0"""
    assert page.errors() == []
    assert page.text('[data-figure="peak"]') == "Peak0 B", page.text('[data-figure="peak"]')
    assert page.texts("h2") == ["Memory that was handed over", "Sizes and lifetimes", "Tables"], page.texts("h2")


def a_report_that_is_damaged_says_so(page):
    """In place of an empty page."""
    html = page.path.read_text(encoding="utf-8").replace('"breakdowns":', '"broken":')
    page.path.write_text(html, encoding="utf-8")
    page.driver.refresh()
    assert "The report cannot be shown" in page.text("main .banner"), page.text("main")
